internal import Mail

/// The text of an RTF document, or the HTML or text that it was made from.
///
/// RTF 1.9.1 as far as a reader of mail needs it, and [MS-OXRTFEX] for what Exchange wraps in RTF.
struct RTF {
    /// What the document was made from.
    enum Origin: Sendable, Hashable {
        /// Written as RTF; the text is what a reader sees.
        case rtf
        /// `\fromtext`.
        case text
        /// `\fromhtml1`; the text is HTML.
        case html
    }

    private(set) var origin = Origin.rtf
    private(set) var utf8: [UInt8] = []

    /// Reads a document, at most `limit` octets of text.
    init(_ bytes: Span<UInt8>, limit: Int) {
        var reader = Reader(limit: limit)
        reader.read(bytes)
        origin = reader.origin
        utf8 = reader.output
    }
}

extension RTF {
    /// What holds within a group.
    struct Group {
        /// Whether the content is not shown.
        var isSkipped = false
        /// Whether the content is only for readers of RTF ([MS-OXRTFEX] section 2.1.3.1.4, `\htmlrtf`).
        var isOnlyRTF = false
        /// Whether the content is HTML markup.
        var isHTMLTag = false
        /// Whether fonts are being declared.
        var isFontTable = false
        /// How many characters follow `\u` for old readers.
        var fallbackLength = 1
        var font = -1
    }

    struct Reader {
        private(set) var origin = Origin.rtf
        private(set) var output: [UInt8] = []
        private let limit: Int
        private var index = 0
        private var group = Group()
        private var stack: [Group] = []
        /// Groups opened above the depth limit; they change nothing when they end.
        private var uncounted = 0
        /// `\*` was read: an unknown destination is to be passed over.
        private var isOptional = false
        /// Octets in a charset that are not decoded yet.
        private var run: [UInt8] = []
        private var runCharset = Charset.windows1252
        private var standardCharset = Charset.windows1252
        private var charsets: [Int: Charset] = [:]
        private var declaredFont = -1
        /// Characters still to be passed over behind `\u`.
        private var fallback = 0
        private var highSurrogate: UInt16?
        /// Changes of charset that are still honoured; each costs an iconv descriptor.
        private var conversions = 10_000

        private static let maximumDepth = 512
        private static let maximumFonts = 4096

        init(limit: Int) { self.limit = limit }

        mutating func read(_ bytes: Span<UInt8>) {
            while index < bytes.count, output.count + run.count < limit {
                let octet = bytes[index]
                index += 1
                switch octet {
                case UInt8(ascii: "{"): open()
                case UInt8(ascii: "}"): close()
                case Octet.backslash: readControl(bytes)
                case Octet.carriageReturn, Octet.lineFeed, 0: continue
                default: take(octet)
                }
            }
            flush()
        }

        // MARK: Groups

        private mutating func open() {
            fallback = 0
            guard stack.count < Self.maximumDepth else {
                uncounted += 1
                return
            }
            stack.append(group)
        }

        private mutating func close() {
            fallback = 0
            isOptional = false
            guard uncounted == 0 else {
                uncounted -= 1
                return
            }
            flush()
            if let outer = stack.popLast() { group = outer }
        }

        // MARK: Characters

        private var isHidden: Bool {
            group.isSkipped || group.isFontTable || (origin == .html && group.isOnlyRTF)
        }

        private mutating func take(_ octet: UInt8) {
            isOptional = false
            if fallback > 0 {
                fallback -= 1
                return
            }
            guard !isHidden else { return }
            let charset = group.isHTMLTag ? standardCharset : charsets[group.font] ?? standardCharset
            if charset != runCharset {
                flush()
                runCharset = charset
            }
            highSurrogate = nil
            run.append(octet)
        }

        private mutating func flush() {
            guard !run.isEmpty else { return }
            let octets = run
            run.removeAll(keepingCapacity: true)
            if octets.span.isASCII {
                output += octets
            } else {
                conversions -= 1
                let charset = conversions < 0 ? .windows1252 : runCharset
                _ = CharsetDecoder.decode(octets.span, as: charset, appendingTo: &output)
            }
        }

        private mutating func put(_ text: String) {
            if fallback > 0 {
                fallback -= 1
                return
            }
            guard !isHidden else { return }
            flush()
            output += text.utf8
        }

        /// Takes a UTF-16 unit (RTF 1.9.1, `\uN`), which may be half of a character.
        private mutating func take(unit: UInt16) {
            guard !isHidden else { return }
            flush()
            if UTF16.isLeadSurrogate(unit) {
                highSurrogate = unit
                return
            }
            let units = UTF16.isTrailSurrogate(unit) ? [highSurrogate ?? 0xFFFD, unit] : [unit]
            highSurrogate = nil
            output += String(decoding: units, as: UTF16.self).utf8
        }

        // MARK: Control words

        private mutating func readControl(_ bytes: Span<UInt8>) {
            guard index < bytes.count else { return }
            let octet = bytes[index]
            guard octet.isASCIILetter else {
                index += 1
                readSymbol(octet, bytes)
                return
            }
            let start = index
            while index < bytes.count, index - start < 32, bytes[index].isASCIILetter { index += 1 }
            let name = String(decoding: bytes.copied(start..<index), as: UTF8.self)
            let number = readNumber(bytes)
            if index < bytes.count, bytes[index] == Octet.space { index += 1 }
            apply(name, number, bytes)
        }

