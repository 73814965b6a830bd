extension MessageSummary {
    /// Adds the files that lie within attached ones: in Outlook's `winmail.dat`, in S/MIME with the content inside the
    /// signature, in messages within the message.
    ///
    /// - Parameters:
    ///   - message: the message that this was read from.
    ///   - bytes: the octets that were parsed.
    public mutating func openAttachments(of message: Message, in bytes: Span<UInt8>, limits: Message.Limits) {
        guard message.parts.contains(where: { MessageOpener.mayOpen($0, bytes) }) else { return }
        var options = ReadableMessage.Options()
        options.limits = limits
        var opener = MessageOpener(options, purpose: .inventory)
        opener.open(message, bytes)
        attachments += opener.inventory
        for index in attachments.indices where opener.incomplete.contains(attachments[index].path) {
            attachments[index].isLookedThrough = false
        }
    }

    /// Judges the attached files, and lets go of what only that needs: a directory of a thousand names would wait in
    /// memory for the commit.
    ///
    /// A file that holds one that is not kept is kept no more than that, and what lies in a file that is not kept for
    /// its own sake is not kept either.
    ///
    /// - Parameter unwrapsMessages: whether the files of messages within the message are files of the ticket; else those
    ///   messages alone are.
    public mutating func judgeAttachments(by policy: AttachmentPolicy, unwrapsMessages: Bool = true) {
        guard !attachments.isEmpty else { return }
        var attachments = attachments
        let outer = attachments.indices.filter { !attachments[$0].isWithinFile }
        let inner = attachments.indices.filter { attachments[$0].isWithinFile }
        for (index, verdict) in zip(outer, policy.verdicts(for: outer.map { attachments[$0].facts })) {
            attachments[index].verdict = verdict
        }
        // What lies within a file counts in the file's size, and as a file of its own.
        var within = policy
        within.maximumMessageSize = .max
        let kept = outer.count { attachments[$0].verdict?.action != .strip }
        for (index, verdict) in zip(inner, within.verdicts(for: inner.map { attachments[$0].facts }, after: kept)) {
            attachments[index].verdict = verdict
        }
        let own = Dictionary(attachments.map { ($0.path, $0.verdict) }, uniquingKeysWith: { first, _ in first })
        let worst = Self.worstWithin(attachments)
        for index in attachments.indices {
            attachments[index].zip = nil
            if let inner = worst[attachments[index].path] {
                attachments[index].verdict?.raise(to: inner.action, for: .blockedWithin(name: inner.name))
            }
            for path in attachments[index].containers {
                guard let container = own[path] ?? nil, container.action != .allow else { continue }
                attachments[index].verdict?.raise(to: container.action, for: .withinBlocked(name: container.name))
            }
        }
        self.attachments = unwrapsMessages ? attachments : attachments.filter { !$0.isWithinMessage }
    }

    /// The strictest verdict on what lies within each file, where that is not kept.
    private static func worstWithin(_ attachments: [AttachmentSummary]) -> [String: AttachmentPolicy.Verdict] {
        var worst: [String: AttachmentPolicy.Verdict] = [:]
        for attachment in attachments {
            guard let verdict = attachment.verdict, verdict.action != .allow, !verdict.isForCount else { continue }
            for path in attachment.containers where worst[path].map({ $0.action < verdict.action }) ?? true {
                worst[path] = verdict
            }
        }
        return worst
    }
}

extension AttachmentSummary {
    /// The paths of the files that this one lies in, the innermost first.
    fileprivate var containers: [String] {
        var containers: [String] = []
        var path = path[...]
        while let period = path.lastIndex(of: ".") {
            path = path[..<period]
            containers.append(String(path))
        }
        return containers
    }
}

extension AttachmentPolicy.Verdict {
    /// Whether nothing is wrong with the file but that there are many.
    fileprivate var isForCount: Bool {
        reasons.allSatisfy { if case .tooManyFiles = $0 { true } else { false } }
    }

    fileprivate mutating func raise(to action: AttachmentPolicy.Action, for reason: AttachmentPolicy.Reason) {
        self.action = max(self.action, action)
        reasons.append(reason)
    }
}
