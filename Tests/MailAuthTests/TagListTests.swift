import MailAuth
import Testing

@Suite struct TagListTests {
    @Test(arguments: [
        ("v=1", ["v:1"]),
        ("v=1;", ["v:1"]),
        (" v = 1 ; a=rsa-sha256 ; ", ["v:1", "a:rsa-sha256"]),
        ("b=ab\r\n cd;\r\n\th=from : to", ["b:ab\r\n cd", "h:from : to"]),
        ("b=ab\n cd", ["b:ab\n cd"]),
        ("p=", ["p:"]),
        ("A=1;a=2;a_1=3", ["A:1", "a:2", "a_1:3"]),
        ("n=a=b==", ["n:a=b=="]),
        ("n=grüß", ["n:grüß"]),
    ])
    func reads(_ text: String, _ tags: [String]) throws {
        #expect(try TagList(text.utf8).tags.map { "\($0.name):\($0.value)" } == tags)
    }

    @Test(arguments: [
        ("", TagList.SyntaxError.empty),
        (" \r\n ", .empty),
        ("v=1;;a=2", .malformedName("")),
        (";v=1", .malformedName("")),
        ("v", .missingEquals("v")),
        ("v=1; junk", .missingEquals("junk")),
        ("1a=b", .malformedName("1a")),
        ("a-b=c", .malformedName("a-b")),
        ("=x", .malformedName("")),
        ("v=1;a=2;v=1", .duplicate("v")),
        ("v=a\u{0}b", .malformedValue("v")),
        ("v=a\nb", .malformedValue("v")),
        ("v=a\rb", .malformedValue("v")),
    ])
    func refuses(_ text: String, _ error: TagList.SyntaxError) {
        #expect(throws: error) { try TagList(text.utf8) }
    }

    @Test func octetsThatAreNoTextAreNoValue() {
        #expect(throws: TagList.SyntaxError.malformedValue("v")) { try TagList([0x76, 0x3D, 0xFF]) }
    }

    @Test func whatCanBeReadIsRead() {
        let (list, error) = TagList.tolerant("v=DMARC1;; p=none; p=reject; junk; rua=mailto:a@b.example".utf8)
        #expect(list.tags.map(\.name) == ["v", "p", "rua"])
        #expect(list["p"] == "none")
        #expect(error == .malformedName(""))
    }
}
