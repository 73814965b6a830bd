internal import Foundation
internal import MIME

/// What commands print on the standard output.
enum Output {
    /// Prints a value as JSON, its keys in snake case and sorted.
    static func json(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// Prints rows in columns; the last column is as wide as it likes.
    static func table(_ heading: [String], _ rows: [[String]]) {
        let rows = [heading] + rows.map { $0.map(VisibleText.marked) }
        let widths = heading.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        for row in rows {
            var line = ""
            for (column, cell) in row.enumerated() {
                line += cell
                if column < row.count - 1 {
                    line += String(repeating: " ", count: widths[column] - cell.count + 2)
                }
            }
            print(line)
        }
    }

    /// Prints names, subjects and what is said of them: what hides or turns text in them is made visible.
    static func text(_ text: String, indent: String = "") {
        printLines(text, indent, VisibleText.marked)
    }

    /// Prints text of a mail: its lines stay lines, emoji stay whole, and nothing in it controls the terminal.
    static func prose(_ text: String, indent: String = "") {
        printLines(text, indent, VisibleText.prose)
    }

    private static func printLines(_ text: String, _ indent: String, _ visible: (String) -> String) {
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            print(indent + visible(String(line).replacing("\t", with: "    ")))
        }
    }

    /// Writes octets as they are.
    static func raw(_ octets: [UInt8]) throws {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(octets))
        } catch {
            throw ExitStatus.fail(.inputOutput, "the output cannot be written: \(error.reason)")
        }
    }

    /// A size as people read it.
    static func size(_ octets: Int) -> String {
        switch octets {
        case ..<1024: "\(octets) B"
        case ..<1_048_576: "\((octets + 512) / 1024) KiB"
        default: "\((octets + 524_288) / 1_048_576) MiB"
        }
    }
}
