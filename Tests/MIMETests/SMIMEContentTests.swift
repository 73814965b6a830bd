import MIME
import Testing

@Suite struct SMIMEContentTests {
    static let entity = Array("Content-Type: text/plain\r\n\r\nHello\r\n".utf8)

    static func content(_ bytes: [UInt8]) -> [UInt8]? { cmsContent(bytes).map { $0.content(in: bytes.span) } }

    @Test func signedDataInDER() throws {
        let bytes = DERWriter.signed(DERWriter.element(4, Self.entity))
        let cms = try #require(cmsContent(bytes))
        #expect(cms.kind == .signedData)
        #expect(cms.isComplete && !cms.isEncrypted)
        #expect(Self.content(bytes) == Self.entity)
    }

    @Test(arguments: [1, 7, 1000]) func signedDataInPieces(size: Int) throws {
        let pieces = stride(from: 0, to: Self.entity.count, by: size).map {
            Array(Self.entity[$0..<min($0 + size, Self.entity.count)])
        }
        let bytes = DERWriter.streamed(pieces)
        let cms = try #require(cmsContent(bytes))
        #expect(cms.kind == .signedData && cms.isComplete)
        #expect(cms.pieces.count == pieces.count)
        #expect(Self.content(bytes) == Self.entity)
    }

    @Test func octetStringsWithinOthers() {
        let half = Self.entity.count / 2
        let (first, second) = (Array(Self.entity[..<half]), Array(Self.entity[half...]))
        let inner = DERWriter.indefinite(0x24, DERWriter.element(4, first))
        let definite = DERWriter.element(0x24, inner, DERWriter.element(0x24, DERWriter.element(4, second)))
        #expect(Self.content(DERWriter.signed(definite)) == Self.entity)
        #expect(Self.content(DERWriter.signed(DERWriter.indefinite(0x24))) == [])
    }

    @Test func algorithmsOfIndefiniteLengthArePassedOver() {
        let algorithms = DERWriter.indefinite(0x31, DERWriter.indefinite(0x30, [6, 3, 0x2A, 3, 4], [5, 0]))
        let info = DERWriter.element(
            0x30,
            DERWriter.type(1),
            DERWriter.element(0xA0, DERWriter.element(4, Self.entity))
        )
        let data = DERWriter.element(0x30, DERWriter.version, algorithms, info, DERWriter.signers)
        let bytes = DERWriter.element(0x30, DERWriter.type(2), DERWriter.element(0xA0, data))
        #expect(Self.content(bytes) == Self.entity)
    }

    @Test func largeContent() {
        let entity = [UInt8](repeating: 0x61, count: 60_000)
        #expect(Self.content(DERWriter.signed(DERWriter.element(4, entity))) == entity)
    }

    @Test func otherKinds() {
        let smime: (UInt8) -> [UInt8] = {
            DERWriter.element(6, [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 0x10, 1, $0])
        }
        let table: [([UInt8], CMSContent.Kind, Bool)] = [
            (DERWriter.type(3), .envelopedData, true), (DERWriter.type(6), .encryptedData, true),
            (DERWriter.type(1), .other, false), (smime(9), .compressedData, false),
            (smime(23), .authenticatedEnvelopedData, true),
        ]
        for (type, kind, isEncrypted) in table {
            for bytes in [
                DERWriter.element(0x30, type, DERWriter.element(0xA0, [0x30, 0])),
                DERWriter.indefinite(0x30, type, DERWriter.indefinite(0xA0, [0x30, 0])),
            ] {
                let cms = cmsContent(bytes)
                #expect(cms?.kind == kind)
                #expect(cms?.isEncrypted == isEncrypted)
            }
        }
        let detached = DERWriter.signed(nil)
        #expect(cmsContent(detached)?.kind == .detachedSignature)
        for text in ["", "0", "0\u{80}", "Hello", "-----BEGIN PKCS7-----"] {
            let bytes = Array(text.utf8)
            #expect(cmsContent(bytes) == nil)
        }
    }

    @Test func whatIsThereOfACutMessageIsGiven() throws {
        let bytes = DERWriter.signed(DERWriter.element(4, Self.entity))
        let end = try #require(bytes.indices.first { bytes[$0...].starts(with: Array("Hello".utf8)) }) + 5
        let cut = Array(bytes[..<end])
        let cms = try #require(cmsContent(cut))
        #expect(cms.kind == .signedData && !cms.isComplete)
        #expect(Self.content(cut) == Array(Self.entity.dropLast(2)))
    }

    @Test func depthIsLimited() throws {
        var string = DERWriter.element(4, Self.entity)
        for _ in 0..<100 { string = DERWriter.element(0x24, string) }
        let bytes = DERWriter.signed(string)
        let cms = try #require(cmsContent(bytes))
        #expect(cms.pieces.isEmpty && !cms.isComplete)
    }

    // MARK: Recognition

    @Test(arguments: [
        ("application/pkcs7-mime; smime-type=signed-data", Protection.smimeSigned),
        ("application/x-pkcs7-mime; smime-type=Enveloped-Data", .smimeEncrypted),
        ("application/pkcs7-mime; smime-type=authEnveloped-data", .smimeEncrypted),
        ("application/pkcs7-mime; smime-type=compressed-data", .smimeCompressed),
        ("application/pkcs7-mime; smime-type=certs-only", .smimeCertificates), ("application/pkcs7-mime", nil),
        ("multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=b", .pgpEncrypted),
        ("multipart/signed; protocol=\"application/pgp-signature\"; boundary=b", .signatureBeside),
        ("text/plain", nil),
    ])
    func declaredProtection(type: String, expected: Protection?) {
        let parsed = Parsed("Content-Type: \(type)\n\nx")
        #expect(Protection(parsed.message.parts[0].contentType) == expected)
    }

    @Test func protectionByContent() {
        let table: [([UInt8], Protection?)] = [
            (DERWriter.signed(DERWriter.element(4, Self.entity)), .smimeSigned),
            (DERWriter.signed(nil), .smimeCertificates),
            (DERWriter.element(0x30, DERWriter.type(3)), .smimeEncrypted), (Array("plain".utf8), nil),
            (
                Array("Hi,\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nabc\r\n-----END PGP MESSAGE-----\r\n".utf8),
                .pgpInlineEncrypted
            ),
            (Array("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHi\n".utf8), .pgpInlineSigned),
            (Array("> -----BEGIN PGP MESSAGE-----\n".utf8), nil),
        ]
        for (bytes, expected) in table {
            let found = Protection(content: bytes.span)
            #expect(found == expected)
        }
    }

    @Test func blocksOfArmor() {
        let text = """
            Hello
            -----BEGIN PGP SIGNED MESSAGE-----
            Hash: SHA256

            - -----BEGIN PGP MESSAGE-----
            text
            -----BEGIN PGP SIGNATURE-----
            abc
            -----END PGP SIGNATURE-----
            and a key
            -----BEGIN PGP PUBLIC KEY BLOCK-----
            abc
            -----END PGP PUBLIC KEY BLOCK----- \t
            -----BEGIN PGP NONSENSE-----
            -----BEGIN PGP MESSAGE-----
            """
        let bytes = Array(text.utf8)
        let blocks = PGPArmor.blocks(in: bytes.span)
        #expect(blocks.map(\.kind) == [.signedMessage, .publicKey, .message])
        #expect(blocks.map(\.isComplete) == [true, true, false])
        let first = String(decoding: bytes[blocks[0].range], as: UTF8.self)
        #expect(first.hasPrefix("-----BEGIN PGP SIGNED") && first.hasSuffix("END PGP SIGNATURE-----"))
    }
}
