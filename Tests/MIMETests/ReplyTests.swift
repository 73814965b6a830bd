import MIME
import Testing

/// Replies, each line with the kind that it must get.
///
/// A line begins with a letter and a bar: `n` new text, `a` attribution, `q` quoted, `i` quoted and shown since it is
/// answered inline, `s` signature, `d` disclaimer, `h` header of a forward, `f` forwarded text.
@Suite struct ReplyTests {
    struct Marked: CustomTestStringConvertible, Sendable {
        let name: String
        var subject = "Re: Printer"
        let lines: String

        var testDescription: String { name }

        init(_ name: String, subject: String = "Re: Printer", _ lines: String) {
            self.name = name
            self.subject = subject
            self.lines = lines
        }
    }

    static func letter(_ span: ReplyExtraction.Span) -> Character {
        switch span.kind {
        case .new: "n"
        case .attribution: "a"
        case .quoted: span.isShown ? "i" : "q"
        case .signature: "s"
        case .disclaimer: "d"
        case .forwardedHeader: "h"
        case .forwarded: "f"
        }
    }

    static func expectMarks(_ marked: Marked) {
        let rows = marked.lines.split(separator: "\n", omittingEmptySubsequences: false)
        let text = rows.map { $0.dropFirst(2) }.joined(separator: "\n")
        let extraction = ReplyExtraction(text, subject: marked.subject)
        var offset = 0
        var found: [String] = []
        for row in rows {
            let line = row.dropFirst(2)
            let span = extraction.spans.first { $0.range.contains(offset) }
            let isBlank = line.allSatisfy { $0.isWhitespace || $0 == ">" }
            found.append((isBlank ? String(row.prefix(1)) : span.map { String(letter($0)) } ?? "?") + "|" + line)
            offset += line.utf8.count + 1
        }
        #expect(found.joined(separator: "\n") == marked.lines, "\(marked.name)")
        expectCoverage(of: text, subject: marked.subject, marked.name)
    }

    // MARK: Clients

    static let clients = [
        Marked(
            "Gmail",
            """
            n|It works now.
            n|
            a|On Fri, Nov 20, 2026 at 10:15 AM Jane Doe <
            a|jane@example.org> wrote:
            a|
            q|> Does it print?
            q|>
            q|> Jane
            """
        ),
        Marked(
            "Outlook on the desktop",
            """
            n|It works now.
            n|
            a|From: Jane Doe <jane@example.org>
            a|Sent: Friday, November 20, 2026 10:15 AM
            a|To: Help <help@example.org>
            a|Subject: Printer
            a|
            q|Does it print?
            q|
            q|Jane
            """
        ),
        Marked(
            "Outlook on the web",
            """
            n|It works now.
            a|________________________________
            a|Von: Jane Doe <jane@example.org>
            a|Gesendet: Freitag, 20. November 2026 10:15
            a|An: Help <help@example.org>
            a|Betreff: Printer
            a|
            q|Does it print?
            """
        ),
        Marked(
            "Outlook on a phone",
            """
            n|It works now.
            n|
            s|Get Outlook for iOS<https://aka.ms/x>
            a|________________________________
            a|From: Jane Doe <jane@example.org>
            a|Sent: Friday, November 20, 2026 10:15:12 AM
            a|Subject: Printer
            a|
            q|Does it print?
            """
        ),
        Marked(
            "Outlook with bold labels and blank lines from HTML",
            """
            n|It works now.
            n|
            a|*From:* Jane Doe <jane@example.org>
            a|
            a|*Sent:* Friday, November 20, 2026
            a|
            a|*To:* help@example.org
            a|
            a|*Subject:* Printer
            a|
            q|Does it print?
            """
        ),
        Marked(
            "Apple Mail quotes its attribution",
            """
            n|It works now.
            n|
            q|> On 20 Nov 2026, at 10:15, Jane Doe <jane@example.org> wrote:
            q|>
            q|> Does it print?
            """
        ),
        Marked(
            "iPhone",
            """
            n|It works now.
            n|
            s|Sent from my iPhone
            s|
            a|On Nov 20, 2026, at 10:15, Jane Doe <jane@example.org> wrote:
            a|
            q|> Does it print?
            """
        ),
        Marked(
            "Thunderbird answers below",
            """
            a|On 20/11/2026 10:15, Jane Doe wrote:
            q|> Does it print?
            n|
            n|It works now.
            """
        ),
        Marked(
            "Proton",
            """
            n|It works now.
            n|
            s|Sent with Proton Mail secure email.
            s|
            a|------- Original Message -------
            a|On Friday, November 20th, 2026 at 10:15 AM, Jane Doe <jane@example.org> wrote:
            a|
            q|> Does it print?
            """
        ),
        Marked(
            "Yahoo",
            """
            n|It works now.
            n|
            a|    On Friday, November 20, 2026, 10:15:12 AM GMT+1, Jane Doe <jane@example.org> wrote:
            a|
            q| Does it print?
            q|
            q|Jane
            """
        ),
        Marked(
            "Yahoo's dashes behind the last line",
            """
            n|It works now.
            n|Bye --- On Fri, 11/20/26, Jane Doe <jane@example.org> wrote:
            q|> Does it print?
            """
        ),
        Marked(
            "Zoho",
            """
            n|It works now.
            n|
            a|---- On Fri, 20 Nov 2026 10:15:12 +0100 Jane Doe <jane@example.org> wrote ----
            a|
            q|Does it print?
            """
        ),
        Marked(
            "Samsung",
            """
            n|It works now.
            n|
            s|Sent from my Galaxy
            s|
            a|-------- Original message --------
            a|From: Jane Doe <jane@example.org>
            a|Date: 20/11/2026  10:15  (GMT+01:00)
            a|To: help@example.org
            a|Subject: Printer
            a|
            q|Does it print?
            """
        ),
        Marked(
            "Lotus Notes",
            """
            n|It works now.
            n|
            a|Jane Doe/Sales/Example wrote on 11/20/2026 10:15:12 AM:
            a|
            q|> Does it print?
            """
        ),
        Marked(
            "Lotus Notes with a header block",
            """
            n|It works now.
            n|
            a|From:   Jane Doe/Sales/Example
            a|To:     Help/IT/Example@Example
            a|Date:   11/20/2026 10:15 AM
            a|Subject:        Printer
            a|
            q|Does it print?
            """
        ),
        Marked(
            "Polymail folds the address over lines with blanks",
            """
            n|It works now.
            n|
            a|On Fri, Nov 20, 2026 at 10:15 AM Jane Doe
            a|
            a|<
            a|mailto:Jane Doe <jane@example.org>
            a|> wrote:
            q|Does it print?
            """
        ),
        Marked(
            "bars for quote marks below an attribution",
            """
            n|It works now.
            n|
            a|2026/11/20 Jane Doe <jane@example.org>
            a|
            q|| Does it print?
            q||
            q|| Jane
            """
        ),
    ]

