public import MIME
public import Mail

/// What is attached to a message; its octets lie in the message's.
public struct AttachmentRow: Hashable, Sendable {
    /// The message.
    public let message: UniqueID
    /// Where the file lies: the part's index, and behind a period each the position in what the part holds.
    public let path: String
    /// The file name that the sender gave; not a safe path.
    public let name: String?
    /// The media type that the sender declared.
    public let type: String
    /// The media type that the content shows, where it is known.
    public let detectedType: String?
    /// The decoded size in octets.
    public let size: Int
    /// The SHA-256 digest of the decoded content.
    public let sha256: [UInt8]
    /// The Content-ID without angle brackets.
    public let contentID: String?
    /// Whether it is meant to be shown within the text.
    public let isInline: Bool
    /// What the policy did with it when it came.
    public let action: AttachmentPolicy.Action
    /// What there is to say about it.
    public let note: String?
    /// The position among all files of the ticket, from 1; 0 where no ticket is asked for.
    public internal(set) var number = 0
    /// The number of the file of the same ticket that this image is once more.
    public internal(set) var repeats: Int?
    /// Whether it is an image that the sender's domain puts under all its mail.
    public internal(set) var isSignature = false

    fileprivate init?(_ row: SQLRow, message: UniqueID) {
        guard let path = row.text(0), let type = row.text(2), let size = row.integer(4), let sha256 = row.blob(5)
        else { return nil }
        self.message = message
        self.path = path
        name = row.text(1)
        self.type = type
        detectedType = row.text(3)
        self.size = Int(size)
        self.sha256 = sha256
        contentID = row.text(6)
        isInline = row.integer(7) == 1
        // A word of a newer version is no reason to hand out the file.
        action = row.text(8).flatMap(AttachmentPolicy.Action.init(rawValue:)) ?? .quarantine
        note = row.text(9)
    }

    /// The name made harmless, which is the one to show and to write under.
    public var harmlessName: String {
        AttachmentName(name, format: detectedType.flatMap { FileFormat(mediaType: $0) }).text
    }

    /// Whether it lies within another file.
    public var isWithinFile: Bool { path.contains(".") }

    /// Whether lists may leave it out, since it adds nothing to what is there.
    public var isHidden: Bool { action == .allow && (repeats != nil || isSignature) }

    /// Whether it is a picture, by its content, else as declared.
    fileprivate var isImage: Bool { (detectedType ?? type).hasPrefix("image/") }

    /// The positions in ``path``, by which files are ordered.
    fileprivate var positions: [Int] { path.split(separator: ".").map { Int($0) ?? 0 } }
}

extension SQLReader {
    /// What is attached to a message, in the order of its parts.
    public func attachments(of message: UniqueID) throws(StoreError) -> [AttachmentRow] {
        try rows(
            """
            SELECT path, name, type, detected_type, size, digest, content_id, is_inline, action, note
            FROM attachment WHERE message = \(message)
            """
        )
        .compactMap { AttachmentRow($0, message: message) }
        .sorted { $0.positions.lexicographicallyPrecedes($1.positions) }
    }

    /// Numbers the files of a thread, and marks the images that it has already and those of signatures.
    func numberAttachments(of comments: inout [CommentRow], signatureImages: Int) throws(StoreError) {
        var number = 0
        var first: [[UInt8]: Int] = [:]
        for comment in comments.indices {
            let domain = comments[comment].authorAddress.flatMap { MailAddress($0) }?.domain
            for index in comments[comment].attachments.indices {
                number += 1
                comments[comment].attachments[index].number = number
                let file = comments[comment].attachments[index]
                // One that nobody can open does not stand for one that everybody can.
                guard file.isImage, file.action == .allow else { continue }
                if let earlier = first[file.sha256] {
                    comments[comment].attachments[index].repeats = earlier
                } else {
                    first[file.sha256] = number
                }
                if let domain, signatureImages > 0, file.size <= SentImage.maximumSize {
                    let count = try tickets(with: SentImage(file.sha256, from: domain), limit: signatureImages + 1)
                    comments[comment].attachments[index].isSignature = count > signatureImages
                }
            }
        }
    }
}
