internal import ArgumentParser
internal import Mail
internal import OpenSSL
internal import Storage

/// The command `mailwicket cert`.
struct CertCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cert",
        abstract: "Make and show certificates for TLS.",
        discussion: """
            A local authority and pairs for servers and clients that trust it, for tests and for hosts of your own:

              mailwicket cert ca
              mailwicket cert server mail.example.com 192.0.2.1
              mailwicket cert client relay.example.com

            Nothing that is there is overwritten.
            """,
        subcommands: [
            CertAuthorityCommand.self, CertServerCommand.self, CertClientCommand.self, CertShowCommand.self,
        ]
    )
}

/// Where `mailwicket cert` writes, and for how long.
struct CertificateOptions: ParsableArguments {
    @Option(name: .long, help: "The folder of certificates and keys.")
    var directory = "certs"

    @Option(name: .long, help: "For how many days it is valid (default: 3650 for an authority, 398 for a pair).")
    var days: Int?

    func validate() throws {
        if let days, !(1...36_500).contains(days) { throw ValidationError("--days must be from 1 to 36500.") }
    }

    /// An hour ago, for peers whose clocks are slow.
    static var start: Timestamp { Timestamp.now.advanced(bySeconds: -3600) }

    /// Makes a pair and prints where it lies.
    func make(_ body: (CertificateFolder) throws -> CertificateFolder.Pair) throws {
        do {
            let pair = try body(CertificateFolder(path: directory))
            print("certificate \(pair.certificate)")
            print("key         \(pair.key)")
            print("valid until \(pair.facts.notAfter)")
            print("fingerprint \(pair.facts.fingerprintText)")
        } catch let error as CertificateFolder.Failure {
            throw ExitStatus.fail(error.status, "\(error)")
        }
    }

    /// Makes a pair for some names, which the authority vouches for.
    func issue(_ names: [String], for purpose: CertificateRequest.Purpose, _ key: CertificateRequest.Key) throws {
        let start = Self.start
        var request = CertificateRequest(
            commonName: names[0],
            purposes: [purpose],
            validFrom: start,
            until: start.advanced(bySeconds: Int64(days ?? 398) * 86_400)
        )
        for name in names {
            if let address = IPAddress(name) {
                request.ipAddresses.append(address)
            } else {
                request.dnsNames.append(name)
            }
        }
        request.key = key
        try make { folder in
            try folder.issue(request, as: names[0].replacingWildcard, at: .now)
        }
    }
}

/// The kinds of keys, as the command line names them.
enum KeyKind: String, ExpressibleByArgument, CaseIterable {
    case p256, rsa, ed25519

    var key: CertificateRequest.Key {
        switch self {
        case .p256: .p256
        case .rsa: .rsa(bits: 2048)
        case .ed25519: .ed25519
        }
    }
}

/// The command `mailwicket cert ca`.
struct CertAuthorityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ca",
        abstract: "Make a local authority.",
        discussion: "Whoever trusts ca.pem accepts all pairs that are made with it; keep ca.key to yourself."
    )

    @OptionGroup var options: CertificateOptions

    @Option(name: .long, help: "The name that people see.")
    var name = "Mailwicket local authority"

    func run() async throws {
        try options.make { folder in
            try folder.makeAuthority(named: name, from: CertificateOptions.start, days: options.days ?? 3650)
        }
    }
}

/// The command `mailwicket cert server`.
struct CertServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "server",
        abstract: "Make a pair for a server.",
        discussion: "Name every host and address by which clients know the server; the files are named by the first."
    )

    @OptionGroup var options: CertificateOptions

    @Argument(help: "Host names, wildcards and addresses.")
    var names: [String]

    @Option(name: .long, help: "The kind of the key.")
    var key = KeyKind.p256

    func run() async throws {
        try options.issue(names, for: .server, key.key)
    }
}

/// The command `mailwicket cert client`.
struct CertClientCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "client",
        abstract: "Make a pair for a client, by which a server knows it."
    )

    @OptionGroup var options: CertificateOptions

    @Argument(help: "The client's host name.")
    var name: String

    @Option(name: .long, help: "The kind of the key.")
    var key = KeyKind.p256

    func run() async throws {
        try options.issue([name], for: .client, key.key)
    }
}

/// The command `mailwicket cert show`.
struct CertShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show what certificates say.",
        discussion: "Exit code 1 if one is not valid now, or ends within 14 days."
    )

    @OptionGroup var output: OutputOptions

    @Argument(help: "Files in PEM.")
    var files: [String]

    private struct Row: Encodable {
        let file: String
        let subject: String
        let issuer: String
        let names: [String]
        let notBefore: String
        let notAfter: String
        let daysLeft: Int64
        let fingerprint: String
    }

    func run() async throws {
        let now = Timestamp.now
        var rows: [Row] = []
        for file in files {
            do throws(CertificateFolder.Failure) {
                for facts in try CertificateFolder.facts(ofFile: file) {
                    rows.append(
                        Row(
                            file: file,
                            subject: facts.subject,
                            issuer: facts.issuer,
                            names: facts.dnsNames + facts.ipAddresses.map(\.description) + facts.emailAddresses,
                            notBefore: "\(facts.notBefore)",
                            notAfter: "\(facts.notAfter)",
                            daysLeft: facts.notBefore > now
                                ? 0 : max(0, (facts.notAfter.milliseconds - now.milliseconds) / 86_400_000),
                            fingerprint: facts.fingerprintText
                        )
                    )
                }
            } catch {
                throw ExitStatus.fail(error.status, "\(error)")
            }
        }
        if output.json {
            try Output.json(rows)
        } else {
            Output.table(
                ["FILE", "SUBJECT", "NAMES", "UNTIL", "DAYS LEFT"],
                rows.map { [$0.file, $0.subject, $0.names.joined(separator: " "), $0.notAfter, "\($0.daysLeft)"] }
            )
        }
        if rows.contains(where: { $0.daysLeft < 14 }) { throw ExitCode(ExitStatus.failed.rawValue) }
    }
}

extension CertificateFolder.Failure {
    fileprivate var status: ExitStatus {
        switch self {
        case .exists, .cannotWrite: .cannotCreate
        case .cannotRead, .noAuthority: .noInput
        case .badFileName, .issue: .usage
        case .certificate: .badData
        }
    }
}

extension String {
    /// A name for files: of a wildcard, without the asterisk.
    fileprivate var replacingWildcard: String { hasPrefix("*.") ? "wildcard" + dropFirst() : self }
}
