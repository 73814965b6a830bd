package import MIME

/// A text as it is shown at first sight: what is new, and in place of what is hidden how much that is.
package struct ShownText {
    /// A run of the text.
    package enum Run: Hashable {
        /// What is shown, without empty lines at its ends.
        case shown(String)
        /// What is hidden: its kinds in their order, each once, and its lines.
        case hidden(kinds: [ReplyExtraction.Span.Kind], lines: Int)
    }

    /// The runs in their order; none is empty.
    package private(set) var runs: [Run] = []

    /// Divides the text of a section.
    package init(_ section: ReadableMessage.Section) {
        let octets = Array(section.text.utf8)
        guard !section.spans.isEmpty else {
            append(octets[...], [], isShown: true)
            return
        }
        var start = 0
        var end = 0
        var kinds: [ReplyExtraction.Span.Kind] = []
        var isShown = true
        for span in section.spans where span.range.upperBound <= octets.count {
            if span.isShown != isShown {
                append(octets[start..<end], kinds, isShown: isShown)
                start = span.range.lowerBound
                kinds = []
                isShown = span.isShown
            }
            if !kinds.contains(span.kind) { kinds.append(span.kind) }
            end = span.range.upperBound
        }
        append(octets[start..<end], kinds, isShown: isShown)
    }

    private mutating func append(_ octets: ArraySlice<UInt8>, _ kinds: [ReplyExtraction.Span.Kind], isShown: Bool) {
        let lines = octets.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        func isText(_ line: ArraySlice<UInt8>) -> Bool { line.contains { $0 > UInt8(ascii: " ") } }
        guard let first = lines.firstIndex(where: isText), let last = lines.lastIndex(where: isText) else { return }
        if isShown {
            runs.append(.shown(String(decoding: octets[lines[first].startIndex..<lines[last].endIndex], as: UTF8.self)))
        } else {
            runs.append(.hidden(kinds: kinds, lines: lines.count(where: isText)))
        }
    }
}

extension ShownText.Run {
    /// The run as it is printed.
    package var text: String {
        switch self {
        case .shown(let text): return text
        case .hidden(let kinds, let lines):
            var words: [String] = []
            for word in kinds.map(Self.word) where !words.contains(word) { words.append(word) }
            return "[\(lines) \(lines == 1 ? "line" : "lines") hidden: \(words.joined(separator: ", "))]"
        }
    }

    private static func word(_ kind: ReplyExtraction.Span.Kind) -> String {
        switch kind {
        case .new: "text"
        case .quoted, .attribution: "quoted text"
        case .signature: "signature"
        case .disclaimer: "disclaimer"
        case .forwardedHeader, .forwarded: "forwarded message"
        }
    }
}
