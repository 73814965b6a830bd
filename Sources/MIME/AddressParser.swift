internal import Mail

/// Reads a list of addresses (RFC 5322 section 3.4 and 4.4) in one pass.
struct AddressParser {
    /// How many addresses one field may have.
    static let maximumCount = 1000

    private(set) var addresses: [NamedAddress] = []
    private(set) var isMalformed = false
    private(set) var lacksDomain = false
    private(set) var isTruncated = false
    /// The first name that came without an address, and what stands in the address's place.
    private(set) var loneName: String?
    private(set) var loneLocalPart: String?

    // The address that is being read.

    /// The words outside of angle brackets: a display name, or an address that has none.
    private var phrase: [UInt8] = []
    /// Where the last word of the phrase begins that may be an address.
    private var wordStart = 0
    /// Whether white space came behind the last octet of the phrase.
    private var isSpaceDue = false
    /// The offset of the last `@` that stands outside of quotes, or -1.
    private var phraseAt = -1
    /// The content of the angle brackets, quotes undone, and its last bare `@`.
    private var path: [UInt8] = []
    private var pathAt = -1
    private var hasPath = false
    /// The last comment, which names the address in the old manner: `a@b (Ann)`.
    private var comment: [UInt8] = []
    // An unclosed quote or comment is found out once in a field; from then on the sign stands for itself, since a search
    // to the field's end for each of them would not be linear.
    private var quotesAreOpen = false
    private var commentsAreOpen = false
    private var work: Work

    private init(work: Work) {
        self.work = work
    }

    static func parse(_ bytes: Span<UInt8>, _ range: Range<Int>, work: inout Work) -> AddressParser {
        var parser = AddressParser(work: work)
        parser.work.charge(range.count)
        parser.read(bytes, range)
        work = parser.work
        return parser
    }

    private mutating func read(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        let end = range.upperBound
        var index = range.lowerBound
        phrase.reserveCapacity(min(range.count, 64))
        path.reserveCapacity(min(range.count, 64))
        while index < end, !isTruncated {
            let octet = bytes[index]
            switch octet {
            case Octet.quote:
                index = readQuote(bytes, index, end)
            case Octet.openParenthesis where !commentsAreOpen:
                index = readParenthesis(bytes, index, end)
            case Octet.less:
                index = readPath(bytes, index + 1, end)
            case Octet.comma, Octet.semicolon:
                // QUIRK: Outlook users separate addresses by semicolons, which end a group otherwise (corpus
                // malformed/009).
                finish()
                index += 1
            case Octet.colon:
                // The name of a group, which is not kept; also `mailto:`.
                if phraseAt < 0 { reset() } else { appendToPhrase(octet) }
                index += 1
            case Octet.equals where index + 1 < end && bytes[index + 1] == Octet.question:
                index = readEncodedWord(bytes, index, end)
            case Octet.space, Octet.tab, Octet.carriageReturn, Octet.lineFeed:
                isSpaceDue = true
                index += 1
            case Octet.greater:
                index += 1
            case Octet.at:
                index = readAt(bytes, index, end)
            default:
                appendToPhrase(octet)
                index += 1
            }
        }
        finish()
    }

    private mutating func readQuote(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
        guard !quotesAreOpen else { return start + 1 }
        if let next = readQuoted(bytes, start, end, inPath: false) { return next }
        quotesAreOpen = true
        isMalformed = true
        return start + 1
    }

    private mutating func readParenthesis(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
        if let next = readComment(bytes, start, end) {
            isSpaceDue = true
            return next
        }
        commentsAreOpen = true
        isMalformed = true
        return start + 1
    }

    /// Reads the sign between local part and domain; RFC 5322 section 4.4 allows white space around it.
    private mutating func readAt(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
        if phrase.isEmpty { wordStart = 0 }
        isSpaceDue = false
        phraseAt = phrase.count
        phrase.append(Octet.at)
        var index = start + 1
        while index < end, bytes[index].isFoldingSpace { index += 1 }
        return index
    }

