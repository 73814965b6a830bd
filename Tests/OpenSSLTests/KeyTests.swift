import OpenSSL
import Testing

@Suite("keys")
struct KeyTests {
    // RFC 8032 section 7.1, TEST 1 to 3.
    private static let ed25519: [(secret: String, key: String, message: String, signature: String)] = [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
                + "d25bf5f0595bbe24655141438e7a100b"
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
                + "387b2eaeb4302aeeb00d291612bb0c00"
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
                + "4a7c15e9716ed28dc027beceea1ec40a"
        ),
    ]

    @Test("Ed25519 gives and takes the signatures of RFC 8032", arguments: ed25519.indices)
    func edwards(index: Int) throws {
        let vector = Self.ed25519[index]
        let key = try PublicKey(ed25519: octets(vector.key).span)
        let signature = octets(vector.signature)
        let message = octets(vector.message)
        #expect(key.accepts(signature, of: message))
        #expect(!key.accepts(signature, of: (message + [0])))
        #expect(!key.accepts(Array(signature.dropLast()), of: message))

        // RFC 8410 section 7: a PKCS #8 envelope around the secret.
        let der = octets("302e020100300506032b657004220420" + vector.secret)
        let secret = try PrivateKey(der: der.span)
        #expect(try secret.ed25519Signature(ofMessage: message.span) == signature)
        #expect(secret.publicKey == key)
        #expect(secret.publicKey.rawOctets == octets(vector.key))
        #expect(secret.kind == .ed25519)
    }

    // RFC 8410 section 10.3 (the key) and RFC 8463 appendix A.2 have keys in these forms.
    @Test("Ed25519 in PEM is read")
    func pem() throws {
        let text = """
            -----BEGIN PRIVATE KEY-----
            MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
            -----END PRIVATE KEY-----

            """
        let key = try PrivateKey(pem: Array(text.utf8).span)
        // RFC 8410 section 10.1.
        let published = octets(
            "302a300506032b6570032100" + "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1"
        )
        #expect(key.publicKey.subjectPublicKeyInfo == published)
    }

    @Test(
        "a key that was made signs, is written and read again",
        arguments: [PrivateKey.Kind.rsa(bits: 2048), .ed25519]
    )
    func roundTrip(kind: PrivateKey.Kind) throws {
        let key = try PrivateKey(generating: kind)
        let digest = SHA256.digest(of: Array("abc".utf8).span)
        let signature = try key.signature(forSHA256: digest.span)
        #expect(key.publicKey.accepts(signature, forSHA256: digest))

        for index in [0, signature.count / 2, signature.count - 1] {
            var changed = signature
            changed[index] ^= 1
            #expect(!key.publicKey.accepts(changed, forSHA256: digest))
        }
        var other = digest
        other[0] ^= 1
        #expect(!key.publicKey.accepts(signature, forSHA256: other))
        #expect(!key.publicKey.accepts(signature, forSHA256: Array(digest.dropLast())))
        #expect(!key.publicKey.accepts([], forSHA256: digest))

        let pem = try key.withPEM { copy($0) }
        #expect(String(decoding: pem, as: UTF8.self).hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
        let again = try PrivateKey(pem: pem.span)
        #expect(again.publicKey == key.publicKey)
        #expect(again.bits == key.bits)
        let second = try again.signature(forSHA256: digest.span)
        // Both ways of signing are deterministic.
        #expect(second == signature)
    }

    @Test("an RSA key is read in both of its forms, and nothing behind it")
    func rsaForms() throws {
        let key = try PrivateKey(generating: .rsa(bits: 1024)).publicKey
        let info = key.subjectPublicKeyInfo
        #expect(key.bits == 1024)
        #expect(try PublicKey(rsa: info.span) == key)
        // The bare key is what the bit string holds, behind its count of unused bits (RFC 5280 section 4.1).
        let bare = Array(info[22...])
        #expect(bare.first == 0x30)
        #expect(try PublicKey(rsa: bare.span) == key)
        let wrongs: [[UInt8]] = [info + [0], bare + [0], info.dropLast(), bare.dropLast(), [], [0x30, 0x00]]
        for wrong in wrongs {
            #expect(throws: KeyError.malformed) { try PublicKey(rsa: wrong.span) }
        }
    }

    @Test("an RSA key whose exponent makes verification dear is refused")
    func exponent() throws {
        let info = try PrivateKey(generating: .rsa(bits: 1024)).publicKey.subjectPublicKeyInfo
        let modulus = Array(info[25..<157])
        try #require(modulus.starts(with: [0x02, 0x81, 0x81, 0x00]))
        func key(_ exponent: [UInt8]) -> [UInt8] {
            let content = modulus + [0x02, UInt8(exponent.count)] + exponent
            return [0x30, 0x81, UInt8(content.count)] + content
        }
        #expect(try PublicKey(rsa: key([1, 0, 1]).span).bits == 1024)
        #expect(try PublicKey(rsa: key([3]).span).bits == 1024)
        #expect(try PublicKey(rsa: key([0x7F] + [UInt8](repeating: 0xFF, count: 7)).span).bits == 1024)
        #expect(throws: KeyError.malformed) { try PublicKey(rsa: key([1] + [UInt8](repeating: 1, count: 8)).span) }
    }

    @Test("an RSA key is read in any encoding of its algorithm, and cut nowhere")
    func rsaEncodings() throws {
        let key = try PrivateKey(generating: .rsa(bits: 2048)).publicKey
        let info = key.subjectPublicKeyInfo
        for length in 0..<info.count {
            #expect(throws: KeyError.self) { try PublicKey(rsa: Array(info.prefix(length)).span) }
        }
        // Without its NULL, which RFC 3279 section 2.3.1 asks for and some leave out.
        var bare = info
        bare.removeSubrange(17..<19)
        bare[5] -= 2
        bare[3] -= 2
        #expect(try PublicKey(rsa: bare.span) == key)
    }

    @Test("a key of another kind is none")
    func otherKinds() throws {
        let edwards = try PrivateKey(generating: .ed25519).publicKey
        #expect(throws: KeyError.unsupportedKind) { try PublicKey(rsa: edwards.subjectPublicKeyInfo.span) }
        #expect(throws: KeyError.malformed) { try PublicKey(ed25519: [UInt8](repeating: 1, count: 31).span) }
        // RFC 5480: a point of P-256 (the curve's generator).
        let point = octets(
            "3059301306072a8648ce3d020106082a8648ce3d030107034200046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0"
                + "f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
        )
        #expect(throws: KeyError.unsupportedKind) { try PublicKey(rsa: point.span) }
        let digest = SHA256.digest(of: [UInt8]().span)
        #expect(throws: KeyError.unsupportedKind) {
            try PrivateKey(generating: .rsa(bits: 1024)).ed25519Signature(ofMessage: digest.span)
        }
    }

    // Made with `openssl genpkey -algorithm ed25519 -aes256 -pass pass:x`.
    private static let encrypted = """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhgFCqPKxR+JgICCAAw
        DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEHmtrECt++uLGVUBQ31fQK4EQGzg
        FY3iurcG/9JuxgYmvIpdlWW1rXhsbghEWBVyOSKgA5osdTb3D/bpQXAIVbqIb27i
        2NTlImYri9w+BIQmaCs=
        -----END ENCRYPTED PRIVATE KEY-----
        """

    @Test("a key under a passphrase is refused without asking for it")
    func passphrase() {
        #expect(throws: KeyError.encrypted) { try PrivateKey(pem: Array(Self.encrypted.utf8).span) }
    }

    @Test(
        "what is no key is told so",
        arguments: ["", "x", "-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----\n"]
    )
    func noKey(text: String) {
        #expect(throws: KeyError.malformed) { try PrivateKey(pem: Array(text.utf8).span) }
        #expect(throws: KeyError.malformed) { try PrivateKey(der: Array(text.utf8).span) }
    }

    @Test("a key of a size that OpenSSL refuses is not made")
    func size() {
        #expect(throws: KeyError.notGenerated) { try PrivateKey(generating: .rsa(bits: 16)) }
    }

    @Test("a digest that was copied goes its own way")
    func copiedDigest() {
        var digest = SHA256()
        digest.update(Array("ab".utf8).span)
        var copy = digest.copy()
        copy.update(Array("c".utf8).span)
        digest.update(Array("d".utf8).span)
        #expect(copy.finalize() == SHA256.digest(of: Array("abc".utf8).span))
        #expect(digest.finalize() == SHA256.digest(of: Array("abd".utf8).span))
    }

    private func copy(_ span: Span<UInt8>) -> [UInt8] { span.indices.map { span[$0] } }

    private func octets(_ hex: String) -> [UInt8] {
        let digits = hex.compactMap(\.hexDigitValue).map(UInt8.init)
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}

// The macros of the tests take no spans.
extension PublicKey {
    fileprivate func accepts(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        isEd25519(signature.span, of: message.span)
    }

    fileprivate func accepts(_ signature: [UInt8], forSHA256 digest: [UInt8]) -> Bool {
        isValid(signature.span, forSHA256: digest.span)
    }
}
