import OpenSSL
import Testing

@Suite("secrets")
struct SecretsTests {
    // RFC 4231 sections 4.2 to 4.8; section 4.6 has a truncated code.
    @Test(
        "HMAC-SHA-256 gives the published codes",
        arguments: [
            (
                String(repeating: "0b", count: 20), "4869205468657265",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                String(repeating: "aa", count: 20), String(repeating: "dd", count: 50),
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
            ),
            (
                "0102030405060708090a0b0c0d0e0f10111213141516171819", String(repeating: "cd", count: 50),
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
            ),
            (
                String(repeating: "0c", count: 20), "546573742057697468205472756e636174696f6e",
                "a3b6167473100ee06e0c796c2955552b"
            ),
            (
                String(repeating: "aa", count: 131),
                "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579"
                    + "204669727374",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
            (
                String(repeating: "aa", count: 131),
                "5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d73697a65206b65"
                    + "7920616e642061206c6172676572207468616e20626c6f636b2d73697a6520646174612e20546865206b6579206e"
                    + "6565647320746f20626520686173686564206265666f7265206265696e6720757365642062792074686520484d41"
                    + "4320616c676f726974686d2e",
                "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
            ),
        ]
    )
    func codes(key: String, message: String, expected: String) {
        let (key, message) = (octets(key), octets(message))
        #expect(hex(HMACSHA256.code(of: message.span, key: key.span)).hasPrefix(expected))
        #expect(hex(HMACSHA256.code(of: message.span, key: SecretBytes(key.span))).hasPrefix(expected))
    }

    @Test("HMAC takes an empty key and an empty message")
    func emptyCode() {
        let none: [UInt8] = []
        #expect(
            hex(HMACSHA256.code(of: none.span, key: none.span))
                == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"
        )
    }

    // RFC 7914 section 11, and the salted password of RFC 7677 section 3.
    @Test(
        "PBKDF2 derives the published keys",
        arguments: [
            (
                "passwd", "73616c74", 1,
                "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
                    + "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783"
            ),
            (
                "Password", "4e61436c", 80_000,
                "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"
                    + "a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d"
            ),
        ]
    )
    func keys(password: String, salt: String, iterations: Int, expected: String) {
        let salt = octets(salt)
        let key = PBKDF2.deriveKey(
            from: SecretBytes(Array(password.utf8).span),
            salt: salt.span,
            iterations: iterations,
            length: 64
        )
        #expect(key.withSpan { hex($0) } == expected)
    }

    @Test("comparison in constant time is comparison")
    func comparison() {
        let base: [UInt8] = Array(0..<32)
        func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool { ConstantTime.areEqual(left.span, right.span) }
        #expect(areEqual(base, base))
        for index in base.indices {
            var other = base
            other[index] ^= 0x80
            #expect(!areEqual(base, other))
        }
        let none: [UInt8] = []
        #expect(areEqual(none, none))
        #expect(!areEqual(none, base))
        #expect(!areEqual(Array(base.dropLast()), base))
        #expect(SecretBytes(base.span) == SecretBytes(base.span))
        #expect(SecretBytes(base.span) != SecretBytes(base.span.extracting(1...)))
    }

    @Test("random octets are as many as asked for, and others each time")
    func randomness() {
        #expect(RandomOctets.make(count: 0).isEmpty)
        let drawn = Set((0..<64).map { _ in RandomOctets.make(count: 16) })
        #expect(drawn.count == 64)
        #expect(drawn.allSatisfy { $0.count == 16 })
        #expect(RandomOctets.makeSecret(count: 32) != RandomOctets.makeSecret(count: 32))
    }

    @Test("a secret is never printed")
    func printing() {
        let secret = SecretBytes(Array("correct horse".utf8).span)
        var dumped = ""
        dump(["wrapped": (1, secret)], to: &dumped)
        let texts = ["\(secret)", String(describing: secret), String(reflecting: secret), "\([secret])", dumped]
        for text in texts {
            #expect(!text.contains("horse"))
            // The octets as numbers would tell as much.
            #expect(!text.contains("104"))
            #expect(text.contains("(secret)"))
        }
        #expect(Mirror(reflecting: secret).children.isEmpty)
    }

    @Test("Base64 is read as it is written, and nothing else is read")
    func base64() {
        func octets(_ text: String) -> [UInt8] { Array(text.utf8) }
        func decoded(_ text: String, _ form: Base64 = .standard) -> [UInt8]? { form.decode(octets(text).span) }
        // RFC 4648 section 10.
        for (text, encoded) in [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            #expect(Base64.standard.encode(octets(text).span) == octets(encoded))
            #expect(decoded(encoded) == octets(text))
        }
        for text in ["Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm8", "====", "Zg==Zg==", "Zm9v\r\n", "Zm-v", "=Zg="] {
            #expect(decoded(text) == nil)
        }
        #expect(decoded("-_-_", .url) == [0xFB, 0xFF, 0xBF])
        #expect(decoded("Zg", .url) == octets("f"))
        for text in ["Zg==", "Zh", "+/+/", "Z"] { #expect(decoded(text, .url) == nil) }
        let all = Array(UInt8.min...UInt8.max)
        for form in [Base64.standard, .url] { #expect(form.decode(form.encode(all.span).span) == all) }
    }

    @Test("octets that are taken over are wiped where they were")
    func wiping() {
        var octets = Array("correct horse".utf8)
        let secret = SecretBytes(wiping: &octets)
        #expect(octets.isEmpty)
        #expect(secret.count == 13)
        #expect(secret.withSpan { hex($0) } == hex(Array("correct horse".utf8).span))
    }

    // RFC 6979 appendix A.2.5, SHA-256, message "sample".
    @Test("ECDSA on P-256 verifies the published signature and no other")
    func ecdsa() throws {
        let x = octets("60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6")
        let y = octets("7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299")
        let signature = octets(
            "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
                + "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
        )
        let key = try P256PublicKey(x: x.span, y: y.span)
        func isValid(_ signature: [UInt8], _ message: String) -> Bool {
            key.isValid(signature.span, of: Array(message.utf8).span)
        }
        #expect(isValid(signature, "sample"))
        #expect(!isValid(signature, "Sample"))
        #expect(!isValid(Array(signature.dropLast()), "sample"))
        for index in [0, 31, 32, 63] {
            var other = signature
            other[index] ^= 1
            #expect(!isValid(other, "sample"))
        }
        let zeros = [UInt8](repeating: 0, count: 64)
        #expect(!isValid(zeros, "sample"))
        #expect(throws: KeyError.malformed) { try P256PublicKey(x: y.span, y: x.span) }
        #expect(throws: KeyError.malformed) { try P256PublicKey(x: x.span.extracting(1...), y: y.span) }
    }

    private func octets(_ hex: String) -> [UInt8] {
        let digits = hex.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    private func hex(_ octets: [UInt8]) -> String { hex(octets.span) }

    private func hex(_ octets: Span<UInt8>) -> String {
        octets.indices.map { (octets[$0] < 16 ? "0" : "") + String(octets[$0], radix: 16) }.joined()
    }
}
