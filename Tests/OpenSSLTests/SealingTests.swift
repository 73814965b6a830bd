import OpenSSL
import Testing

@Suite("secrets that are sealed")
struct SealingTests {
    // The test cases 13 to 16 of the GCM specification (McGrew and Viega), and the first ones with a plaintext of none
    // or 128 bits in NIST's gcmEncryptExtIV256.rsp.
    private static let vectors: [(key: String, nonce: String, plaintext: String, data: String, sealed: String)] = [
        (
            String(repeating: "00", count: 32), String(repeating: "00", count: 12), "", "",
            "530f8afbc74536b9a963b4f1c4cb738b"
        ),
        (
            String(repeating: "00", count: 32), String(repeating: "00", count: 12), String(repeating: "00", count: 16),
            "", "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"
        ),
        (
            "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255", "",
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad"
                + "b094dac5d93471bdec1a502270e3cc6c"
        ),
        (
            "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
            "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"
        ),
        (
            "b52c505a37d78eda5dd34f20c22540ea1b58963cf8e5bf8ffa85f9f2492505b4", "516c33929df5a3284ff463d7", "", "",
            "bdc1ac884d332457a1d2664f168c76f0"
        ),
        (
            "31bdadd96698c204aa9ce1448ea94ae1fb4a9a0b3c9d773b51bb1822666b8f22", "0d18e06c7c725ac9e362e1ce",
            "2db5168e932556f8089a0622981d017d", "",
            "fa4362189661d163fcd6a56d8bf0405ad636ac1bbedd5cc3ee727dc2ab4a9489"
        ),
        (
            "92e11dcdaa866f5ce790fd24501f92509aacf4cb8b1339d50c9c1240935dd08b", "ac93a1a6145299bde902f21a",
            "2d71bcfa914e4ac045b2aa60955fad24", "1e0889016f67601c8ebea4943bc23ad6",
            "8995ae2e6df3dbf96fac7b7137bae67feca5aa77d51d4a0a14d9c51e1da474ab"
        ),
    ]

