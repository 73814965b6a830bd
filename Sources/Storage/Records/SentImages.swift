public import MIME
public import Mail

/// An image that someone of a domain sent; one that is in many tickets belongs to the domain's signatures.
///
/// Tickets are counted and not messages: a screenshot that travels through a long thread is in many messages, and means
/// something in each.
struct SentImage: Hashable, Sendable {
    /// The largest image that may be a part of a signature, in octets.
    static let maximumSize = 102_400
    /// How many images of one message are remembered; more are no signature.
    static let maximumCount = 16

    let digest: [UInt8]
    let domain: String

    init(_ digest: [UInt8], from domain: Domain) {
        self.digest = digest
        self.domain = domain.name
    }
}

extension SQLWriter {
    /// Remembers the small images of a message, each once for its ticket.
    public func recordImages(
        of attachments: [AttachmentSummary],
        from domain: Domain,
        in ticket: UniqueID
    ) throws(StoreError) {
        let images = attachments.lazy.filter { $0.format?.group == .image && $0.size <= SentImage.maximumSize }
        for image in images.prefix(SentImage.maximumCount).map({ SentImage($0.sha256, from: domain) }) {
            try run(
                """
                INSERT INTO sent_image (domain, digest, ticket)
                VALUES (\(image.domain), \(image.digest), \(ticket)) ON CONFLICT DO NOTHING
                """
            )
        }
    }
}

extension SQLReader {
    /// In how many tickets an image is; counting ends at the limit.
    func tickets(with image: SentImage, limit: Int) throws(StoreError) -> Int {
        let row = try first(
            """
            SELECT COUNT(*) FROM (
                SELECT 1 AS seen FROM sent_image WHERE domain = \(image.domain) AND digest = \(image.digest)
                LIMIT \(limit)
            ) AS sightings
            """
        )
        return Int(row?.integer(0) ?? 0)
    }
}
