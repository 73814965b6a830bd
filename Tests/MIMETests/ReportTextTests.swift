import MIME
import Mail
import Testing

/// Reports that only their text tells, by the kinds of texts that mail systems write.
@Suite struct ReportTextTests {
    struct Case: CustomStringConvertible, Sendable {
        let description: String
        let text: String
        var recipients: [String] = ["ann@x.example"]
        var action: DeliveryReport.Action? = .failed
        var status: String?
        var replyCode: Int?
    }

    static let cases = [
        Case(
            description: "address and colon, reason on the next line",
            text: """
                I was not able to deliver your message to the following addresses.

                <ann@x.example>:
                Sorry, no mailbox here by that name. (#5.1.1)

                --- Below this line is a copy of the message.

                Return-Path: <desk@desk.example>
                <stranger@elsewhere.example>:
                """,
            status: "5.1.1"
        ),
        Case(
            description: "address, colon and reason in one paragraph",
            text: """
                Your message could not be delivered. For help, contact <postmaster@mx.example>.

                <ann@x.example>: host mail.x.example[192.0.2.1] said: 550 5.7.1
                    Access denied (in reply to RCPT TO command)
                """,
            status: "5.7.1",
            replyCode: 550
        ),
        Case(
            description: "indented list, each with its own reply",
            text: """
                A message that you sent could not be delivered to one or more of its
                recipients. The following address(es) failed:

                  ann@x.example
                    SMTP error from remote mail server after RCPT TO:<ann@x.example>:
                    host mail.x.example [192.0.2.1]: 550 unknown user
                  bob@y.example
                    host mail.y.example [192.0.2.2]: 452 4.2.2 mailbox full

                ------ This is a copy of the message, including all the headers. ------
                To: cat@z.example
                """,
            recipients: ["ann@x.example", "bob@y.example"],
            status: "5.0.0",
            replyCode: 550
        ),
        Case(
            description: "list and transcript apart",
            text: """
                   ----- The following addresses had permanent fatal errors -----
                <ann@x.example>
                    (expanded from: <sales@x.example>)

                   ----- Transcript of session follows -----
                ... while talking to mail.x.example.:
                >>> RCPT To:<ann@x.example>
                <<< 553 5.3.0 <ann@x.example>... No such user
                """,
            status: "5.3.0",
            replyCode: 553
        ),
        Case(
            description: "transcript alone",
            text: """
                   ----- Transcript of session follows -----
                While talking to mail.x.example:
                >>> RCPT To:<ann@x.example>
                <<< 550 mailbox unavailable

                   ----- Unsent message follows -----
                """,
            status: "5.0.0",
            replyCode: 550
        ),
        Case(
            description: "reply and address in one line",
            text: "Transcript:\n550 5.1.1 <ann@x.example>... User unknown\n",
            status: "5.1.1",
            replyCode: 550
        ),
        Case(
            description: "a date behind the address",
            text: """
                Your message

                  To:      desk@desk.example
                  Subject: Printer

                did not reach the following recipient(s):

                ann@x.example on Fri, 3 Jul 2026 11:08:59 -0700
                    The recipient name is not recognized
                """,
            status: "5.0.0"
        ),
        Case(
            description: "X.400",
            text:
                "did not reach the following recipient(s):\n\nc=US;a= ;p=X;dda:SMTP=ann@x.example; on Fri, 3 Jul 2026\n"
        ),
        Case(
            description: "address with its link",
            text:
                "Delivery has failed to these recipients or groups:\n\nann@x.example<mailto:ann@x.example>\nNot found.\n"
        ),
        Case(description: "label before", text: "Unknown user: ann@x.example\n\nOriginal message follows.\n"),
        Case(
            description: "label in a field",
            text: "Could not deliver message to the following recipient(s):\n\nFailed Recipient: ann@x.example\n"
        ),
        Case(
            description: "in a sentence",
            text:
                "Sorry, unable to deliver your message to ann@x.example for\nthe following reason:\n\n 552 over quota\n",
            status: "5.0.0",
            replyCode: 552
        ),
        Case(
            description: "in quotation marks",
            text:
                "The following message, addressed to 'ann@x.example',\nfailed because it has not been collected after 30 days\n"
        ),
        Case(
            description: "fields of a status in the text",
            text: """
                An error occurred.

                Reporting-MTA: dns; mx.example

                Final-Recipient: rfc822;ann@x.example
                Action: failed
                Status: 5.2.1
                """,
            status: "5.2.1"
        ),
        Case(
            description: "fields of the message before the failure",
            text: """
                This report relates to a message with these fields:

                  Message-id: <m1@desk.example>
                  To: group@x.example

                Your message cannot be delivered to the following recipients:

                  Recipient address: ann@x.example
                  Reason: no such user
                """
        ),
        Case(
            description: "delay",
            text: """
                A message that you sent has not yet been delivered to one or more of its
                recipients after 24 hours:

                  ann@x.example

                No action is required. Delivery attempts will continue for some time.
                """,
            action: .delayed,
            status: "4.0.0"
        ),
        Case(
            description: "a delay that is over",
            text:
                "Delivery to ann@x.example was delayed and has failed permanently:\n\nann@x.example\n  Connection timed out\n",
            status: "5.0.0"
        ),
        Case(
            description: "temporary cause, given up without a word of it",
            text: "Unable to deliver message to the following address(es).\n\n<ann@x.example>:\nConnection timed out\n",
            status: "4.0.0"
        ),
        Case(
            description: "German",
            text: "Ihre Nachricht konnte nicht zugestellt werden an:\n\n  ann@x.example\n  Postfach voll\n"
        ),
        Case(
            description: "Japanese",
            text: "以下のメールアドレスへの送信に失敗しました。\n\nann@x.example\n\n-------server message\n550 no\n"
        ),
        Case(description: "Russian", text: "Ваше письмо не может быть доставлено:\n\n  ann@x.example\n"),
        Case(
            description: "relayed reply between signs",
            text: """
                This is a delivery status notification from mx.example.

                                           UNDELIVERABLE MAIL

                Your message to the following recipients cannot be delivered:

                <ann@x.example>:
                    mail.x.example [192.0.2.1]:
                >>> RCPT TO:<ann@x.example>
                <<< 550 5.1.1 <ann@x.example>... User Unknown
                """,
            status: "5.1.1",
            replyCode: 550
        ),
        Case(
            description: "mobile provider, the address behind a sentence with a colon",
            text: """
                Your mail sent on: Thu, 2 Jul 2026 11:33:45 +0900

                cannot be delivered to:

                As their mailbox is full.

                <ann@x.example>
                """
        ),
        Case(
            description: "diagnostics for administrators",
            text: """
                Delivery has failed to these recipients or distribution lists:

                Ann Lee
                The recipient's e-mail address was not found in the recipient's e-mail system.

                _____
                Sent by Mail Server 2007

                Diagnostic information for administrators:

                Generating server: mx.example

                ann@x.example
                #550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##

                Original message headers:

                Received: from a.example by mx.example; Thu, 2 Jul 2026 11:33:45
                Message-ID: <m1@desk.example>
                """,
            status: "5.1.1",
            replyCode: 550
        ),
        Case(
            description: "technical details behind the address",
            text: """
                Delivery to the following recipient failed permanently:

                     ann@x.example

                Technical details of permanent failure:
                The error that the other server returned was: 550 550 5.2.1 The mailbox is disabled (state 13).

                ----- Original message -----

                Received: by 192.0.2.1 with SMTP id a
                """,
            status: "5.2.1",
            replyCode: 550
        ),
        Case(
            description: "commands and replies by a gateway",
            text: """
                Sent <<< RCPT TO:<ann@x.example>
                Received >>> 550 5.1.1 unknown user.

                Unable to deliver message to <ann@x.example>.
                """,
            status: "5.1.1",
            replyCode: 550
        ),
        Case(
            description: "the reason in brackets behind the address",
            text: """
                The original message was received at Thu, 2 Jul 2026 11:33:45 +0900
                from [192.0.2.1]
                The following addresses had delivery errors---

                ann@x.example [User unknown]
                bob@y.example [Mailbox full]
                """,
            recipients: ["ann@x.example", "bob@y.example"]
        ),
        Case(
            description: "numbered list with commas",
            text:
                "Your message was not delivered to:\n\n1. ann@x.example, mailbox unavailable\n2. bob@y.example, no such user\n",
            recipients: ["ann@x.example", "bob@y.example"]
        ),
        Case(description: "text without blanks around", text: "メールはann@x.exampleに配信できません。\n"),
        Case(
            description: "international",
            text: "Undeliverable:\n\n用户@例え.jp\njürgen@bücher.example\n",
            recipients: ["用户@例え.jp", "jürgen@bücher.example"]
        ),
        Case(
            description: "French",
            text: "Échec de la remise à ces destinataires ou groupes :\n\nann@x.example\nL'adresse est introuvable.\n"
        ),
        Case(
            description: "Spanish",
            text: "Su mensaje no pudo ser entregado a la siguiente dirección:\n\n<ann@x.example>:\n550 5.1.1 no\n",
            status: "5.1.1"
        ),
        Case(
            description: "Chinese",
            text: "抱歉，您的邮件被退回来了。\n收件人邮件地址：ann@x.example\n退信原因：550 5.1.1 用户不存在\n",
            status: "5.1.1"
        ),
        Case(
            description: "no address at all",
            text: "Your message could not be delivered.\n",
            recipients: [],
            action: nil
        ),
        Case(
            description: "the one to turn to is none",
            text: "Your message could not be delivered.\nFor questions contact: help@mx.example\n",
            recipients: [],
            action: nil
        ),
    ]

