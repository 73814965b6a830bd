import Faults
import Intake
import Mail
import Storage
import Testing
import Ticketing

@Suite struct ThreadingTests {
    private func answer(
        _ id: String,
        inReplyTo: String? = nil,
        references: [String] = [],
        from: String = "Jo <jo@customer.example>"
    )
        -> Mail
    {
        var fields: [String] = []
        if let inReplyTo { fields.append("In-Reply-To: <\(inReplyTo)>") }
        if !references.isEmpty {
            fields.append("References: " + references.map { "<\($0)>" }.joined(separator: "\r\n "))
        }
        return Mail(id: id, from: from, subject: "Re: Printer", fields: fields)
    }

    @Test func anAnswerBelongsToTheTicket() async throws {
        try await IntakeFixture().withPipeline { intake in
            let first = try await intake.commit(Mail(id: "1@c.example"))
            let second = try await intake.commit(answer("2@c.example", inReplyTo: "1@c.example"))
            #expect(second.outcome == .appended)
            #expect(second.reason == .references)
            #expect(second.ticket == first.ticket)
            // The answer to the answer names the first message only in References.
            let third = try await intake.commit(
                answer("3@c.example", references: ["1@c.example", "unknown@c.example"])
            )
            #expect(third.ticket == first.ticket)
            let fourth = try await intake.commit(answer("4@c.example", inReplyTo: "3@c.example"))
            #expect(fourth.ticket == first.ticket)
            #expect(try await intake.comments(first.ticket).count == 4)
            #expect(try await intake.counts().tickets == 1)
        }
    }

    @Test func anAnswerToNobodyKnownBeginsATicket() async throws {
        try await IntakeFixture().withPipeline { intake in
            let entry = try await intake.commit(answer("2@c.example", inReplyTo: "unknown@c.example"))
            #expect(entry.outcome == .created)
        }
    }

    @Test func theNumberInTheSubjectCountsForParticipants() async throws {
        try await IntakeFixture().withPipeline { intake in
            let first = try await intake.commit(Mail(id: "1@c.example"))
            let own = try await intake.commit(Mail(id: "2@c.example", subject: "AW: [Ticket #MW-1] Printer"))
            #expect(own.outcome == .appended)
            #expect(own.reason == .subjectNumber)
            #expect(own.ticket == first.ticket)
            let stranger = try await intake.commit(
                Mail(id: "3@c.example", from: "eve@evil.example", subject: "Re: [ticket #mw-1] Printer")
            )
            #expect(stranger.outcome == .proposed)
            #expect(stranger.reason == .subjectNumberStranger)
            #expect(stranger.ticket == first.ticket)
            #expect(try await intake.comments(first.ticket).count == 2)
            // Nor does an answer to the stranger's message lead into the ticket.
            let answered = try await intake.commit(
                answer("4@c.example", inReplyTo: "3@c.example", from: "eve@evil.example")
            )
            #expect(answered.outcome == .created)
            #expect(try await intake.comments(first.ticket).count == 2)
        }
    }

    @Test func whoIsCopiedTakesPart() async throws {
        try await IntakeFixture().withPipeline { intake in
            let first = try await intake.commit(
                Mail(id: "1@c.example", fields: ["Cc: Ann <ann@customer.example>, sales@example.com"])
            )
            let copied = try await intake.commit(
                Mail(id: "2@c.example", from: "Ann@customer.example", subject: "[Ticket #MW-1] Printer")
            )
            #expect(copied.outcome == .appended)
            let ticket = try await intake.ticket(first.ticket)
            let participants = try await intake.store.engine.read { reader throws(StoreError) in
                try reader.participants(of: ticket.id)
            }
            // Our own mailbox is nobody who takes part.
            #expect(participants.map(\.address) == ["ann@customer.example", "jo@customer.example"])
        }
    }

