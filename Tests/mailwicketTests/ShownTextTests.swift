internal import MIME
internal import Testing
internal import mailwicket

/// How a thread is shown: what is new, how much is hidden, and a page that runs nothing.
@Suite struct ShownTextTests {
    typealias Section = ReadableMessage.Section

    static func section(_ text: String) -> Section {
        Section(kind: .text, text: text, spans: ReplyExtraction(text, subject: "Re: x").spans)
    }

    @Test func hiddenTextIsCountedInItsPlace() {
        let shown = ShownText(
            Self.section(
                "Yes.\n\nOn Mon, 2 Mar 2026 at 10:00, Ann <a@example.org> wrote:\n> a\n>\n> b\n\n-- \nBob\nSales\n"
            )
        )
        #expect(shown.runs.first == .shown("Yes."))
        #expect(shown.runs.map(\.text) == ["Yes.", "[7 lines hidden: quoted text, signature]"])
    }

    @Test func oneLineIsOneLine() {
        let shown = ShownText(Self.section("It works.\n\nSent from my iPhone\n"))
        #expect(shown.runs == [.shown("It works."), .hidden(kinds: [.signature], lines: 1)])
        #expect(shown.runs.map(\.text) == ["It works.", "[1 line hidden: signature]"])
    }

    @Test func answersBetweenQuotesAreShownInPlace() {
        let text = "On Mon, 2 Mar 2026 at 10:00, Ann <a@example.org> wrote:\n> One?\nYes.\n> Two?\nNo.\n"
        #expect(ShownText(Self.section(text)).runs.map(\.text).joined().contains("> One?\nYes.\n> Two?\nNo."))
    }

    @Test func aTextWithoutSpansIsShown() {
        #expect(ShownText(Section(kind: .calendar, text: "\nEvent: x\n\n")).runs == [.shown("Event: x")])
        #expect(ShownText(Section(kind: .text, text: " \n")).runs.isEmpty)
    }

    // MARK: Page

    @Test func aPageLoadsAndRunsNothing() throws {
        var page = ThreadPage(title: "MW-1  <script>x()</script>", allowsRemoteImages: false)
        try page.add(
            heading: "1: <b>Ann</b>",
            sections: [Section(kind: .text, text: "<script>y()</script>")],
            notes: ["attached: <i>x</i>"]
        )
        let html = page.html
        #expect(!html.contains("<script") && !html.contains("<i>x") && !html.contains("<b>Ann"))
        #expect(html.contains("&lt;script&gt;x()&lt;/script&gt;"))
        #expect(html.contains(#"content="default-src 'none'; img-src data:; style-src 'unsafe-inline'""#))
    }

    @Test func whatHidesInATitleIsSeen() {
        let page = ThreadPage(title: "invoice\u{202E}fdp.exe", allowsRemoteImages: false)
        #expect(page.html.contains("<title>invoice[U+202E]fdp.exe</title>"))
    }

    @Test func picturesComeInPlaceAndOnlyThose() {
        var page = ThreadPage(title: "x", allowsRemoteImages: false)
        let html = #"<p><img src="cid:a@x" alt="a"><img src="cid:b@x" alt="b"></p>"#
        page.add(
            heading: "1",
            sections: [Section(kind: .text, text: "", html: html)],
            contentIDs: ["a@x", "unused@x"],
            notes: []
        ) { shown in
            #expect(shown == ["a@x"])
            return ["a@x": "data:image/png;base64,iVBORw0KGgo="]
        }
        #expect(page.html.contains(#"src="data:image/png;base64,iVBORw0KGgo=""#))
        #expect(!page.html.contains("cid:") && !page.html.contains("picture-"))
        #expect(page.html.contains("[1 picture is not shown"))
    }

    /// However large pictures are, the words behind them stay.
    @Test func picturesPushOutNoText() {
        var page = ThreadPage(title: "x", allowsRemoteImages: false, room: 30_000_000)
        let image = #"<img src="cid:a@x" alt="a">"#
        let html = "<p>first " + String(repeating: image, count: 4) + " LAST WORDS</p>"
        page.add(heading: "1", sections: [Section(kind: .text, text: "", html: html)], contentIDs: ["a@x"], notes: []) {
            _ in ["a@x": "data:image/png;base64," + String(repeating: "A", count: 9_000_000)]
        }
        let written = page.html
        #expect(written.utf8.count > 27_000_000)
        #expect(written.contains("LAST WORDS") && written.contains("[1 picture is not shown"))
    }

    @Test func linksAreMarkedOnce() throws {
        let source = Array(#"<a href="http://evil.example/">https://bank.example/</a> <img src="cid:a@x">"#.utf8)
        var page = ThreadPage(title: "x", allowsRemoteImages: false)
        try page.add(
            heading: "1",
            sections: [Section(kind: .text, text: "", html: SanitizedHTML(sanitizing: source.span).html)],
            notes: []
        )
        #expect(page.html.ranges(of: "[evil.example]").count == 1)
    }
}
