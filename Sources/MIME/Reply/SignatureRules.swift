internal import Mail

/// Tells signatures and disclaimers apart from what a person wrote, within lines that are no quote.
struct SignatureRules {
    private let text: TextLines
    private let lines: Range<Int>
    private var kinds: [ReplyExtraction.Span.Kind]
    /// The lines where a signature begins, which may stand right below another one.
    private var starts: Set<Int> = []
    /// Whether new text that is more than a greeting stands above these lines.
    private let isBelowText: Bool

    /// Signatures and disclaimers stand at the end; further up nothing is looked for.
    private static let reach = 80

    /// The kind of each line in `lines`, and the lines where a signature begins.
    static func kinds(
        in text: TextLines,
        _ lines: Range<Int>,
        isBelowText: Bool
    ) -> (kinds: [ReplyExtraction.Span.Kind], starts: Set<Int>) {
        let kinds = Array(repeating: ReplyExtraction.Span.Kind.new, count: lines.count)
        var rules = SignatureRules(text: text, lines: lines, kinds: kinds, isBelowText: isBelowText)
        rules.markWarnings()
        rules.markDisclaimers()
        rules.markDelimited()
        rules.markSentFrom()
        rules.markOrnaments()
        rules.markClosing()
        rules.markDashedName()
        return (rules.kinds, rules.starts)
    }

    private subscript(line: Int) -> ReplyExtraction.Span.Kind {
        get { kinds[line - lines.lowerBound] }
        set { kinds[line - lines.lowerBound] = newValue }
    }

    /// The lines that say something and are not yet told apart, from the last one up.
    private func openLines() -> [Int] {
        lines.suffix(Self.reach).reversed().filter { self[$0] == .new && !text[$0].isBlank }
    }

    private mutating func mark(_ range: Range<Int>, as kind: ReplyExtraction.Span.Kind) {
        for line in range where self[line] == .new { self[line] = kind }
        starts.insert(range.lowerBound)
    }

    // MARK: Delimiters

    /// Everything below `-- ` (RFC 3676 section 4.3), and below the lines that people type for it.
    private mutating func markDelimited() {
        let tail = lines.suffix(Self.reach)
        var below = 0
        var found: Int?
        for index in tail.reversed() where !text[index].isBlank {
            let limit = delimiterReach(index)
            if limit > 0, below <= limit { found = index }
            below += 1
        }
        guard let found else { return }
        mark(found..<lines.upperBound, as: .signature)
    }

    /// How many lines may follow when a line is a delimiter; 0 when it is none.
    private func delimiterReach(_ index: Int) -> Int {
        guard text[index].content.count <= 120, let rule = LineShape.rule(text.content(index)) else { return 0 }
        switch rule.scalar {
        case "-" where rule.count == 2: return text[index].range.count == 3 ? Self.reach : 20
        case "\u{2014}" where rule.count <= 2, "\u{2013}" where rule.count == 2: return 12
        // Mailing lists put a row of underlines above their footer.
        case "_" where rule.count >= 2: return 12
        default: return 0
        }
    }

    // MARK: Phones and programs

    private mutating func markSentFrom() {
        for index in openLines() where isSentFrom(index) { mark(index..<(index + 1), as: .signature) }
    }

    private func isSentFrom(_ index: Int) -> Bool {
        // Links of the program's shop can be long.
        guard text[index].content.count <= 300 else { return false }
        var content = text.content(index).lowercased()
        let link = content.firstIndex(of: "<") ?? content.range(ofLink: "http")
        let hasLink = link != nil
        if let link { content = String(content[..<link]) }
        content = content.strippingMarkup.trimmingBlanks
        while let last = content.last, last == "(" || last == "[" || last == " " || last == "_" { content.removeLast() }
        guard !content.isEmpty, content.utf8.count <= 120 else { return false }
        // QUIRK: Outlook on a phone asks to get it, in the words of each language, with a link behind.
        let isOutlook = content.contains("outlook") && SignatureWords.platforms.isFound(in: content)
        if hasLink, isOutlook, content.split(separator: " ").count <= 7 { return true }
        let phrase = SignatureWords.sentFrom.prefix(of: content)
        guard phrase != nil || SignatureWords.sentFromEndings.suffix(of: content) != nil else { return false }
        // `Sent from my desk, is much easier than my phone.` is a sentence.
        guard !content.contains(", ") else { return false }
        let words = content.split(separator: " ").count
        if SignatureWords.devices.isFound(in: content) { return words <= 14 }
        // Nobody knows all devices: without one, it must be somebody's own.
        let isSentence = content.hasSuffix(".") || content.hasSuffix("!") || content.hasSuffix("?")
        return !isSentence && words <= 6 && SignatureWords.sentFromMine.prefix(of: content) != nil
    }

