public import MIME
public import Mail

/// Who a message is from, as the desk sees it, before anyone has been looked up.
public struct SenderEvidence: Hashable, Sendable {
    /// Where the address was found.
    public enum Source: String, Hashable, Sendable {
        /// The From field.
        case from
        /// The Sender field, because From held no address.
        case sender
        /// The envelope's reverse-path, because no field held an address.
        case reversePath = "reverse-path"
    }

    /// The sender, or `nil` when neither header nor envelope names one.
    public let author: NamedAddress?
    /// Where it was found.
    public let source: Source?

    /// Reads the author from the header, else from the envelope (RFC 5322 section 3.6.2).
    public init(of message: MessageSummary, reversePath: ReversePath) {
        if let from = message.from.first {
            author = from
            source = .from
        } else if let sender = message.sender {
            author = sender
            source = .sender
        } else if let address = reversePath.address {
            author = NamedAddress(address: address)
            source = .reversePath
        } else {
            author = nil
            source = nil
        }
    }

    /// The key by which the author's address is looked up; empty when there is none.
    public var addressKey: String { author?.address.comparisonKey ?? "" }

    /// The domains by which a customer is looked up, the longest first.
    public var domainKeys: [String] { author?.address.domain.suffixes ?? [] }
}

/// What the store knows of a sender.
public struct SenderFacts: Hashable, Sendable {
    /// A contact with this very address.
    public struct Contact: Hashable, Sendable {
        /// The contact's identifier.
        public var id: String
        /// The contact's name.
        public var name: String
        /// The customer that the contact belongs to.
        public var customer: String?

        /// Makes a contact.
        public init(id: String, name: String, customer: String?) {
            self.id = id
            self.name = name
            self.customer = customer
        }
    }

    /// An agent with this very address.
    public struct Agent: Hashable, Sendable {
        /// The agent's identifier.
        public var id: String
        /// The agent's name.
        public var name: String

        /// Makes an agent.
        public init(id: String, name: String) {
            self.id = id
            self.name = name
        }
    }

    /// The contact with the sender's address.
    public var contact: Contact?
    /// The agent with the sender's address.
    public var agent: Agent?
    /// The customers that claim one of the sender's domains.
    public var customersByDomain: [String: String]

    /// Makes facts.
    public init(contact: Contact? = nil, agent: Agent? = nil, customersByDomain: [String: String] = [:]) {
        self.contact = contact
        self.agent = agent
        self.customersByDomain = customersByDomain
    }
}

/// Who the sender is taken for: an agent, a contact, a customer's unnamed person, or a stranger.
///
/// It rests on an address that anyone can write, so it names the author of a comment and grants nothing.
public struct SenderDecision: Hashable, Sendable {
    /// The sender as the header names it.
    public let author: NamedAddress?
    /// The agent, found by address.
    public let agent: SenderFacts.Agent?
    /// The contact, found by address.
    public let contact: SenderFacts.Contact?
    /// The customer: the contact's, or the one with the longest matching domain.
    public let customer: String?
    /// The account for the trace.
    public let step: Trace.Step

    /// Decides: by address first, an agent's before a contact's, then by the longest domain.
    public init(_ evidence: SenderEvidence, _ facts: SenderFacts) {
        author = evidence.author
        agent = facts.agent
        contact = facts.contact
        guard let author = evidence.author, let source = evidence.source else {
            customer = nil
            step = Trace.Step(.senderMissing)
            return
        }
        let found = [Trace.Fact("address", "\(author.address) (\(source.rawValue))")]
        if let agent = facts.agent {
            customer = facts.contact?.customer
            step = Trace.Step(.senderIsAgent, found + [Trace.Fact("agent", agent.name)])
        } else if let contact = facts.contact {
            customer = contact.customer
            step = Trace.Step(
                .senderIsContact,
                found + [Trace.Fact("contact", contact.name)]
                    + (contact.customer.map { [Trace.Fact("customer", $0)] } ?? [])
            )
        } else if let domain = evidence.domainKeys.first(where: { facts.customersByDomain[$0] != nil }),
            let match = facts.customersByDomain[domain]
        {
            customer = match
            step = Trace.Step(
                .senderOfCustomer,
                found + [Trace.Fact("domain", domain), Trace.Fact("customer", match)]
            )
        } else {
            customer = nil
            step = Trace.Step(.senderUnknown, found)
        }
    }
}