        private mutating func readNumber(_ bytes: Span<UInt8>) -> Int? {
            var cursor = index
            let isNegative = cursor < bytes.count && bytes[cursor] == Octet.dash
            if isNegative { cursor += 1 }
            let digits = cursor
            var value = 0
            while cursor < bytes.count, cursor - digits < 10, bytes[cursor].isASCIIDigit {
                value = value * 10 + Int(bytes[cursor] - UInt8(ascii: "0"))
                cursor += 1
            }
            guard cursor > digits else { return nil }
            index = cursor
            return isNegative ? -value : value
        }

        private mutating func readSymbol(_ octet: UInt8, _ bytes: Span<UInt8>) {
            switch octet {
            case UInt8(ascii: "'"):
                guard index + 1 < bytes.count, let high = bytes[index].hexValue, let low = bytes[index + 1].hexValue
                else { return }
                index += 2
                take(high << 4 | low)
            case UInt8(ascii: "*"): isOptional = true
            case UInt8(ascii: "{"), UInt8(ascii: "}"), Octet.backslash: take(octet)
            case UInt8(ascii: "~"): put("\u{A0}")
            case UInt8(ascii: "_"): put("\u{2011}")
            case Octet.carriageReturn, Octet.lineFeed: put("\n")
            default: return
            }
        }

        private mutating func apply(_ name: String, _ number: Int?, _ bytes: Span<UInt8>) {
            let wasOptional = isOptional
            isOptional = false
            switch name {
            case "htmltag":
                group.isHTMLTag = origin == .html
                if origin != .html { group.isSkipped = true }
            case "htmlrtf":
                flush()
                group.isOnlyRTF = number != 0
            case "fromhtml": if output.isEmpty, number != 0 { origin = .html }
            case "fromtext": if output.isEmpty { origin = .text }
            case "bin": index += min(max(0, number ?? 0), bytes.count - index)
            case "u":
                take(unit: UInt16(truncatingIfNeeded: number ?? 0xFFFD))
                fallback = group.fallbackLength
            case "uc": group.fallbackLength = min(max(0, number ?? 1), 8)
            case "ansicpg": standardCharset = Self.charset(codePage: number ?? 1252)
            case "mac": standardCharset = .iconv("MACINTOSH")
            case "pca", "pc": standardCharset = .iconv("IBM437")
            case "fonttbl": group.isFontTable = true
            case "f": selectFont(number ?? 0)
            case "fcharset":
                if group.isFontTable, charsets.count < Self.maximumFonts, let charset = Self.fontCharsets[number ?? 0] {
                    charsets[declaredFont] = charset
                }
            case "plain": group.font = -1
            default:
                if wasOptional || Self.hiddenDestinations.contains(name) {
                    group.isSkipped = true
                } else if let text = Self.texts[name] {
                    put(text)
                } else if fallback > 0 {
                    fallback -= 1
                }
            }
        }

        private mutating func selectFont(_ number: Int) {
            if group.isFontTable { declaredFont = number } else { group.font = number }
        }
    }
}

extension RTF.Reader {
    /// Destinations without the star whose content is not the document's text.
    static let hiddenDestinations: Set<String> = [
        "colortbl", "stylesheet", "info", "pict", "header", "headerl", "headerr", "headerf", "footer", "footerl",
        "footerr", "footerf", "xe", "tc", "fldinst", "objdata", "themedata", "datastore", "filetbl", "listtable",
    ]

    static let texts: [String: String] = [
        "par": "\n", "line": "\n", "sect": "\n", "page": "\n", "row": "\n", "nestrow": "\n", "tab": "\t",
        "cell": "\t", "nestcell": "\t", "lquote": "\u{2018}", "rquote": "\u{2019}", "ldblquote": "\u{201C}",
        "rdblquote": "\u{201D}", "bullet": "\u{2022}", "endash": "\u{2013}", "emdash": "\u{2014}",
        "enspace": "\u{2002}", "emspace": "\u{2003}", "qmspace": "\u{2005}", "zwj": "\u{200D}", "zwnj": "\u{200C}",
    ]

    /// RTF 1.9.1, `\fcharsetN`; 1 and 2, the default and symbols, say nothing of letters.
    static let fontCharsets: [Int: Charset] = {
        let codePages = [
            0: 1252, 77: 10000, 128: 932, 129: 949, 130: 1361, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258,
            177: 1255, 178: 1256, 186: 1257, 204: 1251, 222: 874, 238: 1250, 254: 437, 255: 850,
        ]
        return codePages.mapValues { charset(codePage: $0) }
    }()

    /// The charset of a code page of Windows; windows-1252 when it is not known.
    static func charset(codePage: Int) -> Charset {
        let charset = Charset(name: "cp\(codePage)".utf8)
        return charset == .unknown || charset == .unspecified ? .windows1252 : charset
    }
}
