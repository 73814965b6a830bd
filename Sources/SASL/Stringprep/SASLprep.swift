package import OpenSSL

/// How user names and passwords are prepared, so that what is typed in two ways is one (RFC 4013).
public enum SASLprep {
    /// What the text is for (RFC 3454 section 7).
    public enum Use: Sendable {
        /// It is stored; characters that Unicode 3.2 did not have are refused, since later versions may map them.
        case stored
        /// It is compared with what is stored.
        case query
    }

    /// Why a text cannot be prepared.
    public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// The octets are not UTF-8.
        case notUTF8
        /// Nothing is there, or nothing is left.
        case empty
        /// A password is longer than ``SASLprep/maximumPasswordLength``.
        case tooLong
        /// A character is a control, private, or otherwise forbidden (RFC 4013 section 2.3).
        case prohibited
        /// Characters of both directions are mixed (RFC 3454 section 6).
        case mixedDirections
        /// A character came after Unicode 3.2, which this profile is bound to (RFC 4013 section 2.5).
        case unassigned

        /// What is wrong, in words.
        public var description: String {
            switch self {
            case .notUTF8: "it is not UTF-8"
            case .empty: "it is empty"
            case .tooLong: "it is longer than \(maximumPasswordLength) octets"
            case .prohibited: "it has a control character or one that cannot be typed alike everywhere"
            case .mixedDirections: "it mixes characters of both writing directions"
            case .unassigned: "it has a character that is newer than Unicode 3.2, such as an emoji"
            }
        }
    }

    /// The longest password, in octets as it is typed.
    public static let maximumPasswordLength = 1_024

    /// Prepares a name.
    public static func prepare(name: String, for use: Use) throws(Failure) -> String {
        var scalars = name.unicodeScalars.map(\.value)
        try prepare(&scalars, for: use)
        var result = ""
        for scalar in scalars.compactMap(Unicode.Scalar.init) { result.unicodeScalars.append(scalar) }
        return result
    }

    /// Prepares a password; what it lies in on the way is wiped.
    package static func prepare(password: SecretBytes, for use: Use) throws(Failure) -> SecretBytes {
        guard password.count <= maximumPasswordLength else { throw .tooLong }
        let isPlain = password.withSpan { span in span.indices.allSatisfy { span[$0] > 0x1F && span[$0] < 0x7F } }
        guard !isPlain || password.isEmpty else { return password }
        guard var scalars = password.withSpan({ UTF8Text.scalars(in: $0) }) else { throw .notUTF8 }
        defer { SecretBytes.wipe(&scalars) }
        try prepare(&scalars, for: use)
        return SecretBytes(count: scalars.reduce(0) { $0 + UTF8Text.width(of: $1) }) { span in
            UTF8Text.encode(scalars, into: &span)
        }
    }

    /// The four steps of RFC 4013 section 2, in their order.
    private static func prepare(_ scalars: inout [UInt32], for use: Use) throws(Failure) {
        map(&scalars)
        if scalars.contains(where: { $0 >= 0x80 }) { CompatibilityNormalization.normalize(&scalars) }
        guard !scalars.isEmpty else { throw .empty }
        guard !scalars.contains(where: Stringprep.isProhibited) else { throw .prohibited }
        if use == .stored, scalars.contains(where: Stringprep.isUnassigned) { throw .unassigned }
        guard !Stringprep.mixesDirections(scalars) else { throw .mixedDirections }
    }

    private static func map(_ scalars: inout [UInt32]) {
        var end = 0
        // By places, since a loop over the array itself would keep a second copy of it.
        for index in scalars.indices {
            let scalar = scalars[index]
            // U+200B is in both tables; the spaces are asked first, as others do.
            if Stringprep.isOtherSpace(scalar) {
                scalars[end] = 0x20
            } else if Stringprep.isMappedToNothing(scalar) {
                continue
            } else {
                scalars[end] = scalar
            }
            end += 1
        }
        for index in end..<scalars.count { scalars[index] = 0 }
        scalars.removeLast(scalars.count - end)
    }
}
