import OpenSSL
import SASL
import Testing

@Suite("responses on their lines")
struct LineTests {
    private static func step(_ mechanism: SASLMechanism, initial line: String) -> SASLStep {
        var exchange = House.exchange(mechanism)
        let step = exchange.begin(initialLine: octets(line).span)
        return exchange.settle(step)
    }

    /// An exchange that waits for the client's first message.
    private static func begun(_ mechanism: SASLMechanism) -> SASLExchange {
        var exchange = House.exchange(mechanism)
        _ = exchange.begin(initialLine: nil)
        return exchange
    }

    @Test("a client may give up", arguments: SASLMechanism.allCases)
    func cancelled(mechanism: SASLMechanism) {
        var exchange = Self.begun(mechanism)
        #expect(exchange.receive(line: octets("*").span).failure?.kind == .cancelled)
        // And there is no way back.
        #expect(exchange.receive(line: octets("AHVzZXIAcGVuY2ls").span).failure != nil)
    }

    @Test("giving up in the middle", arguments: [SASLMechanism.login, .scramSHA256])
    func cancelledLater(mechanism: SASLMechanism) {
        var exchange = House.exchange(mechanism)
        let message = mechanism == .login ? "user" : "n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
        let begun = exchange.begin(initialLine: Base64.standard.encode(octets(message).span).span)
        #expect(exchange.settle(begun).challenge != nil)
        #expect(exchange.receive(line: octets("*").span).failure?.kind == .cancelled)
    }

    @Test("what is no Base64 is refused as such", arguments: SASLMechanism.allCases)
    func garbage(mechanism: SASLMechanism) {
        let lines = [
            "=", "==", "====", "A", "AA", "AAA", "AA=", "AB==", "AAB=", "AA==\r", " AA==", "AA== ", "A A=", "AA==AAAA",
            "AA\0=", "-_-_", "**", "* ", "\u{E9}\u{E9}", "*AAA",
        ]
        for line in lines {
            var exchange = Self.begun(mechanism)
            let failure = exchange.receive(line: octets(line).span).failure
            #expect(failure?.kind == .malformed, "\(line)")
            #expect(failure?.reason == "the line is no Base64", "\(line)")
            // An equals sign alone is the empty initial response.
            guard line != "=" else { continue }
            #expect(Self.step(mechanism, initial: line).failure?.reason == "the line is no Base64", "\(line)")
        }
        for line in ["", "*"] { #expect(Self.step(mechanism, initial: line).failure?.kind == .malformed) }
    }

    @Test("an empty initial response is a response", arguments: SASLMechanism.allCases)
    func emptyInitialResponse(mechanism: SASLMechanism) {
        let step = Self.step(mechanism, initial: "=")
        // Only EXTERNAL has an empty message: act as who the certificate says.
        if mechanism == .external {
            #expect(step.success?.identity == "user")
        } else {
            #expect(step.failure?.kind == .malformed)
        }
        // An empty line is the same.
        var exchange = Self.begun(mechanism)
        let received = exchange.receive(line: octets("").span)
        #expect(exchange.settle(received) == step)
    }

    @Test("lines are bounded", arguments: SASLMechanism.allCases)
    func oversize(mechanism: SASLMechanism) {
        for (length, kind) in [(12_288, SASLFailure.Kind.malformed), (12_289, .tooLong), (1_000_000, .tooLong)] {
            let line = [UInt8](repeating: UInt8(ascii: "A"), count: length)
            var exchange = Self.begun(mechanism)
            #expect(exchange.receive(line: line.span).failure?.kind == kind)
            exchange = House.exchange(mechanism)
            #expect(exchange.begin(initialLine: line.span).failure?.kind == kind)
        }
    }

    @Test("nobody comes off by breaking off after a refusal", arguments: ["*", "!", "AQ==", ""])
    func refusedBefore(line: String) {
        for (mechanism, message) in [
            (SASLMechanism.xoauth2, "user=user\u{1}auth=Bearer bad\u{1}\u{1}"),
            (.oauthBearer, "n,,\u{1}auth=Bearer bad\u{1}\u{1}"),
        ] {
            var exchange = House.exchange(mechanism)
            let begun = exchange.begin(initialLine: Base64.standard.encode(octets(message).span).span)
            #expect(exchange.settle(begun).challenge != nil)
            #expect(exchange.receive(line: octets(line).span).failure?.kind == .refused)
        }
    }

    @Test("a line out of turn lets nobody in", arguments: SASLMechanism.allCases)
    func outOfTurn(mechanism: SASLMechanism) {
        let plain = octets("AHVzZXIAcGVuY2ls")
        var exchange = House.exchange(mechanism)
        #expect(exchange.receive(line: plain.span).failure?.kind == .unavailable)
        exchange = Self.begun(mechanism)
        #expect(exchange.begin(initialLine: plain.span).failure?.kind == .unavailable)
        exchange = Self.begun(mechanism)
        #expect(exchange.answer(.permission(isGranted: true)).failure != nil)
    }

    // RFC 4954 section 4.1 and RFC 4616 section 4 by way of Base64.
    @Test("PLAIN, as it goes over the wire")
    func plain() {
        #expect(Self.step(.plain, initial: "AHVzZXIAcGVuY2ls").success?.identity == "user")
        var exchange = House.exchange(.plain)
        #expect(
            exchange.begin(initialLine: octets("dGVzdAB0ZXN0ADEyMzQ=").span)
                == .question(.password(PasswordClaim(username: "test", password: secret("1234"))))
        )
    }

    // RFC 7628 sections 4.1 and 4.3.
    @Test("OAUTHBEARER, as it goes over the wire")
    func oauthBearer() {
        let context = SASLContext(
            nonce: House.context().nonce,
            bearerHint: BearerHint(
                scope: "example_scope",
                openIDConfiguration: "https://example.com/.well-known/openid-configuration"
            )
        )
        var exchange = SASLExchange(.oauthBearer, context: context)
        let message =
            "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRj"
            + "Mk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB"
        #expect(
            exchange.begin(initialLine: octets(message).span)
                == .question(.token(secret("vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==")))
        )
        let challenge = exchange.answer(.refused(reason: "expired")).challenge ?? []
        #expect(
            String(decoding: Base64.standard.encode(challenge.span), as: UTF8.self)
                == "eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIiwic2NvcGUiOiJleGFtcGxlX3Njb3BlIiwib3BlbmlkLWNvbmZpZ3VyYXRpb24iOi"
                + "JodHRwczovL2V4YW1wbGUuY29tLy53ZWxsLWtub3duL29wZW5pZC1jb25maWd1cmF0aW9uIn0="
        )
        #expect(exchange.receive(line: octets("AQ==").span).failure?.kind == .refused)
    }
}
