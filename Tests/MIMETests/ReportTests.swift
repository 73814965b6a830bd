import MIME
import Mail
import Testing

/// Parts made for programs: delivery reports, receipts, feedback.
@Suite struct ReportTests {
    private static func message(_ type: String, _ report: String, returned: String = "") -> Parsed {
        let third =
            returned.isEmpty
            ? ""
            : "--r\nContent-Type: \(returned.contains("\n\n") ? "message/rfc822" : "text/rfc822-headers")\n\n\(returned)\n"
        return Parsed(
            """
            From: MAILER-DAEMON@mx.example
            Content-Type: multipart/report; boundary=r; report-type=x

            --r

            For people.
            --r
            Content-Type: \(type)

            \(report)
            \(third)--r--

            """
        )
    }

    private static func status(_ report: String, type: String = "message/delivery-status") -> DeliveryReport? {
        let parsed = message(type, report)
        return parsed.deliveryStatus
    }

    // MARK: Delivery status

    @Test func allFieldsOfADeliveryStatus() throws {
        let parsed = Self.message(
            "message/delivery-status",
            """
            Reporting-MTA: dns; mx.example
            Original-Envelope-Id: ticket-7
            Arrival-Date: Mon, 5 Oct 2026 10:00:00 +0200

            Original-Recipient: rfc822;sales@customer.example
            Final-Recipient: rfc822; ann@inner.customer.example
            Action: failed
            Status: 5.1.1
            Remote-MTA: dns; mail.customer.example
            Diagnostic-Code: smtp; 550 5.1.1 <ann@inner.customer.example>:
             no such user

            Final-Recipient: rfc822;bob@customer.example
            Action: delayed
            Status: 4.4.1
            """,
            returned:
                "Message-ID: <m1@desk.example>\nFrom: desk@desk.example\nTo: ann@customer.example\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?="
        )
        let report = try #require(parsed.deliveryStatus)
        #expect(report.source == .deliveryStatus)
        #expect(report.reportingMTA == "mx.example")
        #expect(report.originalEnvelopeID == "ticket-7")
        #expect(report.action == .failed)
        let first = try #require(report.recipients.first)
        #expect(first.address?.description == "ann@inner.customer.example")
        #expect(first.originalAddress?.description == "sales@customer.example")
        #expect(first.action == .failed)
        #expect(first.status?.description == "5.1.1")
        #expect(first.replyCode == 550)
        #expect(first.remoteMTA == "mail.customer.example")
        #expect(first.diagnostic == "550 5.1.1 <ann@inner.customer.example>: no such user")
        #expect(!first.hasTemporaryCause)
        #expect(report.recipients.map(\.action) == [.failed, .delayed])
        #expect(report.recipients.map(\.hasTemporaryCause) == [false, true])
        #expect(report.unreachedRecipients.count == 2)
        #expect(report.returned?.messageID?.value == "m1@desk.example")
        #expect(report.returned?.from.map(\.address.description) == ["desk@desk.example"])
        #expect(report.returned?.recipients.map(\.address.description) == ["ann@customer.example"])
        #expect(report.returned?.subject == "Grüße")
    }

    @Test(
        arguments: [
            // No type, brackets, only the original recipient.
            ("Original-Recipient: <ann@x.example>\nAction: failed\nDiagnostic-Code: smtp; 550 no", "ann@x.example"),
            // The type in capitals, a comment behind the address.
            ("Final-Recipient: RFC822; ann@x.example (Ann)\nAction: failed\nStatus: 5.0.0", "ann@x.example"),
            // All fields in one group.
            ("Reporting-MTA: dns; x\nFinal-Recipient: rfc822;ann@x.example\nAction: failed", "ann@x.example"),
            // An empty line within the recipient's fields, before and behind the address.
            ("Final-Recipient: rfc822;ann@x.example\n\nAction: failed\nStatus: 5.1.1", "ann@x.example"),
            ("Action: failed\nStatus: 5.1.1\n\nFinal-Recipient: rfc822;ann@x.example", "ann@x.example"),
            // Blanks before the colon, lines of no field between.
            ("Final-Recipient : rfc822; ann@x.example\nrubbish\nAction : failed\n", "ann@x.example"),
            // What looks like an encoded word is the local part (RFC 2047 section 5).
            ("Final-Recipient: rfc822; =?utf-8?q?a?=@x.example\nAction: failed", "=?utf-8?q?a?=@x.example"),
            ("Final-Recipient: rfc822; \"a b\"@x.example\nAction: failed", "\"a b\"@x.example"),
        ]
    )
    func brokenForms(report: String, address: String) {
        let found = Self.status(report)
        #expect(found?.recipients.map { $0.address?.description } == [address])
        #expect(found?.recipients.map(\.action) == [.failed])
    }

