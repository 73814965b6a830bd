import Mail
import NIOCore
import SMTP
import TestSupport

/// Carries out what a session says, with an inside that answers at once and as it is told.
final class SessionDriver {
    /// How octets are cut before they are fed.
    enum Feed: Sendable, CustomStringConvertible {
        case whole, lines, octets
        case random(seed: UInt64)

        var description: String {
            switch self {
            case .whole: "whole"
            case .lines: "lines"
            case .octets: "octets"
            case .random(let seed): "random \(seed)"
            }
        }

        /// Cuts a burst into pieces.
        func cut(_ octets: [UInt8]) -> [ArraySlice<UInt8>] {
            switch self {
            case .whole: return octets.isEmpty ? [] : [octets[...]]
            case .octets: return octets.indices.map { octets[$0...$0] }
            case .lines:
                var pieces: [ArraySlice<UInt8>] = []
                var rest = octets[...]
                while let end = rest.firstIndex(of: 0x0A) {
                    pieces.append(rest[...end])
                    rest = rest[(end + 1)...]
                }
                return rest.isEmpty ? pieces : pieces + [rest]
            case .random(let seed):
                var state = seed | 1
                var pieces: [ArraySlice<UInt8>] = []
                var rest = octets[...]
                while !rest.isEmpty {
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    let length = min(rest.count, Int(state >> 59) + 1)
                    pieces.append(rest.prefix(length))
                    rest = rest.dropFirst(length)
                }
                return pieces
            }
        }
    }

    var session: SMTPSession
    /// The octets that went out and were not yet looked at.
    var output: [UInt8] = []
    var message: [UInt8]?
    var committed: [[UInt8]] = []
    var envelopes: [Envelope] = []
    var aborts = 0
    var delays: [Int] = []
    var refusals: [SMTPSession.Refusal] = []
    var isClosed = false
    /// Something that a session must never do.
    var faults: [String] = []

    var recipients: [String: Transcript.Fate] = [:]
    var commits: [Transcript.Fate]?
    var begin: Transcript.Fate?
    var space: Transcript.Fate?
    var accounts = Accounts()
    /// Whether the next STARTTLS finds no TLS.
    var isTLSUnavailable = false
    /// The octets in clear that each STARTTLS dropped.
    var discards: [Int] = []
    var authentications: [AuthenticationRecord] = []
    var log: [String] = []

    init(policy: SMTPSession.Policy, link: EncryptedLink? = nil, isLocal: Bool = false) {
        session = SMTPSession(policy: policy, link: link, isLocal: isLocal)
    }

    func feed(_ octets: some Sequence<UInt8>) {
        session.receive(ByteBuffer(bytes: octets))
        pump()
    }

    func pump() {
        while let action = session.nextAction() { perform(action) }
    }

    func script(_ script: Transcript.Script) {
        switch script {
        case .recipient(let address, let fate): recipients[address] = fate
        case .commit(let fates): commits = fates
        case .begin(let fate): begin = fate
        case .space(let fate): space = fate
        case .accountsUnavailable: accounts.areUnavailable = true
        case .tls(.unavailable): isTLSUnavailable = true
        case .tls(let handshake):
            session.answer(tls: handshake.link)
            pump()
        }
    }

    private func perform(_ action: SMTPSession.Action) {
        if isClosed { faults.append("\(action) after close") }
        switch action {
        case .reply(let buffer): output += Array(buffer.readableBytesView)
        case .checkSpace:
            session.answer(space: space?.reply)
            space = nil
        case .checkRecipient(let path):
            session.answer(recipient: (recipients[path.description] ?? .accepted).reply)
        case .beginMessage:
            if message != nil { faults.append("begun twice") }
            if begin == nil { message = [] }
            session.answer(begin: begin?.reply)
            begin = nil
        case .appendToMessage(let buffer):
            if message == nil { faults.append("octets without a message") }
            if buffer.readableBytes == 0 { faults.append("an empty run") }
            message? += Array(buffer.readableBytesView)
        case .commitMessage(let envelope): commit(envelope)
        case .abortMessage:
            if message == nil { faults.append("abort without a message") }
            message = nil
            aborts += 1
        case .delay(let milliseconds):
            delays.append(milliseconds)
            session.delayElapsed()
        case .recordRefusal(let refusal): refusals.append(refusal)
        case .logCommand(let line): log.append(String(buffer: line))
        case .prepareTLS:
            session.answer(prepareTLS: isTLSUnavailable ? .tlsUnavailable : nil)
            isTLSUnavailable = false
        case .startTLS(let discardedOctets): discards.append(discardedOctets)
        case .beginAuthentication: session.answer(attempt: .granted(accounts.nonce))
        case .authenticate(let question): session.answer(authentication: accounts.answer(question))
        case .recordAuthentication(let record): authentications.append(record)
        case .close: isClosed = true
        }
    }

    private func commit(_ envelope: Envelope) {
        guard let octets = message else {
            faults.append("commit without a message")
            return
        }
        message = nil
        let fates = envelope.recipients.indices.map { index in
            commits.flatMap { $0.isEmpty ? nil : $0[min(index, $0.count - 1)] } ?? .committed
        }
        commits = nil
        if fates.contains(.committed) {
            committed.append(octets)
            envelopes.append(envelope)
        }
        session.answer(commit: session.policy.dialect == .lmtp ? fates.map(\.reply) : [Self.combined(fates)])
    }

    /// What SMTP says of several recipients at once.
    private static func combined(_ fates: [Transcript.Fate]) -> SMTPReply {
        if let temporary = fates.first(where: { !$0.reply.isPositive && !$0.reply.isPermanent }) {
            return temporary.reply
        }
        return (fates.first { $0 == .committed } ?? fates.first ?? .fault).reply
    }

    /// Takes the next reply line, without its line end.
    func nextLine() -> String? {
        guard let end = output.firstIndex(of: 0x0A) else { return nil }
        let line = output[..<end]
        output.removeSubrange(...end)
        if line.last != 0x0D { faults.append("a reply line without CRLF") }
        if line.count + 1 > SMTPReply.maximumLineLength { faults.append("a reply line too long") }
        return String(decoding: line.dropLast(), as: UTF8.self)
    }
}
