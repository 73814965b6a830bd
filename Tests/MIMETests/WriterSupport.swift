import MIME
import Mail
import Testing

/// A draft that is written and read again.
struct Rewritten {
    let written: MessageDraft.Written
    let parsed: Parsed

    init(
        _ draft: MessageDraft,
        for transport: MessageDraft.Transport = .init(),
        boundarySeed: (UInt64, UInt64) = (1, 2)
    ) throws {
        written = try draft.written(for: transport, boundarySeed: boundarySeed)
        parsed = Parsed(written.octets)
    }

    /// The lines, without their ends.
    var lines: [[UInt8]] {
        written.octets.split(separator: 10, omittingEmptySubsequences: false).dropLast().map { Array($0.dropLast()) }
    }

    var text: String { String(decoding: written.octets, as: UTF8.self) }

    /// The message's own header as it is written, with LF line ends.
    var header: String {
        String(text.replacing("\r\n", with: "\n").prefix { _ in true }.split(separator: "\n\n").first ?? "")
    }

    /// A field as it is written, with LF line ends.
    func field(_ name: String) -> String? {
        var lines: [Substring] = []
        for line in header.split(separator: "\n") {
            if !lines.isEmpty, line.first == " " { lines.append(line) } else if !lines.isEmpty { break }
            if lines.isEmpty, line.hasPrefix(name + ":") { lines.append(line) }
        }
        return lines.isEmpty ? nil : lines.joined(separator: "\n")
    }

    var fieldNames: [String] {
        parsed.message.fields.map { String(decoding: parsed.bytes[$0.nameRange], as: UTF8.self) }
    }

    /// What must hold of every message that is written.
    func checkForm(sourceLocation: SourceLocation = #_sourceLocation) {
        let octets = written.octets
        #expect(octets.suffix(2).elementsEqual([13, 10]), sourceLocation: sourceLocation)
        #expect(!octets.contains(0), sourceLocation: sourceLocation)
        for (index, octet) in octets.enumerated() where octet == 10 || octet == 13 {
            let isPair =
                octet == 10 ? index > 0 && octets[index - 1] == 13 : index + 1 < octets.count && octets[index + 1] == 10
            guard isPair else {
                Issue.record("a bare CR or LF at \(index)", sourceLocation: sourceLocation)
                return
            }
        }
        #expect(lines.allSatisfy { $0.count <= 998 }, sourceLocation: sourceLocation)
        let isEightBit = octets.contains { $0 >= 0x80 }
        #expect(
            isEightBit == (written.needsEightBitMIME || written.needsSMTPUTF8),
            sourceLocation: sourceLocation
        )
        let headerEnd = parsed.message.bodyRange.lowerBound
        #expect(octets[..<headerEnd].contains { $0 >= 0x80 } == written.needsSMTPUTF8, sourceLocation: sourceLocation)
        #expect(
            octets[headerEnd...].contains { $0 >= 0x80 } == written.needsEightBitMIME,
            sourceLocation: sourceLocation
        )
        checkHeaderLines(sourceLocation)
    }

    private func checkHeaderLines(_ sourceLocation: SourceLocation) {
        for line in header.split(separator: "\n") {
            #expect(!line.allSatisfy { $0 == " " }, "a blank line in the header", sourceLocation: sourceLocation)
            let count = line.utf8.count
            if count > (line.contains("=?UTF-8?") ? 76 : 78) {
                // Only what cannot be broken: one word behind the name or the indentation.
                #expect(line.split(separator: " ").count <= 2, "\(line)", sourceLocation: sourceLocation)
                #expect(!line.contains("=?UTF-8?"), "\(line)", sourceLocation: sourceLocation)
            }
        }
    }
}

/// Short ways to make values of tests, which fail where the text is not what it should be.
enum Make {
    static func address(_ text: String) throws -> MailAddress { try #require(MailAddress(text)) }

    static func mailbox(_ name: String?, _ text: String) throws -> NamedAddress {
        NamedAddress(name: name, address: try address(text))
    }

    static func id(_ text: String) throws -> MessageID { try #require(MessageID(text)) }

    static func type(_ text: String) throws -> MessageDraft.MediaType { try #require(MessageDraft.MediaType(text)) }

    static func fieldName(_ text: String) throws -> MessageDraft.FieldName {
        try #require(MessageDraft.FieldName(text))
    }

    static func draft(_ content: MessageDraft.Part = .plainText("Hello\n")) throws -> MessageDraft {
        MessageDraft(
            date: Timestamp(seconds: 1_795_253_400),
            from: [try mailbox("Support", "support@example.com")],
            messageID: try id("1@example.com"),
            content: content
        )
    }
}

/// Joins the lines of format=flowed as a reader does (RFC 3676 section 4), written from the RFC and not from the writer.
func joinedFlowedText(_ text: String) -> String {
    var result: [(depth: Int, text: String)] = []
    var isOpen = false
    var lines = text.replacing("\r\n", with: "\n").split(separator: "\n" as Character, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    for line in lines {
        let depth = line.unicodeScalars.prefix { $0 == ">" }.count
        var rest = line.unicodeScalars.dropFirst(depth)
        if rest.first == " " { rest = rest.dropFirst() }
        let content = String(rest)
        if isOpen, let last = result.last, last.depth == depth, content != "-- " {
            result[result.count - 1].text = last.text + content
        } else {
            result.append((depth, content))
        }
        isOpen = rest.last == " " && content != "-- "
    }
    return result.map { $0.depth > 0 ? String(repeating: ">", count: $0.depth) + " " + $0.text : $0.text }
        .map { $0 + "\n" }.joined()
}
