package import MIME

/// A thread as a page for a browser: safe HTML in a frame of our own that loads nothing and runs nothing.
///
/// What comes from a mail has a border around it, which it cannot leave: nothing in it looks like a heading of the page.
package struct ThreadPage {
    private let title: String
    private let allowsRemoteImages: Bool
    private var body = ""
    /// What stands for a picture until it is there; no mail can know it.
    private let mark = "picture-\(UInt64.random(in: 0 ... .max))-"
    /// Octets that pictures may still take.
    private var room: Int

    /// Begins a page.
    ///
    /// - Parameters:
    ///   - allowsRemoteImages: whether pictures from elsewhere may be loaded.
    ///   - room: what all pictures of the page may take, in octets.
    package init(title: String, allowsRemoteImages: Bool, room: Int = 67_108_864) {
        self.room = room
        self.title = title
        self.allowsRemoteImages = allowsRemoteImages
        body = "<h1>\(Self.escaped(title))</h1>\n"
    }

    /// Adds an entry of the thread.
    ///
    /// - Parameters:
    ///   - contentIDs: the Content-IDs of the pictures that the message has.
    ///   - pictures: gives the addresses of those that are shown, by Content-ID.
    package mutating func add(
        heading: String,
        sections: [ReadableMessage.Section],
        contentIDs: [String] = [],
        notes: [String],
        pictures: (Set<String>) throws -> [String: String] = { _ in [:] }
    ) rethrows {
        var html = ""
        for section in sections {
            // A step to the right for each message around.
            html += "<section class=\"\(section.kind.rawValue)\" style=\"margin-left:\(2 * section.depth)em\">"
            html += marked(section.html, contentIDs)
            html += "</section>\n"
        }
        let (placed, missing) = try place(in: html, contentIDs, pictures)
        body += "<article>\n<h2>\(Self.escaped(heading))</h2>\n\(placed)"
        for note in notes { body += "<p class=\"note\">\(Self.escaped(note))</p>\n" }
        if missing > 0 {
            let what = missing == 1 ? "1 picture is" : "\(missing) pictures are"
            body += "<p class=\"note\">[\(what) not shown: too large, no picture, or not kept]</p>\n"
        }
        body += "</article>\n"
    }

    /// The HTML with a mark for each `cid:` address (RFC 2392).
    private func marked(_ html: String, _ contentIDs: [String]) -> String {
        guard html.contains("cid:") else { return html }
        let marks = Dictionary(
            contentIDs.enumerated().map { ($1, "\(mark)\($0);") },
            uniquingKeysWith: { first, _ in first }
        )
        var policy = HTMLPolicy()
        policy.contentAddress = { [missing = "\(mark)x;"] in marks[$0] ?? missing }
        policy.remoteImages = .shown
        policy.namesLinkTargets = false
        // A mark is longer than an address, and nothing may be cut here that was not before.
        policy.maxOutput = .max
        return SanitizedHTML(sanitizing: Array(html.utf8).span, policy: policy).html
    }

    /// The HTML with pictures for their marks, and how many are not there.
    private mutating func place(
        in html: String,
        _ contentIDs: [String],
        _ pictures: (Set<String>) throws -> [String: String]
    ) rethrows -> (html: String, missing: Int) {
        let pieces = html.split(separator: mark, omittingEmptySubsequences: false)
        guard pieces.count > 1 else { return (html, 0) }
        func contentID(_ piece: Substring) -> String? {
            Int(piece.prefix { $0 != ";" }).map { contentIDs[$0] }
        }
        let addresses = try pictures(Set(pieces.dropFirst().compactMap(contentID)))
        var placed = String(pieces[0])
        var missing = 0
        for piece in pieces.dropFirst() {
            if let address = contentID(piece).flatMap({ addresses[$0] }), address.utf8.count <= room {
                placed += address
                room -= address.utf8.count
            } else {
                missing += 1
            }
            placed += piece.drop { $0 != ";" }.dropFirst()
        }
        return (placed, missing)
    }

    /// The page.
    package var html: String {
        let images = allowsRemoteImages ? "data: https: http:" : "data:"
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src \(images); style-src 'unsafe-inline'">
            <meta name="referrer" content="no-referrer">
            <title>\(Self.escaped(title))</title>
            <style>
            body { font-family: sans-serif; margin: 2em auto; max-width: 60em; padding: 0 1em; }
            article { border-top: 1px solid #999; padding: 1em 0; overflow-x: auto; }
            h1 { font-size: 1.3em; }
            h2 { font-size: 1em; font-weight: normal; color: #555; }
            blockquote { border-left: 3px solid #ccc; margin: 0 0 0 0.5em; padding-left: 1em; }
            section { border: 1px solid #ddd; margin: 0.5em 0; padding: 0.5em 1em; overflow: auto; contain: content; }
            .message, .calendar { background: #f4f4f4; }
            .notice, .note { color: #555; font-style: italic; }
            </style>
            </head>
            <body>
            \(body)</body>
            </html>

            """
    }

    private static func escaped(_ text: String) -> String {
        VisibleText.marked(text).replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }
}
