/// What a reader has to know of a message's form.
enum ContentNotice {
    case signed(by: String)
    case opaqueSigned
    case encrypted(with: String)
    case compressed
    case inlineSigned
    case incompleteTNEF
    case notOpened
    case incompleteSigned
    case textCut
    case truncated

    /// The notice as a sentence.
    var text: String {
        switch self {
        case .signed(let standard): "Signed with \(standard); signature not verified."
        case .opaqueSigned: "Signed with S/MIME, the text within the signature; signature not verified."
        case .encrypted(let standard): "Encrypted with \(standard); the content cannot be shown without its key."
        case .compressed: "Compressed with S/MIME; the content is not shown."
        case .inlineSigned: "Signed with OpenPGP within the text; signature not verified."
        case .incompleteTNEF: "Outlook's winmail.dat is damaged; what could be read of it is shown."
        case .notOpened: "Not opened: too much lies within this message."
        case .textCut: "The text is longer than is shown; the message as it was received has all of it."
        case .truncated: "Not everything that lies within this message is shown; the message as it was received has it."
        case .incompleteSigned: "The signed content ends too early; what is there is shown."
        }
    }
}
