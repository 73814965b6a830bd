import OpenSSL
import SASL
import Testing

@Suite("EXTERNAL, XOAUTH2 and OAUTHBEARER")
struct OtherMechanismTests {
    @Test("EXTERNAL takes the certificate's identity")
    func external() {
        for (message, other) in [("", String?.none), ("user", nil), ("support", "support")] {
            var exchange = House.exchange(.external)
            #expect(exchange.begin(initialResponse: octets(message)) == .question(.certificateIdentity))
            let answered = exchange.answer(.identity("user"))
            let success = exchange.settle(answered).success
            #expect(success?.identity == "user")
            #expect(success?.authorizationIdentity == other)
        }
        var exchange = House.exchange(.external)
        #expect(exchange.begin(initialResponse: nil) == .challenge([]))
        #expect(exchange.receive([]) == .question(.certificateIdentity))
        #expect(exchange.answer(.refused(reason: "the certificate is nobody's")).failure?.kind == .refused)
    }

    @Test(
        "messages of EXTERNAL that are none",
        arguments: [octets("us\0er"), [0xFF], octets("\u{AD}"), [UInt8](repeating: 0x41, count: 1021)]
    )
    func malformedExternal(message: [UInt8]) {
        var exchange = House.exchange(.external)
        #expect(exchange.begin(initialResponse: message).failure?.kind == .malformed)
    }

    /// The message with `^A` for the octet 1, as it is usually shown.
    private static func message(_ text: String) -> [UInt8] { octets(text.replacing("^A", with: "\u{1}")) }

    @Test(
        "tokens are read",
        arguments: [
            ("user=user^Aauth=Bearer good.token^A^A", SASLMechanism.xoauth2, String?.none),
            ("user=support^Aauth=bearer good.token^A^A", .xoauth2, "support"),
            ("user=user^Aauth=BEARER  good.token^A^A", .xoauth2, nil),
            ("n,a=user,^Aauth=Bearer good.token^A^A", .oauthBearer, nil),
            ("n,,^Aauth=Bearer good.token^A^A", .oauthBearer, nil),
            ("y,a=sup=2Cport,^Aauth=Bearer good.token^A^A", .oauthBearer, "sup,port"),
            (
                "n,a=user,^Ahost=server.example.com^Aport=587^Aauth=Bearer good.token^Aqs=a=b^A^A", .oauthBearer, nil
            ),
        ]
    )
    func tokens(text: String, mechanism: SASLMechanism, other: String?) {
        var exchange = House.exchange(mechanism)
        let step = exchange.begin(initialResponse: Self.message(text))
        #expect(step == .question(.token(secret("good.token"))))
        let success = exchange.settle(step).success
        #expect(success?.identity == "user")
        #expect(success?.authorizationIdentity == other)
    }

    @Test("a refused token is told of first, and then refused whatever the client says", arguments: ["", "\u{1}", "x"])
    func refused(acknowledgement: String) {
        for (mechanism, text, hint) in [
            (
                SASLMechanism.xoauth2, "user=user^Aauth=Bearer bad^A^A",
                #"{"status":"401","schemes":"Bearer","scope":"mail"}"#
            ),
            (
                .oauthBearer, "n,a=user,^Aauth=Bearer bad^A^A",
                #"{"status":"invalid_token","scope":"mail","#
                    + #""openid-configuration":"https://id.example/.well-known/openid"}"#
            ),
        ] {
            var exchange = House.exchange(mechanism)
            let step = exchange.begin(initialResponse: Self.message(text))
            #expect(exchange.settle(step).challengeText == hint)
            let failure = exchange.receive(octets(acknowledgement)).failure
            #expect(failure?.kind == .refused)
            #expect(failure?.reason == "the token is expired")
            #expect(failure?.claimedName == "user")
            #expect(exchange.receive(Self.message(text)).failure != nil)
        }
    }