    /// A device that uses one Message-ID for all its mail makes thousands of claims.
    @Test func oneMessageIDOfManyMessagesIsLookedUpWithinBounds() async throws {
        try await IntakeFixture().withPipeline { intake in
            for number in 0..<150 { _ = try await intake.commit(Mail(id: "same@device", body: "Scan \(number)\r\n")) }
            let entry = try await intake.commit(answer("2@c.example", inReplyTo: "same@device"))
            #expect(entry.outcome == .appended)
            #expect(try await intake.counts().tickets == 150)
        }
    }

    @Test func whoAnswersTakesPart() async throws {
        try await IntakeFixture().withPipeline { intake in
            let first = try await intake.commit(Mail(id: "1@c.example"))
            // A colleague who was given the mail answers it.
            let colleague = "Ann <Ann@customer.example>"
            let answered = try await intake.commit(answer("2@c.example", inReplyTo: "1@c.example", from: colleague))
            #expect(answered.outcome == .appended)
            let later = try await intake.commit(
                Mail(id: "3@c.example", from: "ann@customer.example", subject: "[Ticket #MW-1] Printer")
            )
            #expect(later.outcome == .appended)
            #expect(later.reason == .subjectNumber)
            let ticket = try await intake.ticket(first.ticket)
            let participants = try await intake.store.engine.read { reader throws(StoreError) in
                try reader.participants(of: ticket.id)
            }
            #expect(participants.map(\.address) == ["ann@customer.example", "jo@customer.example"])
            #expect(participants.map(\.role) == ["correspondent", "requester"])
        }
    }

    @Test func aNumberThatDoesNotExistBeginsATicket() async throws {
        try await IntakeFixture().withPipeline { intake in
            let entry = try await intake.commit(Mail(id: "1@c.example", subject: "Re: [Ticket #MW-77] Printer"))
            #expect(entry.outcome == .created)
            #expect(entry.reason == .ticketNotFound)
            let other = try await intake.commit(Mail(id: "2@c.example", subject: "Re: [Ticket #XX-1] Printer"))
            #expect(other.outcome == .created)
        }
    }

    @Test func aReferenceIsStrongerThanTheSubject() async throws {
        try await IntakeFixture().withPipeline { intake in
            let first = try await intake.commit(Mail(id: "1@c.example"))
            let second = try await intake.commit(Mail(id: "2@c.example"))
            #expect(first.ticket != second.ticket)
            var mail = answer("3@c.example", inReplyTo: "1@c.example")
            mail.subject = "Re: [Ticket #MW-2] Printer"
            let entry = try await intake.commit(mail)
            #expect(entry.ticket == first.ticket)
            let facts = try await intake.outcomes(entry).first?.trace.steps.flatMap(\.facts) ?? []
            #expect(facts.contains { $0.name == "candidate" && $0.value.contains("ticket 2 lost") })
        }
    }

    @Test func anAnswerToTwoMailboxesFindsTheTicketOfEach() async throws {
        try await IntakeFixture().withPipeline { intake in
            let both = ["support@example.com", "sales@example.com"]
            _ = try await intake.deliver(Mail(id: "1@c.example").octets, to: both)
            _ = try await intake.deliver(answer("2@c.example", inReplyTo: "1@c.example").octets, to: both)
            let log = try await intake.log()
            for mailbox in ["support", "sales"] {
                let entries = log.filter { $0.mailbox == mailbox }
                #expect(entries.map(\.outcome) == [.created, .appended])
                #expect(Set(entries.map(\.ticket)).count == 1)
            }
        }
    }

    // MARK: Senders

    @Test func theSenderIsFoundByAddressThenByDomain() async throws {
        try await IntakeFixture().withPipeline { intake in
            let known = try await intake.commit(Mail(id: "1@c.example", from: "ANN@Acme.example"))
            var ticket = try await intake.ticket(known.ticket)
            #expect(ticket.contact == "ann")
            #expect(ticket.customer == "acme")
            let colleague = try await intake.commit(Mail(id: "2@c.example", from: "Zoe <zoe@eu.acme.example>"))
            ticket = try await intake.ticket(colleague.ticket)
            #expect(ticket.contact == nil)
            #expect(ticket.customer == "acme")
            let stranger = try await intake.commit(Mail(id: "3@c.example", from: "x@notacme.example"))
            ticket = try await intake.ticket(stranger.ticket)
            #expect(ticket.customer == nil)
        }
    }

