internal import Mail
public import Ticketing

extension SQLReader {
    /// Looks a sender up: the contact or agent with the address, the customers with its domains.
    public func facts(for evidence: SenderEvidence) throws(StoreError) -> SenderFacts {
        guard evidence.author != nil else { return SenderFacts() }
        var facts = SenderFacts()
        let people = try rows(
            """
            SELECT 'contact', c.id, c.name, c.customer FROM contact_address a JOIN contact c ON c.id = a.contact
            WHERE a.address = \(evidence.addressKey)
            UNION ALL
            SELECT 'agent', g.id, g.name, NULL FROM agent_address a JOIN agent g ON g.id = a.agent
            WHERE a.address = \(evidence.addressKey)
            """
        )
        for row in people {
            guard let kind = row.text(0), let id = row.text(1), let name = row.text(2) else { continue }
            if kind == "agent" {
                facts.agent = SenderFacts.Agent(id: id, name: name)
            } else {
                facts.contact = SenderFacts.Contact(id: id, name: name, customer: row.text(3))
            }
        }
        let domains = try rows(
            "SELECT domain, customer FROM customer_domain WHERE domain IN (\(list: evidence.domainKeys))"
        )
        for row in domains {
            guard let domain = row.text(0) else { continue }
            facts.customersByDomain[domain] = row.text(1)
        }
        return facts
    }

    /// Looks up the tickets that a message's evidence may name.
    ///
    /// - Parameter key: the message's own retry key; whether it is claimed already makes no difference.
    public func facts(for evidence: ThreadEvidence, key: RetryKey) throws(StoreError) -> ThreadFacts {
        var facts = ThreadFacts()
        for reference in evidence.references {
            let candidates = try candidates(claims(of: reference, mailbox: key.mailbox), sender: evidence.sender)
            if !candidates.isEmpty { facts.byReference[reference] = candidates }
        }
        if let number = evidence.subjectNumber {
            let rows = try rows("SELECT id, number, mailbox, requester FROM ticket WHERE number = \(number)")
            facts.byNumber = try candidates(rows, sender: evidence.sender).first
        }
        if let messageID = key.messageID {
            let other = try first(
                """
                SELECT 1 FROM retry_key
                WHERE message_id = \(messageID.value) AND mailbox = \(key.mailbox) AND digest <> \(key.digest) LIMIT 1
                """
            )
            facts.messageIDReused = other != nil
        }
        return facts
    }

    /// The tickets that an identifier leads to, those of the mailbox first.
    ///
    /// Bounded before anything is joined or sorted: senders that use one Message-ID for all make thousands of claims, and
    /// every writer waits meanwhile.
    private func claims(of reference: MessageID, mailbox: String) throws(StoreError) -> [SQLRow] {
        try rows(
            """
            SELECT DISTINCT t.id, t.number, t.mailbox, t.requester FROM (
                SELECT * FROM (SELECT ticket FROM retry_key
                    WHERE message_id = \(reference.value) AND mailbox = \(mailbox) LIMIT \(Self.maximumClaims)) AS own
                UNION ALL SELECT * FROM (SELECT ticket FROM retry_key
                    WHERE message_id = \(reference.value) AND mailbox < \(mailbox) LIMIT \(Self.maximumClaims)) AS before
                UNION ALL SELECT * FROM (SELECT ticket FROM retry_key
                    WHERE message_id = \(reference.value) AND mailbox > \(mailbox) LIMIT \(Self.maximumClaims)) AS behind
            ) AS k JOIN ticket t ON t.id = k.ticket
            ORDER BY CASE WHEN t.mailbox = \(mailbox) THEN 0 ELSE 1 END, t.number LIMIT \(Self.maximumCandidates)
            """
        )
    }

    /// The most claims of one identifier that are looked at, of a kind, and the most tickets that they lead to.
    private static var maximumClaims: Int { 100 }
    private static var maximumCandidates: Int { 10 }

    private func candidates(
        _ rows: [SQLRow],
        sender: String
    ) throws(StoreError) -> [ThreadFacts.Candidate] {
        var candidates: [ThreadFacts.Candidate] = []
        for row in rows {
            guard let ticket = row.id(0), let number = row.integer(1), let mailbox = row.text(2) else { continue }
            candidates.append(
                ThreadFacts.Candidate(
                    ticket: ticket,
                    number: number,
                    mailbox: mailbox,
                    senderParticipates: try participates(sender, in: ticket, requestedBy: row.text(3))
                )
            )
        }
        return candidates
    }

    private func participates(
        _ sender: String,
        in ticket: UniqueID,
        requestedBy requester: String?
    ) throws(StoreError) -> Bool {
        if sender.isEmpty { return false }
        if sender == requester { return true }
        return try first("SELECT 1 FROM participant WHERE ticket = \(ticket) AND address = \(sender)") != nil
    }
}
