public import MIME
public import Mail

/// A message as it is recorded, beside its octets.
public struct MessageRecord: Sendable {
    /// The row's identifier.
    public var id: UniqueID
    /// When it was received.
    public var receivedAt: Timestamp
    /// The digest of the message without trace headers.
    public var contentDigest: [UInt8]
    /// What was read of it; `nil` for a message that is kept unread.
    public var summary: MessageSummary?
    /// Its octets.
    public var octets: ReceivedMessage
    /// Whether the octets lie in a file, which ``BlobStore/store(_:)`` made durable.
    public var isBlob: Bool

    /// Makes a record.
    public init(
        id: UniqueID,
        receivedAt: Timestamp,
        contentDigest: [UInt8],
        summary: MessageSummary?,
        octets: ReceivedMessage,
        isBlob: Bool
    ) {
        self.id = id
        self.receivedAt = receivedAt
        self.contentDigest = contentDigest
        self.summary = summary
        self.octets = octets
        self.isBlob = isBlob
    }
}

extension SQLWriter {
    /// Records a message and its octets, once however often it is called with the same identifier.
    public func record(_ message: MessageRecord) throws(StoreError) {
        let octets = message.octets
        if message.isBlob {
            try run(
                """
                INSERT INTO blob (digest, size, created_at)
                VALUES (\(octets.digest), \(octets.size), \(message.receivedAt)) ON CONFLICT DO NOTHING
                """
            )
        }
        let summary = message.summary
        let author = summary?.from.first ?? summary?.sender
        var raw: Int64?
        if !message.isBlob {
            // Claims the message: nothing is added when the message is recorded already.
            let added = try change(
                """
                INSERT INTO message_raw (octets)
                SELECT \(octets.bytes) WHERE NOT EXISTS (SELECT 1 FROM message WHERE id = \(message.id))
                """
            )
            guard added > 0 else { return }
            // Numbers grow, and nobody else writes in this transaction.
            raw = try first("SELECT MAX(id) FROM message_raw")?.integer(0)
        }
        let recorded = try change(
            """
            INSERT INTO message (id, digest, content_digest, size, raw, blob, message_id, subject, from_address,
                from_name, sent_at, received_at, defects)
            VALUES (\(message.id), \(octets.digest), \(message.contentDigest), \(octets.size), \(nullable: raw),
                \(nullable: message.isBlob ? octets.digest : nil), \(nullable: summary?.messageID?.value), \(summary?.subject ?? ""),
                \(nullable: author?.address.description), \(nullable: author?.name), \(nullable: summary?.date), \(message.receivedAt),
                \(nullable: summary.flatMap { $0.defects.isEmpty ? nil : JSONText.array($0.defects.map(\.description)) }))
            ON CONFLICT DO NOTHING
            """
        )
        guard recorded > 0 else { return }
        for attachment in summary?.attachments ?? [] {
            try run(
                """
                INSERT INTO attachment (message, path, name, type, detected_type, size, digest, content_id, is_inline, action,
                    note)
                VALUES (\(message.id), \(attachment.path), \(nullable: attachment.name), \(attachment.type),
                    \(nullable: attachment.format?.mediaType), \(attachment.size), \(attachment.sha256),
                    \(nullable: attachment.contentID), \(attachment.isInline),
                    \(attachment.verdict?.action.rawValue ?? "allow"), \(nullable: attachment.verdict?.note))
                """
            )
        }
    }

    /// Records one arrival of a message with its whole envelope, once for each delivery.
    public func record(_ delivery: Delivery, of message: UniqueID) throws(StoreError) {
        let envelope = delivery.envelope
        let (uid, pid): (Int64?, Int64?) =
            if case .local(let uid, let pid) = delivery.peer { (uid.map { Int64($0) }, pid.map { Int64($0) }) } else {
                (nil, nil)
            }
        try run(
            """
            INSERT INTO delivery (id, message, received_at, listener, session, peer, peer_uid, peer_pid, helo, protocol,
                tls, identity, reverse_path, body, smtputf8, declared_size, recipients)
            VALUES (\(delivery.id), \(message), \(delivery.receivedAt), \(delivery.listener), \(delivery.session),
                \(delivery.peer.description), \(nullable: uid), \(nullable: pid), \(delivery.helo), \(delivery.protocolKeyword), \(nullable: delivery.tls),
                \(nullable: delivery.identity), \(envelope.reversePath.description), \(envelope.body.rawValue),
                \(envelope.smtpUTF8), \(nullable: envelope.declaredSize.map { Int64(clamping: $0) }),
                \(JSONText.array(envelope.recipients.map(\.description))))
            ON CONFLICT DO NOTHING
            """
        )
    }
}