    @Test("AES-256-GCM gives the published ciphertexts and takes them back", arguments: vectors.indices)
    func published(index: Int) {
        let vector = Self.vectors[index]
        let (nonce, data, sealed) = (octets(vector.nonce), octets(vector.data), octets(vector.sealed))
        let key = SecretBytes(octets(vector.key).span)
        let plaintext = SecretBytes(octets(vector.plaintext).span)
        let made = AES256GCM.seal(plaintext, key: key, nonce: nonce.span, associatedData: data.span)
        #expect(made == sealed)
        func opened(_ sealed: [UInt8], _ key: SecretBytes, _ nonce: [UInt8], _ data: [UInt8]) -> SecretBytes? {
            AES256GCM.open(sealed.span, key: key, nonce: nonce.span, associatedData: data.span)
        }
        #expect(opened(sealed, key, nonce, data) == plaintext)
        for place in sealed.indices { #expect(opened(flipped(sealed, at: place), key, nonce, data) == nil) }
        for place in nonce.indices { #expect(opened(sealed, key, flipped(nonce, at: place), data) == nil) }
        for place in data.indices { #expect(opened(sealed, key, nonce, flipped(data, at: place)) == nil) }
        for length in 0..<sealed.count { #expect(opened(Array(sealed[..<length]), key, nonce, data) == nil) }
        #expect(opened(sealed, key, nonce, data + [0]) == nil)
        #expect(opened(sealed, SecretBytes(flipped(octets(vector.key), at: 31).span), nonce, data) == nil)
    }

    // MARK: The form

    private static let name = "mailbox/sch\u{F6}n/password"

    private static func key(_ first: UInt8) throws -> MasterKey {
        try MasterKey(Array(first..<first + 32).span)
    }

    // Made without OpenSSL, by an AES written for the purpose.
    @Test("a secret is sealed in the form that is stored")
    func form() throws {
        let ring = try SealingKeyRing(current: Self.key(0))
        #expect(ring.currentKeyID.description == "8b293ea4e30fb204")
        let stored =
            "6d777301" + "8b293ea4e30fb204" + "6465666768696a6b6c6d6e6f" + "398db5c00bbd154b9e1d1352ca"
            + "529ac7de64f3c9451c34bb3fc10cc2e1"
        let sealed = try ring.seal(secret("correct horse"), as: Self.name, nonce: Array(100..<112))
        #expect(hex(sealed.octets) == stored)
        #expect(sealed.octets.count == 13 + SealedSecret.overhead)
        #expect(try ring.open(octets(stored).span, as: Self.name) == secret("correct horse"))
        let read = try SealedSecret(octets(stored).span)
        #expect(read == sealed)
        #expect(!ring.needsResealing(read))
    }

    @Test("each secret is sealed otherwise each time, and comes back", arguments: [0, 1, 15, 16, 17, 65_536])
    func roundTrip(length: Int) throws {
        let ring = try SealingKeyRing(current: Self.key(0))
        let secret = SecretBytes([UInt8](repeating: 7, count: length).span)
        let sealed = try (0..<8).map { _ in try ring.seal(secret, as: "a") }
        // The nonces differ, and with them all that follows.
        #expect(Set(sealed.map { Array($0.octets[12..<24]) }).count == 8)
        for one in sealed { #expect(try ring.open(one.octets.span, as: "a") == secret) }
    }

    @Test("an octet that was altered is found, wherever it is")
    func tampering() throws {
        let ring = try SealingKeyRing(current: Self.key(0))
        let sealed = try ring.seal(secret("correct horse"), as: Self.name).octets
        for place in sealed.indices {
            for bit in 0..<8 {
                var other = sealed
                other[place] ^= 1 << UInt8(bit)
                let fault = try #require(faultFound(in: other, ring))
                switch place {
                case 0..<3: #expect(fault == .notSealed)
                case 3: #expect(fault == .version(other[3]))
                case 4..<12:
                    guard case .unknownKey = fault else {
                        Issue.record("\(fault) at \(place)")
                        continue
                    }
                default: #expect(fault == .notAuthentic)
                }
            }
        }
        for length in sealed.indices {
            let fault = try #require(faultFound(in: Array(sealed[..<length]), ring))
            #expect(fault == (length < 4 ? .notSealed : length < SealedSecret.overhead ? .truncated : .notAuthentic))
        }
        #expect(faultFound(in: sealed + [0], ring) == .notAuthentic)
        #expect(faultFound(in: sealed, ring) == nil)
        let huge = sealed[..<24] + [UInt8](repeating: 0, count: SealedSecret.maximumSecretLength + 17)
        #expect(faultFound(in: Array(huge), ring) == .tooLong(SealedSecret.maximumSecretLength + 1))
    }

    @Test("a secret opens under its own name only")
    func otherName() throws {
        let ring = try SealingKeyRing(current: Self.key(0))
        let sealed = try ring.seal(secret("correct horse"), as: Self.name)
        for name in ["mailbox/schon/password", "mailbox/scho\u{308}n/password", "mailbox/sch\u{F6}n/passwor", "m"] {
            #expect(throws: SealingFailure(name: name, fault: .notAuthentic)) { try ring.open(sealed, as: name) }
            #expect(throws: SealingFailure(name: name, fault: .notAuthentic)) { try ring.reseal(sealed, as: name) }
        }
        // What stands before the name in the associated data is no part of a name.
        for length in 1...8 {
            let ended = String(Self.name.dropFirst(length))
            #expect(throws: SealingFailure(name: ended, fault: .notAuthentic)) { try ring.open(sealed, as: ended) }
        }
    }

    // MARK: Keys

    @Test("keys are rotated: the former ones open, the current one seals")
    func rotation() throws {
        let (old, new, other) = try (Self.key(0), Self.key(1), Self.key(2))
        let before = try SealingKeyRing(current: old)
        let sealed = try before.seal(secret("correct horse"), as: "a")
        #expect(!before.needsResealing(sealed))

        let during = try SealingKeyRing(current: new, former: [other, old])
        #expect(during.needsResealing(sealed))
        #expect(try during.open(sealed, as: "a") == secret("correct horse"))
        let resealed = try during.reseal(sealed, as: "a")
        #expect(resealed.keyID == new.id)
        #expect(!during.needsResealing(resealed))

        let after = try SealingKeyRing(current: new)
        #expect(try after.open(resealed, as: "a") == secret("correct horse"))
        #expect(throws: SealingFailure(name: "a", fault: .unknownKey(old.id))) { try after.open(sealed, as: "a") }
        #expect(throws: SealingFailure(name: "a", fault: .unknownKey(new.id))) { try before.open(resealed, as: "a") }
        // A secret that names another key than it was sealed under does not open either.
        let forged = Array(sealed.octets[..<4]) + resealed.octets[4..<12] + sealed.octets[12...]
        #expect(faultFound(in: forged, during, as: "a") == .notAuthentic)
    }

    @Test("a ring is bounded, and no key is in it twice")
    func rings() throws {
        let keys = try (0..<17).map { try Self.key($0) }
        let full = try SealingKeyRing(current: keys[0], former: Array(keys[1..<16]))
        #expect(full.currentKeyID == keys[0].id)
        #expect(throws: SealingKeyRing.Fault.tooMany(17)) {
            try SealingKeyRing(current: keys[0], former: Array(keys[1...]))
        }
        #expect(throws: SealingKeyRing.Fault.twice(keys[0].id)) {
            try SealingKeyRing(current: keys[0], former: [keys[1], keys[0]])
        }
        #expect(throws: SealingKeyRing.Fault.twice(keys[1].id)) {
            try SealingKeyRing(current: keys[0], former: [keys[1], keys[1]])
        }
    }

    @Test("names and secrets are bounded")
    func bounds() throws {
        let ring = try SealingKeyRing(current: Self.key(0))
        let sealed = try ring.seal(secret("x"), as: String(repeating: "n", count: 255))
        for name in ["", String(repeating: "n", count: 256), "a\nb", "a\0", "a\u{7F}", "a\u{85}"] {
            #expect(throws: SealingFailure(name: name, fault: .name)) { try ring.seal(secret("x"), as: name) }
            #expect(throws: SealingFailure(name: name, fault: .name)) { try ring.open(sealed, as: name) }
            #expect(throws: SealingFailure(name: name, fault: .name)) { try ring.open([UInt8]().span, as: name) }
        }
        let long = SecretBytes([UInt8](repeating: 7, count: 65_537).span)
        #expect(throws: SealingFailure(name: "a", fault: .tooLong(65_537))) { try ring.seal(long, as: "a") }
    }

    @Test("a master key is read as it is kept")
    func keyForms() throws {
        let text = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
        let key = try Self.key(0)
        for content in [text, text + "\n", text + "\r\n"] {
            #expect(try MasterKey(Array(content.utf8).span) == key)
        }
        #expect(key.id.description == "8b293ea4e30fb204")
        #expect(try MasterKey(Array(1..<33).span).id != key.id)

        let made = MasterKey.makeText()
        #expect(made.count == 45)
        #expect(made != MasterKey.makeText())
        let read = try made.withSpan { content throws(MasterKey.Fault) in try MasterKey(content) }
        #expect(read != key)
    }

    @Test("what is no master key is refused, and what people type too")
    func badKeys() {
        let text = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
        let contents: [([UInt8], MasterKey.Fault)] = [
            ([], .length(0)), ([0x0A], .length(1)), (Array(0..<31), .length(31)), (Array(0..<33), .length(33)),
            (Array(0..<32) + [0x0A], .length(33)), (Array((text + "\n\n").utf8), .length(46)),
            (Array((text + "\r").utf8), .length(45)), (Array((" " + text).utf8), .length(45)),
            (Array(text.dropLast().utf8), .length(43)),
            (Array(text.replacing("=", with: "A").utf8), .notBase64),
            (Array(text.replacing("8=", with: "9=").utf8), .notBase64),
            (Array(text.replacing("AAE", with: "A-E").utf8), .notBase64),
            (Array(text.replacing("Hh8=", with: "Hg==").utf8), .notBase64),
            (Array("correct horse battery staple, 32".utf8), .guessable),
            (Array("0123456789abcdef0123456789abcdef".utf8), .guessable),
            ([UInt8](repeating: 0, count: 32), .guessable), ([UInt8](repeating: 0xFF, count: 32), .guessable),
            (Array((String(repeating: "A", count: 43) + "=").utf8), .guessable),
            (Array("Y29ycmVjdCBob3JzZSBiYXR0ZXJ5IHN0YXBsZSwgMzI=".utf8), .guessable),
        ]
        for (content, fault) in contents {
            #expect(throws: fault) { try MasterKey(content.span) }
            #expect(!fault.description.contains("horse"))
        }
    }

    @Test("no description has a key or a secret")
    func descriptions() throws {
        let key = try Self.key(100)
        let ring = try SealingKeyRing(current: key, former: [Self.key(0)])
        let sealed = try ring.seal(secret("correct horse"), as: "mailbox/a", nonce: Array(1...12))
        var texts = ["\(key)", String(reflecting: key), "\(ring)", String(reflecting: ring), "\(sealed)"]
        var dumped = ""
        dump(key, to: &dumped)
        dump(ring, to: &dumped)
        texts.append(dumped)
        for name in ["mailbox/b", "horse\n"] {
            do {
                _ = try ring.open(sealed, as: name)
                Issue.record("it opened")
            } catch {
                texts += ["\(error)"]
                #expect("\(error)".contains("mailbox/b") == (name == "mailbox/b"))
            }
        }
        for text in texts {
            for part in ["horse", "defghijk", "100, 101", "99, 111, 114"] { #expect(!text.contains(part), "\(text)") }
        }
        #expect("\(ring)" == "master keys \(key.id), 8b293ea4e30fb204")
    }

    // MARK: Means

    private func faultFound(in octets: [UInt8], _ ring: SealingKeyRing, as name: String = name) -> SealingFault? {
        do throws(SealingFailure) {
            _ = try ring.open(octets.span, as: name)
            return nil
        } catch {
            #expect(error.name == name)
            return error.fault
        }
    }

    private func flipped(_ octets: [UInt8], at place: Int) -> [UInt8] {
        var other = octets
        other[place] ^= 1
        return other
    }

    private func secret(_ text: String) -> SecretBytes { SecretBytes(Array(text.utf8).span) }

    private func octets(_ hex: String) -> [UInt8] {
        let digits = hex.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    private func hex(_ octets: [UInt8]) -> String {
        octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
