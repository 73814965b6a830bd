internal import MIME
internal import Storage

/// How a message is built and what was found in it, as commands show it.
struct MessageView: Encodable {
    struct PartView: Encodable {
        let part: Int
        let depth: Int
        let type: String
        let charset: String?
        let encoding: String
        let name: String?
        let size: Int
        let role: String
        /// What a file is, beside a file.
        let kind: String?

        init(_ row: MessageStructure.Row, _ files: [String: ReadableMessage.File]) {
            part = row.part
            depth = row.depth
            type = row.type
            charset = row.charset
            encoding = row.encoding.rawValue
            name = row.name
            size = row.size
            role = row.role.rawValue
            kind = files["\(row.part)"]?.kind.rawValue
        }

        /// One line.
        var text: String {
            var words = ["\(part)", type]
            if let charset { words.append("charset \(charset)") }
            if encoding != TransferEncoding.identity.rawValue { words.append(encoding) }
            if let name { words.append("\"\(name)\"") }
            guard role != MessageStructure.Role.container.rawValue else { return words.joined(separator: "  ") }
            let meaning =
                switch MessageStructure.Role(rawValue: role) {
                case .text: "shown"
                case .alternative: "another form of the text"
                default: kind.map { $0 == ReadableMessage.File.Kind.opened.rawValue ? "file, opened" : $0 } ?? "file"
                }
            return (words + [Output.size(size), meaning]).joined(separator: "  ")
        }
    }

    struct FileView: Encodable {
        let path: String
        let name: String
        let type: String
        let size: Int
    }

    struct DefectView: Encodable {
        let defect: String
        let part: Int
        let explanation: String
    }

    let parts: [PartView]
    /// The files that lie within parts.
    let opened: [FileView]
    let defects: [DefectView]
    let sections: [SectionView]

    init(_ octets: [UInt8], options: ReadableMessage.Options) {
        let message = Message(parsing: octets.span, limits: options.limits)
        let summary = message.summary(of: octets.span, limits: options.limits)
        let readable = ReadableMessage(octets.span, options: options)
        let files = Dictionary(readable.files.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        parts = MessageStructure(of: message, in: octets.span).rows.map { PartView($0, files) }
        opened = readable.files.filter { $0.path.contains(".") }.map {
            FileView(path: $0.path, name: AttachmentName($0.name).text, type: $0.type, size: $0.size)
        }
        defects = summary.defects.map {
            DefectView(defect: $0.kind.rawValue, part: $0.part, explanation: $0.kind.sentence)
        }
        sections = readable.sections.map { SectionView($0, withHTML: false) }
    }

    /// Prints structure and defects for people.
    func print() {
        Output.text("parts")
        for part in parts { Output.text(part.text, indent: String(repeating: "  ", count: part.depth + 1)) }
        if !opened.isEmpty { Output.text("opened") }
        for file in opened {
            Output.text("\(file.path)  \(file.name)  \(file.type)  \(Output.size(file.size))", indent: "  ")
        }
        if !defects.isEmpty { Output.text("defects") }
        for defect in defects { Output.text("part \(defect.part): \(defect.explanation)", indent: "  ") }
        let hidden = sections.flatMap(\.runs).filter { if case .hidden = $0 { true } else { false } }
        if !hidden.isEmpty { Output.text("hidden at first sight") }
        for run in hidden { Output.text(run.text, indent: "  ") }
    }
}
