/// The forms in DER that public RSA keys are published in.
enum RSAKeyEncoding {
    /// Where the RSAPublicKey lies (RFC 8017 appendix A.1.1): in all of the octets, or in a SubjectPublicKeyInfo whose
    /// algorithm is rsaEncryption (RFC 3279 section 2.3.1).
    ///
    /// - Returns: `nil` for any other form. What lies in the range is not looked at.
    static func publicKey(in der: Span<UInt8>) -> Range<Int>? {
        guard let content = element(sequence, in: der, 0..<der.count), content.upperBound == der.count,
            !content.isEmpty
        else { return nil }
        if der[content.lowerBound] == integer { return 0..<der.count }
        let key = content.lowerBound + rsaEncryption.count
        guard key < content.upperBound else { return nil }
        for index in rsaEncryption.indices where der[content.lowerBound + index] != rsaEncryption[index] { return nil }
        guard let bits = element(bitString, in: der, key..<content.upperBound), bits.upperBound == der.count,
            // The number of bits that do not count stands before the key.
            bits.count > 1, der[bits.lowerBound] == 0
        else { return nil }
        return bits.lowerBound + 1..<bits.upperBound
    }

    private static let sequence: UInt8 = 0x30
    private static let integer: UInt8 = 0x02
    private static let bitString: UInt8 = 0x03
    /// The sequence of the object identifier 1.2.840.113549.1.1.1 and NULL.
    private static let rsaEncryption: [UInt8] = [
        0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00,
    ]

    /// The content of the element at the beginning of a range, if it has the tag and a length of at most two octets.
    private static func element(_ tag: UInt8, in der: Span<UInt8>, _ range: Range<Int>) -> Range<Int>? {
        guard range.count > 4, der[range.lowerBound] == tag else { return nil }
        let first = Int(der[range.lowerBound + 1])
        var start = range.lowerBound + 2
        var length = first
        if first >= 0x80 {
            guard first == 0x81 || first == 0x82 else { return nil }
            length = 0
            for _ in 0..<(first - 0x80) {
                length = length << 8 | Int(der[start])
                start += 1
            }
        }
        guard length <= range.upperBound - start else { return nil }
        return start..<start + length
    }
}
