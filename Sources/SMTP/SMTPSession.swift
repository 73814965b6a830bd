import Mail
public import NIOCore
import SASL

/// The server side of one SMTP or LMTP connection, without the connection: octets in, actions out.
///
/// The owner feeds what happens (``greet()``, ``receive(_:)``, ``peerClosed()``, ``timedOut()``, ``shutDown()``) and
/// carries out what ``nextAction()`` says until it says `nil`: then more octets or an answer are needed.
public struct SMTPSession: ~Copyable {
    /// What the listener asks of this session.
    public let policy: Policy
    /// Whether each command line is handed out for the log before it is carried out.
    public var tracesCommands = false

    /// Whether the client ended the session itself, so that it waits for nothing more.
    public internal(set) var hasQuit = false
    /// The TLS connection that the session runs in; `nil` in clear.
    public internal(set) var link: EncryptedLink?
    /// Who authenticated, for the record of a delivery.
    public internal(set) var user: AuthenticatedUser?

    var state = State.greeting
    var question: Question?
    var transaction: Transaction?
    /// What the client said hello with, and as whom.
    var hello: (verb: Verb, name: String)?
    var counters = Counters()
    /// The authentication at hand.
    var exchange: SASLExchange?
    /// What the session ends with when the wait for the reply before it is over.
    var lastWord: SMTPReply?
    /// Actions to hand out before anything else is done.
    var queued: [Action] = []

    var input = ByteBuffer()
    /// How much of the input is known to hold no line feed.
    var searched = 0
    /// How many command lines were taken from the input.
    var lines = 0
    /// How many transactions were begun.
    var transactions = 0
    private var output = ByteBuffer()
    /// Set when ``output`` was handed out; its storage is taken again when its reader is done with it.
    private var outputIsTaken = false
    private var inputHasEnded = false
    private var isShuttingDown = false
    private var hasTimedOut = false

    /// Replies are handed out when this many octets wait, even if more input could be answered.
    private static let outputThreshold = 4096
    /// A part of a command that waits for its rest is copied when its buffer is larger than this.
    private static let smallBuffer = 1024

    /// Where a session stands.
    enum State {
        /// The greeting is still to come.
        case greeting
        /// A command is expected.
        case ready
        /// The rest of a line that was too long is dropped.
        case skippingLine(LongLine)
        /// A response of an authentication is expected.
        case authenticating
        /// The handshake is to come, or under way; what comes in clear is dropped.
        case startingTLS(discardedOctets: Int)
        /// A message, or a part of it, is coming in.
        case receiving(Reception)
        /// The last replies go out.
        case closing
        /// Nothing more will happen.
        case closed
    }

    /// What becomes of a line that was too long when its end has come.
    enum LongLine {
        case command(SMTPReply)
        case response(SASLStep)
    }

    /// What the owner was asked.
    enum Question: Equatable {
        case space, recipient(ForwardPath), begin, commit, delay
        case tlsReadiness, handshake
        case attempt(SASLMechanism, initialResponse: [UInt8]?), authentication
    }

    struct Counters {
        /// Errors and junk commands since the last message, or the start.
        var errors = 0
        var junk = 0
        /// Whether the command at hand counted as an error, so that its reply may have to wait.
        var delayIsDue = false
        /// Authentications that failed.
        var authenticationFailures = 0
        /// How long the reply to the last of them waits, in milliseconds.
        var failureDelay = 0
    }

    /// Whether the peer is on this machine, where a password in clear is seen by nobody else.
    let isLocal: Bool

    /// Makes a session that waits for ``greet()``.
    ///
    /// - Parameters:
    ///   - link: the TLS connection, where it stands before the greeting (RFC 8314).
    ///   - isLocal: whether the peer is on this machine.
    public init(policy: Policy, link: EncryptedLink? = nil, isLocal: Bool = false) {
        self.policy = policy
        self.link = link
        self.isLocal = isLocal
    }
}

// MARK: - What happens

extension SMTPSession {
    /// The connection stands and the client is to be greeted.
    ///
    /// - Parameter refusal: what to say instead, before the connection is closed.
    public mutating func greet(refusal: SMTPReply? = nil) {
        guard case .greeting = state else { return }
        if let refusal {
            fail(refusal)
            return
        }
        // RFC 2034 section 4: no enhanced code in the greeting.
        reply(SMTPReply(220, nil, "\(policy.hostname) \(policy.dialect == .lmtp ? "LMTP" : "ESMTP") Mailwicket"))
        state = .ready
    }

    /// Octets arrived.
    public mutating func receive(_ bytes: ByteBuffer) {
        switch state {
        case .closing, .closed, .startingTLS: return
        case .greeting where !policy.acceptsEarlyTalkers && bytes.readableBytes > 0:
            fail(.synchronization)
            return
        default: break
        }
        if input.readableBytes == 0 {
            input = bytes
        } else {
            input.discardReadBytes()
            input.writeImmutableBuffer(bytes)
        }
    }

    /// The peer will send no more; what it sent is still worked through and answered.
    public mutating func peerClosed() {
        inputHasEnded = true
    }

    /// The peer was silent or slow for too long: the session ends, when an open question is answered.
    public mutating func timedOut() {
        hasTimedOut = true
    }

    /// The server stops: a message that is being committed is finished and answered, anything else ends at once.
    public mutating func shutDown() {
        isShuttingDown = true
    }

    /// The time asked for by ``Action/delay(milliseconds:)`` is over.
    public mutating func delayElapsed() {
        guard question == .delay else { return }
        question = nil
    }
}

// MARK: - What is to be done

