public import MIME
public import Mail

/// All mailboxes of the configuration, found by recipient.
public struct MailboxDirectory: Sendable {
    /// How a recipient found its mailbox.
    public enum Route: String, Sendable {
        /// The recipient is one of the mailbox's addresses.
        case address
        /// It is one of them with an extension.
        case `extension`
        /// It is `postmaster` or `abuse` of an own domain, or `postmaster` alone (RFC 5321 section 4.5.1, RFC 2142).
        case postmaster
        /// The mailbox takes every address of the domain.
        case catchAll = "catch-all"
    }

    /// What a recipient is to this server.
    public enum Match: Sendable {
        /// It belongs to a mailbox, whatever the mailbox's state.
        case mailbox(Mailbox, by: Route)
        /// Its domain is ours, but the address is no one's.
        case unknown
        /// Its domain is not ours.
        case foreign
    }

    /// The mailboxes in the order of the configuration.
    public let mailboxes: [Mailbox]
    /// The mailbox that takes `postmaster` and `abuse`, if one is named.
    public let postmaster: Mailbox?

    private let byAddress: [String: Int]
    private let byCatchAll: [String: Int]
    private let domains: Set<String>
    private let delimiters: Set<Character>

    /// Makes a directory.
    ///
    /// Where two mailboxes claim one address the first has it; the configuration's check refuses that beforehand.
    public init(mailboxes: [Mailbox], postmaster: String? = nil) {
        self.mailboxes = mailboxes
        self.postmaster = mailboxes.first { $0.id == postmaster }
        var byAddress: [String: Int] = [:]
        var byCatchAll: [String: Int] = [:]
        var domains: Set<String> = []
        for (index, mailbox) in mailboxes.enumerated() {
            for address in mailbox.addresses {
                byAddress[address.comparisonKey] = byAddress[address.comparisonKey] ?? index
                domains.insert(address.domain.name)
            }
            for domain in mailbox.catchAllDomains {
                byCatchAll[domain.name] = byCatchAll[domain.name] ?? index
                domains.insert(domain.name)
            }
        }
        self.byAddress = byAddress
        self.byCatchAll = byCatchAll
        self.domains = domains
        delimiters = Set(mailboxes.compactMap(\.extensionDelimiter))
    }

    /// The mailbox with an identifier.
    public func mailbox(id: String) -> Mailbox? { mailboxes.first { $0.id == id } }

    /// Finds the mailbox of a recipient: its address, its address without extension, the postmaster, the catch-all.
    public func match(_ recipient: ForwardPath) -> Match {
        guard case .address(let address) = recipient else {
            return postmaster.map { .mailbox($0, by: .postmaster) } ?? .unknown
        }
        let key = address.comparisonKey
        if let index = byAddress[key] { return .mailbox(mailboxes[index], by: .address) }
        guard domains.contains(address.domain.name) else { return .foreign }
        if let mailbox = matchExtension(of: key, in: address.domain) { return .mailbox(mailbox, by: .extension) }
        if key == "postmaster@\(address.domain)" || key == "abuse@\(address.domain)", let postmaster {
            return .mailbox(postmaster, by: .postmaster)
        }
        if let index = byCatchAll[address.domain.name] { return .mailbox(mailboxes[index], by: .catchAll) }
        return .unknown
    }

    /// The most people who take part in a ticket because its first message was copied to them.
    public static let maximumCopied = 50

    /// Who was sent a copy of a message, as its Cc field says: all but our own mailboxes.
    public func people(copiedIn message: MessageSummary) -> [NamedAddress] {
        let people = message.cc.lazy.filter { person in
            if case .mailbox = match(.address(person.address)) { false } else { true }
        }
        return Array(people.prefix(Self.maximumCopied))
    }

    /// The mailbox whose address is `key` up to its delimiter; the longest such address wins.
    private func matchExtension(of key: String, in domain: Domain) -> Mailbox? {
        guard let at = key.lastIndex(of: "@") else { return nil }
        var end = at
        while let delimiter = key[..<end].lastIndex(where: { delimiters.contains($0) }) {
            if delimiter > key.startIndex, let index = byAddress["\(key[..<delimiter])@\(domain)"],
                mailboxes[index].extensionDelimiter == key[delimiter]
            {
                return mailboxes[index]
            }
            end = delimiter
        }
        return nil
    }
}
