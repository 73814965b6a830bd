import Mail
import NIOCore

extension SMTPSession {
    /// Takes one command line from the input and carries it out.
    mutating func nextCommand() -> Progress {
        let isLongAUTH = input.readableBytesUInt8Span.isAUTH && mayAuthenticate
        let limit = isLongAUTH ? Self.longestAUTHLine : policy.longestCommandLine
        let available = input.readableBytes
        let index = input.readableBytesUInt8Span.firstLineFeed(from: searched, to: min(available, limit))
        guard let index else {
            if available >= limit {
                if input.readableBytesUInt8Span.isBDAT {
                    fail(.lineTooLong)
                } else {
                    state = .skippingLine(.command(isLongAUTH ? .responseTooLong : .lineTooLong))
                    searched = 0
                }
                return .again
            }
            searched = available
            return .starved
        }
        searched = 0
        lines += 1
        let (parsed, isTerminated) = Self.parse(input.readableBytesUInt8Span.extracting(0..<index))
        let isBDAT = input.readableBytesUInt8Span.extracting(0..<index).isBDAT
        if tracesCommands { traceCommand(parsed, length: index + 1) }
        input.moveReaderIndex(forwardBy: index + 1)
        if !isTerminated, policy.bareNewlines == .reject {
            // RFC 5321 section 2.3.8: a line ends with CRLF and nothing else.
            refuseLine(.bareLineFeedInCommand, isBDAT: isBDAT)
            return .again
        }
        switch parsed {
        case .success(let command) where isLongAUTH || index < policy.commandLineLimit(of: command.verb):
            return run(command).map { .action($0) } ?? .again
        case .success: refuseLine(.lineTooLong, isBDAT: isBDAT)
        case .failure(.badCharacters): refuseLine(.badCharacters, isBDAT: isBDAT)
        case .failure(.unknownVerb), .failure(.empty): refuseLine(.unknownCommand, isBDAT: isBDAT)
        }
        return .again
    }

    /// Refuses a line that is no command.
    ///
    /// If it was to be BDAT, octets of unknown number follow that are no commands: the session ends.
    private mutating func refuseLine(_ reply: SMTPReply, isBDAT: Bool) {
        if isBDAT { fail(reply) } else { error(reply) }
    }

    /// Drops input up to the end of a line that was too long, so that the session stays in step.
    mutating func skipLine(_ line: LongLine) -> Progress {
        let available = input.readableBytes
        guard let index = input.readableBytesUInt8Span.firstLineFeed(from: 0, to: available) else {
            input.moveReaderIndex(forwardBy: available)
            return .starved
        }
        input.moveReaderIndex(forwardBy: index + 1)
        lines += 1
        state = .ready
        switch line {
        case .command(let reply): error(reply)
        case .response(let step): if let exchange { follow(step, of: exchange) }
        }
        return .again
    }

    /// Takes apart what stands before a line feed, and tells whether a carriage return ends it as it must.
    private static func parse(
        _ bytes: Span<UInt8>
    ) -> (command: Result<CommandLine, CommandLine.Defect>, isTerminated: Bool) {
        let isTerminated = bytes.count > 0 && bytes[bytes.count - 1] == UInt8(ascii: "\r")
        let line = isTerminated ? bytes.extracting(0..<(bytes.count - 1)) : bytes
        do throws(CommandLine.Defect) {
            return (.success(try CommandLine(line)), isTerminated)
        } catch {
            return (.failure(error), isTerminated)
        }
    }

    private mutating func run(_ command: CommandLine) -> Action? {
        let verb = command.verb
        let traits = verb.traits
        if traits.contains(policy.dialect == .lmtp ? .isSMTPOnly : .isLMTPOnly) {
            error(.notAvailableHere)
            return nil
        }
        if lacksTLS, !traits.contains(.needsNoTLS) {
            error(.tlsFirst)
            refusePipelinedContent(after: verb)
            return nil
        }
        if traits.contains(.isNotOffered) {
            error(.notImplemented)
            return nil
        }
        if traits.contains(.isJunk) {
            counters.junk += 1
            if policy.limits.junkCommands > 0, counters.junk > policy.limits.junkCommands {
                fail(.tooManyJunkCommands)
                return nil
            }
        }
        if traits.contains(.needsHello), hello == nil {
            error(.helloFirst)
            refusePipelinedContent(after: verb)
            return nil
        }
        if traits.contains(.takesNoArgument), !command.argument.isEmpty {
            error(.noArgument)
            refusePipelinedContent(after: verb)
            return nil
        }
        return dispatch(command)
    }

    private mutating func dispatch(_ command: CommandLine) -> Action? {
        switch command.verb {
        case .helo, .ehlo, .lhlo: sayHello(command.verb, name: command.argument)
        case .mail: return beginTransaction(command.argument)
        case .rcpt: return addRecipient(command.argument)
        case .data: return beginData()
        case .bdat: return beginChunk(command.argument)
        case .rset: reset()
        case .quit: quit()
        case .noop: reply(.ok)
        case .help: reply(.help)
        case .vrfy: verify(command.argument)
        case .foreign: fail(.otherProtocol)
        case .starttls: return startTLS(command.argument)
        case .auth: return authenticate(command.argument)
        case .expn, .etrn, .atrn, .turn, .send, .soml, .saml, .burl, .xclient, .xforward:
            error(.notImplemented)
        }
        return nil
    }

    /// Hands out a command line for the log.
    ///
    /// Nothing is shown of a line that may hold a secret: the argument of AUTH, or what a client sends on behalf of
    /// it and no verb begins.
    private mutating func traceCommand(_ parsed: Result<CommandLine, CommandLine.Defect>, length: Int) {
        let line: ByteBuffer
        switch parsed {
        case .success(let command) where command.verb == .auth:
            line = ByteBuffer(string: Self.traced(authArgument: command.argument))
        case .success: line = input.getSlice(at: input.readerIndex, length: length) ?? ByteBuffer()
        case .failure: line = ByteBuffer(string: "unknown command of \(length) octets")
        }
        queued.append(.logCommand(line))
    }
}

extension Span<UInt8> {
    /// Whether a line begins as BDAT does, whatever follows.
    fileprivate var isBDAT: Bool {
        guard count >= 4 else { return false }
        return self[0] & 0xDF == UInt8(ascii: "B") && self[1] & 0xDF == UInt8(ascii: "D")
            && self[2] & 0xDF == UInt8(ascii: "A") && self[3] & 0xDF == UInt8(ascii: "T")
    }

    /// Whether a line begins with AUTH and a space.
    fileprivate var isAUTH: Bool {
        guard count >= 5 else { return false }
        return self[0] & 0xDF == UInt8(ascii: "A") && self[1] & 0xDF == UInt8(ascii: "U")
            && self[2] & 0xDF == UInt8(ascii: "T") && self[3] & 0xDF == UInt8(ascii: "H")
            && self[4] == UInt8(ascii: " ")
    }

    /// The offset of the first line feed in the range, if there is one.
    func firstLineFeed(from start: Int, to end: Int) -> Int? {
        var index = start
        while index < end {
            if self[index] == UInt8(ascii: "\n") { return index }
            index += 1
        }
        return nil
    }
}