    private mutating func appendToPhrase(_ octet: UInt8) {
        // RFC 5322 section 4.4 allows white space around the periods of a domain; elsewhere it separates words.
        let isWithinDomain = phraseAt >= 0 && (octet == Octet.period || phrase.last == Octet.period)
        if isSpaceDue, !phrase.isEmpty, !isWithinDomain { appendSpace() }
        isSpaceDue = false
        phrase.append(octet)
    }

    private mutating func appendSpace() {
        phrase.append(Octet.space)
        if phraseAt < 0 { wordStart = phrase.count }
        isSpaceDue = false
    }

    /// Copies an encoded word as one piece: badly made ones hold commas and angle brackets (corpus clients/004).
    private mutating func readEncodedWord(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
        var index = start + 2
        var marks = 0
        while index < end, marks < 3, !bytes[index].isFoldingSpace {
            if bytes[index] == Octet.question { marks += 1 }
            index += 1
        }
        work.charge(index - start)
        guard marks == 3, index < end, bytes[index] == Octet.equals else {
            appendToPhrase(bytes[start])
            return start + 1
        }
        for position in start...index { appendToPhrase(bytes[position]) }
        return index + 1
    }

    /// Reads a quoted string at `start`, its quotes and backslashes undone.
    private mutating func readQuoted(_ bytes: Span<UInt8>, _ start: Int, _ end: Int, inPath: Bool) -> Int? {
        var index = start + 1
        while index < end, bytes[index] != Octet.quote {
            index += bytes[index] == Octet.backslash ? 2 : 1
        }
        work.charge(min(index, end) - start)
        guard index < end else { return nil }
        let closing = index
        index = start + 1
        if !inPath, isSpaceDue, !phrase.isEmpty { appendSpace() }
        while index < closing {
            if bytes[index] == Octet.backslash { index += 1 }
            let octet = bytes[index]
            if !octet.isLineBreak {
                if inPath { path.append(octet) } else { phrase.append(octet) }
            }
            index += 1
        }
        return closing + 1
    }