    // MARK: Closings

    /// A closing such as `Kind regards,` with the name and the few short lines below it.
    private mutating func markClosing() {
        let open = openLines()
        guard let last = open.first else { return }
        for (below, index) in open.prefix(10).enumerated() {
            guard text[index].content.count <= 100 else { return }
            switch closing(index) {
            case .withName where below <= 6: break
            case .alone where below > 0 && below <= 8 && isName(open[below - 1]): break
            default: continue
            }
            // Without anything above, it is what the message says.
            guard hasTextAbove(index) else { return }
            let end = endOfSignature(index, last)
            // `Thanks, Jane` can also be how a paragraph begins.
            if end > index + 1 || end > last { mark(index..<end, as: .signature) }
            return
        }
    }

    /// The line where the signature of a closing ends: at a sentence, or at a paragraph that is not like one.
    private func endOfSignature(_ closing: Int, _ last: Int) -> Int {
        guard closing < last else { return last + 1 }
        // The closing's own paragraph holds the name, or else the next one does.
        var paragraphsOfName = self.closing(closing) == .alone && text[closing + 1].isBlank ? 2 : 1
        var start = closing
        for line in (closing + 1)...last where !text[line].isBlank {
            if text[line - 1].isBlank {
                paragraphsOfName -= 1
                start = line
            }
            guard self[line] == .new else { continue }
            let prose = ProseLine(text, line)
            if paragraphsOfName > 0, prose.isMarkedSentence { return line }
            if paragraphsOfName <= 0, !prose.isOfSignature { return start }
        }
        return last + 1
    }

    private enum Closing {
        case none, alone, withName
    }

    private func closing(_ index: Int) -> Closing {
        let content = text.content(index).strippingMarkup
        let lowered = content.lowercased()
        guard let phrase = SignatureWords.closings.prefix(of: lowered), lowered.utf8.count == content.utf8.count else {
            return .none
        }
        let rest = String(content.utf8.dropFirst(phrase.utf8.count)) ?? ""
        let name = rest.drop { $0.isPunctuation || $0.isWhitespace }
        if name.isEmpty { return .alone }
        guard rest.hasPrefix(","), name.split(separator: " ").count <= 3, Self.isCapitalised(String(name)) else {
            return .none
        }
        return .withName
    }

    private func isName(_ index: Int) -> Bool {
        let content = text.content(index).strippingMarkup
        guard content.utf8.count <= 60, content.split(separator: " ").count <= 5 else { return false }
        if let last = content.last,
            last == "?" || last == ":" || (last == "." && content.split(separator: " ").count > 2)
        {
            return false
        }
        guard Self.isCapitalised(content.split(separator: " ").first.map(String.init) ?? "") else { return false }
        // Behind an empty line `Call me back` is another paragraph; names have short words in lower case, as `van der`.
        return !text[index - 1].isBlank
            || !content.split(separator: " ").contains { word in
                word.count > 3 && word.first?.isLowercase == true
            }
    }

    /// Whether each word begins as names do; scripts without capitals pass.
    private static func isCapitalised(_ text: String) -> Bool {
        text.split(separator: " ").allSatisfy { word in
            word.unicodeScalars.first { $0.properties.isAlphabetic }.map { !$0.properties.isLowercase } ?? true
        }
    }

    /// `-Jane` and `—Jane Doe` as the last line.
    private mutating func markDashedName() {
        guard let index = openLines().first, text[index].content.count <= 40 else { return }
        var name = text.content(index).unicodeScalars[...]
        guard let first = name.first, first == "-" || first == "\u{2013}" || first == "\u{2014}" || first == "~" else {
            return
        }
        while let next = name.first, next == first { name = name.dropFirst() }
        let words = String(name)
        // `- point` is an item of a list.
        guard words.first?.isLetter == true, words.split(separator: " ").count <= 3, Self.isCapitalised(words),
            !words.contains(where: { $0.isNumber || ($0.isPunctuation && $0 != "." && $0 != "'" && $0 != "-") }),
            hasTextAbove(index), index > lines.lowerBound, text[index - 1].isBlank
        else { return }
        mark(index..<(index + 1), as: .signature)
    }

