/// The name of an attached file, made harmless, with what is to be said about it.
public struct AttachmentName: Sendable, Hashable {
    /// A name without path, controls or anything that a file system or a reader takes for something else.
    public let text: String
    /// What a reader should know before opening the file.
    public let warnings: [Warning]

    /// Something suspicious about a name.
    public enum Warning: String, Sendable, Hashable, CaseIterable {
        /// The sender's name held folders, which were cut off.
        case path
        /// The sender's name held control characters, which were removed.
        case controlCharacters
        /// The sender's name held characters that reverse or hide what is shown.
        case hiddenDirection
        /// The sender's name held invisible characters, which were removed.
        case invisibleCharacters
        /// Blanks push the extension out of sight.
        case distantExtension
        /// The name shows a harmless extension in front of the real one, as in `invoice.pdf.exe`.
        case doubleExtension
        /// The name means a device to Windows and was changed.
        case reservedName
        /// The name was too long and was cut.
        case tooLong
        /// The extension is that of a program.
        case program
        /// The content is not what the extension says.
        case contradictsContent

        /// The warning as a sentence for the ticket.
        public var sentence: String {
            switch self {
            case .path: "The name contained folders."
            case .controlCharacters: "The name contained control characters."
            case .hiddenDirection: "The name contained characters that reverse the order in which it is shown."
            case .invisibleCharacters: "The name contained invisible characters."
            case .distantExtension: "Blanks hid the end of the name."
            case .doubleExtension: "The name pretends to be of another kind by a second extension."
            case .reservedName: "The name was one that Windows reserves."
            case .tooLong: "The name was too long."
            case .program: "The name is that of a program."
            case .contradictsContent: "The content is of another kind than the name says."
            }
        }
    }

    /// The length of a name in octets of UTF-8; file systems take 255 and something may be added.
    public static let maximumLength = 200

    /// Makes a name harmless.
    ///
    /// - Parameters:
    ///   - given: the sender's name, decoded.
    ///   - format: the format of the content, when it is known.
    ///   - fallback: the name of a file that has none.
    public init(_ given: String?, format: FileFormat? = nil, fallback: String = "attachment") {
        var cleaner = NameCleaner()
        var name = cleaner.clean(given ?? "")
        if name.isEmpty {
            name = fallback
            if let usual = format?.extensions.first { name += "." + usual }
        }
        text = name
        warnings = cleaner.warnings.union(Self.judge(name, format)).sorted { $0.rawValue < $1.rawValue }
    }

    private static func judge(_ name: String, _ format: FileFormat?) -> Set<Warning> {
        var warnings: Set<Warning> = []
        let extensions = FileExtension.all(of: name)
        if let last = extensions.first, FileExtension.dangerous.contains(last) {
            warnings.insert(.program)
            if extensions.dropFirst().contains(where: { !FileFormat.formats(withExtension: $0).isEmpty || $0 == "txt" })
            {
                warnings.insert(.doubleExtension)
            }
        }
        if contradicts(extensions.first ?? "", format) { warnings.insert(.contradictsContent) }
        return warnings
    }

    /// Whether a file's format is of another group than its extension; a JPEG named `.png` does nobody harm.
    static func contradicts(_ name: String, _ format: FileFormat?) -> Bool {
        guard let format else { return false }
        let expected = FileFormat.formats(withExtension: name)
        guard !expected.contains(format), !expected.contains(where: { $0.group == format.group }) else { return false }
        // Any name but a program's is a disguise of a program; otherwise only a name that says something can be wrong.
        if format.group == .program { return !FileExtension.dangerous.contains(name) }
        return !expected.isEmpty || name == "txt" || name == "csv"
    }
}

/// Takes a sender's name apart and keeps what is harmless.
private struct NameCleaner {
    var warnings: Set<AttachmentName.Warning> = []
    private var scalars: [Unicode.Scalar] = []
    private var blanks = 0

    /// More of a name is not looked at; a header may be long.
    private static let maximumInput = 16_384

