import Foundation
import MIME
import Mail

/// One expectation of a third-party case beside what the parser found.
struct CorpusComparison {
    let field: String
    let isEqual: Bool
    let difference: String

    /// Compares everything that a case says.
    ///
    /// The projects took their figures from the files, whose lines end in LF, or from the messages as they travelled,
    /// with CRLF: what holds in one of the forms is equal.
    static func all(of item: ThirdPartyCorpusTests.Case, _ octets: [UInt8]) -> [CorpusComparison] {
        let forms = [octets, octets.withLineEnds([13, 10])].map { form in
            let parsed = Parsed(form)
            return texts(of: item, parsed.summary) + readable(item, parsed) + attachments(item, parsed)
        }
        return zip(forms[0], forms[1]).map { $0.isEqual ? $0 : $1 }
    }

    private static func texts(of item: ThirdPartyCorpusTests.Case, _ summary: MessageSummary) -> [CorpusComparison] {
        let pairs: [(String, String?, String?)] = [
            ("subject", item.subject, summary.subject),
            (
                "from_address", item.from_address.map(address),
                summary.from.first?.address.description ?? summary.fromLocalPart
            ),
            ("from_name", item.from_name, summary.fromName),
            ("message_id", item.message_id, summary.messageID?.value),
        ]
        return pairs.compactMap { field, expected, found in
            guard let expected else { return nil }
            return CorpusComparison(
                field: field,
                isEqual: collapsed(expected) == collapsed(found ?? ""),
                difference: "expected \(expected), found \(found ?? "none")"
            )
        }
    }

    /// Texts are looked for in all forms of the body: projects differ in which they show, as RFC 2046 lets them.
    private static func readable(_ item: ThirdPartyCorpusTests.Case, _ parsed: Parsed) -> [CorpusComparison] {
        let leaves = parsed.message.parts.filter { !$0.isMultipart && $0.contentType.type == "text" }
        let texts =
            [collapsed(parsed.summary.text)]
            + leaves.map { collapsed(parsed.message.decodedText(of: $0, in: parsed.bytes.span)) }
        return ((item.contains ?? []) + (item.contains_any ?? [])).map { part in
            CorpusComparison(
                field: "contains",
                isEqual: texts.contains { $0.contains(collapsed(part)) },
                difference: String(part.prefix(200))
            )
        }
    }

    private static func attachments(_ item: ThirdPartyCorpusTests.Case, _ parsed: Parsed) -> [CorpusComparison] {
        let leaves = CorpusLeaf.all(of: parsed)
        let digests = Set(leaves.flatMap(\.forms).map { hex(digest(of: $0)) })
        let sizes = Set(leaves.flatMap(\.forms).map(\.count))
        let names = Set(leaves.flatMap(\.names).map(collapsed))
        let attachments = item.attachments ?? []
        let expected = (item.leaf_sha256 ?? []) + (item.attachment_sha256 ?? []) + attachments.compactMap(\.sha256)
        var result = expected.map { CorpusComparison(field: "sha256", isEqual: digests.contains($0), difference: $0) }
        for size in attachments.filter({ $0.sha256 == nil }).compactMap(\.size) {
            let difference = "\(size) is none of \(sizes.sorted())"
            result.append(CorpusComparison(field: "size", isEqual: sizes.contains(size), difference: difference))
        }
        for name in attachments.compactMap(\.filename) where !isMadeUp(name) {
            let difference = "\(name) is none of \(names.sorted())"
            result.append(
                CorpusComparison(field: "name", isEqual: names.contains(collapsed(name)), difference: difference)
            )
        }
        return result
    }

    /// Whether a project made up the name of a part that has none: `noname1`, or eight digits of a digest.
    private static func isMadeUp(_ name: String) -> Bool {
        name.hasPrefix("noname") || (name.count == 8 && name.allSatisfy(\.isHexDigit))
    }

    /// The text with its white space collapsed and without the controls that no readable text keeps.
    static func collapsed(_ text: String) -> String {
        let shown = text.unicodeScalars.filter { $0.value >= 0x20 || $0.properties.isWhitespace }
        return String(String.UnicodeScalarView(shown)).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// Some expectations hold the whole mailbox.
    static func address(_ text: String) -> String {
        guard let open = text.lastIndex(of: "<"), let close = text.lastIndex(of: ">"), open < close else { return text }
        return String(text[text.index(after: open)..<close])
    }
}

/// A leaf of a message, or of a message within it.
private struct CorpusLeaf {
    /// The decoded octets and, of a text, the text in UTF-8: some projects take the digest of that.
    var forms: [[UInt8]]
    /// The names that its two fields give.
    var names: [String]

    static func all(of parsed: Parsed, depth: Int = 0) -> [CorpusLeaf] {
        parsed.message.parts.filter { !$0.isMultipart }.flatMap { part in
            let content = parsed.content(of: part.index)
            var leaf = CorpusLeaf(forms: [content], names: [])
            leaf.names = [part.disposition?.fileName, part.contentType.name].compactMap { $0 }
            if part.contentType.type == "text" {
                leaf.forms.append(Array(parsed.message.decodedText(of: part, in: parsed.bytes.span).utf8))
            }
            if part.contentType.type == "message" {
                // RFC 2046 section 5.1.1 gives the delimiter one line end; webklex takes all of them.
                leaf.forms.append(
                    Array(content.prefix(upTo: content.lastIndex { $0 != 10 && $0 != 13 }.map { $0 + 1 } ?? 0))
                )
            }
            guard part.contentType.mediaType == "message/rfc822", depth < 8 else { return [leaf] }
            return [leaf] + all(of: Parsed(content), depth: depth + 1)
        }
    }
}
