/// What sanitised HTML may hold beyond text and its form.
public struct HTMLPolicy: Sendable {
    /// What becomes of images that a browser would fetch from elsewhere.
    public enum RemoteImages: Sendable {
        /// They stay out; their alternative text stays.
        case blocked
        /// They stay out, and `data-blocked-src` keeps the address for who asks for them.
        case blockedWithAddress
        /// They are loaded.
        case shown
    }

    /// What becomes of remote images.
    public var remoteImages = RemoteImages.blocked
    /// Where the part with a `Content-ID` is to be had (RFC 2392).
    ///
    /// Called with the identifier without its brackets; what it returns is written as it is but for escaping, so it
    /// must be an address of our own, and `nil` leaves the image without a source. Without a closure `cid:` stays in
    /// images, and backgrounds are left out.
    public var contentAddress: (@Sendable (String) -> String?)?
    /// Whether a link whose text names another host is followed by its target's host; once is enough.
    public var namesLinkTargets = true
    /// Elements within each other; the tags beyond are dropped and their text stays.
    public var maxDepth = 256
    /// Attributes read of each tag.
    public var maxAttributes = 64
    /// Octets of an attribute's value, but for embedded pictures; a longer one is dropped.
    public var maxAttributeSize = 16_384
    /// Octets of output, closing tags included.
    public var maxOutput = 16_777_216

    /// Makes a policy that blocks remote images.
    public init() {}
}

extension HTMLPolicy {
    /// What becomes of a picture.
    enum Picture {
        /// It is shown from this address.
        case shown([UInt8])
        /// It would have been fetched from elsewhere.
        case blocked
        /// There is none.
        case missing
    }

    func picture(_ source: WebAddress) -> Picture {
        switch source.scheme {
        case .http, .https:
            return remoteImages == .shown ? .shown(source.text) : .blocked
        case .cid:
            guard let contentAddress else { return .shown(source.text) }
            return contentAddress(source.contentID).map { .shown(Array($0.utf8)) } ?? .missing
        case .data:
            return source.isEmbeddedPicture ? .shown(source.text) : .missing
        case .mailto, .tel:
            return .missing
        }
    }

    /// The address of a picture that stands behind other things, for `url('…')`.
    ///
    /// Without a closure for `cid:` there is none: nothing but an `img` has a place for an address that is yet to come.
    func background(_ value: [UInt8]) -> [UInt8]? {
        guard let source = WebAddress(value), source.scheme != .data, source.scheme != .cid || contentAddress != nil,
            case .shown(let address) = picture(source), address.count <= Self.maxBackground
        else { return nil }
        var encoded: [UInt8] = []
        for octet in address {
            switch octet {
            case UInt8(ascii: "'"), Octet.openParenthesis, Octet.closeParenthesis:
                encoded += [Octet.percent, UInt8(ascii: "2"), UInt8(ascii: "7") + octet - UInt8(ascii: "'")]
            default: encoded.append(percentEncoding: octet)
            }
        }
        return encoded
    }

    private static let maxBackground = 1024
}

/// HTML that is safe to show within a page.
///
/// Its elements are balanced and of a short list; nothing in it runs, loads, submits or leaves its place. No element
/// of it changes how a tokenizer reads what follows, so that every browser sees the tags that were written.
public struct SanitizedHTML: Sendable {
    /// The HTML, made to stand within the body of a page.
    public let html: String
    /// How many images and other pictures would have been fetched from elsewhere and are not.
    public let blockedImages: Int
    /// Whether the end is missing for its size.
    public let isTruncated: Bool
    /// The work that was done: octets looked at and written.
    package let steps: Int

    /// Makes HTML of a sender safe.
    ///
    /// - Parameter html: HTML in UTF-8.
    public init(sanitizing html: Span<UInt8>, policy: HTMLPolicy = HTMLPolicy()) {
        var sanitizer = HTMLSanitizer(policy: policy)
        self = sanitizer.sanitize(html)
    }

    init(html: [UInt8], blockedImages: Int, isTruncated: Bool, steps: Int) {
        self.html = String(decoding: html, as: UTF8.self)
        self.blockedImages = blockedImages
        self.isTruncated = isTruncated
        self.steps = steps
    }
}
