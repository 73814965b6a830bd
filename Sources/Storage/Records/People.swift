public import Mail

/// An organisation as the configuration declares it.
public struct CustomerRecord: Hashable, Sendable {
    /// A person of the organisation.
    public struct Contact: Hashable, Sendable {
        /// The stable identifier.
        public var id: String
        /// The name.
        public var name: String
        /// The addresses.
        public var addresses: [MailAddress]

        /// Makes a contact.
        public init(id: String, name: String, addresses: [MailAddress]) {
            self.id = id
            self.name = name
            self.addresses = addresses
        }
    }

    /// The stable identifier.
    public var id: String
    /// The name.
    public var name: String
    /// The domains whose senders belong to it.
    public var domains: [Domain]
    /// Its people.
    public var contacts: [Contact]

    /// Makes a customer.
    public init(id: String, name: String, domains: [Domain], contacts: [Contact]) {
        self.id = id
        self.name = name
        self.domains = domains
        self.contacts = contacts
    }
}

/// A person who answers tickets, as the configuration declares them.
public struct AgentRecord: Hashable, Sendable {
    /// The stable identifier.
    public var id: String
    /// The name.
    public var name: String
    /// The addresses.
    public var addresses: [MailAddress]

    /// Makes an agent.
    public init(id: String, name: String, addresses: [MailAddress]) {
        self.id = id
        self.name = name
        self.addresses = addresses
    }
}

extension SQLWriter {
    /// Makes the mailboxes, customers, contacts and agents of the configuration known, and their addresses as it says.
    ///
    /// Rows are added and changed, never removed: stored tickets point at them.
    public func declare(
        mailboxes: [(id: String, name: String)],
        customers: [CustomerRecord],
        agents: [AgentRecord],
        at moment: Timestamp
    ) throws(StoreError) {
        for mailbox in mailboxes {
            try run(
                """
                INSERT INTO mailbox (id, name, created_at) VALUES (\(mailbox.id), \(mailbox.name), \(moment))
                ON CONFLICT (id) DO UPDATE SET name = excluded.name
                """
            )
        }
        for customer in customers { try declare(customer, at: moment) }
        for agent in agents {
            try run(
                """
                INSERT INTO agent (id, name, created_at) VALUES (\(agent.id), \(agent.name), \(moment))
                ON CONFLICT (id) DO UPDATE SET name = excluded.name
                """
            )
            try run("DELETE FROM agent_address WHERE agent = \(agent.id)")
            for address in agent.addresses {
                try run(
                    """
                    INSERT INTO agent_address (address, agent) VALUES (\(address.comparisonKey), \(agent.id))
                    ON CONFLICT (address) DO UPDATE SET agent = excluded.agent
                    """
                )
            }
        }
    }

    private func declare(_ customer: CustomerRecord, at moment: Timestamp) throws(StoreError) {
        try run(
            """
            INSERT INTO customer (id, name, created_at) VALUES (\(customer.id), \(customer.name), \(moment))
            ON CONFLICT (id) DO UPDATE SET name = excluded.name
            """
        )
        try run("DELETE FROM customer_domain WHERE customer = \(customer.id)")
        for domain in customer.domains {
            try run(
                """
                INSERT INTO customer_domain (domain, customer) VALUES (\(domain.name), \(customer.id))
                ON CONFLICT (domain) DO UPDATE SET customer = excluded.customer
                """
            )
        }
        for contact in customer.contacts {
            try run(
                """
                INSERT INTO contact (id, name, customer, created_at)
                VALUES (\(contact.id), \(contact.name), \(customer.id), \(moment))
                ON CONFLICT (id) DO UPDATE SET name = excluded.name, customer = excluded.customer
                """
            )
            try run("DELETE FROM contact_address WHERE contact = \(contact.id)")
            for address in contact.addresses {
                try run(
                    """
                    INSERT INTO contact_address (address, contact) VALUES (\(address.comparisonKey), \(contact.id))
                    ON CONFLICT (address) DO UPDATE SET contact = excluded.contact
                    """
                )
            }
        }
    }
}
