/// Why a response is no answer.
package enum DNSFault: Error, Hashable, Sendable {
    /// It is no response, or one to another query: another id, another question.
    case foreign
    /// It does not fit a datagram and must be asked for by TCP (RFC 1035 section 4.2.1).
    case truncated
    /// A length, a name or a pointer leads outside, or a record is not of its type's form.
    case malformed
    /// The server says that it does not understand the query; one without RFC 6891 may help.
    case notUnderstood
    /// The server did not answer the question; its response code (RFC 1035 section 4.1.1).
    case refused(code: UInt8)
    /// Names that stand for each other, or too many in a row.
    case aliases
    /// No server could be reached, or none answered in time.
    case silence
}
