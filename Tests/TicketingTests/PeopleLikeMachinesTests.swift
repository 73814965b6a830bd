import MIME
import Mail
import Testing
import Ticketing

/// People's mail that has one thing of a machine's, and a machine's mail that has one thing of another kind.
@Suite("People like machines")
struct PeopleLikeMachinesTests {
    typealias Kind = MachineEvidence.Kind

    private static func kind(
        _ header: String,
        _ body: String = "Hello",
        reversePath: ReversePath? = nil
    ) -> Kind? {
        found(header, body, reversePath: reversePath).classification.kind
    }

    private static func found(_ header: String, _ body: String, reversePath: ReversePath? = nil)
        -> Classified
    {
        let from = header.split(separator: "\n").contains { $0.hasPrefix("From:") } ? "" : "From: Ann <ann@x.example>\n"
        let subject = header.contains("Subject:") ? "" : "Subject: Printer\n"
        return Classified(
            "\(from)To: desk@desk.example\n\(subject)\(header)\n\n\(body)\n",
            reversePath: reversePath
        )
    }

    // MARK: Names

    private static let complaint = """
        We were unable to deliver your parcel yesterday.

        office@firma.example
        550 5.1.1 user unknown
        """

    @Test(
        "take no part of a name or a domain for a mail system's",
        arguments: [
            "Alexandr <alexandr@firma.example>", "alexandr@firma.example", "<alexandr@firma.example>",
            "Imss Team <kimss@firma.example>", "Ann <ann@mail.deliveryhero.example>",
            "ann@mail.delivery.example",
            "Ann <ann@postmaster.example>", "Ann <ann@mailer-daemon.example>",
            "\"Ann (NDR)\" <ann@ndr.example>",
        ]
    )
    func personsName(from: String) {
        #expect(Self.kind("From: \(from)", Self.complaint) == nil)
        #expect(Self.kind("From: \(from)\nSubject: Mail delivery failed", Self.complaint) == nil)
    }

    @Test(
        "know a mail system by its mailbox or its phrase, whatever separates the words",
        arguments: [
            "MAILER-DAEMON@mx.example", "<mailer_daemon@mx.example>", "MailerDaemon@mx.example",
            "MAILER-DAEMON",
            "Mailer Daemon <x@mx.example>", "MDaemon@mx.example", "double-bounce@mx.example", "<>",
            "System <>",
            "noreply-mailer-daemon@mx.example", "Mail Delivery Subsystem <MAILER-DAEMON>",
        ]
    )
    func daemonsName(from: String) {
        let text = "We were unable to deliver your message:\n\n<bob@y.example>: user unknown\n"
        #expect(Self.kind("From: \(from)", text) == .deliveryReport)
    }

