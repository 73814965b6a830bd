package import MIME

/// A thread as a page for a browser: safe HTML in a frame of our own that loads nothing and runs nothing.
package struct ThreadPage {
    private let title: String
    private let allowsRemoteImages: Bool
    private var body = ""

    /// Begins a page.
    ///
    /// - Parameter allowsRemoteImages: whether pictures from elsewhere may be loaded.
    package init(title: String, allowsRemoteImages: Bool) {
        self.title = title
        self.allowsRemoteImages = allowsRemoteImages
        body = "<h1>\(Self.escaped(title))</h1>\n"
    }

    /// Adds an entry of the thread.
    ///
    /// - Parameter pictures: where the pictures of the message are to be had, by Content-ID.
    package mutating func add(
        heading: String,
        sections: [ReadableMessage.Section],
        pictures: [String: String],
        notes: [String]
    ) {
        body += "<article>\n<h2>\(Self.escaped(heading))</h2>\n"
        for section in sections {
            // A step to the right for each message around.
            body += "<section class=\"\(section.kind.rawValue)\" style=\"margin-left:\(2 * section.depth)em\">"
            body += Self.placing(pictures, in: section.html)
            body += "</section>\n"
        }
        for note in notes { body += "<p class=\"note\">\(Self.escaped(note))</p>\n" }
        body += "</article>\n"
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
            .message, .calendar { background: #f4f4f4; padding: 0.5em 1em; }
            .notice, .note { color: #555; font-style: italic; }
            </style>
            </head>
            <body>
            \(body)</body>
            </html>

            """
    }

    /// The HTML with its `cid:` addresses replaced; what is not there is left without a source (RFC 2392).
    private static func placing(_ pictures: [String: String], in html: String) -> String {
        guard html.contains("cid:") else { return html }
        var policy = HTMLPolicy()
        policy.contentAddress = { pictures[$0] }
        policy.remoteImages = .shown
        policy.namesLinkTargets = false
        return SanitizedHTML(sanitizing: Array(html.utf8).span, policy: policy).html
    }

    private static func escaped(_ text: String) -> String {
        VisibleText.marked(text).replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }
}
