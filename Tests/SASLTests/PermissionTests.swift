import OpenSSL
import SASL
import Testing

@Suite("acting as another")
struct PermissionTests {
    /// Exchanges in which `user`, who is proven, asks to act as `other`, at the step that follows the proof.
    private static func asked(for other: String) throws -> [(mechanism: SASLMechanism, exchange: SASLExchange)] {
        let messages: [(SASLMechanism, [UInt8])] = [
            (.plain, plainMessage("user", "pencil", actingAs: other)), (.external, octets(other)),
            (.xoauth2, octets("user=\(other)\u{1}auth=Bearer good.token\u{1}\u{1}")),
            (.oauthBearer, octets("n,a=\(other),\u{1}auth=Bearer good.token\u{1}\u{1}")),
        ]
        var exchanges = messages.map { mechanism, message in
            var exchange = House.exchange(mechanism)
            let step = exchange.begin(initialResponse: message)
            #expect(exchange.settleOnce(step) == question(other))
            return (mechanism, exchange)
        }
        var client = SCRAMClient(username: "user", password: "pencil", nonce: "abc", header: "n,a=\(other),")
        var exchange = House.exchange(.scramSHA256)
        let begun = exchange.begin(initialResponse: client.first)
        let challenge = try #require(exchange.settle(begun).challenge)
        #expect(exchange.receive(try client.final(to: challenge)).challenge != nil)
        #expect(exchange.receive([]) == question(other))
        exchanges.append((.scramSHA256, exchange))
        return exchanges
    }

    private static func question(_ other: String) -> SASLStep {
        .question(.permission(SASLSuccess(identity: "user", authorizationIdentity: other)))
    }

    @Test("nobody acts as another without permission")
    func refused() throws {
        for (mechanism, exchange) in try Self.asked(for: "support") {
            for (answer, kind) in [
                (SASLAnswer.permission(isGranted: false), SASLFailure.Kind.refused),
                (.refused(reason: "no"), .refused), (.unavailable(reason: "busy"), .unavailable),
                (.password(isProven: true), .unavailable), (.identity("support"), .unavailable),
                (.credential(House.account("user")), .unavailable),
            ] {
                var exchange = exchange
                let failure = exchange.answer(answer).failure
                #expect(failure?.kind == kind, "\(mechanism)")
                #expect(failure?.claimedName == "user")
                #expect(exchange.answer(.permission(isGranted: true)).failure != nil)
            }
            var impatient = exchange
            #expect(impatient.receive([]).failure != nil)
        }
    }

    @Test("who may acts as another, and is known by both names")
    func granted() throws {
        for (mechanism, exchange) in try Self.asked(for: "support") {
            var exchange = exchange
            let success = exchange.answer(.permission(isGranted: true)).success
            #expect(success?.identity == "user", "\(mechanism)")
            #expect(success?.authorizationIdentity == "support", "\(mechanism)")
            #expect(exchange.answer(.permission(isGranted: true)).failure != nil)
        }
    }

    @Test("a permission answers no other question")
    func misplaced() {
        var exchange = House.exchange(.plain)
        _ = exchange.begin(initialResponse: plainMessage("user", "wrong"))
        #expect(exchange.answer(.permission(isGranted: true)).failure?.kind == .unavailable)
    }
}
