import Mail
import SASL

extension SMTPSession {
    /// MAIL FROM (RFC 5321 section 4.1.1.2).
    mutating func beginTransaction(_ argument: String) -> Action? {
        guard transaction == nil else {
            error(transaction?.message == nil ? .nestedMail : .chunkingBegun)
            return nil
        }
        guard !lacksAuthentication else {
            error(.authenticationFirst)
            return nil
        }
        switch parseMail(argument) {
        case .failure(let refusal):
            refuseSender(refusal.reply, reversePath: refusal.reversePath)
            return nil
        case .success(let envelope):
            transaction = Transaction(envelope: envelope)
            transactions += 1
            // RFC 1870 section 6.1: a declared size is a question for room.
            guard let size = envelope.declaredSize, size > 0 else {
                reply(.senderOK)
                return nil
            }
            question = .space
            return .checkSpace(declaredSize: size)
        }
    }

    /// Answers ``Action/checkSpace(declaredSize:)``.
    ///
    /// - Parameter refusal: why there is no room, or `nil` when there is.
    public mutating func answer(space refusal: SMTPReply?) {
        guard question == .space else { return }
        question = nil
        guard let refusal else {
            reply(.senderOK)
            return
        }
        let reversePath = transaction?.envelope.reversePath.description
        transaction = nil
        refuseSender(refusal, reversePath: reversePath)
    }

    private mutating func refuseSender(_ reply: SMTPReply, reversePath: String?) {
        record(reply, reversePath: reversePath)
        self.reply(reply)
        countRefusal(reply)
    }

    private struct MailRefusal: Error {
        let reply: SMTPReply
        var reversePath: String?
    }

    private func parseMail(_ argument: String) -> Result<Envelope, MailRefusal> {
        let parsed: PathArgument
        do throws(PathArgument.Defect) {
            parsed = try PathArgument(argument, keyword: "from:", isLoose: policy.acceptsLoosePaths)
        } catch {
            return .failure(MailRefusal(reply: error == .path ? .badSender : .syntax))
        }
        var envelope = Envelope(reversePath: .null)
        if !parsed.mailbox.isEmpty {
            guard let address = MailAddress(parsed.mailbox) else { return .failure(MailRefusal(reply: .badSender)) }
            envelope.reversePath = .address(address)
        }
        if let refusal = apply(parsed.parameters, to: &envelope) {
            return .failure(MailRefusal(reply: refusal, reversePath: envelope.reversePath.description))
        }
        if !envelope.smtpUTF8, envelope.reversePath.address?.isInternationalized == true {
            return .failure(MailRefusal(reply: .needsSMTPUTF8, reversePath: envelope.reversePath.description))
        }
        return .success(envelope)
    }

    /// Reads the parameters into the envelope.
    ///
    /// - Returns: the refusal when one is wrong.
    private func apply(_ parameters: [Substring], to envelope: inout Envelope) -> SMTPReply? {
        // There are few kinds, and an unknown one ends the loop.
        var seen: [String] = []
        for text in parameters {
            guard let parameter = try? PathParameter(text) else { return .syntax }
            let refusal: SMTPReply?
            switch parameter.keyword {
            case "SIZE" where policy.extensions.contains(.size):
                refusal = setSize(parameter.value, of: &envelope)
            case "BODY" where policy.extensions.contains(.eightBitMIME):
                refusal = setBody(parameter.value, of: &envelope)
            case "SMTPUTF8" where policy.extensions.contains([.smtpUTF8, .eightBitMIME]):
                envelope.smtpUTF8 = true
                refusal = parameter.value == nil ? nil : .syntax
            case "AUTH" where !offer.mechanisms.isEmpty:
                refusal = Self.isIdentity(parameter.value) ? nil : .syntax
            default:
                refusal = .unknownParameter
            }
            if let refusal { return refusal }
            guard !seen.contains(parameter.keyword) else { return .syntax }
            seen.append(parameter.keyword)
        }
        return nil
    }

    /// SIZE (RFC 1870 section 3): one to twenty digits.
    private func setSize(_ value: Substring?, of envelope: inout Envelope) -> SMTPReply? {
        guard let value, value.utf8.count <= 20, value.utf8.allSatisfy(\.isASCIIDigit) else { return .syntax }
        // Twenty digits may exceed 64 bits, and with them any limit.
        guard let size = UInt64(value), size <= policy.limits.messageSize else { return .messageTooBig }
        envelope.declaredSize = size
        return nil
    }

    /// AUTH (RFC 4954 section 5): `<>` or a mailbox in xtext.
    ///
    /// Only its form is looked at: who a message is from is for the client's own identity to tell.
    private static func isIdentity(_ value: Substring?) -> Bool {
        guard let value else { return false }
        if value == "<>" { return true }
        var rest = value.utf8
        while let octet = rest.popFirst() {
            guard octet > 0x20, octet < 0x7F else { return false }
            guard octet == UInt8(ascii: "+") else { continue }
            let digits = [rest.popFirst(), rest.popFirst()]
            guard digits.allSatisfy({ $0.map { $0.isASCIIDigit || (0x41...0x46).contains($0) } ?? false }) else {
                return false
            }
        }
        return true
    }

    /// BODY (RFC 6152 section 2, RFC 3030 section 3).
    private func setBody(_ value: Substring?, of envelope: inout Envelope) -> SMTPReply? {
        guard let value, let body = Envelope.Body(rawValue: value.uppercased()) else { return .syntax }
        guard body != .binaryMIME || policy.extensions.contains([.binaryMIME, .chunking]) else { return .syntax }
        envelope.body = body
        return nil
    }
}
