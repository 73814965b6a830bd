/// How a message is built, part by part, for who wants to know why it is shown as it is.
public struct MessageStructure: Sendable, Hashable {
    /// What a part is to a reader.
    public enum Role: String, Sendable, Hashable, CaseIterable {
        /// It holds other parts.
        case container
        /// Its text is shown.
        case text
        /// Another form of the same text is shown.
        case alternative
        /// It is a file.
        case file
    }

    /// One part.
    public struct Row: Sendable, Hashable {
        /// The part's position in ``Message/parts``.
        public let part: Int
        /// How many containers lie around it.
        public let depth: Int
        /// The declared media type.
        public let type: String
        /// The declared charset of a text.
        public let charset: String?
        /// How the body is encoded.
        public let encoding: TransferEncoding
        /// The name of the file that the part is.
        public let name: String?
        /// The size of the body as it was sent, in octets.
        public let size: Int
        /// What it is to a reader.
        public let role: Role
    }

    /// The parts in the order in which they begin.
    public let rows: [Row]

    /// Reads the structure of a message.
    ///
    /// - Parameter bytes: the octets that were parsed.
    public init(of message: Message, in bytes: Span<UInt8>) {
        var extraction = TextExtraction(limit: Message.Limits().maxText, maxLineLength: .max, work: message.work)
        let roles = extraction.append(message, bytes)
        rows = message.parts.map { part in
            Row(
                part: part.index,
                depth: part.depth,
                type: part.contentType.mediaType,
                charset: part.contentType.charset,
                encoding: part.transferEncoding,
                name: part.fileName,
                size: part.bodyRange.count,
                role: Role(roles[part.index])
            )
        }
    }
}

extension MessageStructure.Role {
    fileprivate init(_ role: TextExtraction.Role) {
        switch role {
        case .container: self = .container
        case .text: self = .text
        case .alternative: self = .alternative
        case .attachment: self = .file
        }
    }
}
