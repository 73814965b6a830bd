public import Mail

/// One SPF record: who may send mail for a domain (RFC 7208 section 4.6.1).
public struct SPFRecord: Hashable, Sendable {
    /// What is said of clients that a mechanism matches (RFC 7208 section 4.6.2).
    public enum Qualifier: UInt8, Hashable, Sendable {
        /// They may send; meant where nothing is written.
        case pass = 0x2B
        /// They must not.
        case fail = 0x2D
        /// They probably must not.
        case softfail = 0x7E
        /// Nothing is said.
        case neutral = 0x3F
    }

    /// What clients are matched with (RFC 7208 section 5).
    public enum Mechanism: Hashable, Sendable {
        /// Any client.
        case all
        /// Those that pass by the record of another domain.
        case include(SPFMacroString)
        /// Those near an address of a host.
        case a(SPFMacroString?, PrefixLengths)
        /// Those near an address of a host that takes a domain's mail.
        case mx(SPFMacroString?, PrefixLengths)
        /// Those whose own name lies in a domain.
        case ptr(SPFMacroString?)
        /// Those within a network of version 4.
        case ip4(IPNetwork)
        /// Those within a network of version 6; none when the network is one of version 4 within version 6, since such
        /// clients count as of version 4.
        case ip6(IPNetwork?)
        /// Any, when a name exists.
        case exists(SPFMacroString)
    }

    /// How much of an address must be equal, for either version.
    public struct PrefixLengths: Hashable, Sendable {
        /// For version 4.
        public var version4 = 32
        /// For version 6.
        public var version6 = 128
    }

    /// A mechanism with what is said of those that it matches.
    public struct Directive: Hashable, Sendable {
        /// What is said.
        public let qualifier: Qualifier
        /// Of whom it is said.
        public let mechanism: Mechanism
        /// The term as it is written.
        public let text: String
    }

    /// The mechanisms in the order in which they are tried.
    public let directives: [Directive]
    /// Whose record decides when no mechanism matches.
    public let redirect: SPFMacroString?
    /// Where the text lies that tells a refused client why.
    public let explanation: SPFMacroString?
    /// Modifiers that RFC 7208 does not know and that change nothing, as they are written.
    public let unknownModifiers: [String]

    /// How many octets a record may have.
    ///
    /// RFC 7208 section 3.4 wants less than 512; some tools that list every address make a few thousand.
    public static let maximumLength = 16_384

    /// Whether a text is meant as an SPF record of this version (RFC 7208 section 4.5).
    public static func isRecord(_ octets: [UInt8]) -> Bool {
        octets.starts(with: version, by: { $0.asciiLowercased == $1 })
            && (octets.count == version.count || octets[version.count] == 0x20)
    }

    private static let version = Array("v=spf1".utf8)

    /// Reads a record; any error anywhere makes all of it invalid (RFC 7208 section 4.6).
    public init(_ octets: [UInt8]) throws(SPFSyntaxError) {
        guard Self.isRecord(octets) else { throw SPFSyntaxError(.noVersion, in: octets[...]) }
        guard octets.count <= Self.maximumLength else { throw SPFSyntaxError(.tooLong, in: octets[...]) }
        var directives: [Directive] = []
        var modifiers: [String: SPFMacroString] = [:]
        var unknown: [String] = []
        for term in octets[Self.version.count...].split(separator: 0x20) {
            guard let (name, value) = Self.modifier(term) else {
                directives.append(try Directive(term))
                continue
            }
            let isKnown = name == "redirect" || name == "exp"
            guard let text = SPFMacroString(value, in: isKnown ? .domain : .modifier) else {
                throw SPFSyntaxError(.malformedMacro, in: term)
            }
            guard isKnown else {
                unknown.append(String(decoding: term, as: UTF8.self))
                continue
            }
            guard text.endsAsDomain else { throw SPFSyntaxError(.malformedDomain, in: term) }
            guard modifiers.updateValue(text, forKey: name) == nil else {
                throw SPFSyntaxError(.duplicateModifier, in: term)
            }
        }
        self.directives = directives
        redirect = modifiers["redirect"]
        explanation = modifiers["exp"]
        unknownModifiers = unknown
    }

    /// The name and the value of a modifier; `nil` when the term is none.
    private static func modifier(_ term: ArraySlice<UInt8>) -> (name: String, value: ArraySlice<UInt8>)? {
        let name = term.prefix { $0.isASCIILetter || $0.isASCIIDigit || "-_.".utf8.contains($0) }
        guard let first = name.first, first.isASCIILetter, name.endIndex < term.endIndex,
            term[name.endIndex] == UInt8(ascii: "=")
        else { return nil }
        return (String(decoding: name.map(\.asciiLowercased), as: UTF8.self), term[(name.endIndex + 1)...])
    }
}

/// What is wrong with an SPF record.
public struct SPFSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of errors.
    public enum Kind: String, Hashable, Sendable {
        /// The record does not begin with `v=spf1`.
        case noVersion = "the record does not begin with v=spf1"
        /// The record is longer than any that is read.
        case tooLong = "the record is too long"
        /// The mechanism is none of RFC 7208.
        case unknownMechanism = "there is no such mechanism"
        /// The mechanism has something behind it that it does not take.
        case unexpectedArgument = "the mechanism takes no such argument"
        /// The mechanism lacks what it needs.
        case missingArgument = "the mechanism lacks its argument"
        /// A domain does not end in a label or a macro.
        case malformedDomain = "this is no domain"
        /// A macro is malformed, or stands where it must not, or a character does.
        case malformedMacro = "a macro or a character is not allowed"
        /// The address is none of the version that the mechanism is for.
        case malformedAddress = "this is no address of that version"
        /// The length of the prefix is no number, or longer than the address.
        case malformedPrefix = "this is no length of a prefix"
        /// The modifier comes twice.
        case duplicateModifier = "the modifier comes twice"
    }

    /// What is wrong.
    public let kind: Kind
    /// The term that is wrong, as far as it can be shown.
    public let term: String

    init(_ kind: Kind, in term: ArraySlice<UInt8>) {
        self.kind = kind
        self.term = String(decoding: term.prefix(253), as: UTF8.self).inOneLine
    }

    /// The error in words.
    public var description: String { "\"\(term)\": \(kind.rawValue)" }
}
