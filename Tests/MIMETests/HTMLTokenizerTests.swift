import MIME
import Testing

/// The tokens of HTML, written as text so that tables read well.
func tokens(_ html: [UInt8], isForeign: Bool = false) -> [String] {
    var tokenizer = HTMLTokenizer()
    tokenizer.isForeign = isForeign
    var tokens: [String] = []
    var text = ""
    func string(_ range: Range<Int>) -> String { String(decoding: html[range], as: UTF8.self) }
    func flush() {
        if !text.isEmpty { tokens.append("\"\(text)\"") }
        text = ""
    }
    while true {
        let token = tokenizer.next(html.span)
        switch token {
        case .text(let range):
            text += string(range)
            continue
        case .reference:
            guard let (first, second) = tokenizer.characters else { continue }
            text.unicodeScalars.append(first)
            if let second { text.unicodeScalars.append(second) }
            continue
        default: flush()
        }
        switch token {
        case .startTag:
            var tag = "<" + string(tokenizer.name).lowercased()
            for attribute in tokenizer.attributes {
                var value: [UInt8] = []
                tokenizer.appendValue(of: attribute, in: html.span, to: &value)
                tag += " \(string(attribute.name).lowercased())=[\(String(decoding: value, as: UTF8.self))]"
            }
            tokens.append(tag + (tokenizer.isSelfClosing ? "/>" : ">"))
        case .endTag: tokens.append("</" + string(tokenizer.name).lowercased() + ">")
        case .comment(let range): tokens.append("<!--\(string(range))-->")
        case .doctype(let range): tokens.append("<!doctype\(string(range))>")
        case .end: return tokens
        case .text, .reference: break
        }
    }
}

@Suite struct HTMLTokenizerTests {
    static let states: [(String, [String])] = [
        // Data and tags.
        ("a", ["\"a\""]), ("a<b", ["\"a\""]), ("a < b", ["\"a < b\""]), ("<", ["\"<\""]), ("</", ["\"</\""]),
        ("a</>b", ["\"ab\""]), ("<>", ["\"<>\""]), ("<1>", ["\"<1>\""]), ("<<b>", ["\"<\"", "<b>"]),
        ("<B>x</B >", ["<b>", "\"x\"", "</b>"]), ("<br/>", ["<br/>"]), ("<br/ >", ["<br>"]), ("<a/b>", ["<a b=[]>"]),
        ("<a!b>", ["<a!b>"]), ("</a b=c>", ["</a>"]), ("<a\u{C}b>", ["<a b=[]>"]), ("<a\rb\r\n>", ["<a b=[]>"]),
        // Attributes.
        ("<a b>", ["<a b=[]>"]), ("<a b=c>", ["<a b=[c]>"]), ("<a b = c>", ["<a b=[c]>"]),
        ("<a b='c d'e=f>", ["<a b=[c d] e=[f]>"]), ("<a b=\"c>\">", ["<a b=[c>]>"]), ("<a b=>", ["<a b=[]>"]),
        ("<a b= >", ["<a b=[]>"]), ("<a =b>", ["<a =b=[]>"]), ("<a ==b>", ["<a ==[b]>"]), ("<a b=c/>", ["<a b=[c/]>"]),
        ("<a b/=c>", ["<a b=[] =c=[]>"]), ("<a b=`c d`>", ["<a b=[`c] d`=[]>"]), ("<a b=c\"d>", ["<a b=[c\"d]>"]),
        ("<a <b>", ["<a <b=[]>"]), ("<a \"'>", ["<a \"'=[]>"]), ("<a b='\r\n\r'>", ["<a b=[\n\n]>"]),
        ("<a b=1 B=2>", ["<a b=[1] b=[2]>"]), ("x<a b=\"c>", ["\"x\""]), ("x<a b", ["\"x\""]), ("x<a b=", ["\"x\""]),
        ("<a b=\u{0}>", ["<a b=[\u{FFFD}]>"]),
        // Comments and declarations.
        ("<!---->", ["<!---->"]), ("<!--a-->b", ["<!--a-->", "\"b\""]), ("<!-->a", ["<!---->", "\"a\""]),
        ("<!--->a", ["<!---->", "\"a\""]), ("<!--a--!>b", ["<!--a-->", "\"b\""]), ("<!----!>b", ["<!---->", "\"b\""]),
        ("<!---!>b-->", ["<!---!>b-->"]), ("<!--a--->b", ["<!--a--->", "\"b\""]), ("<!--a--b-->", ["<!--a--b-->"]),
        ("<!--a--!-->", ["<!--a--!-->"]), ("<!--<!--a-->b", ["<!--<!--a-->", "\"b\""]), ("<!--a", ["<!--a-->"]),
        ("<!--a--", ["<!--a-->"]), ("<!--a-", ["<!--a-->"]), ("<!a>b", ["<!--a-->", "\"b\""]), ("<!", ["<!---->"]),
        ("<!-a>", ["<!---a-->"]), ("<?a>b", ["<!--?a-->", "\"b\""]), ("</1>b", ["<!--1-->", "\"b\""]),
        ("</ a>b", ["<!-- a-->", "\"b\""]), ("<!DOCTYPE html>a", ["<!doctype html>", "\"a\""]),
        ("<!doctype a \"b>c", ["<!doctype a \"b>", "\"c\""]), ("<![CDATA[a]]>b", ["<!--[CDATA[a]]-->", "\"b\""]),
        // Raw text.
        ("<style><b></style>c", ["<style>", "\"<b>\"", "</style>", "\"c\""]),
        ("<style>a</styles></STYLE/>c", ["<style>", "\"a</styles>\"", "</style>", "\"c\""]),
        ("<style>&amp;</style", ["<style>", "\"&amp;</style\""]),
        ("<title>&lt;b></title>", ["<title>", "\"<b>\"", "</title>"]),
        ("<textarea><b>&amp;&</textarea >", ["<textarea>", "\"<b>&&\"", "</textarea>"]),
        ("<xmp><b></xmp>", ["<xmp>", "\"<b>\"", "</xmp>"]),
        ("<iframe><b></iframe>", ["<iframe>", "\"<b>\"", "</iframe>"]),
        ("<plaintext></plaintext><b>", ["<plaintext>", "\"</plaintext><b>\""]), ("<style/>a", ["<style/>", "\"a\""]),
        ("<noscript><b>", ["<noscript>", "<b>"]), ("<style></style>", ["<style>", "</style>"]),
        // Scripts: a comment and a script within hide the end tag.
        ("<script>a<b</script>c", ["<script>", "\"a<b\"", "</script>", "\"c\""]),
        ("<script><!--</script>c", ["<script>", "\"<!--\"", "</script>", "\"c\""]),
        ("<script><!--<script></script>c", ["<script>", "\"<!--<script></script>c\""]),
        (
            "<script><!--<script></script>--></script>c",
            ["<script>", "\"<!--<script></script>-->\"", "</script>", "\"c\""]
        ),
        ("<script><!--<script>--></script>c", ["<script>", "\"<!--<script>-->\"", "</script>", "\"c\""]),
        ("<script><!--><script></script>c", ["<script>", "\"<!--><script>\"", "</script>", "\"c\""]),
        ("<script><!--<scripts></script>c", ["<script>", "\"<!--<scripts>\"", "</script>", "\"c\""]),
        // Character references.
        ("&amp;&lt&gt;", ["\"&<>\""]), ("&notit;&notin;", ["\"¬it;∉\""]), ("&ampx", ["\"&x\""]),
        ("&euro", ["\"&euro\""]),
        ("&;&#;&#x;&x", ["\"&;&#;&#x;&x\""]), ("&#65&#x41;&#X4a", ["\"AAJ\""]),
        ("&#0;&#xD800;&#x110000;", ["\"\u{FFFD}\u{FFFD}\u{FFFD}\""]),
        ("&#99999999999999999999;", ["\"\u{FFFD}\""]), ("&#128;&#x9f;&#x81;", ["\"€Ÿ\u{81}\""]),
        ("&NotEqualTilde;", ["\"≂̸\""]),
        ("&CounterClockwiseContourIntegral;", ["\"∳\""]), ("&Aacute&Abreve", ["\"Á&Abreve\""]), ("&fjlig;", ["\"fj\""]),
        ("<a b='&amp;&copy=1&copy;&copyx&copy'>", ["<a b=[&&copy=1©&copyx©]>"]),
        ("<a b=?x&lt=1&lt;>", ["<a b=[?x&lt=1<]>"]), ("&zwnj;&ZeroWidthSpace;&AElig", ["\"\u{200C}\u{200B}Æ\""]),
    ]

