public import MIME
internal import Mail

/// A message's signatures with the digests that they are compared with.
///
/// Made once, for ``DKIMEvaluation`` and ``ARCEvaluation`` alike; after that nobody needs the message's octets. The fields
/// are those that ``MIME/Message`` found, so that what is verified is what is read.
public struct SignedMessage: Sendable {
    /// What one message may cost.
    public struct Limits: Sendable, Hashable {
        /// Signatures that are looked at, from the top.
        public var maxSignatures = 10
        /// Octets of header that are digested for all signatures together.
        public var maxHeaderWork = 16_777_216

        /// The limits that hold where the configuration says nothing.
        public init() {}
    }

    /// A signature over fields and a body, or what is wrong with it.
    struct Prepared: Sendable, Hashable {
        let signature: MessageSignature
        /// The digest of the fields.
        let headerDigest: [UInt8]
        /// What is wrong before the key is known.
        let fault: DKIMReason?
        /// Whether the body goes on behind what was signed.
        let coversPartOnly: Bool
    }

    /// A DKIM-Signature field.
    enum Entry: Sendable, Hashable {
        case unreadable(DKIMReason, domain: Domain?, selector: String?)
        case signature(DKIMSignature, Prepared)
    }

    let entries: [Entry]
    let ignoredCount: Int
    let chain: ARCChain

    /// Reads the signatures of a message and digests what they cover.
    ///
    /// - Parameter bytes: the octets that the message was parsed from.
    public init(_ message: Message, in bytes: Span<UInt8>, limits: Limits = Limits()) {
        let index = FieldIndex(message, bytes)
        let fields = index.fields(named: "dkim-signature")
        let lists = fields.prefix(limits.maxSignatures).map { field in
            (field, SignatureField.signature(field, bytes))
        }
        ignoredCount = fields.count - lists.count
        var chain = ARCChain(index, bytes)

        let signatures = lists.compactMap { try? $0.1.get().content } + chain.messageSignatures
        // A multipart's body goes on behind its closing delimiter.
        let bodyRange = message.bodyRange.lowerBound..<bytes.count
        var digester = SignatureDigester(
            index: index,
            body: BodyDigests(Set(signatures.map(\.bodyRequest)), of: bytes, bodyRange),
            bodyRange: bodyRange,
            remainingWork: limits.maxHeaderWork
        )
        entries = lists.map { field, result in
            switch result {
            case .success(let signature):
                .signature(signature, digester.prepare(signature.content, field, bytes))
            case .failure(let reason):
                SignatureField.unreadable(field, bytes, reason)
            }
        }
        chain.digest(bytes, &digester)
        self.chain = chain
    }
}
