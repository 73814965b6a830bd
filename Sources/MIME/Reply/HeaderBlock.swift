internal import Mail

/// A header block in a text, as clients print it above the message that they quote or forward.
struct HeaderBlock: Sendable {
    struct Field: Sendable {
        var label: HeaderLabel
        var value: String
    }

    /// What the line above the block says of the message below.
    enum Separator: Sendable {
        case none, original, forwarded
    }

    var separator = Separator.none
    var fields: [Field] = []
    /// The lines of the block, its separator and the empty lines behind it included.
    var lines: Range<Int>
    /// Whether the block, not only its separator, stands behind quote marks.
    var isQuoted = false
    /// Whether a line above the fields says that a message follows: words for it, or the underline that Outlook prints.
    var isSeparated: Bool { separator != .none || isUnderlined }
    private var isUnderlined = false

    /// Outlook's has 32; contact forms rule their fields off with dashes and the like.
    private static let underline = 20

    /// A block and the blank lines in it take no more lines.
    private static let maximumLines = 40

    /// Recognises a block, or a separator, that begins in a line.
    init?(in text: TextLines, at index: Int) {
        guard !text[index].isBlank else { return nil }
        lines = index..<index
        let first = text.content(index)
        guard !first.isEmpty else { return nil }
        var next = index
        if let rest = readSeparator(first) {
            next = index + 1
            lines = index..<next
            if !rest.isEmpty { readRow(rest) }
        }
        if fields.isEmpty { next = readFields(text, from: next) ?? readUnknownFields(text, from: next) ?? next }
        guard isComplete(text, separatorIsAt: index, end: next) else { return nil }
        // A separator's words count only between ornaments or with a block below.
        lines = index..<text.nextText[min(next, text.count)]
    }

    private mutating func isComplete(_ text: TextLines, separatorIsAt index: Int, end: Int) -> Bool {
        let labels = Set(fields.map(\.label))
        let hasSender = labels.contains(.from) || labels.contains(.date)
        let hasBlock = labels.count >= 2 && hasSender && labels.contains { $0 != .other && $0 != .date }
        // `From: Berlin`, `To: Munich` and a date are a journey; a sender and a subject without a date, a contact form.
        let isMail = labels.contains(.subject) || fields.contains { Mailbox.address(in: $0.value) != nil }
        // QUIRK: Exchange names recipient, subject and date of what it could not deliver; a block above a quote has its
        // sender, or begins with its date.
        let isOfSender = labels.contains(.from) || fields.first?.label == .date
        let isReliable = separator != .none || (isMail && isOfSender && labels.contains(.date))
        let isFilled = fields.contains { ($0.label == .from || $0.label == .date) && !$0.value.isEmpty }
        if hasBlock, isReliable, isFilled { return true }
        fields = []
        lines = index..<(index + 1)
        return separator != .none && LineShape.ornamented(text.content(index)) != nil
    }

    // MARK: Separators

    /// Reads a separator.
    ///
    /// - Returns: what follows in the same line, or `nil` when the line is none.
    private mutating func readSeparator(_ content: String) -> String? {
        if let rule = LineShape.rule(content) {
            isUnderlined = rule.scalar == "_" && rule.count >= Self.underline
            return rule.count >= 2 ? "" : nil
        }
        if let ornamented = LineShape.ornamented(content) {
            let words = ornamented.words.folded
            guard words.utf8.count <= 80 else { return nil }
            if SeparatorWords.forwarded.isFound(in: words) {
                separator = .forwarded
            } else if SeparatorWords.original.prefix(of: words) != nil {
                separator = .original
            } else if ornamented.trailing < 2 {
                return nil
            }
            // QUIRK: a bilingual Thunderbird prints its separator in both languages, `--- Preposlaná správa --- Forwarded
            // Message ---`.
            return HeaderLabel.isFound(in: ornamented.rest) ? ornamented.rest : ""
        }
        // `Begin forwarded message:`, of Apple Mail and MailMate.
        guard content.utf8.count <= 80, content.hasSuffix(":") || content.hasSuffix("：") else { return nil }
        guard SeparatorWords.forwarded.isFound(in: content.folded) else { return nil }
        separator = .forwarded
        return ""
    }

    // MARK: Fields

