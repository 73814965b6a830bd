internal import Mail
internal import Storage
internal import Ticketing

extension Configuration {
    /// How problems describe an address.
    private static let addressGrammar = "a mail address such as support@example.com"

    /// How problems describe a domain.
    private static let domainGrammar = "a domain such as example.com"

    /// The profile that mailboxes use when none is named, whether or not the file defines it.
    private static let standardDefaults = TicketDefaults(
        name: "standard",
        queue: "inbox",
        status: "new",
        priority: "normal"
    )

    mutating func readMailboxes(_ top: Section) {
        defaults = readDefaults(top)
        var addresses: [String: String] = [:]
        var domains: [String: String] = [:]
        var ids: Set<String> = []
        mailboxes = top.sections("mailboxes", required: true) { section, _ in
            readMailbox(section, ids: &ids, addresses: &addresses, domains: &domains)
        }
        if top.has("mailboxes"), mailboxes.isEmpty { top.fail("mailboxes", "at least one mailbox is needed") }
        let fallback = mailboxes.first?.id ?? ""
        postmaster = top.text("postmaster", default: fallback)
        if !mailboxes.isEmpty, !ids.contains(postmaster) {
            top.fail(
                "postmaster",
                "there is no mailbox \"\(postmaster)\"; there are: \(mailboxes.map(\.id).joined(separator: ", "))"
            )
            postmaster = fallback
        }
    }

    private func readDefaults(_ top: Section) -> [TicketDefaults] {
        top.section("defaults") { section in
            var profiles = section.givenKeys.compactMap { name -> TicketDefaults? in
                let node = section.namedNode(name)
                let profile = Section(
                    node,
                    path: section.path(of: name),
                    pattern: section.pattern(of: "NAME"),
                    mark: section.mark,
                    findings: section.findings
                )
                defer { profile.finish() }
                let standard = Self.standardDefaults
                let result = TicketDefaults(
                    name: name,
                    queue: profile.parsed(
                        "queue",
                        expected: identifierGrammar,
                        default: standard.queue,
                        parseIdentifier
                    ),
                    status: profile.parsed(
                        "status",
                        expected: identifierGrammar,
                        default: standard.status,
                        parseIdentifier
                    ),
                    priority: profile.parsed(
                        "priority",
                        expected: identifierGrammar,
                        default: standard.priority,
                        parseIdentifier
                    )
                )
                guard parseIdentifier(name) != nil else {
                    section.fail(name, "a name must be \(identifierGrammar)")
                    return nil
                }
                return result
            }
            if !profiles.contains(where: { $0.name == Self.standardDefaults.name }) {
                profiles.insert(Self.standardDefaults, at: 0)
            }
            return profiles
        }
    }

    private func readMailbox(
        _ section: Section,
        ids: inout Set<String>,
        addresses: inout [String: String],
        domains: inout [String: String]
    ) -> Mailbox? {
        let id = section.requiredIdentifier("id", of: "mailbox", taken: &ids)
        let name = section.text("name", default: id ?? "")
        let owner = id ?? section.path
        let own = section.claim(
            section.parsedList("addresses", expected: Self.addressGrammar, required: true) { MailAddress($0) },
            by: \.comparisonKey,
            for: owner,
            taken: &addresses
        ) { "\($0) belongs to mailbox \"\($1)\" already" }
        if section.has("addresses"), section.texts("addresses").isEmpty {
            section.fail("addresses", "at least one address is needed")
        }
        let catchAll = section.claim(
            section.parsedList("catch_all", expected: Self.domainGrammar) { Domain($0) },
            by: \.name,
            for: owner,
            taken: &domains
        ) { "mailbox \"\($1)\" is the catch-all of \($0) already" }
        let delimiter = section.parsed(
            "extension_delimiter",
            expected: "one character such as \"+\" or \"-\", or \"\" for none",
            default: "+",
            parseDelimiter
        )
        let profile = readProfile(section)
        let state = section.choice(
            "state",
            ["active": Mailbox.State.active, "paused": .paused, "inactive": .inactive],
            default: .active
        )
        guard let id else { return nil }
        return Mailbox(
            id: id,
            name: name,
            addresses: own,
            catchAllDomains: catchAll,
            extensionDelimiter: delimiter,
            defaults: profile,
            state: state
        )
    }

    private func readProfile(_ section: Section) -> TicketDefaults {
        let name = section.text("defaults", default: Self.standardDefaults.name)
        guard let profile = defaults.first(where: { $0.name == name }) else {
            section.fail(
                "defaults",
                "there is no \"\(name)\" under defaults; there are: \(defaults.map(\.name).joined(separator: ", "))"
            )
            return Self.standardDefaults
        }
        return profile
    }

    // MARK: - Customers and agents

    mutating func readPeople(_ top: Section) {
        var people = PeopleReading(
            mailboxes: Dictionary(
                mailboxes.flatMap { mailbox in mailbox.addresses.map { ($0.comparisonKey, mailbox.id) } },
                uniquingKeysWith: { first, _ in first }
            )
        )
        customers = top.sections("customers") { section, _ in
            let id = section.requiredIdentifier("id", of: "customer", taken: &people.customerIDs)
            let name = section.text("name", default: id ?? "")
            let own = section.claim(
                section.parsedList("domains", expected: Self.domainGrammar) { Domain($0) },
                by: \.name,
                for: id ?? section.path,
                taken: &people.domains
            ) { "\($0) belongs to customer \"\($1)\" already" }
            let contacts = section.sections("contacts") { contact, _ in
                let addresses = readAddresses(contact, people: &people)
                let name = contact.text("name", default: addresses.first?.description ?? "")
                // A contact is known by its first address: that is what its stored rows point at.
                return addresses.first.map {
                    CustomerRecord.Contact(id: $0.comparisonKey, name: name, addresses: addresses)
                }
            }
            return id.map { CustomerRecord(id: $0, name: name, domains: own, contacts: contacts) }
        }
        agents = top.sections("agents") { section, _ in
            let id = section.requiredIdentifier("id", of: "agent", taken: &people.agentIDs)
            let name = section.text("name", default: id ?? "")
            let addresses = readAddresses(section, people: &people)
            return id.map { AgentRecord(id: $0, name: name, addresses: addresses) }
        }
    }

    private func readAddresses(_ section: Section, people: inout PeopleReading) -> [MailAddress] {
        let mailboxes = people.mailboxes
        return section.claim(
            section.parsedList("addresses", expected: Self.addressGrammar, required: true) { MailAddress($0) },
            by: \.comparisonKey,
            for: section.path,
            taken: &people.addresses
        ) { address, owner in
            mailboxes[address.comparisonKey].map { "\(address) is an address of mailbox \"\($0)\", no person's" }
                ?? "\(address) belongs to \(owner) already"
        }
    }
}

/// What is taken already while customers and agents are read.
private struct PeopleReading {
    /// The mailboxes by their addresses, which are no person's.
    let mailboxes: [String: String]
    var customerIDs: Set<String> = []
    var agentIDs: Set<String> = []
    var addresses: [String: String]
    var domains: [String: String] = [:]

    init(mailboxes: [String: String]) {
        self.mailboxes = mailboxes
        addresses = mailboxes
    }
}
