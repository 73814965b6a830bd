internal import Mail

extension FieldWriter {
    /// The room for a parameter in a line of its own: without the space before it and the semicolon behind it.
    private static let parameterLength = preferredLength - 2

    /// Appends a value such as a media type, and parameters behind it.
    ///
    /// - Parameter name: a file name, whose form is `nameForm`.
    mutating func append(_ value: String, parameters: [Parameter], name: OneLineText?, nameForm: FileNameForm) {
        var words = [HeaderWord(value)]
        for parameter in parameters { words += Self.words(parameter) }
        if let name, !name.isEmpty {
            let value = FileNameForm.shortened(name.description)
            switch nameForm {
            case .parameter: words += Self.words(Parameter(name: "filename", value: value))
            case .fallback: words += Self.fallbackWords("name", value)
            }
        }
        for (index, word) in words.enumerated() {
            append(index + 1 < words.count && !word.isOpen ? HeaderWord(word, semicolon: true) : word)
        }
    }

    /// A parameter as a token, in quotes, or in as many pieces as it takes (RFC 2231).
    private static func words(_ parameter: Parameter) -> [HeaderWord] {
        plainWord(parameter.name, parameter.value).map { [$0] } ?? extendedWords(parameter.name, parameter.value)
    }

    /// The parameter in one piece, when it is US-ASCII and fits into a line.
    private static func plainWord(_ name: String, _ value: String) -> HeaderWord? {
        guard isPlain(value.utf8) else { return nil }
        let isToken = !value.isEmpty && value.utf8.allSatisfy(\.isParameterToken)
        let written = isToken ? Array(value.utf8) : QuotedString.octets(of: value)
        guard name.utf8.count + 1 + written.count <= parameterLength else { return nil }
        return HeaderWord(Array("\(name)=".utf8) + written)
    }

    /// The parameter percent-encoded (RFC 2231 sections 3 and 4), no character cut in two.
    private static func extendedWords(_ name: String, _ value: String) -> [HeaderWord] {
        var pieces: [[UInt8]] = [Array("utf-8''".utf8)]
        // The mark of a piece is `*99*=` at the longest, since names and values are limited.
        let room = parameterLength - name.utf8.count - 6
        for scalar in value.unicodeScalars {
            var unit: [UInt8] = []
            for octet in UTF8.encode(scalar) ?? .init() {
                if octet < 0x80, isAttributeCharacter(octet) {
                    unit.append(octet)
                } else {
                    TransferEncoder.appendEscaped(octet, mark: Octet.percent, to: &unit)
                }
            }
            if pieces[pieces.count - 1].count + unit.count > room { pieces.append([]) }
            pieces[pieces.count - 1] += unit
        }
        guard pieces.count > 1 else { return [HeaderWord(Array("\(name)*=".utf8) + pieces[0])] }
        return pieces.enumerated().map { HeaderWord(Array("\(name)*\($0)*=".utf8) + $1) }
    }

    /// Whether the octet is an `attribute-char` (RFC 2231 section 7).
    private static func isAttributeCharacter(_ octet: UInt8) -> Bool {
        octet.isParameterToken && octet != UInt8(ascii: "*") && octet != UInt8(ascii: "'") && octet != Octet.percent
    }

    /// The parameter with encoded words in its quotes where it is not plain.
    ///
    /// RFC 2047 section 5 forbids them there. QUIRK: clients that know no RFC 2231, old Outlook above all, read the
    /// name of a file only so; those that know it take the other field's.
    private static func fallbackWords(_ name: String, _ value: String) -> [HeaderWord] {
        if let word = plainWord(name, value) { return [word] }
        let start = Array("\(name)=\"".utf8)
        let encoder = EncodedWordEncoder(value)
        let room = encodedLength - 1 - start.count - 2
        var words: [HeaderWord] = []
        var next = 0
        while next < encoder.units.count {
            let end = encoder.end(from: next, room: room)
            let isLast = end == encoder.units.count
            let octets = (next == 0 ? start : []) + encoder.word(next..<end) + (isLast ? [Octet.quote] : [])
            words.append(HeaderWord(octets, isEncodedWord: true, isOpen: !isLast))
            next = end
        }
        return words
    }
}

/// How the name of a file is given.
enum FileNameForm {
    /// As `filename` of Content-Disposition (RFC 2183 section 2.3).
    case parameter
    /// As `name` of Content-Type, which is read where the other is not understood.
    case fallback

    /// The longest name that file systems take, in octets.
    static let maximumLength = 255
    /// The longest ending that is kept when a name is shortened.
    private static let maximumExtensionLength = 20

    /// The name cut in its middle when it is too long, so that its ending, which tells its kind, stays.
    static func shortened(_ name: String) -> String {
        guard name.utf8.count > maximumLength else { return name }
        var ending: Substring = ""
        if let period = name.lastIndex(of: "."), name[period...].utf8.count <= maximumExtensionLength {
            ending = name[period...]
        }
        var kept = String.UnicodeScalarView()
        var count = ending.utf8.count
        for scalar in name.unicodeScalars {
            count += UTF8.width(scalar)
            guard count <= maximumLength else { break }
            kept.append(scalar)
        }
        return String(kept) + ending
    }
}
