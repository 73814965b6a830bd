public import Mail

/// Those whom others may imitate, prepared for comparison.
///
/// Pure: whom we know is an argument. What is found are facts with reasons; a rule or a person decides. A sender whose
/// domain is our own is never suspected here: whether the mail is our own is what DMARC tells.
public struct KnownSenders: Sendable {
    /// A person, or a group with a name, and the addresses that are theirs.
    public struct Person: Hashable, Sendable {
        /// The name as it is shown.
        public var name: String
        /// The addresses.
        public var addresses: [MailAddress]

        /// Makes a person.
        public init(name: String, addresses: [MailAddress]) {
            self.name = name
            self.addresses = addresses
        }
    }

    private let domains: [KnownDomain]
    private let domainsBySkeleton: [String: Int]
    /// The keys of the addresses that belong to a name, by what the name looks like.
    private let people: [String: (name: String, addresses: Set<String>)]

    /// Prepares those who are known.
    ///
    /// - Parameters:
    ///   - ownDomains: the domains that our own mail comes from.
    ///   - knownDomains: those of customers and others whom we know.
    ///   - people: whose names nobody else should bear: agents above all.
    public init(ownDomains: [Domain], knownDomains: [Domain] = [], people: [Person] = []) {
        let own = ownDomains.filter { !$0.isLiteral }.map { KnownDomain($0, isOwn: true) }
        let known = knownDomains.filter { !$0.isLiteral && !ownDomains.contains($0) }
        domains = own + known.map { KnownDomain($0, isOwn: false) }
        domainsBySkeleton = Dictionary(zip(domains.map(\.skeleton), domains.indices)) { first, _ in first }
        var byName: [String: (name: String, addresses: Set<String>)] = [:]
        for person in people {
            guard let key = DisplayName.key(person.name) else { continue }
            byName[key, default: (person.name, [])].addresses.formUnion(person.addresses.map(\.comparisonKey))
        }
        self.people = byName
    }

    /// The signs that a sender is made to be taken for one of those who are known, at most one of each kind.
    public func lookAlikes(of sender: NamedAddress) -> [LookAlike] {
        guard !sender.address.domain.isLiteral else { return [] }
        let domain = ComparedDomain(sender.address.domain)
        guard !domains.contains(where: { $0.isOwn && domain.isWithin($0.domain) }) else { return [] }
        var found: [LookAlike] = []
        if let finding = likeness(of: domain) { found.append(finding) }
        guard let text = sender.name else { return found }
        let name = DisplayName(text)
        if let finding = otherAddress(in: name, than: sender.address, domain) { found.append(finding) }
        if let finding = otherDomain(in: name, than: domain) { found.append(finding) }
        if let finding = otherPerson(text, than: sender.address) { found.append(finding) }
        return found
    }

    // MARK: The domain

    private func likeness(of other: ComparedDomain) -> LookAlike? {
        guard !domains.contains(where: { other.isWithin($0.domain) }) else { return nil }
        let counts = 1...max(1, other.labels.count)
        let skeletons = Dictionary(uniqueKeysWithValues: counts.map { ($0, other.skeleton(ofLast: $0)) })
        // What looks the same is worse than what looks alike, and found at once.
        for count in counts {
            guard let skeleton = skeletons[count], let index = domainsBySkeleton[skeleton] else { continue }
            if let finding = domains[index].likeness(of: other, skeletons: skeletons) { return finding }
        }
        return domains.lazy.compactMap { $0.likeness(of: other, skeletons: skeletons) }.first
    }

    // MARK: The display name

    /// An address of somebody else in the name, which many programs show alone.
    private func otherAddress(
        in name: DisplayName,
        than sender: MailAddress,
        _ domain: ComparedDomain
    ) -> LookAlike? {
        for address in name.addresses {
            let other = ComparedDomain(address.domain)
            guard !other.isWithin(domain), !domain.isWithin(other) else { continue }
            // Lists and services name the author: "ann@example.com via List". Our own addresses they need not.
            guard !name.isOnBehalf || domains.contains(where: { $0.isOwn && other.isWithin($0.domain) }) else {
                continue
            }
            let shown = "\(address)".inOneLine
            return LookAlike(
                kind: .addressInName,
                imitated: shown,
                reason: "the name shows \(shown), the address is of \(domain.name)"
            )
        }
        return nil
    }

    /// A known domain in the name of a sender of another one.
    private func otherDomain(in name: DisplayName, than domain: ComparedDomain) -> LookAlike? {
        guard !name.isOnBehalf else { return nil }
        for word in name.domains {
            guard let index = domainsBySkeleton[Skeleton.of(word)] else { continue }
            let known = domains[index].domain
            guard !domain.isWithin(known) else { continue }
            return LookAlike(
                kind: .domainInName,
                imitated: known.name,
                reason: "the name speaks of \(known.name), the address is of \(domain.name)"
            )
        }
        return nil
    }

    private func otherPerson(_ name: String, than sender: MailAddress) -> LookAlike? {
        guard let key = DisplayName.key(name), let person = people[key],
            !person.addresses.contains(sender.comparisonKey)
        else { return nil }
        let shown = person.name.inOneLine
        return LookAlike(
            kind: .nameOfAnother,
            imitated: shown,
            reason: "the name is that of \(shown), the address is not"
        )
    }
}
