internal import MIME
internal import Mail

/// A domain in the forms in which it is compared with others.
struct ComparedDomain: Sendable {
    /// In US-ASCII, as it is asked for and as reasons show it.
    let name: String
    /// The labels in their own script.
    let labels: [String]

    init(_ domain: Domain) {
        name = (InternationalDomain.ascii(domain) ?? domain).name
        labels = name.split(separator: ".").map { label in
            guard label.hasPrefix("xn--"), let scalars = Punycode.decoded(Array(label.utf8)[4...]) else {
                return String(label)
            }
            return String(String.UnicodeScalarView(scalars))
        }
    }

    /// Whether the domain is another one, or lies below it.
    func isWithin(_ other: ComparedDomain) -> Bool { name == other.name || name.hasSuffix("." + other.name) }

    /// What the last labels look like, so many of them.
    func skeleton(ofLast count: Int) -> String { Skeleton.of(labels.suffix(count).joined(separator: ".")) }
}

/// A domain that others may imitate.
struct KnownDomain: Sendable {
    let domain: ComparedDomain
    /// Whether it is our own, and not a customer's.
    let isOwn: Bool
    let skeleton: String
    /// The label by which people know the domain; `nil` when it is short, or a word that many domains have.
    let brand: String?

    /// The shortest label that is compared letter by letter: among short ones, all are neighbours.
    private static let shortestLabel = 5

    init(_ domain: Domain, isOwn: Bool) {
        self.domain = ComparedDomain(domain)
        self.isOwn = isOwn
        skeleton = Skeleton.of(self.domain.labels.joined(separator: "."))
        let first = self.domain.labels.first ?? ""
        brand = first.count >= Self.shortestLabel && !LookAlikeWords.added.contains(first) ? first : nil
    }

    /// How another domain, which does not lie within this one, imitates it.
    func likeness(of other: ComparedDomain, skeletons: [Int: String]) -> LookAlike? {
        if skeletons[domain.labels.count] == skeleton {
            return finding(.confusableDomain, "\(other.name) is spelt to look like \(domain.name)")
        }
        guard !LookAlikeWords.providers.contains(other.name) else { return nil }
        if isNeighbour(of: other) {
            return finding(.neighbouringDomain, "\(other.name) differs from \(domain.name) by one typing error")
        }
        if isBeginning(of: other) {
            return finding(.extendedDomain, "\(other.name) only begins with \(domain.name)")
        }
        if other.labels.dropLast().contains(where: extendsBrand) {
            return finding(.extendedDomain, "\(other.name) adds a word to \(domain.name)")
        }
        return nil
    }

    private func finding(_ kind: LookAlike.Kind, _ reason: String) -> LookAlike {
        LookAlike(kind: kind, imitated: domain.name, reason: reason)
    }

    /// Whether exactly one label of another domain, or its top level, is this one's with one typing error.
    private func isNeighbour(of other: ComparedDomain) -> Bool {
        let theirs = other.labels.suffix(domain.labels.count)
        guard theirs.count == domain.labels.count else { return false }
        let pairs = zip(domain.labels, theirs).enumerated().filter { $0.element.0 != $0.element.1 }
        guard pairs.count == 1, let (index, (label, their)) = pairs.first else { return false }
        guard index < domain.labels.count - 1 else {
            // The other top levels that are a letter away are countries, where the same name is often the same owner's.
            return label == "com" && LookAlikeWords.topLevelsLikeCom.contains(their)
        }
        return min(label.count, their.count) >= Self.shortestLabel && OneEdit.separates(label, their)
    }

    /// Whether this domain stands within another one, but not at its end: `example.com.login.example`.
    private func isBeginning(of other: ComparedDomain) -> Bool {
        let count = domain.labels.count
        guard count > 1, other.labels.count > count else { return false }
        return (0..<(other.labels.count - count)).contains { other.labels[$0...].starts(with: domain.labels) }
    }

    /// Whether a label is this domain's with a word that makes it sound official: `example-support`.
    private func extendsBrand(_ label: String) -> Bool {
        guard let brand, label != brand else { return false }
        let parts = label.split(separator: "-")
        if parts.count > 1, parts.contains(brand[...]) {
            return parts.allSatisfy { $0 == brand || LookAlikeWords.added.contains(String($0)) }
        }
        if label.hasPrefix(brand) { return LookAlikeWords.added.contains(String(label.dropFirst(brand.count))) }
        if label.hasSuffix(brand) { return LookAlikeWords.added.contains(String(label.dropLast(brand.count))) }
        return false
    }
}

/// Whether one typing error makes one word of another: a letter too many, too few, another, or two exchanged.
enum OneEdit {
    static func separates(_ left: String, _ right: String) -> Bool {
        let (short, long) = left.count <= right.count ? (Array(left), Array(right)) : (Array(right), Array(left))
        guard long.count - short.count <= 1 else { return false }
        let same = zip(short, long).prefix { $0 == $1 }.count
        let shortRest = short[same...]
        let longRest = long[same...]
        guard short.count == long.count else { return shortRest.elementsEqual(longRest.dropFirst()) }
        guard let first = shortRest.first, let other = longRest.first else { return false }
        if shortRest.dropFirst().elementsEqual(longRest.dropFirst()) {
            // `shop1` and `shop2` are numbered, not mistyped.
            return !(first.isNumber && other.isNumber)
        }
        return shortRest.count > 1 && shortRest[same + 1] == other && longRest[same + 1] == first
            && shortRest.dropFirst(2).elementsEqual(longRest.dropFirst(2))
    }
}

/// Words by which domains are judged.
enum LookAlikeWords {
    /// What is added to a name to make it sound official.
    static let added: Set<String> = [
        "account", "accounts", "admin", "auth", "billing", "center", "co", "com", "email", "help", "helpdesk", "info",
        "inbox", "invoice", "invoices", "it", "login", "mail", "mails", "message", "net", "notice", "notification",
        "notifications", "office", "online", "org", "pay", "payment", "payments", "portal", "secure", "security",
        "server",
        "service", "services", "signin", "sso", "support", "team", "ticket", "tickets", "update", "verify", "web",
        "webmail",
    ]

    /// Top levels that are `com` with a typing error.
    static let topLevelsLikeCom: Set<String> = ["cm", "co", "om", "con", "comm", "cmo", "ocm"]

    /// Providers whose names are near each other by themselves.
    static let providers: Set<String> = [
        "aol.com", "email.com", "fastmail.com", "gmail.com", "gmx.com", "gmx.de", "gmx.net", "googlemail.com",
        "hotmail.com", "icloud.com", "live.com", "mail.com", "mail.de", "mailbox.org", "outlook.com", "proton.me",
        "protonmail.com", "web.de", "yahoo.com", "ymail.com", "zoho.com",
    ]
}