extension SMTPSession {
    /// What to do next, or `nil` when more octets or an answer are needed.
    public mutating func nextAction() -> Action? {
        while true {
            if !queued.isEmpty { return queued.removeFirst() }
            if case .closed = state { return nil }
            if case .closing = state {
                if let replies = takeOutput() { return replies }
                state = .closed
                return .close
            }
            if isShuttingDown, question != .commit {
                question = nil
                fail(.shuttingDown)
                continue
            }
            if hasTimedOut, question == nil || question == .delay || question == .handshake {
                question = nil
                fail(.timeout)
                continue
            }
            if let question { return question == .delay ? nil : takeOutput() }
            if let delay = dueDelay() {
                question = .delay
                return .delay(milliseconds: delay)
            }
            if let lastWord {
                fail(lastWord)
                continue
            }
            if case .startingTLS(let count) = state { return beginHandshake(discardedOctets: count) }
            if output.readableBytes >= Self.outputThreshold, let replies = takeOutput() { return replies }
            switch step() {
            case .action(let action): return action
            case .again: continue
            case .starved:
                if inputHasEnded, !isAwaitingGreeting {
                    abandonAuthentication()
                    resetTransaction()
                    state = .closing
                    continue
                }
                if let replies = takeOutput() { return replies }
                shrinkInput()
                return nil
            }
        }
    }

    /// What one look at the input led to.
    enum Progress {
        /// There is something to do.
        case action(Action)
        /// Look again.
        case again
        /// The input is used up.
        case starved
    }

    private mutating func step() -> Progress {
        switch state {
        case .greeting, .startingTLS, .closing, .closed: .starved
        case .ready: nextCommand()
        case .authenticating: nextResponse()
        case .skippingLine(let line): skipLine(line)
        case .receiving(let reception): receiveContent(reception)
        }
    }

    private var isAwaitingGreeting: Bool {
        if case .greeting = state { return true }
        return false
    }

    mutating func takeOutput() -> Action? {
        guard !outputIsTaken, output.readableBytes > 0 else { return nil }
        outputIsTaken = true
        return .reply(output)
    }

    /// A receive buffer must not live on for the few octets of a command that waits for its rest.
    private mutating func shrinkInput() {
        if input.readableBytes == 0 {
            input = ByteBuffer()
        } else if input.storageCapacity > Self.smallBuffer, input.readableBytes < Self.smallBuffer / 2 {
            input = ByteBuffer(bytes: input.readableBytesView)
        }
    }

    private mutating func dueDelay() -> Int? {
        guard counters.delayIsDue else { return nil }
        counters.delayIsDue = false
        let excess = max(counters.errors - policy.limits.promptErrors, 0)
        let delay = min(
            max(excess * policy.limits.errorDelayStep, counters.failureDelay),
            policy.limits.longestErrorDelay
        )
        counters.failureDelay = 0
        return delay > 0 ? delay : nil
    }
}

// MARK: - Parts that all commands use

extension SMTPSession {
    /// Makes `replies` wait for the next write.
    mutating func reply(_ reply: SMTPReply) {
        freeOutput()
        reply.write(to: &output)
    }

    /// Makes a reply of several lines wait for the next write.
    mutating func reply(code: UInt16, lines: [String]) {
        freeOutput()
        for (index, line) in lines.enumerated() {
            SMTPReply(code, nil, line).write(to: &output, isLast: index == lines.count - 1)
        }
    }

    /// Makes a line wait for the next write, as long as it is.
    mutating func reply(line: [UInt8]) {
        freeOutput()
        output.writeBytes(line)
        output.writeInteger(0x0D0A as UInt16)
    }

    private mutating func freeOutput() {
        guard outputIsTaken else { return }
        // Keeps the storage when the writer has let go of it by now.
        output.clear()
        outputIsTaken = false
    }

    /// Answers a command that was wrong, and closes the session when too many were.
    mutating func error(_ reply: SMTPReply) {
        self.reply(reply)
        countError()
    }

    /// Counts a refusal as an error, unless it only puts off one of our own relays.
    mutating func countRefusal(_ reply: SMTPReply) {
        if reply.isPermanent || !policy.isTrusted { countError() }
    }

    mutating func countError() {
        counters.errors += 1
        counters.delayIsDue = true
        if policy.limits.errors > 0, counters.errors >= policy.limits.errors { fail(.tooManyErrors) }
    }

    /// Drops the transaction, and with it a message that was begun.
    mutating func resetTransaction() {
        if transaction?.message?.isOpen == true { queued.append(.abortMessage) }
        transaction = nil
    }

    /// Says `reply` and ends the session.
    mutating func fail(_ reply: SMTPReply) {
        switch state {
        case .closing, .closed: return
        default: break
        }
        abandonAuthentication()
        resetTransaction()
        // Within a handshake nothing can be said in clear.
        if case .startingTLS = state {} else { self.reply(reply) }
        state = .closing
        counters.delayIsDue = false
        input = ByteBuffer()
        searched = 0
    }

    /// Puts a refusal on record before its reply goes out.
    mutating func record(_ reply: SMTPReply, forwardPath: String? = nil, reversePath: String? = nil) {
        let sender = reversePath ?? transaction?.envelope.reversePath.description
        queued.append(.recordRefusal(Refusal(reversePath: sender, forwardPath: forwardPath, reply: reply)))
    }
}

/// One mail transaction, from MAIL to the end of the message (RFC 5321 section 3.3).
struct Transaction {
    var envelope: Envelope
    /// Whether a recipient was refused, which tells "none valid" from "none given".
    var hasRefusedRecipients = false
    /// How many recipients came beyond the limit.
    var excessRecipients = 0
    /// The message, once DATA or BDAT began.
    var message: MessageProgress?
    /// Whether a chunk was refused, so that nothing but RSET helps (RFC 3030 section 2).
    var hasFailed = false
}
