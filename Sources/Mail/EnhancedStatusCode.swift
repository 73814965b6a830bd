/// An enhanced mail system status code: class, subject and detail (RFC 3463).
public struct EnhancedStatusCode: Hashable, Sendable, CustomStringConvertible {
    /// What the code says of the whole (RFC 3463 section 3.1).
    public enum Class: UInt8, Sendable {
        /// The operation succeeded.
        case success = 2
        /// A persistent transient failure: the same may succeed later.
        case temporaryFailure = 4
        /// A permanent failure: the same will fail again.
        case permanentFailure = 5
    }

    /// The first number.
    public let `class`: Class
    /// The second number: what the code is about (RFC 3463 section 3).
    public let subject: UInt16
    /// The third number (RFC 3463 section 3).
    public let detail: UInt16

    /// Makes a code of its three numbers.
    public init(_ class: Class, _ subject: UInt16, _ detail: UInt16) {
        self.class = `class`
        self.subject = subject
        self.detail = detail
    }

    /// The three numbers with dots between them: `5.1.1`.
    public var description: String { "\(`class`.rawValue).\(subject).\(detail)" }
}
