import MIME
import Mail
import Testing

/// Inline forwards of many clients.
@Suite struct ForwardedHeaderTests {
    static let body = "The printer is broken.\n\nOn Monday, Bob <bob@example.org> wrote:\n> Is it?\n\n-- \nJane"

    /// Expects that a forward is found, that it says who wrote what, and that its body is whole.
    static func expectForward(
        _ text: String,
        subject: String = "Fwd: x",
        name: String? = "Jane Doe",
        body: String = body
    ) throws {
        let extraction = ReplyExtraction(text, subject: subject)
        let forward = try #require(extraction.forward, "\(text)")
        #expect(forward.sender == MailAddress("jane@example.org"), "\(text)")
        #expect(forward.senderName == name, "\(text)")
        #expect(forward.subject == "Printer: broken", "\(text)")
        #expect(forward.bodyText(of: text) == body, "\(text)")
        #expect(forward == ForwardedHeader(in: text, subject: subject))
        // What is shown holds the body, in whatever form it came.
        let shown = extraction.shownText(of: text)
        for line in body.split(separator: "\n") { #expect(shown.contains(line), "\(line)") }
        expectCoverage(of: text, subject: subject, text)
    }

    /// Separators and labels: from, date, subject, to, cc.
    static let languages: [(String, [String])] = [
        ("Forwarded message", ["From", "Date", "Subject", "To", "Cc"]),
        ("Weitergeleitete Nachricht", ["Von", "Datum", "Betreff", "An", "Kopie (CC)"]),
        ("Message transféré", ["De", "Date", "Sujet", "Pour", "Copie à"]),
        ("Mensaje reenviado", ["De", "Fecha", "Asunto", "Para", "CC"]),
        ("Messaggio Inoltrato", ["Mittente", "Data", "Oggetto", "A", "CC"]),
        ("Mensagem encaminhada", ["De", "Data", "Assunto", "Para", "Cc"]),
        ("Doorgestuurd bericht", ["Van", "Datum", "Onderwerp", "Aan", "CC"]),
        ("Videresendt melding", ["Fra", "Dato", "Emne", "Til", "Kopi"]),
        ("Vidarebefordrat meddelande", ["Från", "Datum", "Ämne", "Till", "Kopia"]),
        ("Välitetty viesti", ["Lähettäjä", "Päiväys", "Aihe", "Vastaanottaja", "Kopio"]),
        ("Treść przekazanej wiadomości", ["Od", "Data", "Temat", "Do", "DW"]),
        ("Továbbított üzenet", ["Feladó", "Dátum", "Tárgy", "Címzett", "Másolat"]),
        ("Пересылаемое сообщение", ["От", "Дата", "Тема", "Кому", "Копия"]),
        ("Προωθημένο μήνυμα", ["Από", "Ημερομηνία", "Θέμα", "Προς", "Κοιν"]),
        ("İletilmiş Mesaj", ["Kimden", "Tarih", "Konu", "Kime", "Bilgi"]),
        ("הודעה שהועברה", ["מאת", "תאריך", "נושא", "אל", "עותק"]),
        ("رسالة معاد توجيهها", ["من", "التاريخ", "الموضوع", "إلى", "نسخة"]),
        ("转发的邮件", ["发件人", "日期", "主题", "收件人", "抄送"]),
        ("転送メッセージ", ["差出人", "日付", "件名", "宛先", "Cc"]),
        ("전달된 메시지", ["보낸사람", "날짜", "제목", "받는사람", "참조"]),
        // In no table: Maltese.
        ("Messaġġ mibgħut", ["Mingħand", "Data ta’", "Suġġett", "Lil", "Kopja lil"]),
    ]

    @Test(arguments: languages) func headerBlocks(separator: String, labels: [String]) throws {
        let values = [
            "Jane Doe <jane@example.org>", "Fri, 20 Nov 2026 10:15:00 +0100", "Printer: broken",
            "Help <help@example.org>, sales@example.org", "Bob Roe <bob@example.org>",
        ]
        let rows = zip(labels, values).map { "\($0): \($1)" }
        for dashes in ["----------", "-------- ", "----- "] {
            let line = dashes + (dashes.hasSuffix(" ") ? "" : " ") + separator + " " + dashes.filter { $0 == "-" }
            let text = "Please look.\n\n" + ([line] + rows).joined(separator: "\n") + "\n\n" + Self.body
            try Self.expectForward(text)
            let forward = try #require(ForwardedHeader(in: text, subject: "Fwd: x"))
            #expect(forward.date == values[1])
            #expect(forward.to.map(\.address.description) == ["help@example.org", "sales@example.org"])
            #expect(forward.to.first?.name == "Help")
            #expect(forward.cc.map(\.description) == ["Bob Roe <bob@example.org>"])
            let above = String(decoding: Array(text.utf8)[..<forward.header.lowerBound], as: UTF8.self)
            #expect(above == "Please look.\n\n")
        }
    }

    static let senders: [(String, String?)] = [
        ("Jane Doe <jane@example.org>", "Jane Doe"), ("\"Jane Doe\" <jane@example.org>", "Jane Doe"),
        ("Jane Doe [mailto:jane@example.org]", "Jane Doe"), ("Jane Doe (jane@example.org)", "Jane Doe"),
        ("jane@example.org", nil), ("<jane@example.org>", nil), ("jane@example.org <jane@example.org>", nil),
        ("Jane Doe<mailto:jane@example.org>", "Jane Doe"), ("Doe, Jane <jane@example.org>", "Doe, Jane"),
        (
            "Jane Doe<mailto:jane@example.org> <jane@example.org<mailto:jane@example.org>> on behalf of x@example.net",
            "Jane Doe"
        ),
        ("„Jane Doe“ <jane@example.org>", "Jane Doe"), ("Jané Дое <jane@example.org>", "Jané Дое"),
    ]

    @Test(arguments: senders) func sendersAsClientsPrintThem(value: String, name: String?) throws {
        let block =
            "From: \(value)\nSent: Friday, November 20, 2026 10:15 AM\nTo: help@example.org\nSubject: Printer: broken"
        try Self.expectForward(
            "________________________________\n\(block)\n\n\(Self.body)",
            subject: "FW: x",
            name: name
        )
        try Self.expectForward("\(block)\n\n\(Self.body)", subject: "WG: x", name: name)
    }

    @Test func quotedForwardsOfAppleMail() throws {
        let lines = ["Begin forwarded message:", "", "From: Jane Doe <jane@example.org>", "Subject: Printer: broken"]
        let block = lines + ["Date: 20 November 2026 at 10:15:00 CET", "To: help@example.org", ""]
        let body = Self.body.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let quoted = (block + body).map { "> \($0)" }.joined(separator: "\n")
        try Self.expectForward("Please look.\n\n" + quoted)
        try Self.expectForward("Please look.\n\n>\n" + quoted)
        // iPhones leave the first line unquoted.
        try Self.expectForward(
            "Please look.\n\nBegin forwarded message:\n\n"
                + quoted.split(separator: "\n").dropFirst().joined(separator: "\n")
        )
    }

    @Test func yahooPrintsTheBlockInOneLine() throws {
        let text =
            "   ----- Forwarded Message ----- From: Jane Doe <jane@example.org>To: \"help@example.org\" <help@example.org>"
            + "Sent: Friday, November 20, 2026, 10:15:00 AM GMT+1Subject: Printer: broken\n \n" + Self.body
        try Self.expectForward(text)
        let forward = try #require(ForwardedHeader(in: text, subject: ""))
        #expect(forward.date == "Friday, November 20, 2026, 10:15:00 AM GMT+1")
        #expect(forward.to.map(\.address.description) == ["help@example.org"])
    }

    static let outlookForMac = [
        "On 20/11/2026, 10:15, \"Jane Doe\" <jane@example.org> wrote:",
        "Am 20.11.26, 10:15 schrieb \"Jane Doe\" <jane@example.org>:",
        "Jane Doe <jane@example.org> skrev følgende den 20/11/2026, 10:15:",
        "20/11/2026 10:15 időpontban Jane Doe (jane@example.org) ezt írta:",
    ]

    @Test(arguments: outlookForMac) func attributionsAboveForwards(line: String) throws {
        try Self.expectForward("\u{FEFF}\(line)\n\n\(Self.body)", subject: "FW: Printer: broken")
        let indented = Self.body.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }
        let text = "Please look.\n\n\(line)\n\n" + indented.joined(separator: "\n")
        let forward = try #require(ForwardedHeader(in: text, subject: "FW: Printer: broken"))
        #expect(forward.sender == MailAddress("jane@example.org"))
        #expect(forward.date.hasPrefix("20"))
    }

