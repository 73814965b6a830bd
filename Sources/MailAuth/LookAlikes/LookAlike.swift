/// A sign that a sender is made to be taken for another; a fact with its reason, no verdict.
public struct LookAlike: Hashable, Sendable {
    /// The ways to look like another.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The domain is spelt with characters that look like those of a known one.
        case confusableDomain
        /// The domain differs from a known one by one typing error.
        case neighbouringDomain
        /// The domain adds a word to a known one, or only begins with it.
        case extendedDomain
        /// The display name is or holds a mail address of somebody else.
        case addressInName
        /// The display name speaks of a known domain, the address is of another.
        case domainInName
        /// The display name is a known person's, the address is not.
        case nameOfAnother
    }

    /// The way.
    public let kind: Kind
    /// Who is imitated: a domain, an address or a name.
    public let imitated: String
    /// The sign in words.
    public let reason: String
}