    @Test("a client that only asks is told what it needs")
    func discovery() {
        for text in ["n,,^A^A", "n,a=user,^Aauth=^A^A", "n,,^Ahost=example.com^A^A"] {
            var exchange = House.exchange(.oauthBearer)
            #expect(
                exchange.begin(initialResponse: Self.message(text)).challengeText?.contains("invalid_token") == true
            )
            #expect(exchange.receive([1]).failure?.kind == .refused)
        }
    }

    @Test("a verifier that cannot tell refuses nothing")
    func unavailable() {
        var exchange = House.exchange(.xoauth2)
        _ = exchange.begin(initialResponse: Self.message("user=user^Aauth=Bearer good.token^A^A"))
        #expect(exchange.answer(.unavailable(reason: "no keys yet")).failure?.kind == .unavailable)
    }

    @Test("what a client is told is JSON, whatever is configured")
    func hint() {
        let context = SASLContext(
            nonce: House.context().nonce,
            bearerHint: BearerHint(scope: "a\"b\\c\n\u{1F}é")
        )
        var exchange = SASLExchange(.xoauth2, context: context)
        _ = exchange.begin(initialResponse: Self.message("user=u^Aauth=Bearer bad^A^A"))
        let challenge = exchange.answer(.refused(reason: "no")).challengeText
        #expect(challenge == #"{"status":"401","schemes":"Bearer","scope":"a\"b\\c\u000a\u001fé"}"#)
    }

    @Test(
        "messages of XOAUTH2 that are none",
        arguments: [
            "", "^A", "^A^A", "^A^A^A", "user=user", "user=user^A", "user=user^A^A", "user=user^Aauth=Bearer t",
            "user=user^Aauth=Bearer t^A", "user=user^Aauth=Bearer t^A^Ax", "user=user^Aauth=Bearer t^A^A^A",
            "auth=Bearer t^Auser=user^A^A", "User=user^Aauth=Bearer t^A^A", "user=^Aauth=Bearer t^A^A",
            "user=us\0er^Aauth=Bearer t^A^A", "user=user^Aauth=^A^A", "user=user^Aauth=Bearer^A^A",
            "user=user^Aauth=Bearer ^A^A", "user=user^Aauth=Basic dDp0^A^A", "user=user^Aauth=Bearer a b^A^A",
            "user=user^Aauth=Bearer a\u{7F}^A^A", "user=user^Aauth=Bearer é^A^A",
            "user=user^Aauth=Bearer t^Aauth=Bearer t^A^A", "user=user^Aauth^A^A", "user=user^A=Bearer t^A^A",
            "user=user^A1=x^Aauth=Bearer t^A^A", "n,a=user,^Aauth=Bearer t^A^A",
        ]
    )
    func malformedXOAUTH2(text: String) {
        var exchange = House.exchange(.xoauth2)
        #expect(exchange.begin(initialResponse: Self.message(text)).failure?.kind == .malformed)
    }

    @Test(
        "messages of OAUTHBEARER that are none",
        arguments: [
            "", "^A", "n,,", "n,,^A", "n,,^Aauth=Bearer t", "n,,^Aauth=Bearer t^A", "n,^Aauth=Bearer t^A^A",
            "n^Aauth=Bearer t^A^A", ",,^Aauth=Bearer t^A^A", "x,,^Aauth=Bearer t^A^A",
            "p=tls-exporter,,^Aauth=Bearer t^A^A", "n,user,^Aauth=Bearer t^A^A", "n,a=,^Aauth=Bearer t^A^A",
            "n,a=us=er,^Aauth=Bearer t^A^A", "n,a=user,x^Aauth=Bearer t^A^A", "user=user^Aauth=Bearer t^A^A",
            "n,,^Aauth=Bearer t^Ahost=é^A^A", "n,,^Aauth=Bearer t^A^A^A",
        ]
    )
    func malformedOAUTHBEARER(text: String) {
        var exchange = House.exchange(.oauthBearer)
        #expect(exchange.begin(initialResponse: Self.message(text)).failure?.kind == .malformed)
    }
}