    @Test func aNameAlone() throws {
        let text = "-----Original Message-----\nFrom: Jane Doe\nSent: 20 November 2026\nSubject: Printer\n\nBroken."
        let forward = try #require(ForwardedHeader(in: text, subject: "FW: Printer"))
        #expect(forward.sender == nil)
        #expect(forward.senderName == "Jane Doe")
        #expect(forward.bodyText(of: text) == "Broken.")
    }

    @Test func theOutermostForwardCounts() throws {
        let inner =
            "---------- Forwarded message ---------\nFrom: Bob <bob@example.org>\nSubject: Old\nTo: x@example.org\n\nOld."
        let text =
            "FYI\n\n---------- Forwarded message ---------\nFrom: Jane Doe <jane@example.org>\nDate: x 20\n"
            + "Subject: Printer: broken\nTo: help@example.org\n\nSee below.\n\n" + inner
        try Self.expectForward(text, body: "See below.\n\n" + inner)
    }

    /// Replies, and forwards within what they quote.
    static let replies = [
        "Yes.\n\nOn 20 Nov 2026, at 10:15, Jane Doe <jane@example.org> wrote:\n> Is it?",
        "Yes.\n\nFrom: Jane Doe <jane@example.org>\nSent: 20 November 2026\nTo: x@example.org\nSubject: Printer\n\nIs it?",
        "Yes.\n\n-----Original Message-----\n\n---------- Forwarded message ---------\nFrom: a@example.org\nDate: 1\nTo: b@example.org\n\nx",
        "Yes.\n\nOn 20 Nov 2026, at 10:15, Jane Doe <jane@example.org> wrote:\n> Begin forwarded message:\n> From: a@example.org\n> Subject: x",
        "I forwarded it to Jane.", "The forwarded message:\nnothing of the kind follows.",
    ]

    @Test(arguments: replies) func repliesAreNoForwards(text: String) {
        #expect(ForwardedHeader(in: text, subject: "Re: FW: Printer") == nil)
        #expect(ReplyExtraction(text, subject: "Re: FW: Printer").forward == nil)
    }
}
