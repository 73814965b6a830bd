/// The sender of an envelope: an address, or none (RFC 5321 section 4.1.2, `Reverse-path`).
public enum ReversePath: Hashable, Sendable, CustomStringConvertible {
    /// `<>`: the sender of delivery reports and other mail that must not be answered.
    case null
    /// The address to which failures are reported.
    case address(MailAddress)

    /// The address, if there is one.
    public var address: MailAddress? {
        switch self {
        case .null: nil
        case .address(let address): address
        }
    }

    /// The path without its angle brackets; empty for the null reverse-path.
    public var description: String { address?.description ?? "" }
}

/// One recipient of an envelope (RFC 5321 section 4.1.2, `Forward-path`).
public enum ForwardPath: Hashable, Sendable, CustomStringConvertible {
    /// `<postmaster>` without a domain, in any case, which every server accepts (RFC 5321 section 4.5.1).
    case postmaster
    /// An address.
    case address(MailAddress)

    /// The path without its angle brackets.
    public var description: String {
        switch self {
        case .postmaster: "postmaster"
        case .address(let address): address.description
        }
    }
}
