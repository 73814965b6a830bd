import OpenSSL
import SASL
import Testing

@Suite("SCRAM-SHA-256")
struct SCRAMTests {
    // RFC 7677 section 3, octet for octet.
    private static let first = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
    private static let challenge =
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    private static let final =
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    private static let signature = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="

    @Test("the example of RFC 7677")
    func example() {
        var exchange = House.exchange(.scramSHA256)
        #expect(exchange.begin(initialResponse: octets(Self.first)) == .question(.credential(username: "user")))
        #expect(exchange.answer(.credential(House.account("user"))).challengeText == Self.challenge)
        #expect(exchange.receive(octets(Self.final)).challengeText == Self.signature)
        let success = exchange.receive([]).success
        #expect(success?.identity == "user")
        #expect(success?.authorizationIdentity == nil)
    }

    @Test("the client of these tests speaks the example too, and finds a wrong signature")
    func client() throws {
        var client = SCRAMClient(username: "user", password: "pencil", nonce: "rOprNGfwEbeRWgbNEkqO")
        #expect(client.first == octets(Self.first))
        #expect(try client.final(to: octets(Self.challenge)) == octets(Self.final))
        try client.check(octets(Self.signature))
        #expect(throws: SCRAMClient.Fault.signature) { try client.check(octets("v=AAAA")) }
    }

    @Test("without an initial response the client is asked with an empty challenge")
    func noInitialResponse() {
        var exchange = House.exchange(.scramSHA256)
        #expect(exchange.begin(initialResponse: nil) == .challenge([]))
        #expect(exchange.receive(octets(Self.first)) == .question(.credential(username: "user")))
    }

    @Test("names with commas and equals signs, and another identity, come through")
    func names() throws {
        var exchange = House.exchange(.scramSHA256)
        let step = exchange.begin(initialResponse: octets("n,a=chief=2C the,n=a=2Cb=3Dc,r=abc"))
        #expect(step == .question(.credential(username: "a,b=c")))

        let (success, _) = try Self.run(
            SCRAMClient(username: "user", password: "pencil", nonce: "abc", header: "n,a=chief=2C the,")
        )
        #expect(success?.success?.authorizationIdentity == "chief, the")
    }

    /// Plays an exchange to its end.
    ///
    /// - Returns: the last step, and the server's challenge.
    private static func run(
        _ client: SCRAMClient,
        _ mechanism: SASLMechanism = .scramSHA256,
        binding: ChannelBinding? = nil,
        offersBinding: Bool = false
    ) throws -> (last: SASLStep?, challenge: [UInt8]) {
        var client = client
        let context = House.context(binding: binding, offersBinding: offersBinding)
        var exchange = SASLExchange(mechanism, context: context)
        let begun = exchange.begin(initialResponse: client.first)
        let asked = exchange.settle(begun)
        guard let challenge = asked.challenge else { return (asked, []) }
        let checked = exchange.receive(try client.final(to: challenge))
        guard let signature = checked.challenge else { return (checked, challenge) }
        try client.check(signature)
        let acknowledged = exchange.receive([])
        return (exchange.settle(acknowledged), challenge)
    }

    @Test("a wrong password is refused, and a right one not")
    func passwords() throws {
        #expect(try Self.run(SCRAMClient(username: "user", password: "pencil", nonce: "abc")).last?.success != nil)
        let failure = try Self.run(SCRAMClient(username: "user", password: "Pencil", nonce: "abc")).last?.failure
        #expect(failure?.kind == .refused)
        #expect(failure?.claimedName == "user")
    }

    @Test("a user that there is not looks like one that there is")
    func unknownUser() throws {
        let known = try Self.run(SCRAMClient(username: "user", password: "wrong", nonce: "abc"))
        let unknown = try Self.run(SCRAMClient(username: "ghost", password: "wrong", nonce: "abc"))
        let again = try Self.run(SCRAMClient(username: "ghost", password: "pencil", nonce: "abc"))
        let other = try Self.run(SCRAMClient(username: "spectre", password: "wrong", nonce: "abc"))
        #expect(known.challenge.count == unknown.challenge.count)
        // The nonce and the iterations are alike, the salts stable and each its own.
        #expect(unknown.challenge == again.challenge)
        #expect(Set([known.challenge, unknown.challenge, other.challenge]).count == 3)
        #expect(known.last?.failure?.reason == unknown.last?.failure?.reason)
        #expect(known.last?.failure?.kind == unknown.last?.failure?.kind)
        #expect(again.last?.failure?.kind == .refused)
    }

    @Test("a user who is disabled sees the same salt, and is not let in by the right password")
    func disabledUser() throws {
        let outcomes = try [AccountCredential(House.credential), AccountCredential(disabled: House.credential)].map {
            var client = SCRAMClient(username: "user", password: "pencil", nonce: "abc")
            var exchange = House.exchange(.scramSHA256)
            _ = exchange.begin(initialResponse: client.first)
            let challenge = try #require(exchange.answer(.credential($0)).challenge)
            return (challenge, exchange.receive(try client.final(to: challenge)))
        }
        #expect(outcomes[0].0 == outcomes[1].0)
        #expect(outcomes[0].1.challenge != nil)
        #expect(outcomes[1].1.failure?.kind == .refused)
        #expect(outcomes[1].1.failure?.reason == "wrong name or password")
    }

