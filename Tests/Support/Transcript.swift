import Mail
import SASL
public import SMTP

/// A golden dialogue: what a client sends, what it must be told, and under which conditions.
///
/// The notation is that of chasquid's `.cmy` files:
///
/// ```text
/// # Comment lines tell the case and the number in the check list.
/// policy max_errors=3 bare_newline=accept
/// recipient nobody@example.com unknown
/// commit committed full                     dispositions of the next message, one for each recipient
/// begin full                                the next message is not even begun
/// space full                                the next declared size finds no room
/// tls up                                    the handshake succeeds; `certificate`: with one of the client, `failed`
/// tls unavailable                           the next STARTTLS finds no TLS
/// accounts unavailable                      from here on nobody can be authenticated
/// c -> EHLO client.example                  sends a line
/// c ~> 'abc\r\n' * 2 + '.\r\n'              sends octets
/// c <- 250 2.0.0 Ok                         the next reply line is this
/// c <~ 250 2.1.5                            the next reply line begins so
/// c <... 250                                reads reply lines up to the one that begins so
/// c eof                                     the server closes, and says nothing more
/// c close                                   the client sends no more
/// message 'abc\r\n'                         the next message taken is this
/// messages 1                                so many messages were taken in all
/// ```
public struct Transcript: Sendable {
    /// One step of a dialogue.
    public enum Step: Sendable, Equatable {
        case send([UInt8])
        case expectExactly(String)
        case expectPrefix(String)
        case expectUpTo(String)
        case expectEnd
        case close
        case expectMessage([UInt8])
        case expectMessages(Int)
        case script(Script)
    }

    /// What the server's inside answers from here on.
    public enum Script: Sendable, Equatable {
        case recipient(String, Fate)
        case commit([Fate])
        case begin(Fate)
        case space(Fate)
        case tls(Handshake)
        case accountsUnavailable
    }

    /// What becomes of TLS.
    public enum Handshake: String, Sendable {
        case up, certificate, failed, unavailable

        /// The connection behind the handshake.
        public var link: EncryptedLink? {
            switch self {
            case .failed, .unavailable: nil
            case .up, .certificate:
                EncryptedLink(
                    version: "TLSv1.3",
                    cipher: "TLS_AES_256_GCM_SHA384",
                    hasVerifiedClientCertificate: self == .certificate,
                    channelBinding: ChannelBinding(exporterData: Array(0..<32))
                )
            }
        }
    }

    /// What becomes of a recipient, a message or a request.
    public enum Fate: String, Sendable {
        case unknown, inactive, paused, foreign, unavailable, accepted
        case committed, rejected, loop, full, overloaded, fault

        /// The reply that says so.
        public var reply: SMTPReply {
            switch self {
            case .accepted: SMTPReply(250, EnhancedStatusCode(.success, 1, 5), "Recipient ok")
            case .unknown: SMTPReply(550, EnhancedStatusCode(.permanentFailure, 1, 1), "No such recipient here")
            case .inactive: SMTPReply(550, EnhancedStatusCode(.permanentFailure, 2, 1), "Recipient is switched off")
            case .paused: SMTPReply(451, EnhancedStatusCode(.temporaryFailure, 2, 1), "Recipient is paused")
            case .foreign: SMTPReply(550, EnhancedStatusCode(.permanentFailure, 7, 1), "Relaying denied")
            case .unavailable, .fault: SMTPReply.localError
            case .committed: SMTPReply(250, EnhancedStatusCode(.success, 0, 0), "Ok: 1")
            case .rejected: SMTPReply(550, EnhancedStatusCode(.permanentFailure, 7, 1), "Refused by policy")
            case .loop: SMTPReply.loop
            case .full: SMTPReply.insufficientStorage
            case .overloaded: SMTPReply(451, EnhancedStatusCode(.temporaryFailure, 3, 2), "Too much mail at once")
            }
        }
    }

    /// Why a file cannot be read.
    public struct SyntaxError: Error, CustomStringConvertible {
        /// The number of the line.
        public let line: Int
        /// The line.
        public let text: String
        /// The text form.
        public var description: String { "line \(line): cannot read '\(text)'" }
    }

    /// The file's name.
    public let name: String
    /// The policy of the listener.
    public private(set) var policy: SMTPSession.Policy
    /// The TLS connection that stands before the greeting.
    public private(set) var link: EncryptedLink?
    /// Whether the peer is on this machine.
    public private(set) var isLocal = false
    /// Whether the client speaks before it is greeted.
    public private(set) var sendsEarly = false
    /// Whether the outcome hangs on what arrives together, so that it is not run octet by octet.
    public private(set) var runsWholeOnly = false
    /// The steps in order.
    public private(set) var steps: [Step] = []

    /// Reads a dialogue; a name that ends in `.lmtp` makes it one of LMTP.
    public init(name: String, text: String) throws {
        self.name = name
        policy = SMTPSession.Policy(dialect: name.hasSuffix(".lmtp") ? .lmtp : .smtp, hostname: "mx.example.com")
        policy.limits.errorDelayStep = 1
        var line = 0
        for content in text.split(separator: "\n", omittingEmptySubsequences: false) {
            line += 1
            guard !content.isEmpty, !content.hasPrefix("#") else { continue }
            guard try read(content) else { throw SyntaxError(line: line, text: String(content)) }
        }
    }

