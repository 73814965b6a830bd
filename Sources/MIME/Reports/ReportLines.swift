internal import Mail

/// The lines of a report's text, up to the message that the report returns.
struct ReportLines {
    let text: [UInt8]
    /// Where each line of the report itself lies, without white space and quoting signs around it.
    private(set) var lines: [Range<Int>] = []
    /// Where the returned message begins in the text, when it stands there.
    private(set) var returnedStart: Int?

    /// How much of a text is read, in octets: a report says what it has to say at its beginning.
    static let maximumSize = 65_536
    /// How many lines are read.
    static let maximumLines = 2000

    init(_ text: String, work: inout Work) {
        self.text = Array(text.utf8.prefix(Self.maximumSize))
        // Each line is looked at for its ends, for an announcement, and with the next one for words.
        work.charge(5 * self.text.count)
        var position = 0
        while position < self.text.count, lines.count < Self.maximumLines {
            let end = self.text[position...].firstIndex(of: Octet.lineFeed) ?? self.text.count
            lines.append(Self.trimmed(self.text, position..<end))
            position = end + 1
        }
        cut()
    }

    private static func trimmed(_ text: [UInt8], _ range: Range<Int>) -> Range<Int> {
        var trimmed = text.span.trimmed(range)
        // A report that was quoted, or lists its recipients as quoted lines.
        while let first = text[trimmed].first, first == Octet.greater {
            trimmed = text.span.trimmed(trimmed.lowerBound + 1..<trimmed.upperBound)
        }
        return trimmed
    }

    /// A line in lower case, as far as US-ASCII goes.
    func lowercased(_ index: Int, limit: Int = .max) -> [UInt8] {
        text[lines[index]].prefix(limit).map(\.asciiLowercased)
    }

    // MARK: The returned message

    private mutating func cut() {
        // A report may begin with the fields by which its reader knows the message again; the failure comes then.
        var tellsOutcome = false
        for index in lines.indices {
            if Self.announcesReturnedMessage(lowercased(index)) {
                returnedStart = index + 1 < lines.count ? lines[index + 1].lowerBound : text.count
                lines.removeSubrange(index...)
                return
            }
            if !tellsOutcome {
                let next = index + 1 < lines.count ? [Octet.space] + lowercased(index + 1) : []
                tellsOutcome = !DeliveryWords.table.meanings(in: lowercased(index) + next).isEmpty
            }
            if tellsOutcome, beginsHeader(at: index) {
                returnedStart = lines[index].lowerBound
                lines.removeSubrange(index...)
                return
            }
        }
    }

    private struct Mention: OptionSet {
        let rawValue: UInt8
        /// The original message, or a part of it, is spoken of.
        static let original = Mention(rawValue: 1)
        /// Something comes next.
        static let next = Mention(rawValue: 2)
        /// It is no announcement.
        static let statement = Mention(rawValue: 4)
    }

    private static let mentions = MeaningTable<Mention>([
        (
            .original,
            [
                "original message", "original mail", "original e-mail", "original email", "copy of the message",
                "copy of your message", "copy of the original", "returned message", "returned mail", "message header",
                "header of the", "unsent message", "message text", "message reads", "source mail", "bounced e-mail",
                "bounced mail", "bounced message", "undelivered message", "message follows", "mail follows",
                "forwarded message", "part of the message", "lines of the message", "lines of your",
                "mensaje original", "mensagem original", "originalnachricht", "ursprüngliche nachricht",
                "message d'origine", "message original", "messaggio originale", "oorspronkelijk bericht",
                "old message", "исходное сообщение", "元のメール", "元のメッセージ", "原始邮件", "原邮件", "原信", "letter follows",
            ]
        ),
        (.next, ["follow", "below"]),
        (
            .statement,
            ["deliver", "not be", "has been", "was sent", "returned below", "own text", "is about", "receive", "?"]
        ),
    ])

    /// Whether a line says that the returned message comes next.
    static func announcesReturnedMessage(_ line: [UInt8]) -> Bool {
        guard line.count > 8, line.count <= 120 else { return false }
        let found = mentions.meanings(in: line)
        guard found.contains(.original), !found.contains(.statement) else { return false }
        let isRuled = isRule(line.prefix(2)) || isRule(line.suffix(2))
        return isRuled || line.last == Octet.colon || found.contains(.next)
    }

    private static func isRule(_ octets: ArraySlice<UInt8>) -> Bool {
        octets.count == 2 && octets.allSatisfy { "-=*_#|".utf8.contains($0) }
    }

    /// Names that stand in the headers of messages and not in the words of reports.
    private static let headerNames: Set<String> = [
        "received", "return-path", "message-id", "mime-version", "dkim-signature", "arc-seal", "delivered-to",
        "x-mailer", "content-type", "x-received", "domainkey-signature", "authentication-results", "x-originating-ip",
        "arc-message-signature", "arc-authentication-results", "received-spf",
    ]

    /// Whether a header begins at a line: two fields of which one stands in headers only.
    private func beginsHeader(at index: Int) -> Bool {
        guard let name = fieldName(at: index), Self.headerNames.contains(name) else { return false }
        for next in index + 1..<min(lines.count, max(index + 1, index + 12)) {
            if lines[next].isEmpty { return false }
            if fieldName(at: next) != nil { return true }
        }
        return false
    }

    private func fieldName(at index: Int) -> String? {
        let line = lines[index]
        let end = text[line].prefix(40).firstIndex { !($0.isASCIILetter || $0 == Octet.dash || $0.isASCIIDigit) }
        guard let end, end > line.lowerBound, text[end] == Octet.colon else { return nil }
        return HeaderText.lowercasedASCII(text.span, line.lowerBound..<end)
    }
}