    @Test func recipientsWithoutEmptyLinesBetweenThem() {
        let found = Self.status(
            """
            Final-Recipient: rfc822;ann@x.example
            Action: failed
            Status: 5.1.1
            Final-Recipient: rfc822;bob@x.example
            Action: relayed
            Status: 2.1.9
            """
        )
        #expect(found?.recipients.map { $0.address?.localPart } == ["ann", "bob"])
        #expect(found?.recipients.map(\.action) == [.failed, .relayed])
        #expect(found?.unreachedRecipients.map { $0.address?.localPart } == ["ann"])
    }

    @Test(
        arguments: [
            ("delivered (to mailbox)", "2.0.0", .delivered), ("Failure", "5.0.0", .failed),
            ("expanded", "2.1.5", .expanded),
            // Without a known word the class of the status decides.
            ("", "4.2.2", .delayed), ("", "5.2.2", .failed), ("what", "2.0.0", .delivered), ("", "", .failed),
        ] as [(String, String, DeliveryReport.Action)]
    )
    func actions(action: String, status: String, expected: DeliveryReport.Action) {
        let found = Self.status("Final-Recipient: rfc822;a@x.example\nAction: \(action)\nStatus: \(status)")
        #expect(found?.recipients.map(\.action) == [expected])
    }

    @Test(
        arguments: [
            // The declared code counts, unless it says nothing.
            ("5.1.1", "550 5.7.1 no", "5.1.1"), ("5.0.0", "550 5.7.1 no", "5.7.1"), ("5.0.0", "450 4.7.1 no", "5.0.0"),
            ("5.1.1 (bad destination)", "", "5.1.1"), ("", "550-5.7.26 no\n 550 5.7.26 no", "5.7.26"),
            // No codes: an address, a version, a date.
            ("", "550 host 5.6.7.8 says no", nil), ("", "550 Server 5.5.2653.12", nil), ("", "550 v4.6.1", nil),
            ("", "550 (#5.1.1)", "5.1.1"), ("", "550 said 2.0.0 then 5.2.2", "5.2.2"),
        ] as [(String, String, String?)]
    )
    func statusCodes(status: String, diagnostic: String, expected: String?) {
        let found = Self.status(
            "Final-Recipient: rfc822;a@x.example\nAction: failed\nStatus: \(status)\nDiagnostic-Code: smtp; \(diagnostic)"
        )
        #expect(found?.recipients.first?.status?.description == expected)
    }

