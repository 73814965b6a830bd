public import OpenSSL

/// The form in which a credential is stored: `SCRAM-SHA-256$ITERATIONS:SALT$STOREDKEY:SERVERKEY`, the last three in
/// Base64 (RFC 5803 section 3 without its optional spaces).
extension SCRAMCredential {
    /// Why a text is no credential.
    public enum TextFailure: Error, Hashable, Sendable, CustomStringConvertible {
        /// It is not of the form, or of another scheme.
        case form
        /// The number of iterations is none, or outside ``SCRAMCredential/acceptedIterations``.
        case iterations
        /// The salt is not Base64, or empty or longer than 64 octets.
        case salt
        /// A key is not Base64 of 32 octets.
        case key

        /// What is wrong, in words that repeat nothing of the text.
        public var description: String {
            switch self {
            case .form: "the credential is not of the form SCRAM-SHA-256$iterations:salt$stored-key:server-key"
            case .iterations:
                "the credential's iterations are not a number from \(acceptedIterations.lowerBound) to "
                    + "\(acceptedIterations.upperBound)"
            case .salt: "the credential's salt is not Base64 of 1 to 64 octets"
            case .key: "a key of the credential is not Base64 of 32 octets"
            }
        }
    }

    /// The text to store.
    ///
    /// It is a secret as the credential is.
    public var text: SecretBytes {
        var text = Array("\(Self.scheme)$\(iterations):".utf8)
        // Room for all of it, so that no outgrown copy of the keys is left behind.
        text.reserveCapacity(text.count + salt.count * 2 + 96)
        text += Base64.standard.encode(salt.span)
        for (separator, key) in [(Separator.part, storedKey), (Separator.field, serverKey)] {
            var encoded = key.withSpan { Base64.standard.encode($0) }
            text.append(separator)
            text += encoded
            SecretBytes.wipe(&encoded)
        }
        return SecretBytes(wiping: &text)
    }

    /// Reads a text that was stored.
    public init(text: SecretBytes) throws(TextFailure) {
        var octets = text.withSpan { span in span.indices.map { span[$0] } }
        defer { SecretBytes.wipe(&octets) }
        let parts = octets.split(separator: Separator.part, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].elementsEqual(Self.scheme.utf8) else { throw .form }
        let parameters = parts[1].split(separator: Separator.field, omittingEmptySubsequences: false)
        let keys = parts[2].split(separator: Separator.field, omittingEmptySubsequences: false)
        guard parameters.count == 2, keys.count == 2 else { throw .form }

        guard let iterations = DecimalNumber.value(of: parameters[0]), Self.acceptedIterations.contains(iterations)
        else { throw .iterations }
        let saltText = parameters[1]
        guard let salt = Base64.standard.decode(saltText.span), (1...64).contains(salt.count) else { throw .salt }
        self.init(
            salt: salt,
            iterations: iterations,
            storedKey: try Self.key(keys[0]),
            serverKey: try Self.key(keys[1])
        )
    }

    private static func key(_ text: ArraySlice<UInt8>) throws(TextFailure) -> SecretBytes {
        guard var octets = Base64.standard.decode(text.span), octets.count == SHA256.length else { throw .key }
        return SecretBytes(wiping: &octets)
    }

    private static let scheme = "SCRAM-SHA-256"

    private enum Separator {
        static let part = UInt8(ascii: "$")
        static let field = UInt8(ascii: ":")
    }
}

/// A number in decimal digits as they are written: no sign, no leading zero, at most nine digits.
enum DecimalNumber {
    static func value(of digits: ArraySlice<UInt8>) -> Int? {
        let zero = UInt8(ascii: "0")
        guard (1...9).contains(digits.count), digits.first != zero || digits.count == 1 else { return nil }
        var number = 0
        for digit in digits {
            guard digit >= zero, digit <= zero + 9 else { return nil }
            number = number * 10 + Int(digit - zero)
        }
        return number
    }
}
