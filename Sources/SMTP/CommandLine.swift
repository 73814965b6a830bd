import Mail
import NIOCore

/// One command line taken apart: its verb, if it is a known one, and its argument.
struct CommandLine {
    /// Why a line is no command.
    enum Defect: Error {
        case empty, badCharacters, unknownVerb
    }

    let verb: Verb
    /// What follows the verb, without the spaces around it.
    let argument: String

    /// Reads a line without its line end.
    init(_ line: Span<UInt8>) throws(Defect) {
        var isASCII = true
        for index in line.indices {
            let octet = line[index]
            guard octet >= 0x20, octet != 0x7F else { throw .badCharacters }
            if octet >= 0x80 { isASCII = false }
        }
        if !isASCII, (try? UTF8Span(validating: line)) == nil { throw .badCharacters }
        var end = line.count
        while end > 0, line[end - 1] == UInt8(ascii: " ") { end -= 1 }
        guard end > 0 else { throw .empty }
        var wordEnd = 0
        while wordEnd < end, line[wordEnd] != UInt8(ascii: " ") { wordEnd += 1 }
        guard let verb = Verb(line.extracting(0..<wordEnd)) else { throw .unknownVerb }
        self.verb = verb
        var start = wordEnd
        while start < end, line[start] == UInt8(ascii: " ") { start += 1 }
        guard start < end else {
            argument = ""
            return
        }
        guard let text = try? UTF8Span(validating: line.extracting(start..<end)) else { throw .badCharacters }
        argument = String(copying: text)
    }
}
