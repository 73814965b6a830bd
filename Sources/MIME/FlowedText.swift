/// Text whose paragraphs were broken into lines for their travel, made whole again (RFC 3676, `format=flowed`).
enum FlowedText {
    /// Joins the lines of each paragraph.
    ///
    /// Line ends become LF; quoted lines begin with their quote marks and one space.
    ///
    /// - Parameter deletesSpace: whether the space before a soft line break was added with it (`delsp=yes`).
    static func joined(_ source: Span<UInt8>, deletesSpace: Bool) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(source.count + source.count / 16)
        // How deeply the paragraph is quoted that goes on in the next line.
        var openDepth: Int?
        var index = 0
        while index < source.count {
            let lineEnd = source.lineEnd(from: index, to: source.count)
            let next = lineEnd + source.lineBreakLength(at: lineEnd)
            var start = index
            while start < lineEnd, source[start] == Octet.greater { start += 1 }
            let depth = start - index
            // RFC 3676 section 4.4: one space was put before what begins with a space, a quote mark or `From `.
            if start < lineEnd, source[start] == Octet.space { start += 1 }
            let isSignature = Self.isSignature(source, start..<lineEnd)
            // A change of depth ends a paragraph (section 4.5), and so does a signature (section 4.3).
            if let open = openDepth, open != depth || isSignature {
                output.append(Octet.lineFeed)
                openDepth = nil
            }
            if openDepth == nil, depth > 0 {
                output.append(copying: source.extracting(index..<index + depth))
                if start < lineEnd { output.append(Octet.space) }
            }
            let isFlowed = !isSignature && start < lineEnd && source[lineEnd - 1] == Octet.space
            output.append(copying: source.extracting(start..<(isFlowed && deletesSpace ? lineEnd - 1 : lineEnd)))
            openDepth = isFlowed ? depth : nil
            if !isFlowed, next > lineEnd { output.append(Octet.lineFeed) }
            index = next
        }
        return output
    }

    /// Whether a line is `-- `, which stands above a signature and ends in a space of its own.
    private static func isSignature(_ source: Span<UInt8>, _ line: Range<Int>) -> Bool {
        line.count == 3 && source[line.lowerBound] == Octet.dash && source[line.lowerBound + 1] == Octet.dash
            && source[line.lowerBound + 2] == Octet.space
    }
}

extension ContentType {
    /// Whether the lines of the text are to be joined.
    var isFlowed: Bool { isPlainText && hasValue("flowed", of: "format") }

    /// Whether a joined line loses its last space (RFC 3676 section 4.1).
    var deletesSpace: Bool { hasValue("yes", of: "delsp") }

    private func hasValue(_ value: String, of name: String) -> Bool { parameter(name)?.lowercased() == value }
}
