import MIME
import Mail
import Testing
import Ticketing

/// Reports as the mail systems of the field write them, whole messages in words of our own.
@Suite("Reports by kind")
struct ReportKindTests {
    struct Kind: CustomStringConvertible, Sendable {
        let description: String
        var from = "MAILER-DAEMON@mx.example"
        var subject = "Undelivered"
        let text: String
        var recipients = ["ann@x.example"]
        var action: DeliveryReport.Action? = .failed
        var status: String?
        var messageID: String?
    }

    static let kinds = [
        Kind(
            description: "Microsoft 365, the part for programs lost on the way",
            from: "Microsoft Outlook <postmaster@desk.example>",
            subject: "Undeliverable: Printer",
            text: """
                Your message to ann@x.example couldn't be delivered.

                ann wasn't found at x.example.

                desk                Office 365              ann
                Action Required                             Recipient
                Unknown To address

                How to Fix It
                Check the address, and ask support@desk.example for help.

                More Info for Email Admins
                Status code: 550 5.1.10

                Original Message Details
                Created Date: 3/1/2024 8:30:00 AM
                Sender Address: desk@desk.example
                Recipient Address: ann@x.example
                Subject: Printer

                Error Details
                Error: 550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ann@x.example not found
                """,
            status: "5.1.10"
        ),
        Kind(
            description: "Exchange with its diagnostic information",
            from: "postmaster@x.example",
            subject: "Undeliverable: Printer",
            text: """
                Delivery has failed to these recipients or groups:

                Ann Doe (ann@x.example)<mailto:ann@x.example>
                The recipient's mailbox is full and can't accept messages now.

                Diagnostic information for administrators:

                Generating server: EX1.x.example

                ann@x.example
                Remote Server returned '554 5.2.2 mailbox full'

                Original message headers:

                Received: from EX2.x.example by EX1.x.example; Fri, 1 Mar 2024 08:30:00 +0000
                From: Desk <desk@desk.example>
                To: Ann Doe <ann@x.example>
                Message-ID: <m1@desk.example>
                """,
            status: "5.2.2",
            messageID: "m1@desk.example"
        ),
        Kind(
            description: "Google, a domain that is not there",
            from: "Mail Delivery Subsystem <mailer-daemon@googlemail.example>",
            subject: "Delivery Status Notification (Failure)",
            text: """
                ** Address not found **

                Your message wasn't delivered to ann@x.example because the domain x.example couldn't be found. Check for
                typos or unnecessary spaces and try again.

                The response was:

                DNS Error: DNS type 'mx' lookup of x.example responded with code NXDOMAIN
                """
        ),
        Kind(
            description: "Google, still trying",
            from: "Mail Delivery Subsystem <mailer-daemon@googlemail.example>",
            subject: "Delivery Status Notification (Delay)",
            text: """
                ** Delivery incomplete **

                There was a temporary problem delivering your message to ann@x.example. Gmail will retry for 46 more
                hours. You'll be notified if the delivery fails permanently.

                The response was:

                The recipient server did not accept our requests to connect.
                """,
            action: .delayed,
            status: "4.0.0"
        ),
        Kind(
            description: "Yahoo",
            from: "MAILER-DAEMON@yahoo.example",
            subject: "Failure Notice",
            text: """
                Sorry, we were unable to deliver your message to the following address.

                <ann@x.example>:
                554: 5.7.9: Message not accepted for policy reasons.

                --- Below this line is a copy of the message.

                Received: by mx.yahoo.example; 01 Mar 2024 08:30:00 -0000
                Message-ID: <m1@desk.example>
                """,
            status: "5.7.9",
            messageID: "m1@desk.example"
        ),
        Kind(
            description: "Postfix, an alias",
            from: "MAILER-DAEMON@mx.example (Mail Delivery System)",
            subject: "Undelivered Mail Returned to Sender",
            text: """
                This is the mail system at host mx.example.

                I'm sorry to have to inform you that your message could not be delivered to one or more recipients.

                For further assistance, please send mail to postmaster.

                <ann@inner.example> (expanded from <ann@x.example>): unable to look up host
                    inner.example: Name or service not known
                """,
            recipients: ["ann@inner.example"]
        ),
        Kind(
            description: "Postfix, a warning",
            from: "Mail Delivery System <MAILER-DAEMON@mx.example>",
            subject: "Delayed Mail (still being retried)",
            text: """
                ####################################################################
                # THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #
                ####################################################################

                Your message could not be delivered for more than 4 hour(s).
                It will be retried until it is 5 day(s) old.

                <ann@x.example>: connect to mail.x.example[192.0.2.1]:25: Connection timed out
                """,
            action: .delayed,
            status: "4.0.0"
        ),
        Kind(
            description: "Exim, a router's words",
            from: "Mail Delivery System <Mailer-Daemon@mx.example>",
            subject: "Mail delivery failed: returning message to sender",
            text: """
                This message was created automatically by mail delivery software.

                A message that you sent could not be delivered to one or more of its
                recipients. This is a permanent error. The following address(es) failed:

                  ann@x.example
                    all relevant MX records point to non-existent hosts

                ------ This is a copy of your message, including all the headers. ------

                Received: from desk.example by mx.example; Fri, 01 Mar 2024 08:30:00 +0000
                Message-ID: <m1@desk.example>
                """,
            messageID: "m1@desk.example"
        ),
        Kind(
            description: "qmail, a long sentence",
            subject: "failure notice",
            text: """
                Hi. This is the qmail-send program at mx.example.
                I'm afraid I wasn't able to deliver your message to the following addresses.
                This is a permanent error; I've given up. Sorry it didn't work out.

                <ann@x.example>:
                192.0.2.1 does not like recipient.
                Remote host said: 550 5.7.1 no relaying here
                Giving up on 192.0.2.1.
                """,
            status: "5.7.1"
        ),
        Kind(
            description: "sendmail, a warning",
            subject: "Warning: could not send message for past 4 hours",
            text: """
                    **********************************************
                    **      THIS IS A WARNING MESSAGE ONLY      **
                    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **
                    **********************************************

                   ----- Transcript of session follows -----
                <ann@x.example>... Deferred: Connection refused by mail.x.example.
                Warning: message still undelivered after 4 hours
                Will keep trying until message is 5 days old
                """,
            action: .delayed
        ),
        Kind(
            description: "Amazon SES",
            from: "MAILER-DAEMON@amazonses.example",
            subject: "Delivery Status Notification (Failure)",
            text: """
                An error occurred while trying to deliver the mail to the following recipients:
                ann@x.example
                """
        ),
        Kind(
            description: "Domino",
            from: "postmaster@x.example",
            subject: "DELIVERY FAILURE: User ann (ann@x.example) not listed in Domino Directory",
            text: """
                Your message

                  Subject: Printer

                was not delivered to:

                  ann@x.example

                because:

                  User ann (ann@x.example) not listed in Domino Directory
                """
        ),
        Kind(
            description: "GroupWise",
            from: "Mailer-Daemon@x.example",
            subject: "Message status - undeliverable",
            text: """
                The attached file had the following undeliverable recipient(s):
                    ann@x.example

                Transcript of session follows:
                Command: RCPT TO:<ann@x.example>
                Response: 550 unknown user
                """,
            status: "5.0.0"
        ),
        Kind(
            description: "MailEnable",
            from: "Postmaster <postmaster@x.example>",
            subject: "Message Delivery Failure",
            text: """
                MailEnable: Message Delivery Failure.

                The following recipient(s) could not be reached:

                    Recipient: [SMTP:ann@x.example]
                    Reason: The mail server for this address could not be found.

                Message headers follow:

                Received: from desk ([192.0.2.9]) by x.example; Fri, 01 Mar 2024 08:30:00 +0000
                Message-ID: <m1@desk.example>
                """,
            messageID: "m1@desk.example"
        ),
        Kind(
            description: "Zimbra, over quota by LMTP",
            from: "MAILER-DAEMON@x.example (Mail Delivery System)",
            subject: "Undelivered Mail Returned to Sender",
            text: """
                This is the mail system at host mail.x.example.

                I'm sorry to have to inform you that your message could not
                be delivered to one or more recipients. It's attached below.

                <ann@x.example>: host mail.x.example[192.0.2.1] said: 552 5.2.2 Over quota (in
                    reply to end of DATA command)
                """,
            status: "5.2.2"
        ),
        Kind(
            description: "Proofpoint",
            from: "Mail Delivery Subsystem <MAILER-DAEMON@pps.example>",
            subject: "Returned mail: see transcript for details",
            text: """
                The original message was received at Fri, 1 Mar 2024 08:30:00 GMT
                from m0000001.pps.example [127.0.0.1]

                   ----- The following addresses had permanent fatal errors -----
                <ann@x.example>
                    (reason: 554 5.7.1 <desk@desk.example>: Sender address blocked)

                   ----- Transcript of session follows -----
                ... while talking to mail.x.example.:
                >>> DATA
                <<< 554 5.7.1 <desk@desk.example>: Sender address blocked
                554 5.0.0 Service unavailable
                """,
            status: "5.7.1"
        ),
        Kind(
            description: "Mimecast",
            from: "postmaster@mimecast.example",
            subject: "[Postmaster] Email Delivery Failure",
            text: """
                This is an automatically generated email: your message could not be delivered.

                Recipient: ann@x.example
                Reason: Recipient address rejected by the remote server: 550 5.1.1 user does not exist
                """,
            status: "5.1.1"
        ),
        Kind(
            description: "a gateway that lists recipients in brackets",
            from: "Barracuda <postmaster@gate.example>",
            subject: "**Message you sent blocked by our bulk email filter**",
            text: """
                Your message to: ann@x.example
                was blocked by our Spam Firewall. The email you sent with the following subject has NOT BEEN DELIVERED:

                Subject: Printer
                """
        ),
    ]