    /// Rules of dashes and stars below all text.
    private mutating func markOrnaments() {
        for index in openLines() {
            let content = text[index].content.count <= 120 ? text.content(index) : ""
            // QUIRK: Streak puts its tracking mark, U+1427, alone into a line of Gmail's.
            guard content == "\u{1427}" || LineShape.rule(content).map({ $0.count >= 3 }) == true else { return }
            mark(index..<(index + 1), as: .signature)
        }
    }

    private func hasTextAbove(_ index: Int) -> Bool {
        let next = text.nextText[lines.lowerBound]
        return next < index || lines.lowerBound > 0 && text.nextText[0] < lines.lowerBound
    }

    // MARK: Disclaimers

    /// Marks the paragraphs that are legal notices; the first thing that a message says is none.
    private mutating func markDisclaimers() {
        let said = firstSaid
        var isBelowSignature = false
        for paragraph in paragraphs() {
            let isBelow = isBelowSignature || isSignatureMark(paragraph.lowerBound)
            isBelowSignature = isBelow || paragraph.contains(where: isSignatureMark)
            guard isBelowText || said < paragraph.lowerBound, let words = words(of: paragraph, 60...6000),
                DisclaimerRules.isDisclaimer(words, isBelowSignature: isBelow)
            else { continue }
            mark(paragraph, as: .disclaimer)
            isBelowSignature = true
        }
    }

    /// The first line that is more than a greeting.
    private var firstSaid: Int {
        lines.first { self[$0] == .new && ProseLine(text, $0).isSaid } ?? lines.upperBound
    }

    /// The paragraphs at the end; one that begins above the reach is as long as prose.
    private func paragraphs() -> [Range<Int>] {
        let tail = lines.suffix(Self.reach)
        var result: [Range<Int>] = []
        var start = tail.lowerBound
        if start > lines.lowerBound { start = tail.first { text[$0].isBlank } ?? tail.upperBound }
        for index in start..<tail.upperBound {
            if text[index].isBlank {
                if start < index { result.append(start..<index) }
                start = index + 1
            }
        }
        if start < tail.upperBound { result.append(start..<tail.upperBound) }
        return result
    }

    /// Whether a signature can begin in a line: with a delimiter, a rule, the line of a phone or a closing with a name.
    private func isSignatureMark(_ index: Int) -> Bool {
        guard text[index].content.count <= 300 else { return false }
        if delimiterReach(index) > 0 || isSentFrom(index) { return true }
        if text[index].content.count <= 120, let rule = LineShape.rule(text.content(index)), rule.count >= 3 {
            return true
        }
        guard text[index].content.count <= 100 else { return false }
        switch closing(index) {
        case .none: return false
        case .withName: return true
        case .alone:
            let next = text.nextText[index + 1]
            return lines.contains(next) && isName(next)
        }
    }

    /// Warnings of the recipient's own gateway above all text, and Exchange's notice of a new correspondent.
    private mutating func markWarnings() {
        guard lines.contains(text.nextText[0]) else { return }
        var start = text.nextText[0]
        for _ in 0..<Self.maximumWarnings {
            var end = start
            while end < lines.upperBound, !text[end].isBlank, end - start <= Self.warningLines { end += 1 }
            guard end > start, end - start <= Self.warningLines, isWarning(start..<end) else { return }
            let next = text.nextText[min(end, text.count)]
            mark(start..<end, as: .disclaimer)
            guard lines.contains(next) else { return }
            start = next
        }
    }

    private static let maximumWarnings = 3
    private static let warningLines = 6
    private static let newCorrespondent = "aka.ms/learnaboutsenderidentification"

    private func isWarning(_ paragraph: Range<Int>) -> Bool {
        guard let words = words(of: paragraph, 20...1500) else { return false }
        if words.contains(Self.newCorrespondent) { return true }
        return SignatureWords.warnedOrigins.isFound(in: words) && SignatureWords.warnedDeeds.isFound(in: words)
    }

    /// A paragraph in lower case, with single spaces; `nil` for one of another size in octets.
    private func words(of paragraph: Range<Int>, _ size: ClosedRange<Int>) -> String? {
        let range = text[paragraph.lowerBound].range.lowerBound..<text[paragraph.upperBound - 1].range.upperBound
        guard size.contains(range.count) else { return nil }
        return text.string(range).lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}

extension String {
    /// Where a link begins.
    fileprivate func range(ofLink scheme: String) -> String.Index? {
        var index = startIndex
        while index < endIndex {
            if self[index...].utf8.starts(with: scheme.utf8) { return index }
            index = self.index(after: index)
        }
        return nil
    }
}