    // MARK: Channel binding

    @Test("the channel is bound by what TLS exported")
    func channelBinding() throws {
        var client = SCRAMClient(
            username: "user",
            password: "pencil",
            nonce: "abc",
            header: "p=tls-exporter,,",
            bindingData: House.binding.exporterData
        )
        let bound = try Self.run(client, .scramSHA256Plus, binding: House.binding, offersBinding: true)
        #expect(bound.last?.success?.identity == "user")

        client.bindingData[31] ^= 1
        let other = try Self.run(client, .scramSHA256Plus, binding: House.binding, offersBinding: true)
        #expect(other.last?.failure?.kind == .refused)
        #expect(other.last?.failure?.reason.contains("not this connection's") == true)

        client.bindingData = []
        let none = try Self.run(client, .scramSHA256Plus, binding: House.binding, offersBinding: true)
        #expect(none.last?.failure?.kind == .refused)
    }

    @Test(
        "flags that do not go with the offer are refused",
        arguments: [
            ("n,,", SASLMechanism.scramSHA256Plus, true),
            ("y,,", .scramSHA256Plus, true),
            ("p=tls-unique,,", .scramSHA256Plus, true),
            ("p=tls-server-end-point,,", .scramSHA256Plus, true),
            ("p=tls-exporter,,", .scramSHA256, true),
            // Someone took the offer away.
            ("y,,", .scramSHA256, true),
        ]
    )
    func flags(header: String, mechanism: SASLMechanism, offersBinding: Bool) throws {
        let client = SCRAMClient(username: "user", password: "pencil", nonce: "abc", header: header)
        let (last, _) = try Self.run(client, mechanism, binding: House.binding, offersBinding: offersBinding)
        #expect(last?.failure?.kind == .refused)
    }

    @Test("a client may bind nothing, whatever it believes, where nothing else is offered", arguments: ["n,,", "y,,"])
    func unbound(header: String) throws {
        let client = SCRAMClient(username: "user", password: "pencil", nonce: "abc", header: header)
        #expect(try Self.run(client).last?.success?.identity == "user")
    }

    @Test("a client that cannot bind may use the other mechanism although binding is offered")
    func incapableClient() throws {
        let client = SCRAMClient(username: "user", password: "pencil", nonce: "abc")
        #expect(try Self.run(client, binding: House.binding, offersBinding: true).last?.success != nil)
    }

    @Test("without exported data there is no binding")
    func noExporter() throws {
        let client = SCRAMClient(username: "user", password: "pencil", nonce: "abc", header: "p=tls-exporter,,")
        #expect(try Self.run(client, .scramSHA256Plus, offersBinding: true).last?.failure?.kind == .refused)
    }

    // MARK: Malformed messages

    @Test(
        "first messages that are none",
        arguments: [
            "", "n", "n,", "n,,", "n,,n=user", "n,,n=user,", "n,,n=user,r=", "n,,r=abc,n=user", "n,,n=,r=abc",
            ",,n=user,r=abc", "x,,n=user,r=abc", "p=,,n=user,r=abc", "p,,n=user,r=abc", "N,,n=user,r=abc",
            "nn,,n=user,r=abc", "n,user,n=user,r=abc", "n,a=,n=user,r=abc", "n,a=x=,n=user,r=abc",
            "n,a=x=2c,n=user,r=abc", "n,,n=us=er,r=abc", "n,,n=user=,r=abc", "n,,n=user=2,r=abc",
            "n,,n=user=2D,r=abc", "n,,m=ext,n=user,r=abc", "n,,n=user,r=abc,m=ext", "n,,n=user,r=a c",
            "n,,n=user,r=a\u{7F}c", "n,,n=user,r=aé", "n,,n=user,,r=abc", "n,,n=us\0er,r=abc", "n,,n=us\u{7}er,r=abc",
            "n,,=user,r=abc", "n,,1=user,r=abc",
            "n,,n=user,r=" + String(repeating: "a", count: 257),
            "n,,n=" + String(repeating: "a", count: 1021) + ",r=abc",
        ]
    )
    func malformedFirst(message: String) {
        var exchange = House.exchange(.scramSHA256)
        #expect(exchange.begin(initialResponse: octets(message)).failure?.kind == .malformed)
        // Nothing follows a failure.
        #expect(exchange.receive(octets(Self.first)).failure != nil)
        #expect(exchange.answer(.credential(House.account("user"))).failure != nil)
    }

    @Test("names that are no UTF-8 are no names")
    func malformedName() {
        var exchange = House.exchange(.scramSHA256)
        let message = octets("n,,n=") + [0xC3, 0x28] + octets(",r=abc")
        #expect(exchange.begin(initialResponse: message).failure?.kind == .malformed)
    }