    /// Reads a comment at `start`, comments within it included; the outermost's text is kept.
    private mutating func readComment(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int? {
        let behind = bytes.commentEnd(from: start, to: end)
        work.charge((behind ?? end) - start)
        guard let behind else { return nil }
        comment.removeAll(keepingCapacity: true)
        for position in start + 1..<behind - 1 where bytes[position] != Octet.backslash {
            comment.append(bytes[position])
        }
        return behind
    }

    /// Reads what stands in angle brackets, `start` being behind the first.
    private mutating func readPath(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
        path.removeAll(keepingCapacity: true)
        pathAt = -1
        hasPath = true
        var index = start
        while index < end {
            let octet = bytes[index]
            switch octet {
            case Octet.greater:
                return index + 1
            case Octet.less:
                // Brackets within brackets, `<<a@b>>`: the innermost count.
                return index
            case Octet.quote where !quotesAreOpen:
                if let next = readQuoted(bytes, index, end, inPath: true) {
                    index = next
                    continue
                }
                quotesAreOpen = true
            case Octet.colon where path.first == Octet.at:
                // RFC 5322 section 4.4: a route, `@a,@b:user@host`, means nothing today.
                path.removeAll(keepingCapacity: true)
                pathAt = -1
            case Octet.comma where path.first != Octet.at:
                // The bracket was not closed.
                isMalformed = true
                return index
            case Octet.at:
                pathAt = path.count
                path.append(octet)
            case Octet.openParenthesis:
                if !commentsAreOpen, let next = readComment(bytes, index, end) {
                    index = next
                    continue
                }
                commentsAreOpen = true
                path.append(octet)
                index += 1
                while index < end, bytes[index] != Octet.greater { index += 1 }
                continue
            default:
                if octet > Octet.space, octet != 0x7F { path.append(octet) }
            }
            index += 1
        }
        isMalformed = true
        return end
    }

    // MARK: Finishing

    private mutating func reset() {
        phrase.removeAll(keepingCapacity: true)
        path.removeAll(keepingCapacity: true)
        comment.removeAll(keepingCapacity: true)
        wordStart = 0
        isSpaceDue = false
        phraseAt = -1
        pathAt = -1
        hasPath = false
    }

    /// Makes an address of what was read.
    private mutating func finish() {
        defer { reset() }
        guard !phrase.isEmpty || !path.isEmpty else {
            if hasPath { isMalformed = true }
            return
        }
        guard addresses.count < Self.maximumCount else {
            isTruncated = true
            return
        }
        if hasPath, pathAt >= 0 {
            add(path[...], at: pathAt, name: phrase[...])
        } else if phraseAt >= 0 {
            let end = phrase[phraseAt...].firstIndex(of: Octet.space) ?? phrase.endIndex
            add(phrase[wordStart..<end], at: phraseAt, name: phrase[..<wordStart])
        } else if let at = phrase.lastIndex(of: Octet.at) {
            // QUIRK: the whole address in quotes, `"ann@example.com"` (corpus malformed/009).
            let start = phrase[..<at].lastIndex(of: Octet.space).map { $0 + 1 } ?? 0
            let end = phrase[at...].firstIndex(of: Octet.space) ?? phrase.endIndex
            add(phrase[start..<end], at: at, name: phrase[..<start])
        } else {
            lacksDomain = true
            if loneName == nil, loneLocalPart == nil { keepLone() }
        }
    }

    /// Keeps `Name <user>`, `user (Name)` and `Name`, as programs on the same host write them.
    private mutating func keepLone() {
        if hasPath || !comment.isEmpty {
            loneName = decodeName(hasPath ? phrase[...] : comment[...])
            let localPart = Self.text((hasPath ? path : phrase)[...])
            loneLocalPart = localPart.isEmpty ? nil : localPart
        } else {
            loneName = decodeName(phrase[...])
        }
    }

    private mutating func add(_ spec: ArraySlice<UInt8>, at: Int, name: ArraySlice<UInt8>) {
        var localPart = spec[spec.startIndex..<at]
        var domainPart = spec[(at + 1)...]
        // QUIRK: `'ann@example.com'` of old Outlook (corpus malformed/009).
        if localPart.first == UInt8(ascii: "'"), domainPart.last == UInt8(ascii: "'") {
            localPart = localPart.dropFirst()
            domainPart = domainPart.dropLast()
        }
        if localPart.count > Self.scheme.count, localPart.prefix(Self.scheme.count).elementsEqual(Self.scheme) {
            localPart = localPart.dropFirst(Self.scheme.count)
        }
        guard !domainPart.isEmpty else {
            lacksDomain = true
            return
        }
        // A second sign in the local part should have been quoted; the last one divides, as it does in SMTP.
        if localPart.contains(Octet.at) { isMalformed = true }
        // Real addresses are longer than the 64 octets of RFC 5321 section 4.5.3.1.1: reply tokens, rewritten senders.
        guard !localPart.isEmpty, localPart.count <= 255, localPart.allSatisfy({ $0 >= Octet.space && $0 != 0x7F }),
            let domain = Self.domain(domainPart)
        else {
            isMalformed = true
            return
        }
        let local = Self.text(localPart)
        guard !local.isEmpty else {
            isMalformed = true
            return
        }
        let shown = name.isEmpty && !comment.isEmpty ? comment[...] : name
        addresses.append(
            NamedAddress(name: decodeName(shown), address: MailAddress(localPart: local, domain: domain))
        )
    }

    /// QUIRK: web programs put a link's target into the field (corpus malformed/009).
    private static let scheme = Array("mailto:".utf8)

    private static func domain(_ octets: ArraySlice<UInt8>) -> Domain? {
        octets.allSatisfy { $0 < 0x80 } ? Domain(octets: Array(octets)) : Domain(text(octets))
    }

    private static func text(_ octets: ArraySlice<UInt8>) -> String {
        octets.allSatisfy { $0 < 0x80 }
            ? String(decoding: octets, as: UTF8.self) : HeaderText.decode(Array(octets), charset: nil)
    }

    private mutating func decodeName(_ octets: ArraySlice<UInt8>) -> String? {
        guard !octets.isEmpty else { return nil }
        let text = HeaderText.decodeParameter(Array(octets), work: &work)
        return text.isEmpty ? nil : text
    }
}