    @Test(arguments: clients) func repliesOfClients(marked: Marked) { Self.expectMarks(marked) }

    // MARK: Text rules

    static let rules = [
        Marked(
            "two quotes answered inline",
            """
            a|On 20 Nov 2026, at 10:15, Jane Doe <jane@example.org> wrote:
            i|> Does it print?
            n|Yes.
            n|
            i|> In colour?
            n|No.
            q|> Jane
            """
        ),
        Marked(
            "one quote answered between texts",
            """
            n|Hello Jane, see below.
            n|
            a|On 20 Nov 2026, at 10:15, Jane Doe <jane@example.org> wrote:
            i|> Does it print?
            n|
            n|Yes, since this morning it does.
            """
        ),
        Marked(
            "a closing below the quote is no answer",
            """
            n|It works now.
            n|
            a|On 20 Nov 2026, at 10:15, Jane Doe <jane@example.org> wrote:
            q|> Does it print?
            s|
            s|Regards, Bob
            """
        ),
        Marked(
            "a chosen quote without attribution",
            """
            i|> Does it print?
            n|
            n|It works now.
            """
        ),
        Marked(
            "initials for quote marks",
            """
            n|Below.
            n|
            i|JD> Does it print?
            i|JD> In colour?
            n|
            n|Both.
            """
        ),
        Marked(
            "a quoted line that lost its mark",
            """
            n|Yes.
            n|
            a|On 20 Nov 2026, at 10:15, Jane Doe <jane@example.org> wrote:
            q|> The page (http://example.org/a-long
            q|_path) does not open.
            q|> Can you look?
            """
        ),
        Marked(
            "the delimiter of signatures",
            """
            n|It works now.
            n|
            s|-- 
            s|Bob Roe
            s|Example Ltd.
            """
        ),
        Marked(
            "a closing with a name",
            """
            n|It works now.
            n|
            s|Mit freundlichen Grüßen
            s|
            s|Bob Roe
            s|Leiter Einkauf
            """
        ),
        Marked(
            "thanks alone are text",
            """
            n|It works now.
            n|
            n|Thanks!
            """
        ),
        Marked(
            "a name behind a dash",
            """
            n|It works now.
            n|
            s|-Bob Roe
            """
        ),
        Marked(
            "the footer of a mailing list below a name",
            """
            n|It works now.
            n|
            s|-Bob
            s|
            s|_______________________________________________
            s|printers mailing list
            s|printers@lists.example.org
            """
        ),
        Marked(
            "a disclaimer",
            """
            n|It works now.
            n|
            d|This message is confidential and intended only for the addressee. If you received it in error,
            d|please notify the sender and delete it.
            """
        ),
        Marked(
            "a German disclaimer below a signature",
            """
            n|Es geht.
            n|
            s|--
            s|Bob Roe
            s|
            d|Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind oder diese
            d|irrtümlich erhalten haben, informieren Sie bitte den Absender.
            """
        ),
    ]

