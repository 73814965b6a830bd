extension MessageSummary {
    /// Adds the files that lie within attached ones: in Outlook's `winmail.dat`, in S/MIME with the content inside the
    /// signature, in messages within the message.
    ///
    /// - Parameters:
    ///   - message: the message that this was read from.
    ///   - bytes: the octets that were parsed.
    public mutating func openAttachments(of message: Message, in bytes: Span<UInt8>, limits: Message.Limits) {
        guard message.parts.contains(where: MessageOpener.mayOpen) else { return }
        var options = ReadableMessage.Options()
        options.limits = limits
        var opener = MessageOpener(options, purpose: .inventory)
        opener.open(message, bytes)
        attachments += opener.inventory
    }

    /// Judges the attached files, and lets go of what only that needs: a directory of a thousand names would wait in
    /// memory for the commit.
    ///
    /// A file that holds one that is not kept is kept no more than that.
    ///
    /// - Parameter unwrapsMessages: whether the files of messages within the message are files of the ticket; else those
    ///   messages alone are.
    public mutating func judgeAttachments(by policy: AttachmentPolicy, unwrapsMessages: Bool = true) {
        guard !attachments.isEmpty else { return }
        var attachments = attachments
        // What lies within a file counts in the file's size.
        var within = policy
        within.maximumMessageSize = .max
        within.maximumCount = .max
        let outer = attachments.indices.filter { !attachments[$0].isWithinFile }
        for (index, verdict) in zip(outer, policy.verdicts(for: outer.map { attachments[$0].facts })) {
            attachments[index].verdict = verdict
        }
        for index in attachments.indices where attachments[index].isWithinFile {
            attachments[index].verdict = within.verdicts(for: [attachments[index].facts]).first
        }
        let worst = Self.worstWithin(attachments)
        for index in attachments.indices {
            attachments[index].zip = nil
            guard let inner = worst[attachments[index].path] else { continue }
            attachments[index].verdict?.raise(to: inner.action, for: .blockedWithin(name: inner.name))
        }
        self.attachments = unwrapsMessages ? attachments : attachments.filter { !$0.isWithinMessage }
    }

    /// The strictest verdict on what lies within each file, where that is not kept.
    private static func worstWithin(_ attachments: [AttachmentSummary]) -> [String: AttachmentPolicy.Verdict] {
        var worst: [String: AttachmentPolicy.Verdict] = [:]
        for attachment in attachments where attachment.isWithinFile {
            guard let verdict = attachment.verdict, verdict.action != .allow else { continue }
            var path = attachment.path[...]
            while let period = path.lastIndex(of: ".") {
                path = path[..<period]
                if worst[String(path)].map({ $0.action < verdict.action }) ?? true { worst[String(path)] = verdict }
            }
        }
        return worst
    }
}

extension AttachmentPolicy.Verdict {
    fileprivate mutating func raise(to action: AttachmentPolicy.Action, for reason: AttachmentPolicy.Reason) {
        self.action = max(self.action, action)
        reasons.append(reason)
    }
}
