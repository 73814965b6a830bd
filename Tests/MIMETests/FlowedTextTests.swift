import MIME
import Testing

/// RFC 3676, through the text of a message.
@Suite struct FlowedTextTests {
    static let cases: [(flowed: String, joined: String, withoutSpaces: String)] = [
        ("one \ntwo\nthree", "one two\nthree", "onetwo\nthree"),
        ("one\ntwo", "one\ntwo", "one\ntwo"),
        ("one \n\ntwo", "one \ntwo", "one\ntwo"),
        (" From x\n >y\n  z", "From x\n>y\n z", "From x\n>y\n z"),
        ("> a \n> b\n> c", "> a b\n> c", "> ab\n> c"),
        (">a\n>>b \n>> c", "> a\n>> b c", "> a\n>> bc"),
        ("> a \n>> b\nc", "> a \n>> b\nc", "> a\n>> b\nc"),
        ("> > a", "> > a", "> > a"),
        (">\n> \n>>", ">\n>\n>>", ">\n>\n>>"),
        ("text \n-- \nAnn", "text \n-- \nAnn", "text\n-- \nAnn"),
        ("> text \n> -- \n> Ann", "> text \n> -- \n> Ann", "> text\n> -- \n> Ann"),
        ("--  \nx", "--  x", "-- x"),
        ("last ", "last ", "last"),
        ("", "", ""),
        ("\n\n", "\n\n", "\n\n"),
        ("日本 \n語", "日本 語", "日本語"),
    ]

    @Test(arguments: cases)
    func linesAreJoined(flowed: String, joined: String, withoutSpaces: String) {
        #expect(Self.text(flowed, "format=flowed") == joined)
        #expect(Self.text(flowed, "Format=Flowed; DelSp=No") == joined)
        #expect(Self.text(flowed, "format=\"FLOWED\"; delsp=YES") == withoutSpaces)
    }

    /// Fixed text and other types keep their lines.
    @Test func othersKeepTheirLines() {
        #expect(Self.text("one \n two", "format=fixed") == "one \n two")
        #expect(Self.text("one \n two", "x=y") == "one \n two")
        #expect(Self.text("<p>one \n two", "format=flowed", type: "text/html") == "one two")
    }

    /// The spaces that matter travel as `=20` where lines lose them.
    @Test func quotedPrintableKeepsTheSpaces() {
        let parsed = Parsed(
            "Content-Type: text/plain; format=flowed\nContent-Transfer-Encoding: quoted-printable\n\none=20\ntwo=\n more"
        )
        #expect(parsed.summary.text == "one two more")
    }

    static func text(_ body: String, _ parameters: String, type: String = "text/plain") -> String {
        Parsed("Content-Type: \(type); charset=utf-8; \(parameters)\n\n\(body)").summary.text
    }
}
