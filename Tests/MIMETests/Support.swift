import Foundation
import MIME
import Mail

/// Where the package's files lie, found from this one.
enum Places {
    static let root = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    static let corpus = root.appending(path: "Tests/Corpus")
    static let shared = root.deletingLastPathComponent().appending(path: "shared/corpora")
}

/// A message together with its octets, so that tests read in one line.
struct Parsed {
    let bytes: [UInt8]
    let message: Message
    let summary: MessageSummary

    init(_ bytes: [UInt8], limits: Message.Limits = .init()) {
        self.bytes = bytes
        message = Message(parsing: bytes.span, limits: limits)
        summary = message.summary(of: bytes.span, limits: limits)
    }

    /// Parses text whose lines end in LF, sent with CRLF.
    init(_ text: String, limits: Message.Limits = .init()) {
        self.init(Array(text.replacingOccurrences(of: "\n", with: "\r\n").utf8), limits: limits)
    }

    var digest: [UInt8] { message.digestWithoutTrace(of: bytes.span) }

    /// The same, found with the digest of all octets at hand.
    var digestFromWhole: [UInt8] {
        message.digestWithoutTrace(of: bytes.span, whole: MIMETests.digest(of: bytes))
    }

    var defectKinds: Set<Defect.Kind> { Set(summary.defects.map(\.kind)) }

    func content(of part: Int) -> [UInt8] {
        var content: [UInt8] = []
        message.decodedContent(of: message.parts[part], in: bytes.span) { piece in
            for index in piece.indices { content.append(piece[index]) }
        }
        return content
    }

    /// The work done, for each octet of the message.
    var effort: Double { Double(summary.work.steps) / Double(max(bytes.count, 1)) }
}

func hex(_ octets: [UInt8]) -> String {
    octets.map { String(format: "%02x", $0) }.joined()
}

extension [UInt8] {
    /// The octets with each line end made `lineEnd`.
    func withLineEnds(_ lineEnd: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(count)
        var index = 0
        while index < count {
            if self[index] == 13, index + 2 < count, self[index + 1] == 13, self[index + 2] == 10 {
                result += lineEnd
                index += 3
            } else if self[index] == 13, index + 1 < count, self[index + 1] == 10 {
                result += lineEnd
                index += 2
            } else if self[index] == 13 || self[index] == 10 {
                result += lineEnd
                index += 1
            } else {
                result.append(self[index])
                index += 1
            }
        }
        return result
    }
}