    /// Reads fields, one for each line; a value may be folded, and HTML mail can have blank lines between.
    ///
    /// - Returns: the line behind them, or `nil` when there are none.
    private mutating func readFields(_ text: TextLines, from index: Int) -> Int? {
        var next = text.nextText[index]
        guard next < text.count, next - index <= 2 else { return nil }
        isQuoted = text[next].isQuoted
        var end: Int?
        var folds = 0
        let limit = min(text.count, next + Self.maximumLines)
        while next < limit {
            if text[next].isBlank {
                guard let follower = fieldBehindBlank(text, next) else { break }
                next = follower
            }
            let content = text.content(next)
            if let field = Self.field(content), !hasField(field.label) {
                appendRow(field)
                folds = 0
            } else if end != nil, folds < 3, isFold(text, next) {
                fields[fields.count - 1].value += " " + content
                folds += 1
            } else {
                break
            }
            next += 1
            end = next
        }
        return end
    }

    /// Reads the block of a language that the labels lack, by its shape.
    ///
    /// Three or more short labels stand in a row, one with a name and its address, one with a date; the first mailbox is
    /// the sender, as in every client. An address alone is that of a contact form.
    private mutating func readUnknownFields(_ text: TextLines, from index: Int) -> Int? {
        var next = text.nextText[index]
        guard next < text.count, next - index <= 2 else { return nil }
        isQuoted = text[next].isQuoted
        var found: [Field] = []
        var rows = 0
        while next < text.count, rows < 8, !text[next].isBlank, let value = Self.unknownField(text.content(next)) {
            if let label = Self.label(of: value, behind: found.map(\.label)) {
                found.append(Field(label: label, value: value))
            }
            rows += 1
            next += 1
        }
        guard rows >= 3, next == text.count || text[next].isBlank else { return nil }
        let labels = Set(found.map(\.label))
        guard labels.isSuperset(of: [.date, .subject]), let sender = found.first(where: { $0.label == .from }),
            Mailbox(sender.value).name != nil
        else { return nil }
        fields = found
        return next
    }

    /// What a value is, by what it holds and what stands above it.
    private static func label(of value: String, behind labels: [HeaderLabel]) -> HeaderLabel? {
        let mailbox = Mailbox.address(in: value)
        if let mailbox, mailbox.isEnclosed || mailbox.range == value.startIndex..<value.endIndex {
            return !labels.contains(.from) ? .from : labels.contains(.to) ? .cc : .to
        }
        if !labels.contains(.date), Attribution.Features(value).hasDate { return .date }
        return labels.contains(.subject) ? nil : .subject
    }

    /// The value of a line with a label of at most three words.
    private static func unknownField(_ content: String) -> String? {
        guard let colon = content.firstIndex(where: { $0 == ":" || $0 == "：" }), colon > content.startIndex else {
            return nil
        }
        let label = content[..<colon]
        guard label.utf8.count <= 60, !label.contains(where: \.isNumber), label.split(separator: " ").count <= 3 else {
            return nil
        }
        let value = String(content[content.index(after: colon)...]).strippingMarkup
        return value.isEmpty || value.hasPrefix("//") ? nil : value
    }

    /// Whether a field is there as often as blocks have it: copies go to two lists, of other fields there are a few.
    private func hasField(_ label: HeaderLabel) -> Bool {
        let count = fields.count { $0.label == label }
        return count >= (label == .other ? 4 : label == .cc ? 2 : 1)
    }

    /// Whether a line goes on with the value of a field: another field must follow before the next blank line.
    private func isFold(_ text: TextLines, _ index: Int) -> Bool {
        guard let last = fields.last, last.value.utf8.count <= 2000 else { return false }
        // An address that fills a line of its own belongs to the field above.
        let octets = text.octets
        let content = text[index].content
        if octets[content.lowerBound] == Octet.less { return true }
        let isList = last.label != .subject && last.label != .date
        if isList, last.value.isEmpty || ":,;".contains(where: { last.value.last == $0 }) { return true }
        for next in (index + 1)..<min(text.count, index + 4) where next < text.count {
            if text[next].isBlank { return false }
            if let field = Self.field(text.content(next)), !hasField(field.label) { return true }
        }
        return false
    }

