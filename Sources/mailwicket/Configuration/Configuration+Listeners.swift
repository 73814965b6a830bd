internal import Inbound
internal import SMTP
internal import Yams

extension Configuration {
    mutating func readListeners(_ top: Section) {
        var names: Set<String> = []
        var bound: [String: String] = [:]
        listeners = top.sections("listeners", required: true) { section, _ in
            readListener(section, names: &names, bound: &bound)
        }
        if top.has("listeners"), (top.node("listeners")?.sequence?.isEmpty ?? false) {
            top.fail("listeners", "at least one listener is needed")
        }
    }

    private func readListener(
        _ section: Section,
        names: inout Set<String>,
        bound: inout [String: String]
    ) -> ListenerConfiguration? {
        let name = section.requiredIdentifier("name", of: "listener", taken: &names)
        let dialect = section.requiredChoice(
            "dialect",
            ["smtp": SMTPSession.Dialect.smtp, "lmtp": .lmtp]
        )
        let address = readAddress(section, name: name ?? section.path, bound: &bound)
        var listener = ListenerConfiguration(
            name: name ?? "",
            dialect: dialect ?? .smtp,
            address: address ?? .unix(path: "")
        )
        readAccess(section, &listener)
        readLimits(section, &listener)
        guard name != nil, dialect != nil, address != nil else { return nil }
        check(section, listener)
        return listener
    }

    private func readAddress(
        _ section: Section,
        name: String,
        bound: inout [String: String]
    ) -> ListenerAddress? {
        guard let text = section.requiredText("address") else { return nil }
        guard let address = ListenerAddress(text) else {
            section.fail(
                "address",
                "expected an address such as 127.0.0.1:2525, [::1]:2525 or unix:PATH (up to 107 octets), found \"\(text)\""
            )
            return nil
        }
        if let other = bound[address.description] {
            section.fail("address", "listener \"\(other)\" has \(address) already")
            return nil
        }
        // Port 0 is any free port, so two listeners may have it.
        if !address.description.hasSuffix(":0") { bound[address.description] = name }
        return address
    }

    private func readAccess(_ section: Section, _ listener: inout ListenerConfiguration) {
        listener.socketMode = section.parsed(
            "socket_mode",
            expected: "an octal file mode such as \"0660\"",
            default: listener.socketMode,
            parseSocketMode
        )
        listener.allowedUIDs = section.parsedList("allowed_uids", expected: "a numeric user id") { UInt32($0) }
            .map(\.value)
        listener.isPublic = section.flag("public", default: listener.isPublic)
        listener.allowedNetworks = section.parsedList(
            "allowed_networks",
            expected: "a network such as 192.0.2.0/24 or 2001:db8::/32"
        ) { Network($0) }.map(\.value)
        listener.trusted = section.choice(
            "trusted",
            ["auto": Bool?.none, "true": true, "false": false],
            default: listener.trusted
        )
        listener.bareNewlines = section.choice(
            "bare_newline",
            ["auto": SMTPSession.BareNewlines?.none, "reject": .reject, "accept": .accept],
            default: listener.bareNewlines
        )
        listener.acceptsLoosePaths = section.flag("loose_paths", default: listener.acceptsLoosePaths)
    }

    private func readLimits(_ section: Section, _ listener: inout ListenerConfiguration) {
        listener.maxMessageSize = UInt64(
            section.size("max_message_size", in: 1024...(1 << 40), default: Int(listener.maxMessageSize))
        )
        // RFC 5321 section 4.5.3.1.8 asks for a hundred at the least.
        listener.maxRecipients = section.integer(
            "max_recipients",
            in: 100...1_000_000,
            default: listener.maxRecipients
        )
        listener.maxConnections = section.integer(
            "max_connections",
            in: 1...1_000_000,
            default: listener.maxConnections
        )
        listener.maxConnectionsPerAddress = section.integerOrAuto(
            "max_connections_per_address",
            in: 0...1_000_000,
            default: listener.maxConnectionsPerAddress
        )
        listener.maxErrors = section.integer("max_errors", in: 0...1_000_000, default: listener.maxErrors)
        listener.maxJunkCommands = section.integer(
            "max_junk_commands",
            in: 0...1_000_000,
            default: listener.maxJunkCommands
        )
        listener.maxReceivedHeaders = section.integer(
            "max_received_headers",
            in: 1...1_000_000,
            default: listener.maxReceivedHeaders
        )
        // RFC 5321 section 4.5.3.1.6: a text line has up to 1000 octets with its CRLF.
        listener.maxLineLength = section.size("max_line_length", in: 1000...(1 << 40), default: listener.maxLineLength)
        listener.idleTimeout = section.duration("idle_timeout", in: 1...86_400, default: listener.idleTimeout)
        listener.transactionTimeout = section.duration(
            "transaction_timeout",
            in: 1...604_800,
            default: listener.transactionTimeout
        )
        listener.minDataRate = section.size("min_data_rate", in: 0...(1 << 30), default: listener.minDataRate)
        listener.backlog = section.integer("backlog", in: 1...65_535, default: listener.backlog)
    }

    /// What no single key can tell: the listener's own rules, and keys that have no meaning for its kind of socket.
    private func check(_ section: Section, _ listener: ListenerConfiguration) {
        for problem in listener.validate() { section.fail(problem.key, problem.message) }
        switch listener.address {
        case .unix:
            if section.has("public") { section.fail("public", "has no meaning for a Unix socket") }
        case .tcp:
            if section.has("socket_mode") { section.fail("socket_mode", "works on a Unix socket only") }
        }
    }
}
