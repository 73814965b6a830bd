import OpenSSL
import SASL
import Testing

@Suite("mutated messages")
struct MutationTests {
    /// SplitMix64, so that each run has the same cases.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return value ^ (value >> 31)
        }

        mutating func mutate(_ message: [UInt8]) -> [UInt8] {
            var message = message
            for _ in 0..<Int.random(in: 1...3, using: &self) {
                let place = Int.random(in: 0...message.count, using: &self)
                switch Int.random(in: 0..<4, using: &self) {
                case 0 where place < message.count: message.remove(at: place)
                case 1 where place < message.count: message[place] = UInt8.random(in: 0...255, using: &self)
                case 2: message = Array(message[..<place])
                default: message.insert([0, 1, 0x2C, 0x3D, 0x61, 0xC3].randomElement(using: &self) ?? 0, at: place)
                }
            }
            return message
        }
    }

    @Test(
        "a first message that was altered gives a step, and no user but the one that was proven",
        arguments: [
            (SASLMechanism.plain, "support\0user\0pencil"), (.login, "user"), (.external, "user"),
            (.xoauth2, "user=user\u{1}auth=Bearer good.token\u{1}\u{1}"),
            (.oauthBearer, "n,a=user,\u{1}host=a\u{1}auth=Bearer good.token\u{1}\u{1}"),
            (.scramSHA256, "n,a=user,n=user,r=rOprNGfwEbeRWgbNEkqO"),
            (.scramSHA256Plus, "p=tls-exporter,,n=user,r=rOprNGfwEbeRWgbNEkqO"),
        ]
    )
    func firstMessages(mechanism: SASLMechanism, message: String) {
        var generator = Generator(state: 7)
        for _ in 0..<300 {
            let mutated = generator.mutate(octets(message))
            var exchange = House.exchange(mechanism)
            let begun = exchange.begin(initialResponse: mutated)
            let step = exchange.settle(begun)
            if let success = step.success { #expect(success.identity == "user") }
            // Whatever came of it, no more of the same lets anybody in.
            if step.challenge != nil { #expect(exchange.receive(mutated).success == nil) }
        }
    }

    @Test("a final message of SCRAM that was altered proves nothing")
    func finalMessages() throws {
        var generator = Generator(state: 11)
        var client = SCRAMClient(username: "user", password: "pencil", nonce: "abc")
        var asked = House.exchange(.scramSHA256)
        let begun = asked.begin(initialResponse: client.first)
        let challenge = try #require(asked.settle(begun).challenge)
        let final = try client.final(to: challenge)
        for _ in 0..<2_000 {
            let mutated = generator.mutate(final)
            guard mutated != final else { continue }
            var exchange = asked
            #expect(exchange.receive(mutated).failure != nil)
        }
        #expect(asked.receive(final).challenge != nil)
    }
}