    private func fieldBehindBlank(_ text: TextLines, _ index: Int) -> Int? {
        let next = text.nextText[index]
        guard next < text.count, next == index + 1, text[next].isQuoted == isQuoted,
            let field = Self.field(text.content(next)), field.label != .other, !hasField(field.label)
        else { return nil }
        // A block that is complete ends at its blank line.
        return fields.contains { $0.label == .subject } && fields.contains { $0.label == .from } ? nil : next
    }

    /// Reads `Label: value`, with the stars, bars and tabs that HTML's bold and tables leave.
    private static func field(_ content: String) -> Field? {
        let scalars = content.unicodeScalars
        var end = scalars.startIndex
        var length = 0
        while end < scalars.endIndex, scalars[end] != ":", scalars[end] != "：" {
            length += 1
            guard length <= HeaderLabel.maximumLength + 8 else { return nil }
            end = scalars.index(after: end)
        }
        guard end < scalars.endIndex else { return nil }
        let text = String(scalars[..<end]).strippingMarkup
        // `Kopie (CC)` says it twice.
        let name = text.firstIndex(of: "(").map { String(text[..<$0]).trimmingBlanks } ?? text
        guard let label = HeaderLabel(text) ?? HeaderLabel(name) else { return nil }
        return Field(label: label, value: String(scalars[scalars.index(after: end)...]).strippingMarkup)
    }

    /// Adds a field, whose value may hold further fields of the same line.
    private mutating func appendRow(_ field: Field) {
        fields.append(Field(label: field.label, value: ""))
        // QUIRK: the HTML of a few Android clients loses line ends: `À : jane@example.org Objet : …`. Subjects hold anything.
        guard field.label == .to || field.label == .from || field.label == .date, field.value.utf8.count <= 500 else {
            fields[fields.count - 1].value = field.value
            return
        }
        readRow(field.value, isContinuation: true)
    }

    /// Reads fields that stand in one line, as Yahoo prints them: `From: Jane <…>To: …Sent: …Subject: …`.
    private mutating func readRow(_ row: String, isContinuation: Bool = false) {
        var start = row.startIndex
        var index = row.startIndex
        while index < row.endIndex {
            let next = row.unicodeScalars.index(after: index)
            defer { index = next }
            guard row.unicodeScalars[index] == ":" || row.unicodeScalars[index] == "：" else { continue }
            let floor = row.unicodeScalars.index(index, offsetBy: -HeaderLabel.maximumLength, limitedBy: start) ?? start
            let head = String(row[floor..<index])
            let label = head.trimmingTrailingBlanks
            guard let (kind, length) = HeaderLabel.suffix(of: label), kind != .other, !hasField(kind) else { continue }
            let labelStart = row.utf8.index(floor, offsetBy: label.utf8.count - length)
            guard !isContinuation || isRowBoundary(row, labelStart) else { continue }
            close(String(row[start..<labelStart]))
            fields.append(Field(label: kind, value: ""))
            start = next
            if kind == .subject { break }
        }
        close(String(row[start...]))
    }

    /// Whether a field may begin in the middle of a line: only behind a blank or an address.
    private func isRowBoundary(_ row: String, _ index: String.Index) -> Bool {
        guard index > row.startIndex else { return false }
        let before = row.unicodeScalars[row.unicodeScalars.index(before: index)]
        return before == " " || before == ">" || before == "\t"
    }

    private mutating func close(_ value: String) {
        guard !fields.isEmpty else { return }
        fields[fields.count - 1].value = value.strippingMarkup
    }
}

extension HeaderLabel {
    /// Whether a text holds a label with its colon.
    static func isFound(in text: String) -> Bool {
        var index = text.startIndex
        while index < text.endIndex {
            if text[index] == ":" || text[index] == "：" {
                let floor = text.index(index, offsetBy: -maximumLength, limitedBy: text.startIndex) ?? text.startIndex
                if suffix(of: String(text[floor..<index]).trimmingTrailingBlanks) != nil { return true }
            }
            index = text.index(after: index)
        }
        return false
    }
}

extension String {
    /// The text in lower case, Turkish `İ` as a plain `i`.
    var folded: String {
        let lowered = lowercased()
        return lowered.unicodeScalars.contains("\u{307}")
            ? String(String.UnicodeScalarView(lowered.unicodeScalars.filter { $0 != "\u{307}" })) : lowered
    }
}
