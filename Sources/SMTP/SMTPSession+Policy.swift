public import SASL

extension SMTPSession {
    /// Which of the two protocols a session speaks; all differences follow from this value.
    public enum Dialect: String, Hashable, Sendable {
        /// RFC 5321: HELO and EHLO, one reply after a message.
        case smtp
        /// RFC 2033: LHLO, one reply for each recipient after a message.
        case lmtp
    }

    /// What is done with a line feed or carriage return that stands alone in a message sent by DATA.
    public enum BareNewlines: String, Hashable, Sendable {
        /// The message is refused behind its true end.
        case reject
        /// The octets are stored as they are. They never end a message.
        case accept
    }

    /// The extensions that a session offers.
    public struct Extensions: OptionSet, Hashable, Sendable {
        /// One bit for each.
        public let rawValue: UInt16

        /// Makes a set of its bits.
        public init(rawValue: UInt16) {
            self.rawValue = rawValue
        }

        /// PIPELINING (RFC 2920).
        public static let pipelining = Extensions(rawValue: 1 << 0)
        /// SIZE (RFC 1870).
        public static let size = Extensions(rawValue: 1 << 1)
        /// 8BITMIME (RFC 6152).
        public static let eightBitMIME = Extensions(rawValue: 1 << 2)
        /// SMTPUTF8 (RFC 6531).
        public static let smtpUTF8 = Extensions(rawValue: 1 << 3)
        /// ENHANCEDSTATUSCODES (RFC 2034).
        public static let enhancedStatusCodes = Extensions(rawValue: 1 << 4)
        /// CHUNKING (RFC 3030).
        public static let chunking = Extensions(rawValue: 1 << 5)
        /// BINARYMIME (RFC 3030), which means nothing without ``chunking``.
        public static let binaryMIME = Extensions(rawValue: 1 << 6)

        /// Every extension that works.
        public static let all: Extensions = [
            .pipelining, .size, .eightBitMIME, .smtpUTF8, .enhancedStatusCodes, .chunking, .binaryMIME,
        ]
    }

    /// The bounds of a session; each has an answer when it is met.
    public struct Limits: Hashable, Sendable {
        /// The largest message in octets, after the removal of dot-stuffing: 552 5.3.4.
        public var messageSize: UInt64 = 52_428_800
        /// The recipients of one transaction: 452 4.5.3.
        public var recipients = 1000
        /// Errors without a message between them: 421 4.7.0.
        ///
        /// Zero is no limit.
        public var errors = 20
        /// Commands that lead to no message: 421 4.7.0.
        ///
        /// Zero is no limit.
        public var junkCommands = 100
        /// Trace lines in a message's header, above which it loops: 554 5.4.6.
        public var receivedHeaders = 100
        /// The longest line of a message in octets: 552 5.3.4.
        public var messageLineLength = 1_048_576
        /// Errors that are answered at once; each one beyond waits longer.
        public var promptErrors = 10
        /// What each error beyond ``promptErrors`` adds to the wait before its reply, in milliseconds.
        public var errorDelayStep = 100
        /// The longest such wait, in milliseconds.
        public var longestErrorDelay = 5000

        /// How much of a refused message is read before the session ends: a message twice too large hears its reply
        /// behind its end, one without end does not come in for ever.
        var discardedOctets: UInt64 {
            let (sum, isOverflown) = messageSize.addingReportingOverflow(max(messageSize, 64 << 20))
            return isOverflown ? .max : sum
        }

        /// The limits as they are without configuration.
        public init() {}
    }

    /// Whether a session that began in clear can be encrypted.
    public enum TLSUse: String, Hashable, Sendable {
        /// There is no STARTTLS.
        case unavailable
        /// The client may ask for it.
        case offered
        /// Nothing else is done before it: 530 5.7.0.
        case required
    }

    /// How clients authenticate.
    public struct Authentication: Hashable, Sendable {
        /// The mechanisms that are set up; what of them is offered depends on the connection.
        public var mechanisms: Set<SASLMechanism>
        /// Whether mail is taken from authenticated clients only: 530 5.7.0.
        public var isRequired = false
        /// Failed attempts in one session: 421 4.7.0.
        ///
        /// Zero is no limit.
        public var failures = 3
        /// What each failed attempt adds to the wait before its reply, in milliseconds.
        ///
        /// No wait is longer than ``Limits/longestErrorDelay``.
        public var failureDelay = 1000
        /// How LOGIN asks.
        public var loginPrompts = LoginPrompts.common
        /// What a client is told whose token was not accepted.
        public var bearerHint = BearerHint()

        /// Sets up `mechanisms`.
        public init(mechanisms: Set<SASLMechanism>) {
            self.mechanisms = mechanisms
        }
    }

    /// What one listener asks of its sessions.
    public struct Policy: Hashable, Sendable {
        /// The protocol.
        public var dialect: Dialect
        /// The name in the greeting.
        public var hostname: String
        /// The bounds.
        public var limits = Limits()
        /// What to do with bare line feeds and carriage returns.
        public var bareNewlines: BareNewlines
        /// Whether a client may send before it is greeted.
        public var acceptsEarlyTalkers = false
        /// Whether the peer is one of our own relays: to be refused a recipient, or put off, is no abuse then.
        public var isTrusted = false
        /// Whether `MAIL FROM: <a@b>` and `MAIL FROM:a@b` are taken as devices send them.
        public var acceptsLoosePaths = false
        /// The extensions on offer.
        public var extensions = Extensions.all
        /// Whether there is STARTTLS.
        public var tls = TLSUse.unavailable
        /// How clients authenticate; `nil` where they do not.
        public var authentication: Authentication?

        /// Makes the policy of a public listener of `dialect`.
        public init(dialect: Dialect, hostname: String) {
            self.dialect = dialect
            self.hostname = hostname
            bareNewlines = .reject
        }

        /// The longest command line of any verb, with its line end.
        var longestCommandLine: Int { commandLineLimit(of: .mail) }

        /// The longest line of `verb`, with its line end (RFC 5321 section 4.5.3.1.4, and what each extension adds).
        func commandLineLimit(of verb: Verb) -> Int {
            guard verb == .mail else { return 512 }
            var limit = 512
            if extensions.contains(.size) { limit += 26 }
            if extensions.contains(.eightBitMIME) { limit += 17 }
            if extensions.contains(.smtpUTF8) { limit += 10 }
            // RFC 4954 section 3.
            if authentication != nil { limit += 500 }
            return limit
        }
    }
}