    mutating func clean(_ given: String) -> String {
        for (index, scalar) in given.unicodeScalars.enumerated() {
            guard index < Self.maximumInput else {
                warnings.insert(.tooLong)
                break
            }
            take(scalar)
        }
        trim()
        replaceReserved()
        shorten()
        return String(String.UnicodeScalarView(scalars))
    }

    private mutating func take(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "/", "\\":
            if !scalars.isEmpty { warnings.insert(.path) }
            scalars = []
            blanks = 0
        case "\u{2044}", "\u{2215}", "\u{29F5}", "\u{29F8}", "\u{FF0F}", "\u{FF3C}", "<", ">", ":", "\"", "|", "?", "*":
            // The first ones look like a slash and become one in some normal forms; Windows allows none of the others.
            keep("_")
        case "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}", "\u{200E}", "\u{200F}", "\u{61C}":
            warnings.insert(.hiddenDirection)
        case "\u{200C}", "\u{200D}":
            // Joiners belong to some scripts and to emoji, never behind a Latin letter.
            if let last = scalars.last, !last.isASCII {
                scalars.append(scalar)
            } else {
                warnings.insert(.invisibleCharacters)
            }
        default:
            takeOther(scalar)
        }
    }

    private mutating func takeOther(_ scalar: Unicode.Scalar) {
        switch scalar.properties.generalCategory {
        case .spaceSeparator, .lineSeparator, .paragraphSeparator:
            keepBlank()
        case .control:
            if scalar == "\t" || scalar == "\n" || scalar == "\r" { return keepBlank() }
            warnings.insert(.controlCharacters)
        case .format, .surrogate, .privateUse, .unassigned:
            warnings.insert(.invisibleCharacters)
        default:
            keep(scalar)
        }
    }

    private mutating func keepBlank() {
        blanks += 1
        if blanks == 1, !scalars.isEmpty { scalars.append(" ") }
    }

    private mutating func keep(_ scalar: Unicode.Scalar) {
        if blanks > 3, !scalars.isEmpty { warnings.insert(.distantExtension) }
        blanks = 0
        scalars.append(scalar)
    }

    /// Periods in front hide a file or climb folders, those behind are dropped by Windows; a dash begins an option.
    private mutating func trim() {
        dropEnd()
        scalars = Array(scalars.drop(while: Self.isTrimmed))
        if scalars.first == "-" || scalars.first == "~" { scalars.insert("_", at: 0) }
    }

    private mutating func dropEnd() {
        while let last = scalars.last, Self.isTrimmed(last) { scalars.removeLast() }
    }

    private static func isTrimmed(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "." || scalar == " " || scalar == "\u{200C}" || scalar == "\u{200D}"
    }

    private mutating func replaceReserved() {
        let stem = String(String.UnicodeScalarView(scalars.prefix { $0 != "." }))
        var name = stem.lowercasedASCII
        while name.last == " " { name.removeLast() }
        guard Self.reserved.contains(name) else { return }
        warnings.insert(.reservedName)
        scalars.insert("_", at: 0)
    }

    private static let reserved: Set<String> = {
        var names: Set<String> = ["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"]
        for digit in "0123456789\u{B9}\u{B2}\u{B3}" { names.formUnion(["com\(digit)", "lpt\(digit)"]) }
        return names
    }()

    /// Cuts the name in front of its extension.
    private mutating func shorten() {
        guard Self.length(scalars[...]) > AttachmentName.maximumLength else { return }
        warnings.insert(.tooLong)
        var ending: ArraySlice<Unicode.Scalar> = []
        if let period = scalars.lastIndex(of: "."), period > 0, Self.length(scalars[period...]) <= 32 {
            ending = scalars[period...]
        }
        var room = AttachmentName.maximumLength - Self.length(ending)
        var kept: [Unicode.Scalar] = []
        for scalar in scalars.dropLast(ending.count) {
            room -= UTF8.width(scalar)
            guard room >= 0 else { break }
            kept.append(scalar)
        }
        scalars = kept + ending
        dropEnd()
    }

    private static func length(_ scalars: ArraySlice<Unicode.Scalar>) -> Int {
        scalars.reduce(0) { $0 + UTF8.width($1) }
    }
}
