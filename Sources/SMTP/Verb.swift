/// The commands that the session knows, whether it carries them out or not.
enum Verb: UInt8 {
    case helo, ehlo, lhlo, mail, rcpt, data, bdat, rset, noop, quit, help, vrfy, expn
    /// Offered where TLS or accounts are set up.
    case starttls, auth
    /// Commands of extensions and of old standards that are not offered.
    case etrn, atrn, turn, send, soml, saml, burl, xclient, xforward
    /// The first words of other protocols, which a browser can be tricked into sending here.
    case foreign

    /// What holds for a verb, whatever the state.
    struct Traits: OptionSet {
        let rawValue: UInt8

        /// Refused until the client has said hello.
        static let needsHello = Traits(rawValue: 1 << 0)
        /// An argument is an error.
        static let takesNoArgument = Traits(rawValue: 1 << 1)
        /// Leads to no message, so that a client may not repeat it without end.
        static let isJunk = Traits(rawValue: 1 << 2)
        /// A known command that is not on offer.
        static let isNotOffered = Traits(rawValue: 1 << 3)
        /// Part of SMTP only.
        static let isSMTPOnly = Traits(rawValue: 1 << 4)
        /// Part of LMTP only.
        static let isLMTPOnly = Traits(rawValue: 1 << 5)
        /// Carried out even where TLS must come first.
        static let needsNoTLS = Traits(rawValue: 1 << 6)
    }

    var traits: Traits {
        switch self {
        case .helo, .ehlo: [.isSMTPOnly, .isJunk, .needsNoTLS]
        case .lhlo: [.isLMTPOnly, .isJunk, .needsNoTLS]
        case .mail, .rcpt: [.needsHello]
        // Its octets are to be read first, whatever is wrong with it.
        case .bdat: [.needsNoTLS]
        case .starttls: [.needsNoTLS]
        case .auth: []
        case .data: [.needsHello, .takesNoArgument]
        case .rset: [.takesNoArgument, .isJunk]
        case .quit: [.takesNoArgument, .needsNoTLS]
        case .noop: [.isJunk, .needsNoTLS]
        case .help, .vrfy: [.isJunk]
        case .expn, .etrn, .atrn, .turn, .send, .soml, .saml, .burl, .xclient, .xforward:
            [.isNotOffered]
        case .foreign: [.needsNoTLS]
        }
    }

    /// Finds the verb that a command line begins with, in any case.
    init?(_ word: Span<UInt8>) {
        guard word.count >= 3, word.count <= 8 else { return nil }
        var key: UInt64 = 0
        for index in word.indices {
            let octet = word[index] & 0xDF
            guard octet >= UInt8(ascii: "A"), octet <= UInt8(ascii: "Z") else { return nil }
            key = key << 8 | UInt64(octet)
        }
        guard let verb = Self.table[key] else { return nil }
        self = verb
    }

    private static let table: [UInt64: Verb] = {
        let words: [(String, Verb)] = [
            ("HELO", .helo), ("EHLO", .ehlo), ("LHLO", .lhlo), ("MAIL", .mail), ("RCPT", .rcpt), ("DATA", .data),
            ("BDAT", .bdat), ("RSET", .rset), ("NOOP", .noop), ("QUIT", .quit), ("HELP", .help), ("VRFY", .vrfy),
            ("EXPN", .expn), ("STARTTLS", .starttls), ("AUTH", .auth), ("ETRN", .etrn), ("ATRN", .atrn),
            ("TURN", .turn), ("SEND", .send), ("SOML", .soml), ("SAML", .saml), ("BURL", .burl),
            ("XCLIENT", .xclient), ("XFORWARD", .xforward), ("GET", .foreign), ("POST", .foreign), ("PUT", .foreign),
            ("HEAD", .foreign), ("CONNECT", .foreign), ("OPTIONS", .foreign), ("DELETE", .foreign),
            ("PATCH", .foreign), ("TRACE", .foreign), ("PRI", .foreign),
        ]
        var table: [UInt64: Verb] = [:]
        for (word, verb) in words { table[word.utf8.reduce(0) { $0 << 8 | UInt64($1) }] = verb }
        return table
    }()
}
