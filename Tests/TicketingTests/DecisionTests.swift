import MIME
import Mail
import Testing
import Ticketing

@Suite("Decisions")
struct DecisionTests {
    private static func message(
        subject: String = "Printer",
        from: String = "Ann <ann@customer.example>",
        extra: String = ""
    ) -> MessageSummary {
        let text = "From: \(from)\r\nSubject: \(subject)\r\nMessage-ID: <new@customer.example>\r\n\(extra)\r\nHello\r\n"
        let bytes = Array(text.utf8)
        return Message(parsing: bytes.span).summary(of: bytes.span)
    }

    private static func candidate(
        _ number: Int64,
        mailbox: String = "support",
        participates: Bool = false
    ) -> ThreadFacts.Candidate {
        ThreadFacts.Candidate(
            ticket: UniqueID(at: Timestamp(milliseconds: number), random: (0, 0)),
            number: number,
            mailbox: mailbox,
            senderParticipates: participates
        )
    }

    private static func evidence(of message: MessageSummary) -> ThreadEvidence {
        ThreadEvidence(of: message, sender: SenderEvidence(of: message, reversePath: .null), numberPrefix: "MW")
    }

    // MARK: Sender (S49-S51)

    @Test(
        "take the author from From, else Sender, else the reverse-path",
        arguments: [
            ("From: a@x.example\r\nSender: b@x.example\r\n", "r@x.example", "a@x.example", "from"),
            ("From: broken\r\nSender: b@x.example\r\n", "r@x.example", "b@x.example", "sender"),
            ("From: broken\r\n", "r@x.example", "r@x.example", "reverse-path"),
            ("Subject: x\r\n", nil, nil, nil),
        ] as [(String, String?, String?, String?)]
    )
    func author(header: String, reversePath: String?, address: String?, source: String?) throws {
        let bytes = Array("\(header)\r\nx".utf8)
        let summary = Message(parsing: bytes.span).summary(of: bytes.span)
        let path = try reversePath.map { ReversePath.address(try #require(MailAddress($0))) } ?? .null
        let evidence = SenderEvidence(of: summary, reversePath: path)
        #expect(evidence.author?.address.description == address)
        #expect(evidence.source?.rawValue == source)
    }

    @Test("know a sender by address first, then by the longest domain (S49, S50)")
    func customer() {
        let evidence = SenderEvidence(of: Self.message(from: "ann@eu.acme.example"), reversePath: .null)
        #expect(evidence.domainKeys == ["eu.acme.example", "acme.example", "example"])
        let contact = SenderFacts.Contact(id: "ann", name: "Ann", customer: "globex")
        let domains = ["eu.acme.example": "acme-eu", "acme.example": "acme"]
        #expect(
            SenderDecision(evidence, SenderFacts(contact: contact, customersByDomain: domains)).customer == "globex"
        )
        #expect(SenderDecision(evidence, SenderFacts(customersByDomain: domains)).customer == "acme-eu")
        #expect(SenderDecision(evidence, SenderFacts(customersByDomain: ["acme.example": "acme"])).customer == "acme")
        #expect(SenderDecision(evidence, SenderFacts()).customer == nil)
        let agent = SenderFacts.Agent(id: "bob", name: "Bob")
        let both = SenderDecision(evidence, SenderFacts(contact: contact, agent: agent, customersByDomain: domains))
        #expect(both.agent == agent)
        #expect(both.step.verdict == .senderIsAgent)
        #expect(SenderDecision(evidence, SenderFacts(agent: agent, customersByDomain: domains)).customer == nil)
    }

    // MARK: Thread (S61, S62, C01)

    @Test("list references newest first, each once, never the message itself, and bounded")
    func references() {
        let summary = Self.message(
            extra: "In-Reply-To: <c@x>\r\nReferences: <a@x> <b@x> <c@x> <new@customer.example>\r\n"
        )
        #expect(Self.evidence(of: summary).references.map(\.value) == ["c@x", "b@x", "a@x"])
        let many = (0..<200).map { "<\($0)@x>" }.joined(separator: " ")
        let evidence = Self.evidence(of: Self.message(extra: "References: \(many)\r\n"))
        #expect(evidence.references.count == ThreadEvidence.maximumReferences)
        #expect(evidence.references.first?.value == "199@x")
    }

    @Test("append by a known reference, the newest and the own mailbox's first")
    func appendByReference() throws {
        let summary = Self.message(subject: "Re: [Ticket #MW-9]", extra: "References: <a@x> <b@x>\r\n")
        let evidence = Self.evidence(of: summary)
        let a = try #require(MessageID("a@x"))
        let b = try #require(MessageID("b@x"))
        let facts = ThreadFacts(
            byReference: [a: [Self.candidate(1)], b: [Self.candidate(2, mailbox: "billing"), Self.candidate(3)]],
            byNumber: Self.candidate(9, participates: true)
        )
        let decision = ThreadDecision(evidence, facts, mailbox: "support")
        #expect(decision.action == .append(Self.candidate(3)))
        #expect(decision.reason == .references)
        // Another mailbox's ticket is never appended to: an answer to both mailboxes would stand in it twice.
        #expect(
            ThreadDecision(evidence, ThreadFacts(byReference: facts.byReference), mailbox: "sales").action == .create
        )
        // The losers are told, with the reason.
        let losers = decision.step.facts.filter { $0.name == "candidate" }.map(\.value)
        #expect(losers.contains { $0.contains("ticket 2 lost") && $0.contains("billing") })
        #expect(losers.contains { $0.contains("ticket 9 lost") && $0.contains("weaker") })
        #expect(
            ThreadDecision(evidence, facts, mailbox: "billing").action == .append(Self.candidate(2, mailbox: "billing"))
        )
    }

    @Test("append by the subject's number for a participant, and propose for a stranger (P17, C01)")
    func subjectNumber() {
        let evidence = Self.evidence(of: Self.message(subject: "Re: [Ticket #MW-9] x", extra: "References: <u@x>\r\n"))
        let participant = Self.candidate(9, participates: true)
        let stranger = Self.candidate(9)
        let appended = ThreadDecision(evidence, ThreadFacts(byNumber: participant), mailbox: "support")
        #expect(appended.action == .append(participant))
        #expect(appended.reason == .subjectNumber)
        let proposed = ThreadDecision(evidence, ThreadFacts(byNumber: stranger), mailbox: "support")
        #expect(proposed.action == .propose(stranger))
        #expect(proposed.reason == .subjectNumberStranger)
    }

    @Test("create when nothing is known (S68), and say what was looked for")
    func create() {
        let plain = ThreadDecision(Self.evidence(of: Self.message()), ThreadFacts(), mailbox: "support")
        #expect(plain.action == .create)
        #expect(plain.reason == .newConversation)
        let evidence = Self.evidence(of: Self.message(subject: "[Ticket #MW-77]", extra: "In-Reply-To: <u@x>\r\n"))
        let missing = ThreadDecision(evidence, ThreadFacts(messageIDReused: true), mailbox: "support")
        #expect(missing.action == .create)
        #expect(missing.reason == .ticketNotFound)
        #expect(missing.step.facts.map(\.name) == ["Message-ID reused", "references", "subject"])
    }
}