    @Test(arguments: cases)
    func texts(item: Case) throws {
        let strangers = try [#require(MailAddress("desk@desk.example"))]
        let found = DeliveryText(item.text, strangers: strangers)
        #expect(found.recipients.map { $0.address?.description } == item.recipients)
        #expect(found.recipients.first?.action == item.action)
        if let status = item.status { #expect(found.recipients.first?.status?.description == status) }
        if let code = item.replyCode { #expect(found.recipients.first?.replyCode == code) }
        #expect(!found.words.isDisjoint(with: [.failure, .delay]) || item.description.contains("fields of a status"))
    }

    @Test func eachRecipientHasItsOwnReason() {
        let text = """
            The following addresses failed:

              ann@x.example
                550 5.1.1 unknown user
              bob@y.example
                452 4.2.2 mailbox full
            """
        let recipients = DeliveryText(text, strangers: []).recipients
        #expect(recipients.map { $0.status?.description } == ["5.1.1", "4.2.2"])
        #expect(recipients.map(\.hasTemporaryCause) == [false, true])
        #expect(recipients.first?.diagnostic == "ann@x.example 550 5.1.1 unknown user")
    }

    @Test func theOneWhoSentItIsNoRecipient() throws {
        let text = "Your message could not be delivered:\n\ndesk@desk.example\n\nann@x.example\n"
        let sender = try #require(MailAddress("Desk@desk.example"))
        #expect(DeliveryText(text, strangers: [sender]).recipients.map(\.addressText) == ["ann@x.example"])
        // Who writes to himself is a recipient all the same.
        let own = DeliveryText("Could not be delivered:\n\ndesk@desk.example\n", strangers: [sender])
        #expect(own.recipients.map(\.addressText) == ["desk@desk.example"])
    }

    @Test func theReturnedMessageInTheText() {
        for opening in [
            "--- Below this line is a copy of the message.\n\n", "   ----- Original message -----\n\n",
            "Original message follows.\n\n", "Included is a copy of the message header:\n----\n", "",
        ] {
            let text =
                "<ann@x.example>: user unknown\n\n\(opening)Received: by mx.example\nMessage-ID: <m1@desk.example>\n"
                + "Subject: Printer\nTo: ann@x.example\n\nHello\n"
            let found = DeliveryText(text, strangers: [])
            #expect(found.announcesReturnedMessage)
            #expect(found.returned?.messageID?.value == "m1@desk.example", "\(opening)")
            #expect(found.recipients.map(\.addressText) == ["ann@x.example"])
        }
        for statement in [
            "The original message was received at Mon, 5 Oct 2026 10:00:00",
            "I have to tell you that the message returned",
            "delete your own text from the attached returned message.",
            "Your original message could not be delivered to:",
        ] {
            let found = DeliveryText("\(statement)\n\n<ann@x.example>: user unknown\n", strangers: [])
            #expect(!found.announcesReturnedMessage, "\(statement)")
            #expect(found.recipients.count == 1)
        }
    }

    /// Texts that are made to be slow; each is read in a bounded part, so that size adds nothing.
    @Test(
        .timeLimit(.minutes(2)),
        arguments: [
            "a@b.example\n", "to a@b.example undeliverable ", "\"", "\"@", "<", "550 ", "5.1.1 ", "Original message ",
            "Received: x\n", "Final-Recipient: rfc822;a@b.example\n", "Action: failed\nX: y\n", "\n", "@", "a@", ">",
            "undeliverabl", "=", "Status: 5.1.1\n\n", "<a@b.example>: user unknown\n",
        ]
    )
    func hostileTexts(unit: String) {
        let text = String(repeating: unit, count: 200_000 / unit.utf8.count)
        #expect(DeliveryText(text, strangers: []).recipients.count <= 1000)
        let report = Self.reportMessage(text).deliveryStatus
        #expect((report?.recipients.count ?? 0) <= 1000)
    }

    /// What is read costs a bounded number of steps for each octet, also where all stands in one line.
    @Test(
        arguments: [
            "a@b.example ", "to a@b.example undeliverable ", "a@b.example\n", "550 5.1.1 a@b.example\n", "> ", "x\n",
            "Final-Recipient: rfc822;a@b.example\n", "RCPT TO:<a@b.example> ", "a@b.example: user unknown ",
        ]
    )
    func workIsCounted(unit: String) {
        var text = ""
        for number in 0..<(60_000 / unit.utf8.count) { text += unit.replacing("a@", with: "a\(number)@") }
        var work = Work(size: text.utf8.count)
        let recipients = DeliveryText(text, strangers: [], work: &work).recipients
        #expect(work.steps > text.utf8.count && work.steps < work.limit, "\(work.steps) of \(work.limit)")
        #expect(recipients.count <= 1000)
    }

    /// A text without blanks is a domain to the end, as far as its octets tell.
    ///
    /// Where each octet looks back at all before it, this takes minutes.
    @Test(.timeLimit(.minutes(1))) func aDomainIsReadOnce() {
        let text = "x@" + String(repeating: "\u{4E2D}", count: 21_000)
        for _ in 0..<4 {
            var work = Work(size: text.utf8.count)
            #expect(DeliveryText(text, strangers: [], work: &work).recipients.isEmpty)
        }
    }

    @Test func aCodeIsToldFromNone() {
        var work = Work(size: 10_000)
        #expect(DeliveryText("a@b.example: 550 no", strangers: [], work: &work).hasCode)
        #expect(DeliveryText("a@b.example (5.1.1)", strangers: [], work: &work).hasCode)
        #expect(!DeliveryText("a@b.example: user unknown", strangers: [], work: &work).hasCode)
    }

    @Test func spentWorkEndsTheReading() {
        let text = String(repeating: "could not be delivered to:\n\na@b.example\n", count: 1000)
        var work = Work(size: 0)
        var readings = 0
        while !DeliveryText(text, strangers: [], work: &work).recipients.isEmpty { readings += 1 }
        #expect(readings > 0 && work.steps > work.limit)
        let report = Self.reportMessage("Final-Recipient: rfc822;a@b.example\n")
        #expect(report.deliveryStatus != nil)
        #expect(report.message.deliveryStatus(in: report.bytes.span, work: &work) == nil)
    }

    private static func reportMessage(_ text: String) -> Parsed {
        Parsed("Content-Type: message/delivery-status\n\n" + text)
    }
}
