internal import MIME
public import Mail

/// What SPF says of one client and one identity (RFC 7208 section 2.6).
public struct SPFVerdict: Hashable, Sendable {
    /// A term that matched, and the domain in whose record it stands.
    public struct Match: Hashable, Sendable {
        /// The domain of the record.
        public let domain: String
        /// The term as it is written.
        public let term: String

        /// Makes a match.
        public init(domain: String, term: String) {
            self.domain = domain
            self.term = term
        }
    }

    /// The result.
    public var result: AuthenticationResult
    /// Which identity was checked.
    public var identity: SPFIdentity
    /// What matched: a term of the domain's record, and behind an `include` what matched in the record included.
    ///
    /// Of a record that redirects, the term stands in the record of the domain that it names.
    public var matches: [Match] = []
    /// What the domain wants a refused client to be told; of the domain's own making, and so not to be trusted.
    public var explanation: String?
    /// Why the result is what it is.
    public var reason: String

    /// The domain that was checked.
    public var domain: String { identity.domain }
}

/// Who the client says that the mail is from (RFC 7208 sections 2.3 and 2.4).
public enum SPFIdentity: Hashable, Sendable {
    /// The address of the envelope.
    case mailFrom(localPart: String, domain: String)
    /// The name with which the client greets; the mail counts as from its postmaster.
    case helo(String)

    /// The identity of an envelope: its reverse-path, or without one the client's name (RFC 7208 section 2.4).
    public init(_ path: ReversePath, helo: String) {
        switch path {
        case .null: self = .helo(helo)
        case .address(let address):
            // RFC 7208 section 4.3: U-labels are asked for as A-labels.
            let domain = InternationalDomain.ascii(address.domain) ?? address.domain
            self = .mailFrom(localPart: address.localPart, domain: domain.name)
        }
    }

    /// The domain whose record decides.
    public var domain: String {
        switch self {
        case .mailFrom(_, let domain): domain
        case .helo(let name): name
        }
    }

    /// The local part; that of no address is the postmaster's (RFC 7208 section 4.3).
    var localPart: String {
        switch self {
        case .mailFrom(let localPart, _) where !localPart.isEmpty: localPart
        default: "postmaster"
        }
    }
}
