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
        let contents = ReadableMessage.contents(ofFiles: Set(readable.files.map(\.path)), in: octets.span)
        for file in readable.files {
            try require(contents[file.path]?.count == file.size, "a file's content has another size")
        }
        let message = Message(parsing: octets.span)
        var summary = message.summary(of: octets.span)
        summary.openAttachments(of: message, in: octets.span, limits: Message.Limits())
        summary.judgeAttachments(by: AttachmentPolicy())
        let listed = Set(summary.attachments.map(\.path))
        try require(listed.count == summary.attachments.count, "two rows with one path")
        try require(readable.files.allSatisfy { listed.contains($0.path) }, "a file that is read and not listed")
    }
}