    @Test func anAgentIsTheAuthorOfWhatComesFromItsAddress() async throws {
        try await IntakeFixture().withPipeline { intake in
            _ = try await intake.commit(Mail(id: "1@c.example"))
            let entry = try await intake.commit(
                Mail(id: "2@c.example", from: "Bob B <Bob@example.com>", fields: ["In-Reply-To: <1@c.example>"])
            )
            #expect(entry.outcome == .appended)
            let comments = try await intake.comments(entry.ticket)
            #expect(comments.map(\.authorKind) == ["contact", "agent"])
            #expect(comments.last?.author == "bob")
            #expect(comments.last?.authorAddress == "Bob@example.com")
            #expect(comments.last?.authorName == "Bob B")
            #expect(comments.last?.visibility == "public")
            let steps = try await intake.outcomes(entry).first?.trace.steps
            #expect(steps?.contains { $0.verdict == .senderIsAgent } == true)
        }
    }

    @Test func withoutAFromFieldTheEnvelopeNamesTheSender() async throws {
        try await IntakeFixture().withPipeline { intake in
            _ = try await intake.deliver(
                Array("Subject: a\r\n\r\nb\r\n".utf8),
                from: "ann@acme.example"
            )
            let ticket = try await intake.ticket(1)
            #expect(ticket.requesterAddress == "ann@acme.example")
            #expect(ticket.contact == "ann")
        }
    }

    // MARK: Beside the way of new mail

    @Test func anImportIsSilentDatedAndIdempotent() async throws {
        try await IntakeFixture().withPipeline { intake in
            let octets = Mail(id: "1@c.example").octets
            let options = ImportOptions(mailbox: "support", status: "closed")
            for _ in 0..<2 {
                let message = try await intake.store.receive(octets)
                let disposition = await intake.pipeline.import(message, .test(to: []), options: options)
                guard case .committed = disposition else { return #expect(disposition == .fault) }
            }
            let ticket = try await intake.ticket(1)
            #expect(ticket.status == "closed")
            #expect(ticket.createdAt == Timestamp(year: 2024, month: 11, day: 21, hour: 9, minute: 30, second: 0))
            #expect(try await intake.counts().tickets == 1)
            let outgoing = try await intake.store.engine.read { reader throws(StoreError) in
                try reader.first("SELECT COUNT(*) FROM outgoing_message")?.integer(0)
            }
            #expect(outgoing == 0)
            let message = try await intake.store.receive(octets)
            let nowhere = await intake.pipeline.import(
                message,
                .test(to: []),
                options: ImportOptions(mailbox: "none", status: nil)
            )
            #expect(nowhere == nil)
        }
    }

    @Test func explainingCommitsNothing() async throws {
        try await IntakeFixture().withPipeline { intake in
            _ = try await intake.commit(Mail(id: "1@c.example"))
            let octets = answer("2@c.example", inReplyTo: "1@c.example").octets
            let envelope = Envelope(
                reversePath: .null,
                recipients: IntakeFixture.addresses("support@example.com", "x@nowhere.example").map { .address($0) }
            )
            let explained = try await intake.store.engine.read { reader throws(StoreError) in
                try IntakePipeline.explain(
                    octets.span,
                    envelope: envelope,
                    settings: IntakeFixture.settings,
                    windowStart: .now,
                    reader: reader
                ).map { ($0.mailbox.id, $0.decision.outcome, $0.decision.reason) }
            }
            #expect(explained.count == 1)
            #expect(explained.first?.0 == "support")
            #expect(explained.first?.1 == .appended)
            #expect(explained.first?.2 == .references)
            #expect(try await intake.log().count == 1)
        }
    }
}
