internal import Mail

/// Finds the addresses in a report's text that are its recipients.
struct RecipientFinder {
    /// An address found, by how it stands in its line; the better form first.
    enum Form: Int, Comparable {
        /// It begins its line, as the entries of a list do, or follows a label: `Failed recipient: a@b`.
        case listed
        /// It stands in a sentence that speaks of failure.
        case told
        /// It stands in a transcript of the dialogue, as `RCPT TO:<a@b>`.
        case transcript
        /// As listed, but the address is the report's own sender or recipient.
        case listedStranger

        static func < (one: Form, other: Form) -> Bool { one.rawValue < other.rawValue }
    }

    struct Found {
        let address: MailAddress
        let line: Int
        let form: Form
        var original: MailAddress?
    }

    private let report: ReportLines
    private let strangers: Set<String>
    private var found: [Found] = []
    private(set) var work: Work

    /// How many addresses are still looked at.
    private var addressesLeft = DeliveryReport.maximumRecipients
    /// How much of a line is searched for words, in octets.
    private static let maximumLine = 400
    /// How much of a line before an address is looked at, in octets: a line may be as long as the text.
    private static let maximumContext = 160
    /// How many sentences are still weighed.
    private var sentencesLeft = 200

    init(_ report: ReportLines, strangers: Set<String>, work: Work) {
        self.report = report
        self.strangers = strangers
        self.work = work
    }

    /// The recipients of the best form that any has, each once.
    mutating func find() -> [Found] {
        for line in report.lines.indices where addressesLeft > 0 { read(line) }
        guard let best = found.map(\.form).min() else { return [] }
        var seen: Set<String> = []
        return found.filter { $0.form == best && seen.insert($0.address.comparisonKey).inserted }
    }

    private mutating func read(_ line: Int) {
        let range = report.lines[line]
        var position = range.lowerBound
        work.charge(range.count)
        while addressesLeft > 0, !work.isExhausted, position < range.upperBound,
            let at = report.text[position..<range.upperBound].firstIndex(of: Octet.at)
        {
            let token = AddressToken(report.text, at: at, from: position, to: range.upperBound, work: &work)
            position = max(token.range.upperBound, at + 1)
            guard let address = token.address else { continue }
            addressesLeft -= 1
            let start = max(range.lowerBound, token.range.lowerBound - Self.maximumContext)
            let before = report.text[start..<token.range.lowerBound].map(\.asciiLowercased)
            add(address, line, Context(String(decoding: before, as: UTF8.self)))
        }
    }

    private mutating func add(_ address: MailAddress, _ line: Int, _ context: Context) {
        let isStranger = strangers.contains(address.comparisonKey)
        switch context.kind {
        case .other:
            return
        case .original:
            // "(expanded from: a@b)" behind the recipient that it became.
            if let last = found.indices.last, found[last].form == .listed, line - found[last].line <= 2 {
                found[last].original = found[last].original ?? address
            } else {
                found.append(Found(address: address, line: line, form: .listed))
            }
        case .transcript:
            found.append(Found(address: address, line: line, form: .transcript))
        case .first, .labelled:
            guard !speaksOfHelp(line) else { return }
            let form: Form = isStranger ? .listedStranger : .listed
            found.append(Found(address: address, line: line, form: form))
        case .label:
            guard !isStranger, !speaksOfHelp(line), tellsFailure(line) else { return }
            found.append(Found(address: address, line: line, form: .listed))
        case .sentence:
            guard !isStranger, !speaksOfHelp(line), tellsFailure(line) else { return }
            found.append(Found(address: address, line: line, form: .told))
        }
    }

    // MARK: What stands around an address

    /// What the text before an address makes of it.
    private struct Context {
        enum Kind {
            /// Nothing but signs stands before it.
            case first
            /// A label that speaks of recipients.
            case labelled
            /// Any other label.
            case label
            /// A sentence, and the word before it fits an address.
            case sentence
            case original, transcript, other
        }

        let kind: Kind

