import MIME

/// A message as people read it, with everything opened.
enum ReadableChecks {
    static func check(_ octets: [UInt8]) throws(BrokenInvariant) {
        let readable = ReadableMessage(octets.span)
        for section in readable.sections {
            try requirePlain(section.text, "a section", inOneLine: false)
            try StrictMarkup.check(section.html)
            var end = 0
            for span in section.spans {
                try require(span.range.lowerBound == end && !span.range.isEmpty, "a gap between spans")
                end = span.range.upperBound
            }
            try require(section.spans.isEmpty || end == section.text.utf8.count, "spans that do not cover the text")
            let isAllHidden = !section.spans.isEmpty && section.spans.allSatisfy { !$0.isShown }
            try require(!isAllHidden, "nothing of a text is shown")
        }
        try require(Set(readable.files.map(\.path)).count == readable.files.count, "two files with one path")
        for file in readable.files.prefix(8) {
            let content = ReadableMessage.content(ofFile: file.path, in: octets.span)
            try require(content?.count == file.size, "a file's content has another size")
        }
    }
}
