internal import Mail

/// The value of one Authentication-Results field (RFC 8601 section 2.2), read as far as it can be.
public struct AuthenticationResultsField: Hashable, Sendable {
    /// One method with its result.
    public struct Method: Hashable, Sendable {
        /// The name in lower case, such as `spf`.
        public var name: String
        /// The result in lower case.
        public var result: String
        /// Why, as the host says.
        public var reason: String?
        /// The first comment behind the result.
        public var comment: String?
        /// What was checked, by type and name in lower case, such as `header.d`.
        public var properties: [String: String] = [:]
    }

    /// Who checked; `nil` for a field that does not say, as some hosts write.
    public let authservID: String?
    /// The version of the form; 1 where nothing is written.
    public let version: Int
    /// What was found, in the order in which it is written.
    public let methods: [Method]

    /// How many methods are read, and how many properties of one.
    static let maximumMethods = 100

    /// Reads the value of a field.
    public init(_ value: some Sequence<UInt8>) {
        var reader = AuthenticationResultsReader(Array(value))
        (authservID, version) = reader.readHost()
        methods = reader.readMethods(behindHost: authservID != nil)
    }

    /// Reads only who wrote a field, which is known from its first words.
    static func host(of value: [UInt8]) -> (authservID: String?, version: Int) {
        var reader = AuthenticationResultsReader(value)
        return reader.readHost()
    }
}

/// Reads a value in one pass.
private struct AuthenticationResultsReader {
    private let octets: [UInt8]
    private var index = 0
    /// The text of the last comment that was passed over.
    private var comment: String?

    init(_ octets: [UInt8]) {
        self.octets = octets
    }

    private var next: UInt8? { index < octets.count ? octets[index] : nil }

    // MARK: Fields

    mutating func readHost() -> (authservID: String?, version: Int) {
        skipSpace()
        let start = index
        let host = readWord(endsAtEquals: true)
        skipSpace()
        guard next != UInt8(ascii: "="), !host.isEmpty else {
            // QUIRK: Microsoft's hosts begin with the first method.
            index = start
            return (nil, 1)
        }
        let digits = octets[index...].prefix { $0.isASCIIDigit }
        guard !digits.isEmpty else { return (host, 1) }
        index += digits.count
        // A number that is none is a version that nobody knows.
        return (host, Int(String(decoding: digits, as: UTF8.self)) ?? 0)
    }

    mutating func readMethods(behindHost: Bool) -> [AuthenticationResultsField.Method] {
        var methods: [AuthenticationResultsField.Method] = []
        if behindHost { skipToSemicolon() }
        while index < octets.count, methods.count < AuthenticationResultsField.maximumMethods {
            if let method = readMethod() { methods.append(method) }
            skipToSemicolon()
        }
        return methods
    }

    private mutating func readMethod() -> AuthenticationResultsField.Method? {
        // The method may bear a version, which has never been another than 1.
        guard let (name, result) = readPair(), !result.isEmpty, let method = name.split(separator: "/").first else {
            return nil
        }
        comment = nil
        skipSpace()
        var found = AuthenticationResultsField.Method(name: String(method), result: result.lowercased())
        found.comment = comment
        while let (key, value) = readPair() {
            if key == "reason" {
                found.reason = found.reason ?? value
            } else if found.properties.count < AuthenticationResultsField.maximumMethods, found.properties[key] == nil {
                found.properties[key] = value
            }
            skipSpace()
            if found.comment == nil { found.comment = comment }
        }
        return found
    }

    /// Reads `name=value`, the name in lower case; `nil` when there is none before the next semicolon.
    private mutating func readPair() -> (String, String)? {
        while true {
            skipSpace()
            guard let octet = next, octet != UInt8(ascii: ";") else { return nil }
            var name = readWord(endsAtEquals: true)
            skipSpace()
            // The period of a property may have space around it, as may the slash of a method's version.
            while name.hasSuffix(".") || name.hasSuffix("/") || isJoint(next) {
                let more = readWord(endsAtEquals: true)
                guard !more.isEmpty else { break }
                name += more
                skipSpace()
            }
            guard next == UInt8(ascii: "=") else {
                // A word without a value says nothing; an octet that begins no word is passed over.
                if name.isEmpty, next != UInt8(ascii: ";") { index += 1 }
                continue
            }
            index += 1
            skipSpace()
            let value = readWord(endsAtEquals: false)
            guard !name.isEmpty else { continue }
            return (name.lowercased(), value)
        }
    }

    private func isJoint(_ octet: UInt8?) -> Bool { octet == UInt8(ascii: ".") || octet == UInt8(ascii: "/") }

    // MARK: Words

    /// Passes over white space and comments (RFC 5322 section 3.2.2).
    private mutating func skipSpace() {
        while let octet = next {
            switch octet {
            case 0x20, 0x09, 0x0D, 0x0A: index += 1
            case UInt8(ascii: "("): skipComment()
            default: return
            }
        }
    }

    /// Passes over a comment; one that does not end takes the rest, so that nothing of it is taken for a result.
    private mutating func skipComment() {
        let start = index + 1
        var depth = 0
        while let octet = next {
            index += 1
            switch octet {
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")"): depth -= 1
            case UInt8(ascii: "\\"): index = min(index + 1, octets.count)
            default: break
            }
            if depth == 0 { break }
        }
        let end = depth == 0 ? index - 1 : index
        if comment == nil { comment = String(decoding: octets[start..<max(start, end)], as: UTF8.self) }
    }

    /// Reads a word with the quoted strings that are in it, quotes undone.
    private mutating func readWord(endsAtEquals: Bool) -> String {
        var word: [UInt8] = []
        while let octet = next {
            switch octet {
            case 0x20, 0x09, 0x0D, 0x0A, UInt8(ascii: ";"), UInt8(ascii: "("):
                return String(decoding: word, as: UTF8.self)
            case UInt8(ascii: "=") where endsAtEquals:
                return String(decoding: word, as: UTF8.self)
            case UInt8(ascii: "\""):
                index += 1
                readQuoted(into: &word)
            default:
                word.append(octet)
                index += 1
            }
        }
        return String(decoding: word, as: UTF8.self)
    }

    /// Reads a quoted string to its end, or to the field's.
    private mutating func readQuoted(into word: inout [UInt8]) {
        while let octet = next {
            index += 1
            switch octet {
            case UInt8(ascii: "\""): return
            case UInt8(ascii: "\\"):
                guard let quoted = next else { return }
                word.append(quoted)
                index += 1
            case 0x0D, 0x0A: continue
            default: word.append(octet)
            }
        }
    }

    /// Goes behind the next semicolon that stands outside of quotes and comments.
    private mutating func skipToSemicolon() {
        while let octet = next {
            switch octet {
            case UInt8(ascii: ";"):
                index += 1
                return
            case UInt8(ascii: "("): skipComment()
            case UInt8(ascii: "\""):
                index += 1
                var ignored: [UInt8] = []
                readQuoted(into: &ignored)
            default: index += 1
            }
        }
    }
}
