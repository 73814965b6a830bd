internal import Mail
internal import Storage
internal import Ticketing

extension Configuration {
    /// How problems describe an address.
    private static let addressGrammar = "a mail address such as support@example.com"

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
        let id = readID(section, kind: "mailbox", ids: &ids)
        let name = section.text("name", default: id ?? "")
        let owner = id ?? section.path
        var own: [MailAddress] = []
        for (address, place) in section.parsedList(
            "addresses",
            expected: Self.addressGrammar,
            required: true,
            { MailAddress($0) }
        ) {
            if let other = addresses[address.comparisonKey] {
                section.findings.report(
                    place.mark,
                    "\(place.path): \(address) belongs to mailbox \"\(other)\" already"
                )
            } else {
                addresses[address.comparisonKey] = owner
                own.append(address)
            }
        }
        if section.has("addresses"), section.texts("addresses").isEmpty {
            section.fail("addresses", "at least one address is needed")
        }
        var catchAll: [Domain] = []
        for (domain, place) in section.parsedList(
            "catch_all",
            expected: "a domain such as example.com",
            { Domain($0) }
        ) {
            if let other = domains[domain.name] {
                section.findings.report(
                    place.mark,
                    "\(place.path): mailbox \"\(other)\" is the catch-all of \(domain) already"
                )
            } else {
                domains[domain.name] = owner
                catchAll.append(domain)
            }
        }
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

    /// Reads an identifier that no other of its kind may have.
    private func readID(_ section: Section, kind: String, ids: inout Set<String>) -> String? {
        guard let text = section.requiredText("id") else { return nil }
        guard let id = parseIdentifier(text) else {
            section.fail("id", "expected \(identifierGrammar), found \"\(text)\"")
            return nil
        }
        guard ids.insert(id).inserted else {
            section.fail("id", "there is another \(kind) \"\(id)\"")
            return nil
        }
        return id
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
            let id = readID(section, kind: "customer", ids: &people.customerIDs)
            let name = section.text("name", default: id ?? "")
            let domains = section.parsedList("domains", expected: "a domain such as example.com") { Domain($0) }
            let own = domains.compactMap { people.claim($0.value, at: $0.place, for: id ?? section.path, in: section) }
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
            let id = readID(section, kind: "agent", ids: &people.agentIDs)
            let name = section.text("name", default: id ?? "")
            let addresses = readAddresses(section, people: &people)
            return id.map { AgentRecord(id: $0, name: name, addresses: addresses) }
        }
    }

    private func readAddresses(_ section: Section, people: inout PeopleReading) -> [MailAddress] {
        section.parsedList("addresses", expected: Self.addressGrammar, required: true, { MailAddress($0) })
            .compactMap { people.claim($0.value, at: $0.place, for: section.path, in: section) }
    }
}

/// What is taken already while customers and agents are read.
private struct PeopleReading {
    let mailboxes: [String: String]
    var customerIDs: Set<String> = []
    var agentIDs: Set<String> = []
    private var addresses: [String: String] = [:]
    private var domains: [String: String] = [:]

    init(mailboxes: [String: String]) {
        self.mailboxes = mailboxes
    }

    mutating func claim(_ address: MailAddress, at place: PlacedText, for owner: String, in section: Section)
        -> MailAddress?
    {
        if let mailbox = mailboxes[address.comparisonKey] {
            section.findings.report(
                place.mark,
                "\(place.path): \(address) is an address of mailbox \"\(mailbox)\", no person's"
            )
            return nil
        }
        if let other = addresses[address.comparisonKey] {
            section.findings.report(place.mark, "\(place.path): \(address) belongs to \(other) already")
            return nil
        }
        addresses[address.comparisonKey] = owner
        return address
    }

    mutating func claim(_ domain: Domain, at place: PlacedText, for owner: String, in section: Section) -> Domain? {
        if let other = domains[domain.name] {
            section.findings.report(place.mark, "\(place.path): \(domain) belongs to customer \"\(other)\" already")
            return nil
        }
        domains[domain.name] = owner
        return domain
    }
}
