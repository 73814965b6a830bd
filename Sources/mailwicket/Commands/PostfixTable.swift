internal import Mail
internal import Ticketing

/// Why an address cannot stand in a table of Postfix.
package struct PostfixTableError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The address.
    package let address: String

    package var description: String {
        "\(address) cannot stand in a table of Postfix, which takes a line that begins with # for a comment; "
            + "give the mailbox another address, or take its domain by catch_all"
    }
}

extension Configuration {
    /// The lines of Postfix's `relay_recipient_maps`: every address that a mailbox takes mail for.
    ///
    /// Inactive mailboxes are left out, since their recipients are refused. Paused ones stay: Postfix keeps their mail.
    package func postfixRecipients() throws(PostfixTableError) -> [String] {
        var keys: [String] = []
        var seen: Set<String> = []
        func add(_ key: String) {
            if seen.insert(key).inserted { keys.append(key) }
        }
        for mailbox in mailboxes where mailbox.state != .inactive {
            for address in mailbox.addresses { add(try address.postfixKey()) }
            for domain in mailbox.catchAllDomains { add("@\(domain)") }
        }
        if let owner = mailboxes.first(where: { $0.id == postmaster }), owner.state != .inactive {
            let domains = mailboxes.flatMap { $0.addresses.map(\.domain) + $0.catchAllDomains }
            for domain in domains {
                add("postmaster@\(domain)")
                add("abuse@\(domain)")
            }
        }
        return keys.map { "\($0) OK" }
    }
}

extension MailAddress {
    /// The key by which Postfix looks an address up in a text table: its quoted form, in lower case.
    ///
    /// Blanks within the quotes belong to the key, since Postfix 3.2 (postmap(1), "TEXT FILE FORMAT").
    fileprivate func postfixKey() throws(PostfixTableError) -> String {
        let key = description.lowercased()
        guard !key.hasPrefix("#") else { throw PostfixTableError(address: description) }
        return key
    }
}