        /// - Parameter prefix: the line before the address, in lower case.
        init(_ prefix: String) {
            let octets = Array(prefix.utf8)
            let core = octets.span.trimmed(Self.withoutSigns(octets))
            guard !core.isEmpty else {
                kind = .first
                return
            }
            let text = String(decoding: octets[core], as: UTF8.self)
            let isLabel = Self.labelEnds.contains { text.hasSuffix($0) }
            let label = String(text.prefix { !Self.labelEnds.contains(String($0)) })
            if text.hasSuffix("mailto:") || text == "smtp:" || text == "rfc822;" {
                // A link repeats the address that stands before it.
                kind = text.utf8.count <= 7 ? .first : .other
            } else if text.hasSuffix("rcpt to:") || text.hasSuffix("rcpt to") {
                kind = .transcript
            } else if Self.originals.contains(where: { text.hasSuffix($0) || text.hasSuffix($0 + ":") }) {
                kind = .original
            } else if isLabel {
                if Self.isForeign(label) || text.hasSuffix("from:") {
                    kind = .other
                } else {
                    kind = Self.recipientLabels.contains { text.contains($0) } ? .labelled : .label
                }
            } else {
                let isReply = text.utf8.allSatisfy {
                    $0.isASCIIDigit || $0 == Octet.period || $0 == Octet.dash || $0 == Octet.space
                }
                let word = isReply ? "to" : String(text.split(whereSeparator: { $0 == " " || $0 == "\t" }).last ?? "")
                // Where words are not separated, any may stand before an address.
                let isUnspaced = text.unicodeScalars.last.map { $0.value >= 0x3000 } ?? false
                kind = isUnspaced || Self.wordsBefore.contains(word.filter { $0 != "," }) ? .sentence : .other
            }
        }

        /// The text without the signs that lists and brackets put around an address.
        private static func withoutSigns(_ octets: [UInt8]) -> Range<Int> {
            var lower = 0
            var upper = octets.count
            while lower < upper, isSign(octets[lower]) { lower += 1 }
            while upper > lower, isSign(octets[upper - 1]) { upper -= 1 }
            return lower..<upper
        }

        private static func isSign(_ octet: UInt8) -> Bool {
            switch octet {
            case Octet.space, Octet.tab, Octet.less, Octet.greater, Octet.quote, UInt8(ascii: "'"), UInt8(ascii: "*"),
                Octet.dash, UInt8(ascii: "|"), UInt8(ascii: "["), Octet.openParenthesis, UInt8(ascii: "`"),
                UInt8(ascii: "#"), UInt8(ascii: "+"):
                true
            default: false
            }
        }

        private static let originals = [
            "expanded from", "generated from", "ultimately generated from", "originally addressed to", "originally to",
        ]

        private static let labelEnds = [":", ";", "=", "：", "；"]

        private static let recipientLabels = [
            "recipient", "address", "user", "mailbox", "fail", "deliver", "error-for", "account", "unknown",
            "invalid", "reach", "exceed", "reject", "smtp", "empfänger", "destinat", "utente", "宛先", "アドレス", "受信者",
            "收件人",
            "地址", "получател", "адрес",
        ]

        /// Labels of the fields that reports quote of the message, or of the one to write to.
        private static func isForeign(_ label: String) -> Bool {
            let words = label.split { !$0.isLetter && $0 != "-" }
            guard let last = words.last else { return false }
            if words.count == 1, foreignLabels.contains(String(last)) { return true }
            return last == "contact" || last == "sender" || last == "from"
        }

        private static let foreignLabels: Set<String> = [
            "from", "to", "cc", "bcc", "sender", "reply-to", "contact", "date", "subject", "sent", "message-id",
            "return-path", "von", "an", "de", "para", "à", "da", "a", "van", "aan", "от", "кому", "postmaster", "by",
            "helo", "ehlo", "id", "mailto", "http", "https", "envelope-from", "f", "in-reply-to",
        ]

        private static let wordsBefore: Set<String> = [
            "to", "for", "recipient", "recipients", "address", "addresses", "user", "mailbox", "account", "addressed",
            "user:", "destinatario", "à", "a", "an", "für", "para", "per", "voor", "addressee",
        ]
    }

    private struct Mention: OptionSet {
        let rawValue: UInt8
        static let help = Mention(rawValue: 1)
    }

    private static let help = MeaningTable<Mention>([
        (.help, ["contact", "assistance", "questions", "for help", "support at", "kontakt", "write to"])
    ])

    /// Whether a line names someone to turn to.
    private mutating func speaksOfHelp(_ line: Int) -> Bool {
        work.charge(2 * min(report.lines[line].count, Self.maximumLine))
        return !Self.help.meanings(in: report.lowercased(line, limit: Self.maximumLine)).isEmpty
    }

    /// Whether a line and its neighbours speak of failure or delay.
    private mutating func tellsFailure(_ line: Int) -> Bool {
        guard sentencesLeft > 0 else { return false }
        sentencesLeft -= 1
        var window: [UInt8] = []
        for index in max(0, line - 4)...min(report.lines.count - 1, line + 4) where !report.lines[index].isEmpty {
            window += report.lowercased(index, limit: Self.maximumLine)
            window.append(Octet.space)
        }
        work.charge(2 * window.count)
        return !DeliveryWords.table.meanings(in: window).isDisjoint(with: [.failure, .delay])
    }
}
