import NIOCore

/// The octets of every message, made once: a head in which the message's number is replaced in place, and a tail
/// that all messages share.
struct MessageTemplate: Sendable {
    struct Options: Sendable {
        var size: Int
        var seed: UInt64
        var domain: String
        var hasMessageID: Bool
        var hasAttachment: Bool
    }

    /// Digits of a message's number.
    static let numberWidth = 10

    private let head: [UInt8]
    private let numberOffsets: [Int]
    /// The rest of each message.
    let tail: ByteBuffer
    private let senderPrefix: [UInt8]
    private let senderSuffix: [UInt8]
    private let options: Options

    /// Octets of one message, without the final dot.
    var size: Int { head.count + tail.readableBytes }

    init(_ options: Options) {
        self.options = options
        let mark = String(repeating: "#", count: Self.numberWidth)
        var random = SplitMix64(state: options.seed)
        var text = """
            From: Sender \(mark) <sender-\(mark)@\(options.domain)>
            To: Support <support@example.com>
            Subject: Load \(options.seed)-\(mark)
            Date: Sat, 21 Nov 2026 09:00:00 +0000
            MIME-Version: 1.0
            X-Load-Key: \(options.seed)-\(mark)

            """
        if options.hasMessageID {
            text += "Message-ID: <load.\(options.seed).\(mark)@\(options.domain)>\n"
        }
        let boundary = "=_load_\(options.seed)_="
        let paragraph = "This is message \(mark) of run \(options.seed), and no other has this line.\n"
        var closing = ""
        if options.hasAttachment {
            text += "Content-Type: multipart/mixed; boundary=\"\(boundary)\"\n\n"
            text += "--\(boundary)\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 7bit\n\n"
            text += paragraph + Self.lines(octets: 1_024, random: &random)
            text += "--\(boundary)\nContent-Type: application/octet-stream; name=\"load.bin\"\n"
            text += "Content-Disposition: attachment; filename=\"load.bin\"\n"
            text += "Content-Transfer-Encoding: base64\n\n"
            // Digits are base64, too: the attachment differs from message to message.
            text += "LoadNo\(mark)\n"
            closing = "--\(boundary)--\n"
        } else {
            text += "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 7bit\n\n"
            text += paragraph
        }

        var head = Self.withNetworkLineEnds(text)
        numberOffsets = Self.offsets(of: Array(mark.utf8), in: head)
        for offset in numberOffsets {
            head.replaceSubrange(offset..<offset + Self.numberWidth, with: repeatElement(0x30, count: Self.numberWidth))
        }
        self.head = head
        let end = Self.withNetworkLineEnds(closing)
        let room = max(0, options.size - head.count - end.count)
        var tail = ByteBuffer()
        tail.reserveCapacity(room + end.count + 128)
        if options.hasAttachment {
            Self.writeBase64(to: &tail, octets: room, random: &random)
        } else {
            Self.writeLines(to: &tail, octets: room, random: &random)
        }
        tail.writeBytes(end)
        self.tail = tail
        senderPrefix = Array("MAIL FROM:<sender-".utf8)
        senderSuffix = Array("@\(options.domain)>".utf8)
    }

    /// The head of one message, into a buffer that keeps its storage from message to message.
    func writeHead(ofMessage number: Int, to buffer: inout ByteBuffer) {
        let start = buffer.writerIndex
        buffer.writeBytes(head)
        for offset in numberOffsets {
            Self.setNumber(number, at: start + offset, in: &buffer)
        }
    }

    /// The MAIL command of one message.
    func writeMail(ofMessage number: Int, declaresSize: Bool, to buffer: inout ByteBuffer) {
        buffer.writeBytes(senderPrefix)
        let digits = buffer.writerIndex
        buffer.writeRepeatingByte(0x30, count: Self.numberWidth)
        Self.setNumber(number, at: digits, in: &buffer)
        buffer.writeBytes(senderSuffix)
        if declaresSize {
            buffer.writeStaticString(" SIZE=")
            Self.writeDecimal(size, to: &buffer)
        }
        buffer.writeStaticString("\r\n")
    }

    /// The message's key in the ledger.
    func key(ofMessage number: Int) -> String {
        "\(options.seed)-\(Self.padded(number))"
    }

    /// The message's Message-ID, when it has one.
    func messageID(ofMessage number: Int) -> String? {
        options.hasMessageID ? "<load.\(options.seed).\(Self.padded(number))@\(options.domain)>" : nil
    }

    static func writeDecimal(_ value: Int, to buffer: inout ByteBuffer) {
        var divisor = 1
        while value / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            buffer.writeInteger(UInt8(truncatingIfNeeded: 0x30 + value / divisor % 10))
            divisor /= 10
        }
    }

    private static func setNumber(_ number: Int, at index: Int, in buffer: inout ByteBuffer) {
        var rest = number
        for position in stride(from: index + numberWidth - 1, through: index, by: -1) {
            buffer.setInteger(UInt8(truncatingIfNeeded: 0x30 + rest % 10), at: position)
            rest /= 10
        }
    }

    private static func padded(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, numberWidth - digits.count)) + digits
    }

    private static func withNetworkLineEnds(_ text: String) -> [UInt8] {
        text.utf8.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }
    }

    private static func offsets(of mark: [UInt8], in octets: [UInt8]) -> [Int] {
        guard octets.count >= mark.count else { return [] }
        return (0...octets.count - mark.count).filter { octets[$0..<$0 + mark.count].elementsEqual(mark) }
    }
}

// MARK: - Filling

extension MessageTemplate {
    private static let words = """
        account again answer before button change customer delivery device email error every first found \
        invoice letter machine meeting morning number office order password please printer problem question \
        reply report request screen server since support system table thank their there ticket today \
        tomorrow update version window without would yesterday
        """.split(separator: " ").map { Array($0.utf8) }

    private static func lines(octets: Int, random: inout SplitMix64) -> String {
        var buffer = ByteBuffer()
        writeLines(to: &buffer, octets: octets, random: &random)
        return String(decoding: buffer.readableBytesView.filter { $0 != 0x0D }, as: UTF8.self)
    }

    /// Lines of words, 70 to 78 octets each.
    private static func writeLines(to buffer: inout ByteBuffer, octets: Int, random: inout SplitMix64) {
        let end = buffer.writerIndex + octets
        var column = 0
        while buffer.writerIndex < end - 2 {
            let word = words[Int(random.next() % UInt64(words.count))]
            let space = end - 2 - buffer.writerIndex
            if column > 0, column + word.count > 72 {
                guard space > 2 else { break }
                buffer.writeStaticString("\r\n")
                column = 0
            } else if column > 0 {
                buffer.writeInteger(0x20 as UInt8)
                column += 1
            }
            let part = word.prefix(end - 2 - buffer.writerIndex)
            buffer.writeBytes(part)
            column += part.count
        }
        if octets > 0 { buffer.writeStaticString("\r\n") }
    }

    private static let base64Alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// Full lines of base64, 76 octets each.
    private static func writeBase64(to buffer: inout ByteBuffer, octets: Int, random: inout SplitMix64) {
        var line = [UInt8](repeating: 0x41, count: 78)
        line[76] = 0x0D
        line[77] = 0x0A
        for _ in 0..<max(1, octets / 78) {
            var bits = random.next()
            for index in 0..<76 {
                if index % 10 == 0 { bits = random.next() }
                line[index] = base64Alphabet[Int(bits & 63)]
                bits >>= 6
            }
            buffer.writeBytes(line)
        }
    }
}

/// A small generator with a seed: the same seed, the same messages.
struct SplitMix64 {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
