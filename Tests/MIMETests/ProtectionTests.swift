import MIME
import Testing

/// Signed and encrypted mail in every form in which clients and gateways send it, as people are told of it.
@Suite struct ProtectionTests {
    private static let enveloped = DERWriter.element(0x30, DERWriter.type(3), DERWriter.element(0xA0, [0x30, 0]))
    private static let signed = DERWriter.signed(DERWriter.element(4, SMIMEContentTests.entity))

    private static let smime = "Encrypted with S/MIME; the content cannot be shown without its key."
    private static let openPGP = "Encrypted with OpenPGP; the content cannot be shown without its key."
    private static let opaque = "Signed with S/MIME, the text within the signature; signature not verified."

    @Test(arguments: [
        ("application/pkcs7-mime; smime-type=enveloped-data", "smime.p7m"),
        ("application/x-pkcs7-mime; smime-type=authEnveloped-data", "smime.p7m"),
        ("application/pkcs7-mime", "smime.p7m"),
        ("application/pkcs7-mime", "x"), ("application/octet-stream", "smime.p7m"),
        ("application/octet-stream", "A.P7M"),
        ("application/x-smime", "x"), ("application/cms; encapsulating-type=x", "x"),
        ("application/x-unknown", "smime.p7m"),
        // The content tells more than the parameter.
        ("application/pkcs7-mime; smime-type=signed-data", "smime.p7m"),
    ])
    func encryptedSMIME(type: String, name: String) {
        let readable = ReadableMessageTests.read(ReadableMessageTests.attached(type, name, Self.enveloped))
        #expect(readable.sections.map(\.text).contains(Self.smime), "\(readable.sections.map(\.text))")
        // The raw part stays at hand.
        #expect(readable.files.map(\.size) == [Self.enveloped.count])
    }

    @Test(arguments: [
        ("application/pkcs7-mime; smime-type=signed-data", "smime.p7m"), ("application/octet-stream", "smime.p7m"),
        ("application/pkcs7-mime; smime-type=enveloped-data", "smime.p7m"), ("application/x-smime", "x"),
    ])
    func opaqueSMIME(type: String, name: String) {
        let readable = ReadableMessageTests.read(ReadableMessageTests.attached(type, name, Self.signed))
        #expect(readable.sections.map(\.text).first == Self.opaque)
        #expect(readable.sections.map(ReadableMessageTests.shown).last == "Hello")
    }

    /// What cannot be read is still what it declares.
    @Test func damagedSMIME() {
        let octets = ReadableMessageTests.attached("application/pkcs7-mime; smime-type=enveloped-data", "x", [1, 2, 3])
        #expect(ReadableMessageTests.read(octets).sections.map(\.text) == [Self.smime])
        let named = ReadableMessageTests.read(ReadableMessageTests.attached("application/pdf", "a.p7m", [1, 2, 3]))
        #expect(named.sections.isEmpty && named.files.count == 1)
    }

    private static func container(_ type: String, _ control: String) -> ReadableMessage {
        ReadableMessageTests.read(
            """
            Subject: x
            Content-Type: \(type); boundary=b

            --b
            Content-Type: \(control)

            Version: 1
            --b
            Content-Type: application/octet-stream; name=encrypted.asc

            -----BEGIN PGP MESSAGE-----

            abc
            -----END PGP MESSAGE-----
            --b--

            """
        )
    }

    @Test(arguments: [
        ("multipart/encrypted; protocol=\"application/pgp-encrypted\"", "application/pgp-encrypted", openPGP),
        ("multipart/encrypted", "application/pgp-encrypted", openPGP),
        // As Exchange passes it on.
        ("multipart/mixed", "application/pgp-encrypted", openPGP),
        ("multipart/encrypted; protocol=\"application/pkcs7-mime\"", "application/x-control", smime),
    ])
    func encryptedContainers(type: String, control: String, notice: String) {
        let readable = Self.container(type, control)
        #expect(readable.sections.map(\.text) == [notice])
        #expect(readable.files.count == 2)
    }

    @Test(arguments: [
        ("-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----", openPGP),
        ("Hello\n\n-----BEGIN PGP MESSAGE-----\nVersion: x\n\nabc\n-----END PGP MESSAGE-----\n\nBye", openPGP),
        (
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nHi\n-----BEGIN PGP SIGNATURE-----\n\nabc\n"
                + "-----END PGP SIGNATURE-----",
            "Signed with OpenPGP within the text; signature not verified."
        ),
    ])
    func armorInTheText(text: String, notice: String) {
        let readable = ReadableMessageTests.read("Subject: x\n\n\(text)\n")
        #expect(readable.sections.first?.text == notice)
        #expect(readable.sections.last?.text.contains("abc") == true)
        // Quoted, it is somebody else's.
        let quoted = text.split(separator: "\n", omittingEmptySubsequences: false).map { "> \($0)" }
        let answer = ReadableMessageTests.read("Subject: x\n\nWhat is this?\n\n\(quoted.joined(separator: "\n"))\n")
        #expect(!answer.sections.map(\.text).contains(notice))
    }
}
