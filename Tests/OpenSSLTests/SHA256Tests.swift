import OpenSSL
import Testing

@Suite("SHA-256")
struct SHA256Tests {
    // FIPS 180-4, the examples that NIST publishes for SHA-256.
    @Test(
        "gives the published digests",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ]
    )
    func vectors(text: String, expected: String) {
        let bytes = Array(text.utf8)
        #expect(hex(SHA256.digest(of: bytes.span)) == expected)

        var digest = SHA256()
        for byte in bytes { digest.update([byte].span) }
        #expect(hex(digest.finalize()) == expected)
    }

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
