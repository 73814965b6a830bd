import MIME

/// What was found in the messages, so that the programs' work can be compared.
struct Findings: Encodable {
    /// Parts that hold no others.
    var leaves = 0
    /// Addresses of From, Sender, Reply-To, To and Cc.
    var addresses = 0
    /// Octets of what was decoded or written.
    var octets = 0
}

/// A piece of work that is measured.
enum MailTask: String {
    /// The structure, the main fields and addresses, and each leaf decoded, text into UTF-8; the programs beside this
    /// one do the same.
    case parse
    /// What the intake reads of a message: its summary, with the readable text and the digests of attachments.
    case summary
    /// The same without the limits.
    case summaryWithoutLimits = "summary-without-limits"
    /// HTML made safe.
    case sanitise

    func run(on bytes: Span<UInt8>, findings: inout Findings) {
        switch self {
        case .parse: Self.parse(bytes, depth: 0, &findings)
        case .summary: Self.summarise(bytes, .init(), &findings)
        case .summaryWithoutLimits: Self.summarise(bytes, Self.unlimited, &findings)
        case .sanitise:
            var policy = HTMLPolicy()
            policy.maxOutput = .max
            findings.octets += SanitizedHTML(sanitizing: bytes, policy: policy).html.utf8.count
        }
    }

    private static let unlimited: Message.Limits = {
        var limits = Message.Limits()
        limits.maxHeaders = .max
        limits.maxHeaderSize = .max
        limits.maxLineLength = .max
        limits.maxParts = .max
        limits.maxDepth = .max
        limits.maxText = .max
        limits.maxDecodedSize = .max
        return limits
    }()

    /// Limits with which a summary is one of the header only.
    private static let headerOnly: Message.Limits = {
        var limits = Message.Limits()
        limits.maxText = 0
        limits.maxDecodedSize = 0
        return limits
    }()

    /// Messages within messages, as deeply as they are read.
    private static let maximumDepth = 20

    private static func parse(_ bytes: Span<UInt8>, depth: Int, _ findings: inout Findings) {
        let message = Message(parsing: bytes)
        let summary = message.summary(of: bytes, limits: headerOnly)
        findings.addresses += summary.from.count + summary.replyTo.count + summary.to.count + summary.cc.count
        findings.addresses += summary.sender == nil ? 0 : 1
        for part in message.parts where !part.isMultipart {
            let type = part.contentType
            if type.mediaType == "message/rfc822", part.transferEncoding == .identity, depth < maximumDepth {
                parse(bytes.extracting(part.bodyRange), depth: depth + 1, &findings)
                continue
            }
            findings.leaves += 1
            if type.type == "text" {
                findings.octets += message.utf8Content(of: part, in: bytes).count
            } else {
                message.decodedContent(of: part, in: bytes) { findings.octets += $0.count }
            }
        }
    }

    private static func summarise(_ bytes: Span<UInt8>, _ limits: Message.Limits, _ findings: inout Findings) {
        let message = Message(parsing: bytes, limits: limits)
        let summary = message.summary(of: bytes, limits: limits)
        findings.leaves += message.parts.count { !$0.isMultipart }
        findings.addresses += summary.from.count + summary.to.count + summary.cc.count
        findings.octets += summary.text.utf8.count
    }
}
