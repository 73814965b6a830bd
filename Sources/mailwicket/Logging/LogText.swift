package import Logging
package import Mail

/// One event as one line: the forms that the log has.
package enum LogText {
    /// A line for people: time, level, label, message, and the metadata sorted by key.
    package static func line(
        at moment: Timestamp,
        level: Logger.Level,
        label: String,
        message: String,
        metadata: Logger.Metadata
    ) -> String {
        var line = "\(timestamp(moment)) \(level.rawValue.padded(to: 8)) \(label): \(escapingControls(message))"
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            line += " \(escapingControls(key))=\(quoted(value.description))"
        }
        return line
    }

    /// A JSON object for programs, its metadata in an object of its own, so that no key of it can pose as ours.
    package static func json(
        at moment: Timestamp,
        level: Logger.Level,
        label: String,
        message: String,
        metadata: Logger.Metadata
    ) -> String {
        var line = "{\"time\":\""
        line.reserveCapacity(256)
        line += timestamp(moment)
        line += "\",\"level\":\""
        line += level.rawValue
        line += "\",\"label\":"
        append(label, to: &line)
        line += ",\"message\":"
        append(message, to: &line)
        if !metadata.isEmpty {
            line += ",\"metadata\":"
            append(metadata, to: &line)
        }
        line += "}"
        return line
    }

    /// RFC 3339 in UTC with milliseconds.
    private static func timestamp(_ moment: Timestamp) -> String {
        let remainder = Int(moment.milliseconds % 1000)
        let fraction = remainder < 0 ? remainder + 1000 : remainder
        var text = moment.description
        text.removeLast()
        text += fraction < 10 ? ".00" : fraction < 100 ? ".0" : "."
        text += "\(fraction)Z"
        return text
    }

    /// A value as it stands behind `key=`: quoted where it would otherwise not end where it ends.
    private static func quoted(_ value: String) -> String {
        let escaped = escapingControls(value.replacing("\\", with: "\\\\"))
        let needsQuotes = escaped.isEmpty || escaped.unicodeScalars.contains { $0 == " " || $0 == "\"" || $0 == "=" }
        return needsQuotes ? "\"\(escaped.replacing("\"", with: "\\\""))\"" : escaped
    }

    /// The text with every character escaped that could end the line, move the cursor, or reverse what is read: a mail's
    /// sender must not write lines of our log.
    package static func escapingControls(_ text: String) -> String {
        if isPlain(text) { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where isHarmful(scalar): result += "\\u{\(String(scalar.value, radix: 16))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Whether all of the text is printable US-ASCII: nearly all that is logged, and quickly seen.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
    }

    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
        default: false
        }
    }

    private static func append(_ metadata: Logger.Metadata, to line: inout String) {
        var separator = "{"
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            line += separator
            separator = ","
            append(key, to: &line)
            line += ":"
            append(value, to: &line)
        }
        line += metadata.isEmpty ? "{}" : "}"
    }

    private static func append(_ value: Logger.MetadataValue, to line: inout String) {
        switch value {
        case .string(let string): append(string, to: &line)
        case .stringConvertible(let value): append(value.description, to: &line)
        case .dictionary(let metadata): append(metadata, to: &line)
        case .array(let values):
            var separator = "["
            for value in values {
                line += separator
                separator = ","
                append(value, to: &line)
            }
            line += values.isEmpty ? "[]" : "]"
        }
    }

    /// RFC 8259 section 7, and more escaped than it asks for: what harms a terminal harms it in JSON too.
    private static func append(_ text: String, to line: inout String) {
        line += "\""
        defer { line += "\"" }
        if isPlain(text), !text.utf8.contains(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) {
            line += text
            return
        }
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": line += "\\\""
            case "\\": line += "\\\\"
            case "\n": line += "\\n"
            case "\r": line += "\\r"
            case "\t": line += "\\t"
            case _ where isHarmful(scalar):
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    line += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            default: line.unicodeScalars.append(scalar)
            }
        }
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