    @Test(arguments: states)
    func tokenizes(html: String, expected: [String]) {
        #expect(tokens(Array(html.utf8)) == expected)
    }

    @Test func foreignContentHasCDATAAndNoRawText() {
        #expect(tokens(Array("<![CDATA[<b>]]>c".utf8), isForeign: true) == ["\"<b>c\""])
        #expect(tokens(Array("<![CDATA[]]><![CDATA[a".utf8), isForeign: true) == ["\"a\""])
        #expect(tokens(Array("<style><b>".utf8), isForeign: true) == ["<style>", "<b>"])
        #expect(tokens(Array("<![cdata[a]]>".utf8), isForeign: true) == ["<!--[cdata[a]]-->"])
    }

    @Test func attributesBeyondTheLimitArePassedOver() {
        let html = Array(("<a" + (0..<100).map { " x\($0)=\($0)" }.joined() + ">b").utf8)
        var tokenizer = HTMLTokenizer(maxAttributes: 3)
        #expect(tokenizer.next(html.span) == .startTag)
        #expect(tokenizer.attributes.count == 3)
        #expect(tokenizer.next(html.span) == .text(html.count - 1..<html.count))
    }

    @Test func tokensAreInOrderAndCoverTheSource() {
        var random = SeededNumbers(seed: 1)
        for _ in 0..<2000 {
            let html = HTMLSoup.octets(&random)
            var tokenizer = HTMLTokenizer()
            var last = -1
            while tokenizer.next(html.span) != .end {
                #expect(tokenizer.index > last)
                last = tokenizer.index
            }
            #expect(tokenizer.index == html.count)
            #expect(tokenizer.steps <= 4 * html.count + 4)
        }
    }
}
