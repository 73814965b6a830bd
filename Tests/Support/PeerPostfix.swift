import Foundation
import Synchronization

/// A Postfix with a configuration and queue of its own, on loopback, in the foreground.
public final class PeerPostfix: Sendable {
    /// The folder of configuration, queue and log.
    public let folder: TemporaryFolder
    /// The port of its SMTP server.
    public let port: Int
    private let current = ServerProcess.Current()

    /// Whether Postfix can be run here: its daemons drop to their own user, which takes root.
    public static var isAtHand: Bool {
        PeerProgram.areAtHand("postfix", "postqueue") && (geteuid() == 0 || !PeerProgram.mayBeMissing)
    }

    /// Makes the folders.
    public init() async throws {
        folder = try TemporaryFolder()
        port = try await ServerProcess.freePort()
        for name in ["etc", "queue", "data"] {
            try FileManager.default.createDirectory(atPath: folder(name), withIntermediateDirectories: true)
        }
        try FileManager.default.setAttributes([.ownerAccountName: "postfix"], ofItemAtPath: folder("data"))
    }

    /// Postfix's queue directory, from which its clients see Unix sockets.
    public var queue: String { folder("queue") }

    /// Writes a file beside main.cf and gives its path.
    public func write(_ text: String, to name: String) throws -> String {
        try folder.write(text, to: "etc/\(name)")
    }

    /// Writes the configuration: the least that a Postfix needs, and the lines of the test.
    public func configure(main: String, master: String) throws {
        _ = try write(
            """
            compatibility_level = 3.6
            queue_directory = \(queue)
            data_directory = \(folder("data"))
            daemon_directory = \(try Self.daemons)
            command_directory = /usr/sbin
            mail_owner = postfix
            setgid_group = postdrop
            myhostname = relay.example
            mydestination =
            mynetworks = 127.0.0.0/8
            inet_interfaces = 127.0.0.1
            inet_protocols = ipv4
            alias_maps =
            alias_database =
            disable_dns_lookups = yes
            smtpd_peername_lookup = no
            smtpd_error_sleep_time = 0
            smtpd_hard_error_limit = 1000
            smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
            maillog_file = \(folder("log"))
            maillog_file_prefixes = \(folder.path)
            minimal_backoff_time = 10s
            queue_run_delay = 10s
            \(main)

            """,
            to: "main.cf"
        )
        _ = try write(
            """
            127.0.0.1:\(port) inet n - n - - smtpd
            pickup    unix  n       -       n       60      1       pickup
            cleanup   unix  n       -       n       -       0       cleanup
            qmgr      unix  n       -       n       300     1       qmgr
            rewrite   unix  -       -       n       -       -       trivial-rewrite
            bounce    unix  -       -       n       -       0       bounce
            defer     unix  -       -       n       -       0       bounce
            trace     unix  -       -       n       -       0       bounce
            verify    unix  -       -       n       -       1       verify
            flush     unix  n       -       n       1000?   0       flush
            proxymap  unix  -       -       n       -       -       proxymap
            smtp      unix  -       -       n       -       -       smtp
            relay     unix  -       -       n       -       -       smtp
            showq     unix  n       -       n       -       -       showq
            error     unix  -       -       n       -       -       error
            retry     unix  -       -       n       -       -       error
            anvil     unix  -       -       n       -       1       anvil
            scache    unix  -       -       n       -       1       scache
            postlog   unix-dgram n  -       n       -       1       postlogd
            \(master)

            """,
            to: "master.cf"
        )
    }

    /// Starts Postfix and waits until it greets.
    public func start() async throws {
        let check = try await ChildProcess.run("postfix", ["-c", folder("etc"), "check"])
        guard check.succeeded else {
            throw DeadlineExceeded(description: "postfix check: \(check.errors) \(check.output)")
        }
        let master = try ChildProcess("\(try Self.daemons)/master", ["-c", folder("etc"), "-d"])
        current.value.withLock { $0 = master }
        try await poll("Postfix greets on port \(port)") { () async throws -> Bool? in
            guard master.isRunning else {
                throw DeadlineExceeded(description: "Postfix ended: \(master.errors) \(log)")
            }
            guard let peer = try? await PeerConnection.connect(port: port) else { return nil }
            let greeting = try? await peer.reply(within: 10)
            await peer.close()
            return greeting?.hasPrefix("220") == true ? true : nil
        }
    }

    /// Ends Postfix and waits for it.
    public func stop() async throws {
        guard let master = current.value.withLock({ $0 }) else { return }
        try await master.stop()
    }

    /// The mail log so far.
    public var log: String {
        String(decoding: FileManager.default.contents(atPath: folder("log")) ?? Data(), as: UTF8.self)
    }

    /// What `mailq` prints.
    public func mailq() async throws -> String {
        let outcome = try await ChildProcess.run("postqueue", ["-c", folder("etc"), "-p"])
        return outcome.output + outcome.errors
    }

    private static var daemons: String {
        get throws {
            let places = ["/usr/lib/postfix/sbin", "/usr/libexec/postfix", "/usr/lib/postfix"]
            guard let found = places.first(where: { FileManager.default.isExecutableFile(atPath: "\($0)/master") })
            else { throw DeadlineExceeded(description: "Postfix's master program is not installed") }
            return found
        }
    }
}