    @Test func internationalDeliveryStatus() {
        // RFC 6533 section 3: characters as they are, or escaped.
        for address in ["jürgen@bücher.example", #"j\x{FC}rgen@b\x{FC}cher.example"#] {
            let found = Self.status(
                "Final-Recipient: utf-8; \(address)\nAction: failed",
                type: "message/global-delivery-status"
            )
            #expect(found?.recipients.map { $0.address?.description } == ["jürgen@bücher.example"])
        }
        #expect(
            Self.status(
                #"Final-Recipient: utf-8; a\x{zz}\x{110000}\x{41@x.example"#,
                type: "message/global-delivery-status"
            )?
            .recipients.count == 1
        )
    }

    @Test func nothingToReport() {
        #expect(Self.status("Final-Recipient: rfc822;\n\nAction: failed\nStatus: 5.1.1") == nil)
        #expect(Self.status("Final-Recipient:\n\nAction: failed\n\nAction: failed") == nil)
        #expect(Self.status("Reporting-MTA: dns; x") == nil)
        #expect(Self.status("") == nil)
        #expect(Self.status("Final-Recipient: rfc822;a@x.example", type: "text/plain") == nil)
    }

    @Test func encodedDeliveryStatus() {
        let parsed = Parsed(
            "Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n"
                + "RmluYWwtUmVjaXBpZW50OiByZmM4MjI7YUB4LmV4YW1wbGUKQWN0aW9uOiBmYWlsZWQK\n"
        )
        let report = parsed.deliveryStatus
        #expect(report?.recipients.map(\.addressText) == ["a@x.example"])
    }

    @Test func aReportThatAGatewayWrapped() {
        let inner =
            "Content-Type: multipart/report; boundary=i\n\n--i\nContent-Type: message/delivery-status\n\n"
            + "Final-Recipient: rfc822;ann@x.example\nAction: failed\n--i--\n"
        let parsed = Parsed(
            "Content-Type: multipart/mixed; boundary=o\n\n--o\n\nWrapped.\n--o\nContent-Type: message/rfc822\n\n\(inner)\n--o--\n"
        )
        #expect(parsed.deliveryStatus == nil)
        let report = parsed.enclosed
        #expect(report?.recipients.map(\.addressText) == ["ann@x.example"])
    }

    // MARK: Receipts and feedback

    @Test func readReceipt() throws {
        let parsed = Self.message(
            "message/disposition-notification",
            """
            Reporting-UA: client.example; Mail 1
            Original-Recipient: rfc822;desk@desk.example
            Final-Recipient: rfc822;ann@x.example
            Original-Message-ID: <m1@desk.example>
            Disposition: manual-action/MDN-sent-manually; Displayed
            """
        )
        let receipt = try #require(parsed.receipt)
        #expect(receipt.finalRecipient?.description == "ann@x.example")
        #expect(receipt.originalRecipient?.description == "desk@desk.example")
        #expect(receipt.originalMessageID?.value == "m1@desk.example")
        #expect(receipt.reportingUA == "client.example; Mail 1")
        #expect(receipt.type == "displayed" && !receipt.isAutomatic)
    }

    @Test(
        arguments: [
            ("automatic-action/MDN-sent-automatically; deleted", "deleted", true),
            ("automatic-action/MDN-sent-automatically;processed/error", "processed", true),
            ("displayed", "displayed", false), ("", "", false),
        ]
    )
    func dispositions(text: String, type: String, isAutomatic: Bool) {
        let parsed = Self.message(
            "message/disposition-notification",
            "Final-Recipient: rfc822;ann@x.example\nDisposition: \(text)"
        )
        let receipt = parsed.receipt
        #expect(receipt?.type == type)
        #expect(receipt?.isAutomatic == isAutomatic)
    }

    @Test func feedback() throws {
        let parsed = Self.message(
            "message/feedback-report",
            """
            Feedback-Type: Abuse
            User-Agent: Reporter/1
            Version: 1
            Original-Mail-From: <bounce@desk.example>
            Original-Rcpt-To: <ann@x.example>
            Original-Rcpt-To: <bob@x.example>
            Reported-Domain: desk.example
            Source-IP: 192.0.2.7
            """,
            returned: "Message-ID: <m1@desk.example>\nSubject: News\n\nBuy."
        )
        let report = try #require(parsed.feedback)
        #expect(report.type == "abuse")
        #expect(report.userAgent == "Reporter/1")
        #expect(report.originalMailFrom?.description == "bounce@desk.example")
        #expect(report.originalRecipients.map(\.localPart) == ["ann", "bob"])
        #expect(report.reportedDomains == ["desk.example"])
        #expect(report.sourceIP == "192.0.2.7")
        #expect(report.returned?.messageID?.value == "m1@desk.example")
        let untyped = Self.message("message/feedback-report", "Version: 1")
        #expect(untyped.feedback == nil)
    }
}

extension Parsed {
    /// Reads with the work that the summary left.
    private func read<Report>(_ reader: (Span<UInt8>, inout Work) -> Report?) -> Report? {
        var work = summary.work
        return reader(bytes.span, &work)
    }

    var deliveryStatus: DeliveryReport? { read(message.deliveryStatus) }
    var enclosed: DeliveryReport? { read(message.enclosedDeliveryStatus) }
    var receipt: DispositionNotification? { read(message.dispositionNotification) }
    var feedback: FeedbackReport? { read(message.feedbackReport) }
}

extension DeliveryText {
    /// Reads a text with the work that its size allows.
    init(_ text: String, strangers: [MailAddress]) {
        var work = Work(size: text.utf8.count)
        self.init(text, strangers: strangers, work: &work)
    }
}
