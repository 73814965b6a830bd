/// What a method of authentication found (RFC 8601 section 2.7), the same words for all methods.
public enum AuthenticationResult: String, Hashable, Sendable, CaseIterable, Codable {
    /// There was nothing to check: no record, no signature.
    case none
    /// The check holds.
    case pass
    /// The check does not hold.
    case fail
    /// The check does not hold, and the domain is not sure of itself (SPF).
    case softfail
    /// The domain says nothing, or what it says cannot be used.
    case neutral
    /// The check holds, but not as local policy wants it.
    case policy
    /// The check could not be made now; later it may be.
    case temperror
    /// The check cannot be made: a record or a signature is malformed.
    case permerror
}
