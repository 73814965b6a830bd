internal import Inbound
internal import Mail
internal import Testing
internal import Ticketing
internal import Yams
internal import mailwicket

/// The reference is complete (every key, none else) and true (what it shows as a default is one).
@Suite struct ReferenceConfigurationTests {
    @Test func everyKeyAppearsAndNoOther() throws {
        let text = try ConfigurationFiles.text("mailwicket.reference.yaml")
        let root = try #require(try Parser(yaml: text).singleRoot())
        var given: Set<String> = []
        collectKeys(of: root, pattern: "", into: &given)
        let (known, _) = try Configuration.keys(of: text)
        #expect(given.subtracting(known).sorted() == [])
        #expect(known.subtracting(given).sorted() == [])
    }

    @Test func everyKeyHasAComment() throws {
        for line in try ConfigurationFiles.text("mailwicket.reference.yaml").split(separator: "\n") {
            guard !line.hasPrefix("#"), line.contains(":") else { continue }
            // The second listener repeats keys that the first explains.
            if ["    dialect: lmtp", "    address: unix:.data/lmtp.sock"].contains(line) { continue }
            let comment = line.contains(" # ") || !line.hasPrefix(" ")
            #expect(comment, "\(line)")
        }
    }

    /// Each optional key is taken away in turn, and nothing may change: so what the file shows is the default.
    @Test func eachValueIsTheDefault() throws {
        let text = try ConfigurationFiles.text("mailwicket.reference.yaml")
        let whole = try Configuration(yaml: text, file: "reference")
        let root = try #require(try Parser(yaml: text).singleRoot())
        let (known, required) = try Configuration.keys(of: text)
        for key in known.subtracting(required).subtracting(["customers", "customers[].contacts", "agents"]).sorted() {
            let reduced = try Yams.serialize(node: root.removing(key, pattern: ""))
            let configuration = try Configuration(yaml: reduced, file: key)
            #expect(configuration == whole, "\(key)")
        }
    }

    /// With nothing but the required keys, everything together is the reference too.
    @Test func theRequiredKeysAloneAreTheReference() throws {
        let whole = try Configuration(
            yaml: try ConfigurationFiles.text("mailwicket.reference.yaml"),
            file: "reference"
        )
        let least = try Configuration(
            yaml: """
                listeners:
                  - { name: smtp, dialect: smtp, address: "127.0.0.1:2525" }
                  - { name: lmtp-socket, dialect: lmtp, address: "unix:.data/lmtp.sock" }
                mailboxes: [{ id: support, addresses: support@example.com }]
                customers: [{ id: acme, contacts: [{ addresses: ann@acme.example }] }]
                agents: [{ id: bob, addresses: bob@example.org }]
                """,
            file: "least"
        )
        #expect(least == whole)
    }

    @Test func theDeliveredConfigurationIsRight() throws {
        let configuration = try Configuration(
            yaml: try ConfigurationFiles.text("mailwicket.yaml"),
            file: "mailwicket.yaml"
        )
        #expect(
            configuration.listeners.map(\.address.description) == [
                "127.0.0.1:2525", "127.0.0.1:2424", "unix:.data/lmtp.sock",
            ]
        )
        #expect(configuration.mailboxes.map(\.addresses.first?.description) == ["support@example.com"])
        #expect(configuration.controlSocket == ".data/control.sock")
    }

    private func collectKeys(of node: Node, pattern: String, into keys: inout Set<String>) {
        switch node {
        case .mapping(let mapping):
            for (key, value) in mapping {
                guard let name = key.string else { continue }
                // The names of profiles are free; only what is in them is fixed.
                if pattern == "defaults" {
                    collectKeys(of: value, pattern: "defaults.NAME", into: &keys)
                    continue
                }
                let path = pattern.isEmpty ? name : "\(pattern).\(name)"
                keys.insert(path)
                collectKeys(of: value, pattern: path, into: &keys)
            }
        case .sequence(let sequence):
            for element in sequence { collectKeys(of: element, pattern: pattern + "[]", into: &keys) }
        case .scalar, .alias:
            break
        }
    }
}

extension Node {
    /// The tree without one key, wherever it stands.
    fileprivate func removing(_ wanted: String, pattern: String) -> Node {
        switch self {
        case .mapping(let mapping):
            let pairs = mapping.compactMap { key, value -> (Node, Node)? in
                let name = pattern == "defaults" ? "NAME" : key.string ?? ""
                let path = pattern.isEmpty ? name : "\(pattern).\(name)"
                return path == wanted ? nil : (key, value.removing(wanted, pattern: path))
            }
            return Node.mapping(.init(pairs))
        case .sequence(let sequence):
            return Node.sequence(.init(sequence.map { $0.removing(wanted, pattern: pattern + "[]") }))
        case .scalar, .alias:
            return self
        }
    }
}
