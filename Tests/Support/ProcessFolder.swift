public import Foundation

/// A temporary folder with a short name (a Unix socket's path has room for 107 octets), removed with its object.
public final class TemporaryFolder: Sendable {
    /// The folder's path.
    public let path: String

    /// Makes a folder that other users may walk through: Postfix's daemons run as their own user.
    public init() throws {
        let base = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        let name = String(UInt64.random(in: .min ... .max), radix: 36)
        path = "\(base)/mw-\(name)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }

    deinit {
        // What is left behind lies in the system's temporary folder and is cleared with it.
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of something in the folder.
    public func callAsFunction(_ name: String) -> String {
        "\(path)/\(name)"
    }

    /// Writes a file into the folder and gives its path.
    @discardableResult
    public func write(_ text: String, to name: String) throws -> String {
        try write(Data(text.utf8), to: name)
    }

    /// Writes a file into the folder and gives its path.
    @discardableResult
    public func write(_ data: Data, to name: String) throws -> String {
        let path = self(name)
        try data.write(to: URL(filePath: path))
        return path
    }
}

/// Something that did not happen in time.
public struct DeadlineExceeded: Error, CustomStringConvertible {
    /// What was waited for, and what was found instead.
    public let description: String
}

/// Asks again and again until the answer is there, and fails after the deadline with what was waited for.
@discardableResult
public func poll<Answer>(
    _ what: String,
    seconds: Double = 20,
    every interval: Duration = .milliseconds(20),
    until answer: () async throws -> Answer?
) async throws -> Answer {
    let end = ContinuousClock.now + .seconds(seconds)
    while true {
        if let found = try await answer() { return found }
        guard ContinuousClock.now < end else {
            throw DeadlineExceeded(description: "not within \(seconds) s: \(what)")
        }
        try await Task.sleep(for: interval)
    }
}
