internal import MIME
internal import Storage

/// An attached file as commands show it.
struct AttachmentView: Encodable {
    /// The number within the ticket; none where no ticket is shown.
    let number: Int?
    let path: String
    /// The name made harmless.
    let name: String
    /// The name as the sender gave it.
    let givenName: String?
    /// The declared media type.
    let type: String
    let detectedType: String?
    let size: Int
    let sha256: String
    let contentID: String?
    let isInline: Bool
    let action: String
    let note: String?
    let repeats: Int?
    let isSignature: Bool
    /// Whether lists for people leave it out.
    let isHidden: Bool

    init(_ row: AttachmentRow) {
        number = row.number > 0 ? row.number : nil
        path = row.path
        name = row.harmlessName
        givenName = row.name
        type = row.type
        detectedType = row.detectedType
        size = row.size
        sha256 = row.sha256.hexadecimal
        contentID = row.contentID
        isInline = row.isInline
        action = row.action.rawValue
        note = row.note
        repeats = row.repeats
        isSignature = row.isSignature
        isHidden = row.isHidden
    }

    /// One line: `[1] report.pdf, application/pdf, 12 KiB`.
    var text: String { "\(number.map { "[\($0)] " } ?? "")\(name), \(typeText), \(Output.size(size))" }

    /// What the content is, and what the sender said where that is something else.
    var typeText: String {
        guard let detectedType, detectedType != type else { return type }
        return "\(detectedType) (declared as \(type))"
    }

    /// Where the file is.
    var state: String {
        var state =
            switch action {
            case AttachmentPolicy.Action.strip.rawValue: "removed"
            case AttachmentPolicy.Action.quarantine.rawValue: "quarantine"
            default: "kept"
            }
        if isInline { state += ", inline" }
        if let repeats { state += ", repeats \(repeats)" }
        if isSignature { state += ", signature" }
        return state
    }
}

extension CommentView {
    /// What is attached, and how much of it is left out.
    func attachmentNotes(of ticket: String) -> [String] {
        var notes: [String] = []
        for attachment in attachments where !attachment.isHidden {
            notes.append(attachment.text)
            if let note = attachment.note { notes.append("  ! \(note)") }
        }
        if let hidden = attachments.hiddenText { notes.append("\(hidden): ticket attachment \(ticket) --all-files") }
        return notes
    }
}

extension [AttachmentView] {
    /// How many are left out, and why; `nil` when none is.
    var hiddenText: String? {
        let signatures = count { $0.isHidden && $0.isSignature }
        let repeated = count { $0.isHidden && !$0.isSignature }
        var texts: [String] = []
        if repeated > 0 { texts.append(repeated == 1 ? "1 file repeated" : "\(repeated) files repeated") }
        if signatures > 0 {
            texts.append(signatures == 1 ? "1 image of a signature" : "\(signatures) images of signatures")
        }
        return texts.isEmpty ? nil : texts.joined(separator: ", ")
    }
}

extension [UInt8] {
    /// The octets in hexadecimal digits.
    fileprivate var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