    private mutating func read(_ line: Substring) throws -> Bool {
        let words = line.split(separator: " ", maxSplits: 1)
        let rest = words.count > 1 ? words[1] : ""
        switch words[0] {
        case "c": return readStep(rest)
        case "policy": return rest.split(separator: " ").allSatisfy { setPolicy($0) }
        case "message":
            guard let octets = Self.octets(rest) else { return false }
            steps.append(.expectMessage(octets))
        case "messages":
            guard let count = Int(rest) else { return false }
            steps.append(.expectMessages(count))
        case "recipient":
            let parts = rest.split(separator: " ")
            guard parts.count == 2, let fate = Fate(rawValue: String(parts[1])) else { return false }
            steps.append(.script(.recipient(String(parts[0]), fate)))
        case "commit":
            let fates = rest.split(separator: " ").compactMap { Fate(rawValue: String($0)) }
            steps.append(.script(.commit(fates)))
        case "begin":
            guard let fate = Fate(rawValue: String(rest)) else { return false }
            steps.append(.script(.begin(fate)))
        case "space":
            guard let fate = Fate(rawValue: String(rest)) else { return false }
            steps.append(.script(.space(fate)))
        case "tls":
            guard let handshake = Handshake(rawValue: String(rest)) else { return false }
            steps.append(.script(.tls(handshake)))
        case "accounts":
            guard rest == "unavailable" else { return false }
            steps.append(.script(.accountsUnavailable))
        default: return false
        }
        return true
    }

    private mutating func readStep(_ text: Substring) -> Bool {
        let words = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard let word = words.first else { return false }
        let rest = words.count > 1 ? String(words[1]) : ""
        switch word {
        case "->": steps.append(.send(Array("\(rest)\r\n".utf8)))
        case "~>":
            guard let octets = Self.octets(rest[...]) else { return false }
            steps.append(.send(octets))
        case "<-": steps.append(.expectExactly(rest))
        case "<~": steps.append(.expectPrefix(rest))
        case "<...": steps.append(.expectUpTo(rest))
        case "eof": steps.append(.expectEnd)
        case "close": steps.append(.close)
        default: return false
        }
        return true
    }

    private mutating func setPolicy(_ setting: Substring) -> Bool {
        let parts = setting.split(separator: "=", maxSplits: 1)
        guard parts.count == 2 else { return false }
        let value = String(parts[1])
        switch parts[0] {
        case "bare_newline": policy.bareNewlines = value == "accept" ? .accept : .reject
        case "trusted": policy.isTrusted = value == "true"
        case "early": policy.acceptsEarlyTalkers = value == "accept"
        case "talks_early": sendsEarly = value == "true"
        case "runs": runsWholeOnly = value == "whole"
        case "loose_paths": policy.acceptsLoosePaths = value == "true"
        case "max_errors": policy.limits.errors = Int(value) ?? 0
        case "max_junk_commands": policy.limits.junkCommands = Int(value) ?? 0
        case "max_recipients": policy.limits.recipients = Int(value) ?? 0
        case "max_message_size": policy.limits.messageSize = UInt64(value) ?? 0
        case "max_received_headers": policy.limits.receivedHeaders = Int(value) ?? 0
        case "max_line_length": policy.limits.messageLineLength = Int(value) ?? 0
        case "tls":
            guard let use = SMTPSession.TLSUse(rawValue: value) else { return false }
            policy.tls = use
        case "link":
            link = Handshake(rawValue: value)?.link
            return link != nil
        case "local": isLocal = value == "true"
        case "auth":
            let mechanisms = value.split(separator: ",").map { SASLMechanism(rawValue: String($0)) }
            guard mechanisms.allSatisfy({ $0 != nil }) else { return false }
            policy.authentication = SMTPSession.Authentication(mechanisms: Set(mechanisms.compactMap(\.self)))
        case "auth_required": policy.authentication?.isRequired = value == "true"
        case "auth_failures": policy.authentication?.failures = Int(value) ?? 0
        case "without":
            switch value {
            case "chunking": policy.extensions.remove(.chunking)
            case "smtputf8": policy.extensions.remove(.smtpUTF8)
            case "binarymime": policy.extensions.remove(.binaryMIME)
            default: return false
            }
        default: return false
        }
        return true
    }

    /// Reads `'text' * 3 + 'text'`, where the text may hold `\r`, `\n`, `\\`, `\'` and `\xHH`.
    static func octets(_ text: Substring) -> [UInt8]? {
        var result: [UInt8] = []
        var rest = Array(text.utf8)[...]
        func skipSpaces() { rest = rest.drop { $0 == UInt8(ascii: " ") } }
        while true {
            skipSpaces()
            guard rest.popFirst() == UInt8(ascii: "'"), let part = quoted(&rest) else { return nil }
            skipSpaces()
            var times = 1
            if rest.first == UInt8(ascii: "*") {
                rest = rest.dropFirst()
                skipSpaces()
                let digits = rest.prefix { $0.isASCIIDigit }
                guard let number = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
                times = number
                rest = rest.dropFirst(digits.count)
                skipSpaces()
            }
            for _ in 0..<times { result += part }
            guard let next = rest.popFirst() else { return result }
            guard next == UInt8(ascii: "+") else { return nil }
        }
    }

    private static func quoted(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        while let octet = rest.popFirst() {
            guard octet != UInt8(ascii: "'") else { return result }
            guard octet == UInt8(ascii: "\\") else {
                result.append(octet)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "\\"): result.append(UInt8(ascii: "\\"))
            case UInt8(ascii: "'"): result.append(UInt8(ascii: "'"))
            case UInt8(ascii: "x"):
                guard let number = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else { return nil }
                result.append(number)
                rest = rest.dropFirst(2)
            default: return nil
            }
        }
        return nil
    }
}
