/// An address with the name that a header shows for it (RFC 5322 section 3.4, `mailbox`).
public struct NamedAddress: Hashable, Sendable, CustomStringConvertible {
    /// The decoded display name, if there is one.
    public var name: String?
    /// The address.
    public var address: MailAddress

    /// Makes a named address.
    public init(name: String? = nil, address: MailAddress) {
        self.name = name
        self.address = address
    }

    /// `Name <address>`, or the address alone.
    public var description: String { name.map { "\($0) <\(address)>" } ?? "\(address)" }
}
