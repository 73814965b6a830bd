public import MIME
public import Mail

/// Which of a message's Authentication-Results fields are believed.
///
/// Anybody can write such a field. Believed is only what the host wrote that handed the mail to us, known by an
/// `authserv-id` that the configuration pins: its topmost field, as hosts put theirs above what was there (RFC 8601
/// section 5). All others are foreign and masked, those that claim an identifier of our own among them.
public struct TrustedResults: Hashable, Sendable {
    /// The fields that are believed, by their indices in ``MIME/Message/allFields``.
    public private(set) var trusted: [Int] = []
    /// The fields that are to be masked.
    public private(set) var foreign: [Int] = []
    /// What the trusted fields say; `nil` when there is none.
    public private(set) var report: AuthenticationReport?

    /// Tells the fields of a message apart.
    ///
    /// - Parameter pinned: the identifiers of the host that handed the mail to us; none when it is not trusted.
    public init(_ message: Message, in bytes: Span<UInt8>, pinned: Set<String>) {
        let pinned = Set(pinned.map { $0.lowercased() })
        var topmost: String?
        // Without a Received field nothing tells where the last host's fields end.
        let received = message.fields.firstIndex { $0.name == .received } ?? message.fields.startIndex
        for index in message.fields.indices {
            let field = message.fields[index]
            guard field.name == .authenticationResults else { continue }
            let host = Self.host(of: field, in: bytes)
            guard let host, pinned.contains(host),
                mayBeTrusted(host, behind: topmost, isAboveReceived: index < received)
            else {
                foreign.append(index)
                continue
            }
            topmost = topmost ?? host
            trusted.append(index)
        }
        guard let topmost else { return }
        report = AuthenticationReport(
            trusting: topmost,
            trusted.map { AuthenticationResultsField(Self.octets(of: message.allFields[$0], in: bytes)) }
        )
    }

    /// Whether a field with a pinned identifier is the topmost, or beside it.
    ///
    /// Some hosts write a field for each method. Those that stand above all Received fields were all written by the last
    /// host, which put its own Received field on top of what it was given; of others only the topmost is sure.
    private func mayBeTrusted(_ host: String, behind topmost: String?, isAboveReceived: Bool) -> Bool {
        guard let topmost else { return true }
        return isAboveReceived && host == topmost
    }

    /// The host that a field names, in lower case; `nil` when it is not of version 1 (RFC 8601 section 2.2).
    private static func host(of field: HeaderField, in bytes: Span<UInt8>) -> String? {
        let (authservID, version) = AuthenticationResultsField.host(of: octets(of: field, in: bytes))
        return version == 1 ? authservID?.lowercased() : nil
    }

    private static func octets(of field: HeaderField, in bytes: Span<UInt8>) -> [UInt8] {
        let span = bytes.extracting(field.valueRange)
        return span.indices.map { span[$0] }
    }
}
