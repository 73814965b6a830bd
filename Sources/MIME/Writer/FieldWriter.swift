/// A piece of a header that is never broken: no control can be in it.
///
/// All that is written into a header passes through here, which is why nothing can end a field but the writer.
struct HeaderWord {
    let octets: [UInt8]
    /// Whether this is an encoded word, whose lines are shorter (RFC 2047 section 2).
    let isEncodedWord: Bool

    /// Whether the next word continues the same value.
    let isOpen: Bool

    init(_ octets: some Sequence<UInt8>, isEncodedWord: Bool = false, isOpen: Bool = false) {
        self.octets = octets.map { $0 < Octet.space || $0 == 0x7F ? Octet.space : $0 }
        self.isEncodedWord = isEncodedWord
        self.isOpen = isOpen
    }

    /// The word with a semicolon behind it.
    init(_ word: HeaderWord, semicolon: Bool) {
        self.init(word.octets + (semicolon ? [Octet.semicolon] : []), isEncodedWord: word.isEncodedWord)
    }

    init(_ text: some StringProtocol) {
        self.init(text.utf8)
    }
}

/// Writes header fields and folds them (RFC 5322 sections 2.1.1 and 2.2.3).
struct FieldWriter {
    /// How long a line should be at most, without its CRLF.
    static let preferredLength = 78
    /// How long a line with an encoded word may be (RFC 2047 section 2).
    static let encodedLength = 76
    /// How long a line may be at all.
    static let maximumLength = 998

    /// What was written so far.
    private(set) var octets: [UInt8] = []
    /// The length of the current line.
    private(set) var column = 0
    private var isFirstLine = true
    private var hasWord = false
    private var hasEncodedWord = false

    static let lineEnd: [UInt8] = [Octet.carriageReturn, Octet.lineFeed]

    mutating func begin(_ name: MessageDraft.FieldName) {
        octets += name.description.utf8
        octets.append(Octet.colon)
        column = name.description.utf8.count + 1
        isFirstLine = true
        hasWord = false
        hasEncodedWord = false
    }

    mutating func end() {
        octets += Self.lineEnd
        column = 0
    }

    /// Appends a word behind spaces, on a new line when it does not fit.
    mutating func append(_ word: HeaderWord, spaces: Int = 1) {
        let limit = word.isEncodedWord || hasEncodedWord ? Self.encodedLength : Self.preferredLength
        let length = spaces + word.octets.count
        if column + length > limit {
            // Behind the name, a new line must be worth an empty first one.
            let helps = length <= limit || column + length > Self.maximumLength
            if hasWord || (isFirstLine && helps) {
                octets += Self.lineEnd
                column = 0
                isFirstLine = false
                hasEncodedWord = false
            }
        }
        octets += repeatElement(Octet.space, count: spaces)
        octets += word.octets
        column += length
        hasWord = true
        if word.isEncodedWord { hasEncodedWord = true }
    }
}

extension FieldWriter {
    /// The longest word of a text that is written as it is; one that is longer is encoded and so divided.
    private static let maximumWordLength = 76
    /// The longest run of spaces that is written as it is.
    private static let maximumSpaces = 8

    /// Appends text for people, each word as it is or encoded (RFC 2047 section 5, rule 1).
    mutating func append(_ text: OneLineText) {
        var spaces = 1
        var pending: (text: String, spaces: Int)?
        for word in text.description.split(separator: " ", omittingEmptySubsequences: false) {
            if word.isEmpty {
                spaces += 1
                continue
            }
            let isLong = word.utf8.count > (hasWord ? Self.maximumWordLength : firstWordLength)
            if isLong || spaces > Self.maximumSpaces || !Self.isPlain(word.utf8) {
                // Space between two encoded words is not shown, so it goes into them (RFC 2047 section 6.2).
                if pending == nil {
                    let outside = min(spaces, Self.maximumSpaces)
                    pending = (String(repeating: " ", count: spaces - outside) + word, outside)
                } else {
                    pending?.text += String(repeating: " ", count: spaces) + word
                }
            } else {
                if let open = pending { appendEncoded(open.text, spaces: open.spaces) }
                pending = nil
                append(HeaderWord(word), spaces: spaces)
            }
            spaces = 1
        }
        if let open = pending { appendEncoded(open.text, spaces: open.spaces) }
    }

    /// The longest word that may follow the name: a longer one would leave the first line empty.
    private var firstWordLength: Int { max(Self.preferredLength - column - 1, Self.preferredLength / 2) }

    /// Whether the octets are US-ASCII that cannot be taken for an encoded word.
    static func isPlain(_ octets: some Sequence<UInt8>) -> Bool {
        var last: UInt8 = 0
        for octet in octets {
            if octet >= 0x80 || (octet == Octet.question && last == Octet.equals) { return false }
            last = octet
        }
        return true
    }

    /// Appends text in as many encoded words as it takes, no character cut in two where it fits into one.
    mutating func appendEncoded(_ text: String, spaces: Int = 1) {
        let encoder = EncodedWordEncoder(text)
        var spaces = spaces
        var next = 0
        while next < encoder.units.count {
            let room = Self.encodedLength - column - spaces
            var end = encoder.end(from: next, room: room)
            // A short remainder of a line is not worth a word.
            if end < encoder.units.count, end == next || room < Self.encodedLength / 2 {
                end = encoder.end(from: next, room: Self.encodedLength - spaces)
            }
            append(HeaderWord(encoder.word(next..<end), isEncodedWord: true), spaces: spaces)
            next = end
            spaces = 1
        }
    }
}
