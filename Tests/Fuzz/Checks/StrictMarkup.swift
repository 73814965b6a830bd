/// Reads HTML of the sanitiser exactly in the form in which it writes, and shares no code with it.
struct StrictMarkup {
    private let html: [UInt8]
    private var index = 0
    private var open: [[UInt8]] = []

    static func check(_ html: String) throws(BrokenInvariant) {
        var markup = StrictMarkup(html: Array(html.utf8))
        try markup.read()
    }

    private init(html: [UInt8]) { self.html = html }

    private mutating func read() throws(BrokenInvariant) {
        while index < html.count {
            switch html[index] {
            case UInt8(ascii: "<"):
                index += 1
                try readTag()
            case UInt8(ascii: ">"): throw BrokenInvariant(description: "a bare bracket")
            default: try readCharacter()
            }
        }
        try require(open.isEmpty, "elements are left open")
    }

    private static let references = ["&amp;", "&lt;", "&gt;", "&quot;"].map { Array($0.utf8) }

    private mutating func readCharacter() throws(BrokenInvariant) {
        let octet = html[index]
        if octet == UInt8(ascii: "&") {
            let rest = html[index...].prefix(6)
            try require(Self.references.contains { rest.starts(with: $0) }, "a bare ampersand")
        }
        try require(octet >= 0x20 && octet != 0x7F || octet == 0x0A || octet == 0x09, "a control in the markup")
        index += 1
    }

    // MARK: Tags

    private mutating func take(while isTaken: (UInt8) -> Bool) -> [UInt8] {
        let start = index
        while index < html.count, isTaken(html[index]) { index += 1 }
        return Array(html[start..<index])
    }

    private mutating func skip(_ octet: Character) throws(BrokenInvariant) {
        try require(index < html.count && html[index] == octet.asciiValue, "a tag of another form")
        index += 1
    }

    private mutating func readTag() throws(BrokenInvariant) {
        let isEnd = index < html.count && html[index] == UInt8(ascii: "/")
        if isEnd { index += 1 }
        let name = take { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
        try require(!name.isEmpty, "a tag without a name")
        if isEnd {
            try skip(">")
            try require(open.popLast() == name, "an end tag without its start")
            return
        }
        try require(!Self.dangerous.contains(name), "an element that changes how the rest is read")
        while index < html.count, html[index] == UInt8(ascii: " ") {
            index += 1
            try readAttribute()
        }
        try skip(">")
        if !Self.void.contains(name) { open.append(name) }
    }

    private mutating func readAttribute() throws(BrokenInvariant) {
        let name = take { (0x61...0x7A).contains($0) || $0 == 0x2D }
        try require(!name.isEmpty && !name.starts(with: "on".utf8) && name != Array("srcdoc".utf8), "a script")
        try skip("=")
        try skip("\"")
        let start = index
        while index < html.count, html[index] != UInt8(ascii: "\"") {
            try require(html[index] != 0x3C && html[index] != 0x3E, "a bare bracket in an attribute")
            try readCharacter()
        }
        let value = html[start..<index].filter { $0 > 0x20 }.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        try skip("\"")
        for scheme in Self.schemes { try require(!value.starts(with: scheme), "an address that runs") }
    }

    private static let schemes = ["javascript:", "vbscript:", "data:text", "data:application", "data:image/svg"].map {
        Array($0.utf8)
    }

    private static let void = names("br hr img col wbr")

    /// Raw text, foreign content, forms, frames, and what moves the rest of the page.
    private static let dangerous = names(
        """
        script style title textarea xmp iframe noembed noframes noscript plaintext svg math template select option form
        input button object embed applet frame frameset base meta link html head body marquee
        """
    )

    private static func names(_ text: String) -> Set<[UInt8]> {
        Set(text.split { $0 == " " || $0 == "\n" }.map { Array($0.utf8) })
    }
}