    static func message(_ kind: Kind, header: String = "") -> Classified {
        Classified(
            "Return-Path: <>\nFrom: \(kind.from)\nTo: desk@desk.example\nSubject: \(kind.subject)\n\(header)"
                + "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n\(kind.text)\n"
        )
    }

    @Test("tell recipients, outcome and the original message", arguments: kinds)
    func kind(kind: Kind) {
        let found = Self.message(kind)
        let report = found.evidence.deliveryReport
        #expect(found.classification.kind == .deliveryReport, "\(found.classification.facts)")
        #expect(report?.recipients.map { $0.address?.description ?? $0.addressText } == kind.recipients)
        #expect(report?.action == kind.action)
        if let status = kind.status { #expect(report?.recipients.first?.status?.description == status) }
        if let id = kind.messageID { #expect(report?.returned?.messageID?.value == id) }
    }

    /// How Exchange begins a report in each of its languages, and the word for it in the subject.
    static let languages = [
        ("German", "Unzustellbar: Drucker", "Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:"),
        ("French", "Non remis : Imprimante", "Échec de la remise à ces destinataires ou groupes :"),
        ("Spanish", "No se puede entregar: Impresora", "Error de entrega a estos destinatarios o grupos:"),
        ("Italian", "Non recapitabile: Stampante", "Recapito non riuscito ai seguenti destinatari o gruppi:"),
        ("Portuguese", "Não é possível entregar: Impressora", "Falha na entrega a estes destinatários ou grupos:"),
        ("Dutch", "Onbestelbaar: Printer", "Bezorging bij deze geadresseerden of groepen is mislukt:"),
        ("Swedish", "Det gick inte att leverera: Skrivare", "Det gick inte att leverera till följande mottagare:"),
        ("Danish", "Kan ikke leveres: Printer", "Levering til disse modtagere eller grupper mislykkedes:"),
        ("Norwegian", "Kan ikke leveres: Skriver", "Levering til disse mottakerne eller gruppene mislyktes:"),
        ("Finnish", "Ei voi toimittaa: Tulostin", "Toimitus näille vastaanottajille tai ryhmille epäonnistui:"),
        ("Polish", "Niedostarczone: Drukarka", "Dostarczenie do tych adresatów lub grup nie powiodło się:"),
        ("Czech", "Nedoručitelné: Tiskárna", "Doručení těmto příjemcům nebo skupinám se nezdařilo:"),
        ("Hungarian", "Kézbesíthetetlen: Nyomtató", "A kézbesítés ezeknek a címzetteknek nem sikerült:"),
        ("Turkish", "Teslim edilemedi: Yazıcı", "Bu alıcılara veya gruplara teslim edilemedi:"),
        ("Greek", "Μη παραδοτέο: Εκτυπωτής", "Η παράδοση σε αυτούς τους παραλήπτες απέτυχε:"),
        ("Russian", "Не удается доставить: Принтер", "Сбой доставки следующим получателям или группам:"),
        ("Ukrainian", "Не вдалося доставити: Принтер", "Не вдалося доставити цим одержувачам або групам:"),
        ("Japanese", "配信不能: プリンター", "次の受信者またはグループへの配信に失敗しました:"),
        ("Simplified Chinese", "未送达: 打印机", "向以下收件人或组传递邮件失败:"),
        ("Traditional Chinese", "無法傳遞: 印表機", "傳遞至下列收件者或群組時失敗:"),
        ("Korean", "배달되지 않음: 프린터", "다음 받는 사람 또는 그룹에 배달하지 못했습니다:"),
    ]

    @Test("are known in many languages", arguments: languages)
    func language(name: String, subject: String, opening: String) {
        let text = "\(opening)\n\nann@x.example\n\n\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n"
        // A null path and the subject, and no name of a mail system.
        let kind = Kind(description: name, from: "Exchange <exchange@x.example>", subject: subject, text: text)
        let found = Self.message(kind)
        #expect(found.classification.kind == .deliveryReport, "\(found.classification.facts)")
        #expect(found.evidence.deliveryReport?.recipients.map(\.addressText) == ["ann@x.example"])
        #expect(found.evidence.deliveryReport?.recipients.first?.status?.description == "5.1.1")
        // The words alone, read without the subject.
        let told = Kind(description: name, text: "\(opening)\n\nann@x.example\n")
        #expect(Self.message(told).evidence.deliveryReport?.recipients.first?.status?.description == "5.0.0")
    }

    @Test("are known by their form in a language that no table has")
    func otherLanguage() {
        let kind = Kind(
            description: "Latvian",
            from: "Mail Delivery System <x@mx.example>",
            subject: "Undelivered Mail Returned to Sender",
            text: "Jūsu vēstuli neizdevās piegādāt:\n\nann@x.example\n550 5.1.1\n"
        )
        let found = Self.message(kind)
        #expect(found.classification.kind == .deliveryReport)
        #expect(found.evidence.deliveryReport?.recipients.map(\.addressText) == ["ann@x.example"])
        #expect(found.classification.facts.contains(Trace.Fact("subject", kind.subject)))
    }

    // MARK: Automatic answers

    static let answers: [(name: String, header: String, kind: String)] = [
        (
            "Exchange",
            "Subject: Automatic reply: Printer\nX-MS-Exchange-Inbox-Rules-Loop: ann@x.example\nX-Auto-Response-Suppress: All",
            "out-of-office"
        ),
        (
            "Microsoft 365",
            "Subject: Automatische Antwort: Drucker\nAuto-Submitted: auto-generated\nX-Auto-Response-Suppress: All",
            "auto-reply"
        ),
        ("Gmail", "Subject: Out of Office Re: Printer\nPrecedence: bulk\nX-Autoreply: yes", "out-of-office"),
        ("Sieve", "Subject: Auto: Printer\nAuto-Submitted: auto-replied (vacation)", "out-of-office"),
        ("vacation", "Subject: away from my mail\nPrecedence: bulk\nAuto-Submitted: auto-replied", "out-of-office"),
        ("Lotus Notes", "Subject: AUTO: Ann is out of the office\nAuto-Submitted: auto-generated", "out-of-office"),
        ("French", "Subject: Réponse automatique : Imprimante\nAuto-Submitted: auto-replied", "auto-reply"),
        ("Spanish", "Subject: Respuesta automática: Impresora\nAuto-Submitted: auto-replied", "auto-reply"),
        ("Italian", "Subject: Risposta automatica: Stampante\nAuto-Submitted: auto-replied", "auto-reply"),
        ("Dutch", "Subject: Automatisch antwoord: Printer\nAuto-Submitted: auto-replied", "auto-reply"),
        ("Polish", "Subject: Odpowiedź automatyczna: Drukarka\nX-Auto-Response-Suppress: All", "auto-reply"),
        ("Czech", "Subject: Automatická odpověď: Tiskárna\nX-Auto-Response-Suppress: All", "auto-reply"),
        ("Russian", "Subject: Автоматический ответ: Принтер\nX-Auto-Response-Suppress: All", "auto-reply"),
        ("Japanese", "Subject: 自動応答: プリンター\nX-Auto-Response-Suppress: All", "auto-reply"),
        ("Chinese", "Subject: 自动答复: 打印机\nX-Auto-Response-Suppress: All", "auto-reply"),
        ("Korean", "Subject: 자동 회신: 프린터\nX-Auto-Response-Suppress: All", "auto-reply"),
        ("a ticket system", "Subject: [#1] Printer\nAuto-Submitted: auto-replied\nX-Loop: desk", "auto-reply"),
        ("a list", "List-Id: <l.example>\nPrecedence: list\nSubject: Out of office", "list"),
        ("a newsletter", "List-Unsubscribe: <mailto:u@x.example>\nSubject: News", "bulk"),
    ]

    @Test("know automatic answers", arguments: answers)
    func answer(name: String, header: String, kind: String) {
        let found = Classified("From: Ann <ann@x.example>\nTo: desk@desk.example\n\(header)\n\nI am away.\n")
        #expect(found.classification.kind?.rawValue == kind, "\(found.classification.facts)")
        #expect(found.classification.forbidsAutoReply)
    }
}