    @Test(
        "take a name that people have too with a mark of a mail system",
        arguments: [
            "postmaster@mx.example", "Karl Huber <postmaster@mx.example>",
            "Mail Delivery System <x@mx.example>",
            "ndr@mx.example", "imss@mx.example", "Mail.Delivery.System@mx.example",
            "post_master@mx.example",
        ]
    )
    func keepersName(from: String) {
        let text = "Our mail could not be delivered:\n\n<bob@y.example>: user unknown\n"
        #expect(Self.kind("From: \(from)", text) == nil)
        #expect(Self.kind("From: \(from)", text, reversePath: .null) == .deliveryReport)
        #expect(Self.kind("From: \(from)\nX-Failed-Recipients: bob@y.example", text) == .deliveryReport)
        #expect(
            Self.kind(
                "From: \(from)\nContent-Type: multipart/report; boundary=r",
                "--r\n\n\(text)\n--r--"
            )
                == .deliveryReport
        )
        let coded = text + "550 5.1.1 unknown\n"
        #expect(Self.kind("From: \(from)\nSubject: Undelivered mail", coded) == .deliveryReport)
    }

    @Test("know a mail system without a mark by its code, unless a person has the mailbox")
    func codes() {
        let text = "Invalid user address\n\n550 - Requested action not taken\nRCPT TO: bob@y.example\n"
        #expect(Self.kind("From: post_master@mx.example", text) == .deliveryReport)
        #expect(Self.kind("From: Karl Huber <postmaster@mx.example>", text) == nil)
        #expect(Self.kind("From: Ann <ann@mx.example>", text) == nil)
    }

    @Test("take a firm that delivers for a firm")
    func deliveryService() {
        let from = "From: Hermes Delivery Service <info@hermes.example>"
        let text =
            "The parcel for ann@shop.example could not be delivered.\n\nann@shop.example\nParcel 4711\n"
        #expect(Self.kind(from, text) == nil)
        #expect(Self.kind("\(from)\nSubject: Delivery failed", text) == nil)
        #expect(
            Self.kind(
                "From: Karl Huber <postmaster@firma.example>",
                "Our mail to bob@y.example was rejected."
            )
                == nil
        )
        let subject = "Subject: Mail delivery problem"
        #expect(
            Self.kind(
                "From: Karl Huber <postmaster@firma.example>\n\(subject)",
                "Our mail to bob@y.example was rejected."
            ) == nil
        )
    }

    // MARK: Returned messages

    private static let quoted = """
        My mail could not be delivered, please help:

        bob@y.example

        -----Original Message-----
        From: %@
        Sent: Friday, 1 March 2024 08:30
        To: bob@y.example
        Subject: Offer

        Hello Bob
        """

    private static func attached(from: String) -> String {
        """
        --r

        This mail could not be delivered:

        bob@y.example
        --r
        Content-Type: message/rfc822

        From: \(from)
        To: bob@y.example
        Subject: Offer
        Message-ID: <m1@x.example>

        Hello Bob
        --r--
        """
    }

    @Test(
        "take a person who reports a problem for a person",
        arguments: ["Mail delivery failed", "Delivery problem with order 4711"]
    )
    func problem(subject: String) {
        for author in ["ann@x.example", "desk@desk.example"] {
            let text = Self.quoted.replacing("%@", with: author)
            #expect(Self.kind("Subject: \(subject)", text) == nil, "\(author)")
            // Nor is a tracker's notice that quotes the person.
            #expect(Self.kind("Subject: \(subject)\nAuto-Submitted: auto-generated", text) == .automatic)
        }
        let header = "Subject: \(subject)\nContent-Type: multipart/mixed; boundary=r"
        #expect(Self.kind(header, Self.attached(from: "Ann <ann@x.example>")) == nil)
    }

    @Test("know a report by the message that it returns to its sender, or that a program returns")
    func returned() {
        let header = "Subject: Mail delivery failed\nContent-Type: multipart/mixed; boundary=r"
        #expect(Self.kind(header, Self.attached(from: "Desk <desk@desk.example>")) == .deliveryReport)
        let byPath = Self.attached(from: "Ann <ann@x.example>")
            .replacing("Subject: Offer", with: "Return-Path: <desk@desk.example>")
        #expect(Self.kind(header, byPath) == .deliveryReport)
        let automatic = header + "\nAuto-Submitted: auto-generated"
        #expect(Self.kind(automatic, Self.attached(from: "Ann <ann@x.example>")) == .deliveryReport)
    }

    // MARK: Automatic answers

    @Test(
        "take no mail for an absence note that a rule of Exchange passed on",
        arguments: [
            ("X-MS-Exchange-Inbox-Rules-Loop: info@firma.example", nil),
            // A rule's owner is the author of what the rule forwards.
            (
                "Subject: WG: Drucker\nX-MS-Exchange-Inbox-Rules-Loop: ann@x.example\nReturn-Path: <>",
                .automatic
            ),
            (
                "Subject: FW: Printer\nX-MS-Exchange-Inbox-Rules-Loop: ann@x.example\nAuto-Submitted: auto-generated",
                .automatic
            ),
            (
                "Resent-From: ann@x.example\nX-MS-Exchange-Inbox-Rules-Loop: ann@x.example\nReturn-Path: <>",
                .automatic
            ),
            (
                "Auto-Submitted: auto-generated\nX-Auto-Response-Suppress: All\n"
                    + "X-MS-Exchange-Inbox-Rules-Loop: info@firma.example", .automatic
            ),
            (
                "Resent-From: b@y.example\nX-MS-Exchange-Inbox-Rules-Loop: ann@x.example\nX-Auto-Response-Suppress: All",
                .outOfOffice
            ),
        ] as [(String, Kind?)]
    )
    func exchangeRules(header: String, kind: Kind?) {
        #expect(Self.kind(header) == kind)
    }

    @Test(
        "take words of absence for an absence note where they begin the subject, or in an answer",
        arguments: [
            (
                "Subject: Contact form: Abwesenheit des Technikers\nAuto-Submitted: auto-generated",
                .automatic
            ),
            (
                "Subject: Form: your automatic reply does not work\nAuto-Submitted: auto-generated",
                .automatic
            ),
            ("Subject: Form: Abwesenheit\nX-Auto-Response-Suppress: All", nil),
            ("Subject: Abwesenheitsnotiz: Drucker\nAuto-Submitted: auto-generated", .outOfOffice),
            ("Subject: [EXT] [#1] Out of office\nAuto-Submitted: auto-generated", .outOfOffice),
            ("Subject: [Auto-Reply] Printer\nAuto-Submitted: auto-generated", .autoReply),
            (
                "Subject: =?utf-8?B?44CQ6Ieq5YuV6L+U5L+h44CR44OX44Oq44Oz44K/?=\nAuto-Submitted: auto-generated",
                .autoReply
            ),
            ("Subject: [EXT] Form (new): Abwesenheit\nAuto-Submitted: auto-generated", .automatic),
            ("Subject: [EXT Out of office\nAuto-Submitted: auto-generated", .automatic),
            (
                "Subject: Ann is out of office\nAuto-Submitted: auto-generated\nIn-Reply-To: <m@desk.example>",
                .outOfOffice
            ),
            ("Subject: Ann is out of office\nReturn-Path: <>", .outOfOffice),
            ("Subject: Ann is out of office\nAuto-Submitted: auto-replied", .outOfOffice),
            // What vacation of BSD writes.
            ("Subject: away from my mail\nPrecedence: bulk\nIn-Reply-To: <m@desk.example>", .outOfOffice),
            ("Subject: Out of office: ideas for summer\nPrecedence: bulk", .bulk),
            (
                "Subject: Ann on leave\nPrecedence: bulk\nIn-Reply-To: <m@l.example>\nList-Id: <l.example>",
                .list
            ),
        ] as [(String, Kind?)]
    )
    func absence(header: String, kind: Kind?) {
        #expect(Self.kind(header) == kind)
    }

    @Test("know words of absence whose letters are written as letter and mark")
    func decomposed() {
        let mark = "Auto-Submitted: auto-generated\nMIME-Version: 1.0"
        for subject in [
            "Respuesta automa\u{301}tica: x", "RE\u{301}PONSE AUTOMATIQUE : x",
            "\u{110C}\u{1161}\u{1103}\u{1169}\u{11BC} 회신: x",
        ] {
            #expect(Self.kind("Subject: \(subject)\n\(mark)") == .autoReply, "\(subject)")
        }
        let marks = String(repeating: "\u{301}", count: 30_000)
        #expect(Self.kind("Subject: a\(marks)\n\(mark)") == .automatic)
    }

    @Test("take a tracker's notice that quotes a challenge for a notice")
    func trackersNotice() {
        let header = "Auto-Submitted: auto-generated\nPrecedence: bulk\nIn-Reply-To: <m1@desk.example>"
        let text = "Ann commented: the form says \"I am not a robot\" and nothing else."
        #expect(Self.kind(header, text) == .bulk)
        #expect(Self.kind(header, text, reversePath: .null) == .challenge)
    }

    @Test("hear the wish for no automatic answer in any of several fields")
    func suppression() {
        let found = Self.found("X-Auto-Response-Suppress: All\nX-Auto-Response-Suppress: DR", "Hello")
        #expect(found.evidence.declinesAutoReplies)
        #expect(found.classification.forbidsAutoReply)
        #expect(!Self.found("X-Auto-Response-Suppress: DR", "Hello").evidence.declinesAutoReplies)
    }

    @Test("keep the beginning of a value, in octets")
    func findingLength() {
        for value in [
            "a" + String(repeating: "\u{301}", count: 5000), String(repeating: "中", count: 500),
        ] {
            let finding = MachineEvidence.Finding(.bulk, .weak, "X", value)
            #expect(finding.fact.value.utf8.count <= 200 && finding.fact.value.utf8.count > 190)
            #expect(value.unicodeScalars.starts(with: finding.fact.value.unicodeScalars))
        }
        let whole = String(repeating: "a", count: 200)
        #expect(MachineEvidence.Finding(.bulk, .weak, "X", whole).fact.value == whole)
        #expect(MachineEvidence.Finding(.bulk, .weak, "X", whole + "b").fact.value == whole)
    }
}
