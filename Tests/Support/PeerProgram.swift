import Foundation

/// The programs of others that the tests talk to, and our own that they test.
public enum PeerProgram {
    /// The repository's root, from this file's place in it.
    public static let repository = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// The server under test.
    public static let mailwicket =
        ProcessInfo.processInfo.environment["MAILWICKET_BINARY"] ?? "\(repository)/.build-release/release/mailwicket"

    /// The load generator.
    public static let load =
        ProcessInfo.processInfo.environment["MAILWICKET_LOAD"] ?? "\(repository)/.build-release/release/mailwicket-load"

    /// Where a program lies; Debian keeps servers where a user's search path does not look.
    public static func path(of program: String) -> String? {
        if program.contains("/") {
            return FileManager.default.isExecutableFile(atPath: program) ? program : nil
        }
        let search = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        return "\(search):/usr/sbin:/sbin".split(separator: ":").lazy
            .map { "\($0)/\(program)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Whether a test may be left out for want of a program; with `MAILWICKET_STRICT_PEERS=1` none may.
    public static var mayBeMissing: Bool {
        ProcessInfo.processInfo.environment["MAILWICKET_STRICT_PEERS"] != "1"
    }

    /// Whether the programs are all there, or have to be: a test that needs them runs, and in the latter case fails.
    public static func areAtHand(_ programs: String...) -> Bool {
        programs.allSatisfy { path(of: $0) != nil } || !mayBeMissing
    }
}
