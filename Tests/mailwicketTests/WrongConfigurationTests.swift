internal import MIME
internal import Testing
internal import mailwicket

/// Wrong configurations and the exact lines that tell of them.
@Suite struct WrongConfigurationTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let yaml: String
        let lines: [String]
        var testDescription: String { lines.first ?? yaml }

        init(_ yaml: String, _ lines: String...) {
            self.yaml = yaml
            self.lines = lines
        }
    }

    static let listeners = "listeners: [{ name: smtp, dialect: smtp, address: 127.0.0.1:2525 }]\n"
    static let mailboxes = "mailboxes: [{ id: support, addresses: [support@example.com] }]\n"

    /// A listener with these further keys, one to a line, from line 5.
    static func listener(_ keys: String...) -> String {
        "listeners:\n  - name: smtp\n    dialect: smtp\n    address: 127.0.0.1:2525\n"
            + keys.map { "    \($0)\n" }.joined()
    }

    /// A mailbox with these further keys, one to a line, from line 4.
    static func mailbox(_ keys: String...) -> String {
        "mailboxes:\n  - id: support\n    addresses: [support@example.com]\n" + keys.map { "    \($0)\n" }.joined()
    }

    static let namePattern =
        "expected a file name without folder, with * for any text and ? for any character, such as invoice*.doc"
    static let typePattern = "expected a media type such as video/mp4 or video/*"

    @Test func attachments() throws {
        let configuration = try Configuration(
            yaml: Self.listeners + Self.mailboxes + """
                attachments:
                  programs: strip
                  over_limit: quarantine
                  program_extensions: [XYZ]
                  blocked_names: "Invoice*.doc"
                  blocked_types: [Video/*]
                  max_file_size: 1KiB
                  max_message_size: 2KiB
                  max_files: 3
                  signature_images: 0
                  embedded_messages: keep
                """,
            file: "c.yaml"
        )
        var expected = AttachmentPolicy()
        expected.programs = .strip
        expected.overLimit = .quarantine
        expected.programExtensions.insert("xyz")
        expected.blockedNames = ["Invoice*.doc"]
        expected.blockedTypes = ["video/*"]
        expected.maximumFileSize = 1024
        expected.maximumMessageSize = 2048
        expected.maximumCount = 3
        #expect(configuration.attachments == expected)
        #expect(configuration.attachments.programExtensions.contains("exe"))
        #expect(configuration.signatureImages == 0)
        #expect(configuration.embeddedMessages == .keep)
    }

    static func run(_ yaml: String) -> [String] {
        var whole = yaml
        if !whole.contains("listeners:") { whole += listeners }
        if !whole.contains("mailboxes:") { whole += mailboxes }
        do {
            _ = try Configuration(yaml: whole, file: "c.yaml")
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    @Test(arguments: [
        Case("server: []\n", "c.yaml:1:9: server: expected keys with values, found a list"),
        Case("servers: {}\n", "c.yaml:1:1: unknown key \"servers\"; did you mean \"server\"?"),
        Case(
            "tls: {}\n",
            "c.yaml:1:1: unknown key \"tls\"; allowed: agents, attachments, customers, defaults, listeners, log, mailboxes, parser, "
                + "postmaster, server, storage, tickets"
        ),
        Case(
            "server: { hostname: a b }\n",
            "c.yaml:1:21: server.hostname: expected a host name such as mail.example.com, found \"a b\""
        ),
        Case("server: { hostname: [a] }\n", "c.yaml:1:21: server.hostname: expected a text, found a list"),
        Case("server:\n  data_directory:\n", "c.yaml:2:18: server.data_directory: expected a text, found nothing"),
        Case(
            "server:\n  data_directory: \"\"\n",
            "c.yaml:2:19: server.data_directory: expected a directory (up to 94 octets), found \"\""
        ),
        Case(
            "log:\n  level: verbose\n",
            "c.yaml:2:10: log.level: \"verbose\" is not allowed; allowed: trace, debug, info, notice, warning, error"
        ),
        Case("log:\n  fromat: json\n", "c.yaml:2:3: unknown key \"fromat\" in log; did you mean \"format\"?"),
        Case(
            "tickets: { prefix: 4711 }\n",
            "c.yaml:1:20: tickets.prefix: expected up to 16 letters and digits, the first a letter, or \"\" for none, found \"4711\""
        ),
    ])
    func serverLogAndTickets(_ test: Case) {
        #expect(Self.run(test.yaml) == test.lines)
    }

    @Test(arguments: [
        Case("listeners: []\n", "c.yaml:1:12: listeners: at least one listener is needed"),
        Case("listeners: smtp\n", "c.yaml:1:12: listeners: expected a list, found \"smtp\""),
        Case("listeners: [smtp]\n", "c.yaml:1:13: listeners[0]: expected keys with values, found \"smtp\""),
        Case(
            "listeners:\n  - name: a\n    dialect: smpt\n    adress: 127.0.0.1:25\n",
            "c.yaml:2:5: listeners[0]: the key \"address\" is missing",
            "c.yaml:3:14: listeners[0].dialect: \"smpt\" is not allowed; allowed: smtp, lmtp",
            "c.yaml:4:5: unknown key \"adress\" in listeners[0]; did you mean \"address\"?"
        ),
        Case(
            "listeners:\n  - { name: My Listener, dialect: smtp, address: \"127.0.0.1:2525\" }\n",
            "c.yaml:2:13: listeners[0].name: expected up to 64 lower-case letters, digits, \"-\", \"_\" or \".\", found \"My Listener\""
        ),
        Case(
            "listeners:\n  - { name: a, dialect: smtp, address: \"127.0.0.1:1\" }\n  - { name: a, dialect: lmtp, address: \"127.0.0.1:1\" }\n",
            "c.yaml:3:13: listeners[1].name: there is another listener \"a\"",
            "c.yaml:3:40: listeners[1].address: listener \"a\" has 127.0.0.1:1 already"
        ),
        Case(
            "listeners:\n  - { name: a, dialect: smtp, address: 2525 }\n",
            "c.yaml:2:40: listeners[0].address: expected an address such as 127.0.0.1:2525, [::1]:2525 or unix:PATH (up to 107 octets), found \"2525\""
        ),
        Case(
            "listeners:\n  - { name: a, dialect: smtp, address: \"127.0.0.1:70000\" }\n",
            "c.yaml:2:40: listeners[0].address: expected an address such as 127.0.0.1:2525, [::1]:2525 or unix:PATH (up to 107 octets), found \"127.0.0.1:70000\""
        ),
        Case(
            "listeners:\n  - { name: a, dialect: smtp, address: \"0.0.0.0:25\" }\n",
            "c.yaml:2:5: listeners[0].public: must be true for '0.0.0.0:25', which other hosts can reach; 127.0.0.1 and [::1] need no such setting"
        ),
        Case(
            "listeners:\n  - { name: a, dialect: smtp, address: \"[::]:25\", public: yes }\n",
            "c.yaml:2:59: listeners[0].public: expected true or false, found \"yes\"",
            "c.yaml:2:59: listeners[0].public: must be true for '[::]:25', which other hosts can reach; 127.0.0.1 and [::1] need no such setting"
        ),
        Case(
            "listeners:\n  - { name: a, dialect: lmtp, address: \"127.0.0.1:25\" }\n",
            "c.yaml:2:40: listeners[0].address: LMTP must not listen on port 25 (RFC 2033)"
        ),
        Case(
            "listeners:\n  - { name: a, dialect: lmtp, address: \"unix:x\", public: true }\n",
            "c.yaml:2:58: listeners[0].public: has no meaning for a Unix socket"
        ),
        Case(listener("socket_mode: \"0660\""), "c.yaml:5:18: listeners[0].socket_mode: works on a Unix socket only"),
        Case(
            "listeners:\n  - { name: a, dialect: lmtp, address: \"unix:x\", socket_mode: \"0680\" }\n",
            "c.yaml:2:63: listeners[0].socket_mode: expected an octal file mode such as \"0660\", found \"0680\""
        ),
        Case(
            "listeners:\n  - { name: a, dialect: lmtp, address: \"unix:x\", allowed_uids: [0, postfix] }\n",
            "c.yaml:2:68: listeners[0].allowed_uids[1]: expected a numeric user id, found \"postfix\""
        ),
        Case(
            listener("allowed_networks: [10.0.0.0/8, 10.0.0.0/33]"),
            "c.yaml:5:36: listeners[0].allowed_networks[1]: expected a network such as 192.0.2.0/24 or 2001:db8::/32, found \"10.0.0.0/33\""
        ),
        Case(
            listener("trusted: maybe"),
            "c.yaml:5:14: listeners[0].trusted: \"maybe\" is not allowed; allowed: auto, true, false"
        ),
        Case(
            listener("bare_newline: fix"),
            "c.yaml:5:19: listeners[0].bare_newline: \"fix\" is not allowed; allowed: auto, reject, accept"
        ),
        Case(
            listener("max_message_size: 50 potatoes"),
            "c.yaml:5:23: listeners[0].max_message_size: expected a size such as 1048576, 64KiB or 50MiB, found \"50 potatoes\""
        ),
        Case(
            listener("max_message_size: 1B"),
            "c.yaml:5:23: listeners[0].max_message_size: 1B is out of range; allowed: 1024 to 1099511627776"
        ),
        Case(
            listener("max_recipients: 10"),
            "c.yaml:5:21: listeners[0].max_recipients: 10 is out of range; allowed: 100 to 1000000"
        ),
        Case(
            listener("max_recipients: many"),
            "c.yaml:5:21: listeners[0].max_recipients: expected a whole number, found \"many\""
        ),
        Case(
            listener("max_recipients: \"1000\""),
            "c.yaml:5:21: listeners[0].max_recipients: expected a whole number, found \"1000\""
        ),
        Case(
            listener("max_connections_per_address: few"),
            "c.yaml:5:34: listeners[0].max_connections_per_address: expected a whole number or auto, found \"few\""
        ),
        Case(
            listener("max_errors: 1e3"),
            "c.yaml:5:17: listeners[0].max_errors: expected a whole number, found \"1e3\""
        ),
        Case(
            listener("idle_timeout: 5 fortnights"),
            "c.yaml:5:19: listeners[0].idle_timeout: expected a duration such as 300, 90s, 5m, 1h or 7d, found \"5 fortnights\""
        ),
        Case(
            listener("idle_timeout: 2w"),
            "c.yaml:5:19: listeners[0].idle_timeout: 2w is out of range; allowed: 1 to 86400"
        ),
        Case(listener("backlog: -1"), "c.yaml:5:14: listeners[0].backlog: -1 is out of range; allowed: 1 to 65535"),
        Case(
            listener("backlog: 99999999999999999999"),
            "c.yaml:5:14: listeners[0].backlog: expected a whole number, found \"99999999999999999999\""
        ),
    ])
    func listeners(_ test: Case) {
        #expect(Self.run(test.yaml) == test.lines)
    }

    @Test(arguments: [
        Case(
            "storage:\n  memory_budget: 1\n",
            "c.yaml:2:18: storage.memory_budget: 1 is out of range; allowed: 1048576 to 1099511627776"
        ),
        Case(
            "storage:\n  memory_threshold: 2MiB\n  memory_budget: 1MiB\n",
            "c.yaml:2:21: storage.memory_threshold: must not be more than memory_budget (1048576)"
        ),
        Case(
            "storage:\n  max_wal_size: 1MiB\n",
            "c.yaml:2:3: storage.checkpoint_size: must not be more than max_wal_size (1048576)"
        ),
        Case("parser:\n  max_depth: 0\n", "c.yaml:2:14: parser.max_depth: 0 is out of range; allowed: 1 to 1000"),
        Case(
            "parser:\n  max_parts: {}\n",
            "c.yaml:2:14: parser.max_parts: expected a whole number, found keys with values"
        ),
        Case(
            "attachments:\n  programs: delete\n",
            "c.yaml:2:13: attachments.programs: \"delete\" is not allowed; allowed: allow, quarantine, strip"
        ),
        Case(
            "attachments:\n  embedded_messages: open\n",
            "c.yaml:2:22: attachments.embedded_messages: \"open\" is not allowed; allowed: keep, unwrap"
        ),
        Case(
            "attachments:\n  program_extensions: [xyz, .exe]\n",
            "c.yaml:2:29: attachments.program_extensions[1]: expected an extension such as exe, without period, found \".exe\""
        ),
        Case(
            "attachments:\n  blocked_names: [\"*\", a/b.doc, \"a|b\", ok*.doc]\n",
            "c.yaml:2:19: attachments.blocked_names[0]: \(namePattern), found \"*\"",
            "c.yaml:2:24: attachments.blocked_names[1]: \(namePattern), found \"a/b.doc\"",
            "c.yaml:2:33: attachments.blocked_names[2]: \(namePattern), found \"a|b\""
        ),
        Case(
            "attachments:\n  blocked_types: [video, \"*/*\", video/*, a b/c]\n",
            "c.yaml:2:19: attachments.blocked_types[0]: \(typePattern), found \"video\"",
            "c.yaml:2:26: attachments.blocked_types[1]: \(typePattern), found \"*/*\"",
            "c.yaml:2:42: attachments.blocked_types[3]: \(typePattern), found \"a b/c\""
        ),
        Case(
            "attachments:\n  max_files: -1\n",
            "c.yaml:2:14: attachments.max_files: -1 is out of range; allowed: 0 to 1000000"
        ),
        Case(
            "defaults: { vip: { queu: urgent } }\n",
            "c.yaml:1:20: unknown key \"queu\" in defaults.vip; did you mean \"queue\"?"
        ),
        Case(
            "defaults: { VIP: { queue: urgent } }\n",
            "c.yaml:1:18: defaults.VIP: a name must be up to 64 lower-case letters, digits, \"-\", \"_\" or \".\""
        ),
    ])
    func storageParserAndDefaults(_ test: Case) {
        #expect(Self.run(test.yaml) == test.lines)
    }

    @Test(arguments: [
        Case("mailboxes: []\n", "c.yaml:1:12: mailboxes: at least one mailbox is needed"),
        Case("mailboxes: [{ id: a }]\n", "c.yaml:1:13: mailboxes[0]: the key \"addresses\" is missing"),
        Case(
            "mailboxes: [{ id: a, addresses: [] }]\n",
            "c.yaml:1:33: mailboxes[0].addresses: at least one address is needed"
        ),
        Case(
            "mailboxes: [{ id: a, addresses: [a@b@c] }]\n",
            "c.yaml:1:34: mailboxes[0].addresses[0]: expected a mail address such as support@example.com, found \"a@b@c\""
        ),
        Case(
            "mailboxes:\n  - { id: a, addresses: [x@example.com] }\n  - { id: b, addresses: [y@example.com, X@Example.COM] }\n",
            "c.yaml:3:41: mailboxes[1].addresses[1]: X@example.com belongs to mailbox \"a\" already"
        ),
        Case(
            "mailboxes:\n  - { id: a, addresses: [x@example.com] }\n  - { id: a, addresses: [y@example.com] }\n",
            "c.yaml:3:11: mailboxes[1].id: there is another mailbox \"a\""
        ),
        Case(
            "mailboxes:\n  - { id: a, addresses: [x@example.com], catch_all: [example.com] }\n  - { id: b, addresses: [y@example.com], catch_all: [Example.com] }\n",
            "c.yaml:3:54: mailboxes[1].catch_all[0]: mailbox \"a\" is the catch-all of example.com already"
        ),
        Case(
            mailbox("catch_all: [-bad-]"),
            "c.yaml:4:17: mailboxes[0].catch_all[0]: expected a domain such as example.com, found \"-bad-\""
        ),
        Case(
            mailbox("extension_delimiter: ab"),
            "c.yaml:4:26: mailboxes[0].extension_delimiter: expected one character such as \"+\" or \"-\", or \"\" for none, found \"ab\""
        ),
        Case(
            mailbox("defaults: vip"),
            "c.yaml:4:15: mailboxes[0].defaults: there is no \"vip\" under defaults; there are: standard"
        ),
        Case(
            mailbox("state: off"),
            "c.yaml:4:12: mailboxes[0].state: \"off\" is not allowed; allowed: active, paused, inactive"
        ),
        Case(
            "postmaster: nobody\n",
            "c.yaml:1:13: postmaster: there is no mailbox \"nobody\"; there are: support"
        ),
        Case(
            "agents: [{ id: bob, addresses: [support@example.com] }]\n",
            "c.yaml:1:33: agents[0].addresses[0]: support@example.com is an address of mailbox \"support\", no person's"
        ),
        Case(
            "customers:\n  - { id: a, domains: [a.example] }\n  - { id: b, domains: [a.example], contacts: [{ name: Ann }] }\n",
            "c.yaml:3:24: customers[1].domains[0]: a.example belongs to customer \"a\" already",
            "c.yaml:3:47: customers[1].contacts[0]: the key \"addresses\" is missing"
        ),
        Case(
            "agents:\n  - { id: a, addresses: [a@x.example] }\n  - { id: b, addresses: [a@x.example] }\n",
            "c.yaml:3:26: agents[1].addresses[0]: a@x.example belongs to agents[0] already"
        ),
    ])
    func mailboxesAndPeople(_ test: Case) {
        #expect(Self.run(test.yaml) == test.lines)
    }

    @Test(arguments: [
        Case("server: [a\n", "c.yaml:2:1: this is not YAML: did not find expected ',' or ']'"),
        Case("a: b: c\n", "c.yaml:1:5: this is not YAML: mapping values are not allowed in this context"),
        Case("\tserver: {}\n", "c.yaml:1:1: this is not YAML: found character that cannot start any token"),
        Case("a: *b\n", "c.yaml:1:4: this is not YAML: found undefined alias"),
        Case("--- {}\n--- {}\n", "c.yaml:2:1: this is not YAML: but found another document"),
        Case("- a\n- b\n", "c.yaml:1:1: the file: expected keys with values, found a list"),
    ])
    func notYAML(_ test: Case) {
        var lines: [String] = []
        do {
            _ = try Configuration(yaml: test.yaml, file: "c.yaml")
        } catch {
            lines = error.problems.map(\.description)
        }
        #expect(lines.first == test.lines.first)
    }

    /// The parser alone would stop at the first repeated key; all of them and all else are told at once.
    @Test func repeatedKeysAreToldWithEverythingElse() {
        let yaml = """
            log:
              level: info
              format: text
              level: loud
            log: {}
            listeners:
              - { name: a, name: b, name: c, dialect: smtp, address: "127.0.0.1:1" }
            mailboxes: [{ id: a, addresses: [a@example.com], colour: red }]
            """
        #expect(
            Self.run(yaml) == [
                "c.yaml:5:1: key \"log\" is given twice; first in line 1",
                "c.yaml:7:16: key \"name\" is given twice in listeners[0]; first in line 7",
                "c.yaml:7:25: key \"name\" is given twice in listeners[0]; first in line 7",
                "c.yaml:8:50: unknown key \"colour\" in mailboxes[0]; allowed: addresses, catch_all, defaults, "
                    + "extension_delimiter, id, name, state",
            ]
        )
    }

    @Test func emptyFile() {
        var lines: [String] = []
        do {
            _ = try Configuration(yaml: "# nothing\n", file: "c.yaml")
        } catch {
            lines = error.problems.map(\.description)
        }
        #expect(
            lines == [
                "c.yaml:1:1: the key \"listeners\" is missing", "c.yaml:1:1: the key \"mailboxes\" is missing",
            ]
        )
    }

    @Test(
        arguments: [
            ("0", 0), ("1048576", 1_048_576), ("64KiB", 65_536), ("50 MiB", 52_428_800), ("1GB", 1_000_000_000),
            ("2gib", 2_147_483_648), ("", nil), ("MiB", nil), ("-1", nil), ("1.5MiB", nil), ("9999999999GiB", nil),
        ] as [(String, Int?)]
    )
    func sizes(_ text: String, _ expected: Int?) {
        #expect(parseSize(text) == expected)
    }

    @Test(
        arguments: [
            ("300", 300), ("90s", 90), ("5m", 300), ("1h", 3600), ("7d", 604_800), ("2w", 1_209_600), ("5 m", 300),
            ("m", nil), ("-5m", nil), ("1h30m", nil),
        ] as [(String, Int?)]
    )
    func durations(_ text: String, _ expected: Int?) {
        #expect(parseDuration(text) == expected)
    }
}
