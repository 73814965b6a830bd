import Mail

/// The argument of MAIL or RCPT taken apart: keyword, path and parameters (RFC 5321 section 4.1.1.2, 4.1.1.3).
struct PathArgument {
    /// Why an argument cannot be read.
    enum Defect: Error {
        /// The keyword or the brackets are missing, or a parameter breaks the grammar.
        case syntax
        /// The path is no path.
        case path
    }

    /// The mailbox without brackets and source route; empty for `<>`.
    let mailbox: Substring
    /// What follows the path, split at spaces.
    let parameters: [Substring]

    /// The longest path with its brackets (RFC 5321 section 4.5.3.1.3).
    static let maximumPathLength = 256

    /// Reads `FROM:<path> parameters`, where `keyword` is `FROM:` or `TO:` in lower case.
    ///
    /// - Parameter isLoose: whether spaces before the path and a path without brackets are taken.
    init(_ argument: String, keyword: StaticString, isLoose: Bool) throws(Defect) {
        let octets = argument.utf8
        var index = octets.startIndex
        for expected in keyword.description.utf8 {
            guard index < octets.endIndex, octets[index].asciiLowercased == expected else { throw .syntax }
            index = octets.index(after: index)
        }
        if isLoose {
            while index < octets.endIndex, octets[index] == UInt8(ascii: " ") { index = octets.index(after: index) }
        }
        guard index < octets.endIndex else { throw .syntax }
        let isBracketed = octets[index] == UInt8(ascii: "<")
        guard isBracketed || isLoose else { throw .syntax }
        let pathStart = isBracketed ? octets.index(after: index) : index
        let pathEnd = try Self.endOfPath(octets, from: pathStart, isBracketed: isBracketed)
        guard octets.distance(from: index, to: pathEnd) < Self.maximumPathLength else { throw .path }
        mailbox = try Self.withoutRoute(argument[pathStart..<pathEnd])
        let rest = isBracketed ? octets.index(after: pathEnd) : pathEnd
        if rest < octets.endIndex {
            guard octets[rest] == UInt8(ascii: " ") else { throw .path }
            parameters = argument[rest...].split(separator: " ")
        } else {
            parameters = []
        }
    }

    /// Finds the closing bracket, or the space behind a path without brackets; neither counts inside quotes.
    private static func endOfPath(
        _ octets: String.UTF8View,
        from start: String.Index,
        isBracketed: Bool
    ) throws(Defect) -> String.Index {
        let end = isBracketed ? UInt8(ascii: ">") : UInt8(ascii: " ")
        var index = start
        var isQuoted = false
        while index < octets.endIndex {
            let octet = octets[index]
            if isQuoted, octet == UInt8(ascii: "\\") {
                index = octets.index(after: index)
                guard index < octets.endIndex else { throw .path }
            } else if octet == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if octet == end, !isQuoted {
                return index
            }
            index = octets.index(after: index)
        }
        guard !isBracketed, !isQuoted else { throw .path }
        return index
    }

    /// Drops a source route, which is accepted and ignored (RFC 5321 appendix C).
    private static func withoutRoute(_ path: Substring) throws(Defect) -> Substring {
        guard path.utf8.first == UInt8(ascii: "@") else { return path }
        guard let colon = path.utf8.firstIndex(of: UInt8(ascii: ":")) else { throw .path }
        for hop in path[..<colon].split(separator: ",", omittingEmptySubsequences: false) {
            guard hop.utf8.first == UInt8(ascii: "@"), Domain(hop.dropFirst()) != nil else { throw .path }
        }
        let mailbox = path[path.utf8.index(after: colon)...]
        guard !mailbox.isEmpty else { throw .path }
        return mailbox
    }
}

/// One parameter of MAIL or RCPT: a keyword, and a value where one is given (RFC 5321 section 4.1.2, `esmtp-param`).
struct PathParameter {
    /// The keyword in upper case.
    let keyword: String
    let value: Substring?

    /// Reads `KEYWORD` or `KEYWORD=value`.
    init(_ text: Substring) throws(PathArgument.Defect) {
        let equals = text.utf8.firstIndex(of: UInt8(ascii: "="))
        let keyword = text[..<(equals ?? text.endIndex)]
        guard let first = keyword.utf8.first, first.isASCIILetter || first.isASCIIDigit,
            keyword.utf8.allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "-") })
        else { throw .syntax }
        self.keyword = keyword.uppercased()
        value = equals.map { text[text.utf8.index(after: $0)...] }
        if let value {
            guard !value.isEmpty, !value.utf8.contains(UInt8(ascii: "=")) else { throw .syntax }
        }
    }
}