    @Test(arguments: rules) func textRules(marked: Marked) { Self.expectMarks(marked) }

    /// Text that looks like something else.
    static let prose = [
        "On this day\n\nI wrote something\n\nwhich was very interesting.",
        "Yesterday I wrote the following on 20 Nov 2026 to bob@example.org:\nno colour.",
        "On 20 November 2026 please write to bob@example.org:\nthe printer is broken.",
        "From: Berlin\nTo: Munich\nDate: 20 November 2026\n\nTwo persons.",
        "Your message\n\n  To:      jane@example.org\n  Subject: Printer\n  Sent:    Fri, 20 Nov 2026 10:15\n\ndid not arrive.",
        "<jane@example.org>: host mx.example.org[192.0.2.1] said:\n550 5.1.1 <jane@example.org>: unknown",
        "550 5.1.1 <jane@example.org> unknown:\n> RCPT TO\nThat was all.",
        "A message from your site:\n\nFrom: Jane Doe <jane@example.org>\nSubject: Printer\n\nIt is broken.",
        "A message from your site:\n\nName: Jane Doe\nEmail: jane@example.org\nWhen: 20.11.2026 10:15\nTopic: Printer\n\nIt is broken.",
        "Date: Friday, 20 November 2026\nTime: 10:15\nAddress: 1 High Street\n\nBring your card.",
        "Sent from my desk, which is easier than the phone.",
        "The order was sent via mail yesterday.",
        ">>> >>> http://www.example.com <<<\nClick above.",
        "Steps:\n\n- switch it on\n- Wait",
        "------------------- Enter your text below -------------------\n\nIt is fine.",
        "| Name | Pages |\n| ---- | ----- |\n| Jane | 12 |\n| Bob | 7 |",
        "Thanks, that was it.\nBob said so too.",
        "if (a > b) {\n    x = \"<\" + y;\n}",
        "Best of all is the colour.\nJane likes it.",
        "Von meinem Konto wurde zweimal abgebucht.",
    ]

    @Test(arguments: prose) func proseStaysWhole(text: String) {
        let extraction = ReplyExtraction(text, subject: "Re: Printer")
        #expect(extraction.spans.map(\.kind) == [.new] || extraction.hiddenCount == 0)
        #expect(extraction.shownText(of: text) == text)
    }

    @Test(arguments: [
        "> Does it print?\n>\n> Jane",
        "On 20 Nov 2026, at 10:15, Jane Doe <jane@example.org> wrote:\n\n> Does it print?",
        "-----Original Message-----\nFrom: Jane Doe <jane@example.org>\nSent: 20 November 2026\nSubject: x\n\nText",
        "--\nBob Roe", "Sent from my iPhone",
    ])
    func whatIsAllIsShown(text: String) {
        let extraction = ReplyExtraction(text, subject: "Re: Printer")
        #expect(extraction.hiddenCount == 0)
        #expect(extraction.shownText(of: text) == text)
    }

    @Test func emptyTexts() {
        #expect(ReplyExtraction("").spans.isEmpty)
        for text in ["\n", " \n\t\n", "\u{FEFF}"] {
            expectCoverage(of: text, "blank")
            #expect(ReplyExtraction(text).shownText(of: text).allSatisfy { $0.isWhitespace || $0 == "\u{FEFF}" })
        }
    }

    @Test func spansCountWhatIsHidden() {
        let text = "Yes.\n\nOn 20 Nov 2026, at 10:15, Jane <j@example.org> wrote:\n> Really?\n"
        let extraction = ReplyExtraction(text)
        #expect(extraction.hiddenCount == 2)
        #expect(extraction.shownText(of: text) == "Yes.")
        #expect(extraction.text(of: text) { $0.kind == .quoted } == "> Really?")
        #expect(extraction.text(of: text) { _ in true } == String(text.dropLast()))
        #expect(!extraction.hasInlineAnswers)
    }
}
