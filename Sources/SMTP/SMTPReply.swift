public import Mail
public import NIOCore

/// One reply of a server: a code, the enhanced code where there is one, and a line of text (RFC 5321 section 4.2).
public struct SMTPReply: Hashable, Sendable, CustomStringConvertible {
    /// The three-digit reply code.
    public var code: UInt16
    /// The enhanced status code; `nil` in the greeting and in the answer to EHLO (RFC 2034 section 4).
    public var enhancedStatusCode: EnhancedStatusCode?
    /// The text, without line ends.
    public var text: String

    /// The longest reply line, with its line end (RFC 5321 section 4.5.3.1.5).
    public static let maximumLineLength = 512

    /// Makes a reply.
    public init(_ code: UInt16, _ enhancedStatusCode: EnhancedStatusCode?, _ text: String) {
        self.code = code
        self.enhancedStatusCode = enhancedStatusCode
        self.text = text
    }

    /// Whether the reply grants what was asked.
    public var isPositive: Bool { code < 400 }

    /// Whether the same command will fail again.
    public var isPermanent: Bool { code >= 500 }

    /// The reply line without its line end.
    public var description: String {
        enhancedStatusCode.map { "\(code) \($0) \(text)" } ?? "\(code) \(text)"
    }

    /// Appends the reply as one line to `buffer`, its text shortened when the line would be too long.
    public func write(to buffer: inout ByteBuffer) {
        write(to: &buffer, isLast: true)
    }

    /// Appends one line of a reply of several lines, which all bear the same code (RFC 5321 section 4.2.1).
    func write(to buffer: inout ByteBuffer, isLast: Bool) {
        let start = buffer.writerIndex
        buffer.writeDigits(code)
        buffer.writeInteger(isLast ? UInt8(ascii: " ") : UInt8(ascii: "-"))
        if let enhancedStatusCode {
            buffer.writeDigits(UInt16(enhancedStatusCode.class.rawValue))
            buffer.writeInteger(UInt8(ascii: "."))
            buffer.writeDigits(enhancedStatusCode.subject)
            buffer.writeInteger(UInt8(ascii: "."))
            buffer.writeDigits(enhancedStatusCode.detail)
            buffer.writeInteger(UInt8(ascii: " "))
        }
        let room = Self.maximumLineLength - 2 - (buffer.writerIndex - start)
        if text.utf8.count <= room {
            buffer.writeString(text)
        } else {
            writeShortened(to: &buffer, room: room)
        }
        buffer.writeInteger(0x0D0A as UInt16)
    }

    private func writeShortened(to buffer: inout ByteBuffer, room: Int) {
        var octets = Array(text.utf8.prefix(room))
        // Not in the middle of a character.
        while let last = octets.last, last >= 0x80, text.utf8.count > octets.count {
            octets.removeLast()
            if last >= 0xC0 { break }
        }
        buffer.writeBytes(octets)
    }
}

extension ByteBuffer {
    /// Appends a small number in decimal, without making a string of it.
    mutating func writeDigits(_ number: UInt16) {
        if number >= 10 { writeDigits(number / 10) }
        writeInteger(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
    }
}
