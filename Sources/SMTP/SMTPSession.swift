import Mail
public import NIOCore

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

    var state = State.greeting
    var question: Question?
    var transaction: Transaction?
    /// What the client said hello with, and as whom.
    var hello: (verb: Verb, name: String)?
    var counters = Counters()
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
        /// The rest of a command line that was too long is dropped.
        case skippingLine
        /// A message, or a part of it, is coming in.
        case receiving(Reception)
        /// The last replies go out.
        case closing
        /// Nothing more will happen.
        case closed
    }

    /// What the owner was asked.
    enum Question: Equatable {
        case space, recipient(ForwardPath), begin, commit, delay
    }

    struct Counters {
        /// Errors and junk commands since the last message, or the start.
        var errors = 0
        var junk = 0
        /// Whether the command at hand counted as an error, so that its reply may have to wait.
        var delayIsDue = false
    }

    /// Makes a session that waits for ``greet()``.
    public init(policy: Policy) {
        self.policy = policy
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
        case .closing, .closed: return
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

// MARK: - What is known

extension SMTPSession {
    /// What the peer called itself; empty before it said hello.
    public var helo: String { hello?.name ?? "" }

    /// The `with` keyword of a trace header for the message at hand (RFC 3848, RFC 6531 section 4.3).
    public var protocolKeyword: String {
        let isInternational = transaction?.envelope.smtpUTF8 ?? false
        switch policy.dialect {
        case .lmtp: return isInternational ? "UTF8LMTP" : "LMTP"
        case .smtp: return isInternational ? "UTF8SMTP" : hello?.verb == .ehlo ? "ESMTP" : "SMTP"
        }
    }

    /// What the peer is to send next, as far as its time for it is limited.
    ///
    /// The number tells one line or message from the next.
    public enum Expectation: Hashable, Sendable {
        /// A command, or nothing at all.
        case command
        /// The rest of a command line.
        case restOfLine(Int)
        /// The octets of a message or chunk, whether it is taken or refused.
        case content(Int)
    }

    /// What the peer is to send next.
    public var expectation: Expectation {
        switch state {
        case .receiving: .content(lines)
        case .skippingLine: .restOfLine(lines)
        case .ready: input.readableBytes > 0 ? .restOfLine(lines) : .command
        case .greeting, .closing, .closed: .command
        }
    }

    /// The number of the transaction at hand, which began with MAIL.
    public var transactionNumber: Int? { transaction == nil ? nil : transactions }

    /// Whether the answer to ``Action/beginMessage(declaredSize:)`` is awaited.
    public var isAwaitingBegin: Bool { question == .begin }

    /// How many received octets wait to be looked at.
    public var pendingOctets: Int { input.readableBytes }
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
            if hasTimedOut, question == nil || question == .delay {
                question = nil
                fail(.timeout)
                continue
            }
            if let question { return question == .delay ? nil : takeOutput() }
            if let delay = dueDelay() {
                question = .delay
                return .delay(milliseconds: delay)
            }
            if output.readableBytes >= Self.outputThreshold, let replies = takeOutput() { return replies }
            switch step() {
            case .action(let action): return action
            case .again: continue
            case .starved:
                if inputHasEnded, !isAwaitingGreeting {
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
        case .greeting, .closing, .closed: .starved
        case .ready: nextCommand()
        case .skippingLine: skipLine()
        case .receiving(let reception): receiveContent(reception)
        }
    }

    private var isAwaitingGreeting: Bool {
        if case .greeting = state { return true }
        return false
    }

    private mutating func takeOutput() -> Action? {
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
        let excess = counters.errors - policy.limits.promptErrors
        guard excess > 0, policy.limits.errorDelayStep > 0 else { return nil }
        return min(excess * policy.limits.errorDelayStep, policy.limits.longestErrorDelay)
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
        resetTransaction()
        self.reply(reply)
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