    @Test("an extension that may be ignored is ignored, and signed")
    func extensions() {
        var exchange = House.exchange(.scramSHA256)
        let step = exchange.begin(initialResponse: octets("n,,n=user,r=abc,x=anything"))
        #expect(step == .question(.credential(username: "user")))
    }

    private static let noncePart = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    private static let proofPart = "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="

    @Test(
        "final messages that are none, or wrong",
        arguments: [
            ("", SASLFailure.Kind.malformed),
            ("c=biws", .malformed),
            ("c=biws,\(noncePart)", .malformed),
            ("\(noncePart),c=biws,\(proofPart)", .malformed),
            ("c=biws,\(proofPart),\(noncePart)", .malformed),
            ("c=biws,\(noncePart),\(proofPart),x=y", .malformed),
            ("c=biw,\(noncePart),\(proofPart)", .malformed),
            ("c=b!ws,\(noncePart),\(proofPart)", .malformed),
            ("c=,\(noncePart),\(proofPart)", .refused),
            ("c=biws,\(noncePart),m=x,\(proofPart)", .malformed),
            ("c=biws,\(noncePart),p=", .malformed),
            ("c=biws,\(noncePart),p=AAAA", .malformed),
            ("c=biws,\(noncePart),p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVR=", .malformed),
            ("c=biws,\(noncePart),p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ", .malformed),
            ("c=biws,\(noncePart),p=eHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=", .refused),
            ("c=biws,\(noncePart),x=y,\(proofPart)", .refused),
            ("c=eSws,\(noncePart),\(proofPart)", .refused),
            ("c=biwsAA==,\(noncePart),\(proofPart)", .refused),
            ("c=biws,r=rOprNGfwEbeRWgbNEkqO,\(proofPart)", .refused),
            ("c=biws,\(noncePart)x,\(proofPart)", .refused),
            ("c=biws,r=xOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\(proofPart)", .refused),
        ]
    )
    func malformedFinal(message: String, kind: SASLFailure.Kind) {
        var exchange = House.exchange(.scramSHA256)
        let step = exchange.begin(initialResponse: octets(Self.first))
        #expect(exchange.settle(step).challengeText == Self.challenge)
        #expect(exchange.receive(octets(message)).failure?.kind == kind)
        #expect(exchange.receive(octets(Self.final)).failure != nil)
    }

    @Test("a final message that is rightly signed and says another nonce or header is refused")
    func otherwiseSigned() throws {
        for (change, reason) in [
            ({ $0.nonceSuffix = "x" }, "nonce"), ({ $0.header = "y,," }, "binding"),
            ({ $0.header = "n,a=support," }, "binding"), ({ $0.bindingData = [0] }, "binding"),
        ] as [((inout SCRAMClient) -> Void, String)] {
            var client = SCRAMClient(username: "user", password: "pencil", nonce: "abc")
            var exchange = House.exchange(.scramSHA256)
            let begun = exchange.begin(initialResponse: client.first)
            let challenge = try #require(exchange.settle(begun).challenge)
            change(&client)
            let failure = exchange.receive(try client.final(to: challenge)).failure
            #expect(failure?.kind == .refused)
            #expect(failure?.reason.contains(reason) == true)
        }
    }

    @Test("every octet of the proof counts")
    func proofOctets() throws {
        let proof = try #require(decoded(String(Self.proofPart.dropFirst(2))))
        for index in proof.indices {
            var other = proof
            other[index] ^= 1
            var exchange = House.exchange(.scramSHA256)
            let step = exchange.begin(initialResponse: octets(Self.first))
            _ = exchange.settle(step)
            let message = octets("c=biws,\(Self.noncePart),p=") + Base64.standard.encode(other.span)
            #expect(exchange.receive(message).failure?.kind == .refused)
        }
    }

    @Test("the server's signature is answered with nothing")
    func acknowledgement() {
        var exchange = House.exchange(.scramSHA256)
        let step = exchange.begin(initialResponse: octets(Self.first))
        _ = exchange.settle(step)
        #expect(exchange.receive(octets(Self.final)).challengeText == Self.signature)
        #expect(exchange.receive(octets("x")).failure?.kind == .malformed)
    }

    @Test("an answer that is not there now is no refusal; one to another question lets nobody in")
    func answers() {
        for (answer, kind) in [
            (SASLAnswer.unavailable(reason: "the store is busy"), SASLFailure.Kind.unavailable),
            (.refused(reason: "disabled"), .refused), (.password(isProven: true), .unavailable),
            (.identity("user"), .unavailable),
        ] {
            var exchange = House.exchange(.scramSHA256)
            _ = exchange.begin(initialResponse: octets(Self.first))
            #expect(exchange.answer(answer).failure?.kind == kind)
            #expect(exchange.receive(octets(Self.final)).failure != nil)
        }
    }
}
