public import Mail

/// What an inline forward says of the message that it carries: its sender, subject, date, recipients and body.
///
/// The text below the header block is the forward's body as a whole; nothing of it is ever trimmed.
public struct ForwardedHeader: Sendable, Hashable {
    /// The original sender's name, where it is given.
    public var senderName: String?
    /// The original sender's address; clients that print names alone give none.
    public var sender: MailAddress?
    /// The original subject.
    public var subject = ""
    /// The date as it is printed, in the client's language and often without a zone.
    public var date = ""
    /// The original recipients.
    public var to: [NamedAddress] = []
    /// The original recipients of copies.
    public var cc: [NamedAddress] = []
    /// Where the header block stands, its separator included, in octets of UTF-8 from the start of the text.
    public var header: Range<Int>
    /// Where the body stands.
    public var body: Range<Int>

    /// Whether the block and the body stand behind quote marks.
    private var isQuoted = false

    /// Finds the outermost forward in a message's text.
    ///
    /// - Parameters:
    ///   - text: the readable text of the message.
    ///   - subject: the message's own subject. Outlook prints the same block above a reply and a forward; the prefix of
    ///     the subject tells them apart.
    public init?(in text: String, subject: String) {
        self.init(ReplyClassifier(TextLines(text), subject: subject))
    }

    init?(_ classifier: ReplyClassifier) {
        let text = classifier.text
        guard let forward = classifier.forward else { return nil }
        header = text.range(ofLines: forward.lines)
        body = header.upperBound..<text.octets.count
        switch forward {
        case .block(let block):
            isQuoted = block.isQuoted
            for field in block.fields { read(field) }
        case .attribution(let attribution):
            let mailbox = Mailbox.address(in: attribution.text)
            sender = mailbox?.address
            senderName = mailbox.flatMap { Self.name(before: $0.range.lowerBound, in: attribution.text) }
            date = Self.date(in: attribution.text)
        }
        if !forward.hasSubject { subject = SeparatorWords.subjectOfForward(classifier.subject) ?? classifier.subject }
    }

    private mutating func read(_ field: HeaderBlock.Field) {
        switch field.label {
        case .from:
            let mailbox = Mailbox(field.value)
            sender = mailbox.address
            senderName = mailbox.name
        case .subject: subject = field.value
        case .date: date = field.value
        case .to: to = Mailbox.list(field.value)
        case .cc: cc += Mailbox.list(field.value)
        case .other: break
        }
    }

    /// The forward's body without the quote marks that the forward itself put before every line.
    public func bodyText(of text: String) -> String {
        let octets = Array(text.utf8)
        let whole = String(decoding: octets[body], as: UTF8.self)
        guard isQuoted else { return whole.trimmingBlanks }
        let lines = whole.split(separator: "\n", omittingEmptySubsequences: false).map { line -> Substring in
            guard line.first == ">" else { return line }
            let rest = line.dropFirst()
            return rest.first == " " ? rest.dropFirst() : rest
        }
        return lines.joined(separator: "\n").trimmingBlanks
    }

    // MARK: Attributions

    /// The name right before an address: what its quotes hold, or its words back to a number or a comma.
    private static func name(before index: String.Index, in text: String) -> String? {
        var head = text[..<index].trimmingBlanks
        while let last = head.last, last == "<" || last == "(" || last == " " || last == "[" { head.removeLast() }
        let marks: Set<Character> = ["\"", "“", "”", "„", "«", "»"]
        if let last = head.last, marks.contains(last) {
            head.removeLast()
            guard let open = head.lastIndex(where: marks.contains) else { return head.isEmpty ? nil : head }
            return String(head[head.index(after: open)...]).trimmingBlanks
        }
        var words: [Substring] = []
        for word in head.split(separator: " ").reversed() {
            let isWord = !word.contains(where: \.isNumber) && !word.hasSuffix(",") && word.first?.isLowercase != true
            guard isWord else { break }
            words.insert(word, at: 0)
        }
        return words.isEmpty ? nil : words.joined(separator: " ")
    }

    /// The date of an attribution: from its first number to its last one outside the address.
    private static func date(in text: String) -> String {
        let words = text.split(separator: " ")
        func isNumber(_ word: Substring) -> Bool { word.contains(where: \.isNumber) && !word.contains("@") }
        guard let first = words.firstIndex(where: isNumber) else { return "" }
        var end = first + 1
        while end < words.count, isNumber(words[end]) || (end + 1 < words.count && isNumber(words[end + 1])) {
            end += 1
        }
        var date = words[first..<end].joined(separator: " ")
        while let last = date.last, last == "," || last == ":" { date.removeLast() }
        return date
    }
}
