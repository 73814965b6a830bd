import Foundation
import OpenSSL
import SASL
import Testing

/// Exchanges with clients that are not ours: GNU SASL's, and one in Python with that language's own cryptography.
///
/// Both write a line in Base64 for each of the server's, and end with 0 when they accept the server.
@Suite("clients of others", .serialized)
struct PeerTests {
    /// SCRAM-SHA-256 by RFC 5802 and RFC 7677, without a line of ours.
    private static let pythonClient = """
        import base64, hashlib, hmac, os, sys

        def code(key, text):
            return hmac.new(key, text, hashlib.sha256).digest()

        def say(text):
            print(base64.b64encode(text).decode(), flush=True)

        def hear():
            return base64.b64decode(sys.stdin.readline())

        name, password = (text.encode() for text in sys.argv[1:])
        bare = b"n=" + name + b",r=" + base64.b64encode(os.urandom(15))
        say(b"n,," + bare)
        challenge = hear()
        nonce, salt, count = (part[2:] for part in challenge.split(b","))
        salted = hashlib.pbkdf2_hmac("sha256", password, base64.b64decode(salt), int(count))
        key = code(salted, b"Client Key")
        final = b"c=biws,r=" + nonce
        signed = b",".join([bare, challenge, final])
        proof = bytes(a ^ b for a, b in zip(key, code(hashlib.sha256(key).digest(), signed)))
        say(final + b",p=" + base64.b64encode(proof))
        if hear() != b"v=" + base64.b64encode(code(code(salted, b"Server Key"), signed)):
            sys.exit(1)
        say(b"")
        """

    private static func gsasl(_ mechanism: SASLMechanism, password: String) -> [String] {
        let names = ["--authentication-id=user", "--authorization-id=user", "--password=\(password)"]
        let binding = mechanism == .scramSHA256Plus ? [] : ["--no-cb"]
        return ["gsasl", "--client", "--quiet", "--mechanism=\(mechanism.rawValue)"] + names + binding
    }

    private static func python(password: String) -> [String] { ["python3", "-c", pythonClient, "user", password] }

    @Test("GNU SASL logs in", arguments: [SASLMechanism.scramSHA256, .scramSHA256Plus, .plain, .login])
    func gsaslLogsIn(mechanism: SASLMechanism) async throws {
        guard let right = try await Peer.run(Self.gsasl(mechanism, password: "pencil"), mechanism) else { return }
        #expect(right.last.success == SASLSuccess(identity: "user", authorizationIdentity: nil))
        #expect(right.status == 0)
        let wrong = try await Peer.run(Self.gsasl(mechanism, password: "Pencil"), mechanism)
        #expect(wrong?.last.failure?.kind == .refused)
    }

    @Test("a client in Python logs in")
    func pythonLogsIn() async throws {
        guard let right = try await Peer.run(Self.python(password: "pencil"), .scramSHA256) else { return }
        #expect(right.last.success?.identity == "user")
        #expect(right.status == 0)
        let wrong = try await Peer.run(Self.python(password: "Pencil"), .scramSHA256)
        #expect(wrong?.last.failure?.kind == .refused)
    }

    // Without this the status of the others would prove nothing.
    @Test("they refuse a server that cannot sign", arguments: ["gsasl", "python3"])
    func wrongSignature(program: String) async throws {
        let command =
            program == "gsasl" ? Self.gsasl(.scramSHA256, password: "pencil") : Self.python(password: "pencil")
        guard let ended = try await Peer.run(command, .scramSHA256, altersSignature: true) else { return }
        #expect(ended.last.success == nil)
        #expect(ended.status != 0)
    }
}

/// A client in a process of its own, spoken to by lines.
private struct Peer {
    /// How an exchange ended, and with what status the client did.
    struct Ending: Sendable {
        let last: SASLStep
        let status: Int32
    }

    /// Plays an exchange on a thread of its own; `nil` where the program is missing, which is said.
    static func run(
        _ command: [String],
        _ mechanism: SASLMechanism,
        altersSignature: Bool = false
    ) async throws -> Ending? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let program = folders.map { URL(filePath: "\($0)/\(command[0])") }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
        guard let program else {
            if ProcessInfo.processInfo.environment["MAILWICKET_STRICT_PEERS"] == "1" {
                Issue.record("no \(command[0]) here")
            }
            print("PeerTests: no \(command[0]) here, skipped")
            return nil
        }
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        let peer = try Peer(program, Array(command.dropFirst()))
                        return try peer.play(mechanism, altersSignature: altersSignature)
                    }
                )
            }
        }
    }

    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    private init(_ program: URL, _ arguments: [String]) throws {
        // Who has ended is written to in vain, and the tests go on.
        signal(SIGPIPE, SIG_IGN)
        process.executableURL = program
        process.arguments = arguments
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    private func play(_ mechanism: SASLMechanism, altersSignature: Bool) throws -> Ending {
        let binding = mechanism == .scramSHA256Plus ? House.binding : nil
        var exchange = SASLExchange(mechanism, context: House.context(binding: binding, offersBinding: binding != nil))
        if let binding { say(binding.exporterData) }
        var step: SASLStep
        if mechanism != .login, let line = try nextLine(mechanism) {
            step = exchange.begin(initialLine: line.span)
        } else {
            step = exchange.begin(initialLine: nil)
        }
        step = exchange.settle(step)
        while case .challenge(var octets) = step {
            if altersSignature, octets.starts(with: Array("v=".utf8)) { octets[2] = octets[2] == 0x41 ? 0x42 : 0x41 }
            say(octets)
            guard let line = try nextLine(mechanism) else { break }
            let received = exchange.receive(line: line.span)
            step = exchange.settle(received)
        }
        // GNU SASL waits for one more line before it leaves with 0.
        if step.success != nil { say([]) }
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
        return Ending(last: step, status: process.terminationStatus)
    }

    private func say(_ octets: [UInt8]) {
        let line = Base64.standard.encode(octets.span) + [0x0A]
        try? input.fileHandleForWriting.write(contentsOf: Data(line))
    }

    /// The next line but the mechanism's name and the question for the binding; `nil` when the client has ended.
    private func nextLine(_ mechanism: SASLMechanism) throws -> [UInt8]? {
        var line: [UInt8] = []
        while let octet = try output.fileHandleForReading.read(upToCount: 1)?.first {
            switch octet {
            case 0x0A where line == Array(mechanism.rawValue.utf8): line = []
            case 0x0A: return line
            case UInt8(ascii: " "): line = []
            default: line.append(octet)
            }
        }
        return nil
    }
}
