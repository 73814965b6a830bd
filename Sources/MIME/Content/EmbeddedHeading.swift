/// What a reader is told of a message within the message: its sender, recipients, date and subject.
enum EmbeddedHeading {
    private static let shown: [(HeaderField.Name, String)] = [
        (.from, "From"), (.to, "To"), (.cc, "Cc"), (.date, "Date"), (.subject, "Subject"),
    ]
    /// Octets of a value that are shown.
    private static let maximumValue = 1000

    /// The heading of a message.
    static func text(of message: Message, in bytes: Span<UInt8>) -> String {
        var lines: [String] = []
        for (name, label) in shown {
            guard let field = message.fields.first(where: { $0.name == name }) else { continue }
            lines.append(line(label, message.text(of: field, in: bytes)))
        }
        return lines.joined(separator: "\n")
    }

    /// The heading of a message in Outlook's form.
    static func text(of tnef: TNEF) -> String {
        var from = tnef.senderName ?? ""
        if let address = tnef.senderAddress { from += from.isEmpty ? address : " <\(address)>" }
        return [("From", from), ("Subject", tnef.subject ?? "")]
            .filter { !$0.1.isEmpty }
            .map { line($0.0, $0.1) }
            .joined(separator: "\n")
    }

    private static func line(_ label: String, _ value: String) -> String {
        "\(label): " + PlainText.cut(Array(HeaderText.cleaned(Array(value.utf8)).utf8), maximumValue)
    }
}
