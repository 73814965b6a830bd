import Mail
import NIOCore
import SMTP

/// Runs a session over input that libFuzzer makes, in one piece and in pieces: both must tell the same.
///
/// The first three octets choose the policy, how the input is cut, and what the inside answers.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSMTPSession(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
    guard input.count > 3 else { return 0 }
    let octets = Array(input.dropFirst(3))
    var whole = FuzzRun(choice: input[0], answers: input[2])
    whole.feed(octets[...])
    whole.end()
    var pieces = FuzzRun(choice: input[0], answers: input[2])
    var state = UInt64(input[1]) << 1 | 1
    var rest = octets[...]
    while !rest.isEmpty {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let length = min(rest.count, Int(state >> 60) + 1)
        pieces.feed(rest.prefix(length))
        rest = rest.dropFirst(length)
    }
    pieces.end()
    // What came along with a refused DATA is told from what came later: only here may the two differ.
    let marker = Array("554 5.5.0 SMTP protocol synchronization\r\n".utf8)
    if whole.output.suffix(marker.count) == marker[...] {
        precondition(pieces.output.starts(with: whole.output.dropLast(marker.count)), "the replies differ")
        return 0
    }
    precondition(whole.output == pieces.output, "the replies differ")
    precondition(whole.messages == pieces.messages, "the messages differ")
    return 0
}

/// One session with an inside that answers by fixed rules, and the rules that a session must keep.
struct FuzzRun: ~Copyable {
    private var session: SMTPSession
    private let answers: UInt8
    private var questions = 0
    private var message: [UInt8]?
    private var isClosed = false
    var output: [UInt8] = []
    var messages: [[UInt8]] = []

    init(choice: UInt8, answers: UInt8) {
        self.answers = answers
        var policy = SMTPSession.Policy(dialect: choice & 1 == 0 ? .smtp : .lmtp, hostname: "mx.example.com")
        policy.bareNewlines = choice & 2 == 0 ? .reject : .accept
        policy.isTrusted = choice & 4 != 0
        policy.acceptsLoosePaths = choice & 8 != 0
        if choice & 16 != 0 {
            policy.limits.messageSize = 40
            policy.limits.recipients = 2
            policy.limits.receivedHeaders = 1
            policy.limits.messageLineLength = 20
        }
        if choice & 32 != 0 { policy.extensions = [.pipelining, .size] }
        if choice & 64 != 0 {
            policy.limits.errors = 0
            policy.limits.junkCommands = 0
        }
        session = SMTPSession(policy: policy)
        session.tracesCommands = choice & 128 != 0
        session.greet()
        pump()
    }

    mutating func feed(_ octets: ArraySlice<UInt8>) {
        session.receive(ByteBuffer(bytes: octets))
        pump()
    }

    mutating func end() {
        session.peerClosed()
        pump()
        precondition(isClosed, "the input has ended and the session has not")
        precondition(message == nil, "a message is neither committed nor aborted")
        checkReplies()
    }

    private mutating func pump() {
        while let action = session.nextAction() {
            precondition(!isClosed, "an action after the end")
            perform(action)
        }
    }

    /// Answers by turns, as the third octet says.
    private mutating func isGranted() -> Bool {
        questions += 1
        return answers >> UInt8(questions % 8) & 1 == 0
    }

    private mutating func perform(_ action: SMTPSession.Action) {
        switch action {
        case .reply(let replies): output += Array(replies.readableBytesView)
        case .checkSpace: session.answer(space: isGranted() ? nil : .insufficientStorage)
        case .checkRecipient: session.answer(recipient: isGranted() ? .recipientOK : .localError)
        case .beginMessage:
            precondition(message == nil, "begun twice")
            let isGranted = isGranted()
            if isGranted { message = [] }
            session.answer(begin: isGranted ? nil : .insufficientStorage)
        case .appendToMessage(let octets):
            precondition(message != nil, "octets without a message")
            precondition(octets.readableBytes > 0, "an empty run")
            message? += Array(octets.readableBytesView)
        case .commitMessage(let envelope):
            guard let octets = message else { preconditionFailure("commit without a message") }
            precondition(!envelope.recipients.isEmpty, "commit for nobody")
            message = nil
            messages.append(octets)
            session.answer(commit: envelope.recipients.map { _ in .recipientOK })
        case .abortMessage:
            precondition(message != nil, "abort without a message")
            message = nil
        case .delay: session.delayElapsed()
        case .recordRefusal, .logCommand: break
        case .prepareTLS, .startTLS, .beginAuthentication, .authenticate, .recordAuthentication:
            preconditionFailure("the policy has neither TLS nor accounts")
        case .close: isClosed = true
        }
    }

    private func checkReplies() {
        for line in output.split(separator: UInt8(ascii: "\n")) {
            precondition(
                line.last == UInt8(ascii: "\r") && line.count < SMTPReply.maximumLineLength,
                "a bad reply line"
            )
            precondition(line.prefix(3).allSatisfy { $0 >= 0x30 && $0 <= 0x39 }, "a reply without a code")
        }
    }
}
