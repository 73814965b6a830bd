import Faults
import Storage
import Synchronization
import Testing

/// An engine in a directory of its own, with a table that keeps what jobs wrote, doubles and all.
struct EngineFixture: Sendable {
    let directory: FaultyDirectory
    let vfs: FaultyVFS
    let engine: SQLiteEngine

    init(seed: UInt64 = 1, _ adjust: (inout StorageConfiguration) -> Void = { _ in }) async throws {
        directory = try FaultyDirectory("engine")
        vfs = try FaultyVFS(watching: directory.path, seed: seed)
        var configuration = StorageConfiguration()
        configuration.busyTimeout = 0
        adjust(&configuration)
        engine = try SQLiteEngine(path: directory.path + "/store.sqlite", configuration: configuration)
        try await engine.write { writer throws(StoreError) in
            try writer.run("CREATE TABLE IF NOT EXISTS entry (number INTEGER NOT NULL, text TEXT NOT NULL) STRICT")
            try writer.run("CREATE TABLE IF NOT EXISTS claim (number INTEGER PRIMARY KEY NOT NULL) STRICT")
        }
        vfs.reset()
    }

    /// Opens the same database again, after the first engine was closed.
    func reopened() throws -> SQLiteEngine {
        try SQLiteEngine(path: directory.path + "/store.sqlite")
    }
}

extension SQLiteEngine {
    /// Writes an entry of a few pages.
    func insert(_ number: Int, size: Int = 6000) async throws(StoreError) {
        try await write { writer throws(StoreError) in try writer.insert(number, size: size) }
    }

    /// All entries, doubles and all.
    func numbers() async throws(StoreError) -> [Int] {
        try await read { reader throws(StoreError) in
            try reader.rows("SELECT number FROM entry ORDER BY number").compactMap { $0.integer(0).map(Int.init) }
        }
    }

    /// What SQLite says of its file.
    func integrity() async throws(StoreError) -> String {
        try await read { reader throws(StoreError) in
            try reader.first("PRAGMA integrity_check")?.text(0) ?? "no answer"
        }
    }
}

extension SQLWriter {
    func insert(_ number: Int, size: Int = 6000) throws(StoreError) {
        let text = String(repeating: "x", count: size)
        try run("INSERT INTO entry (number, text) VALUES (\(number), \(text))")
    }
}

/// What each job was answered.
final class Ledger: Sendable {
    private let answers = Mutex<[Int: Result<Bool, StoreError>]>([:])

    func note(_ number: Int, _ answer: Result<Bool, StoreError>) {
        answers.withLock { $0[number] = answer }
    }

    var succeeded: Set<Int> {
        answers.withLock { answers in Set(answers.filter { (try? $0.value.get()) != nil }.keys) }
    }

    var failed: [Int: StoreError] {
        answers.withLock { answers in
            answers.compactMapValues { answer in
                guard case .failure(let error) = answer else { return nil }
                return error
            }
        }
    }

    /// Holds the store to what was answered: success is there once, all else at most once.
    func check(_ found: [Int], _ comment: Comment, sourceLocation: SourceLocation = #_sourceLocation) {
        let missing = succeeded.subtracting(found)
        #expect(missing.isEmpty, comment, sourceLocation: sourceLocation)
        #expect(Set(found).count == found.count, "entry twice", sourceLocation: sourceLocation)
    }
}

/// Waits until something is so; a test that waits in vain goes on and fails by its own expectations.
func waitUntil(_ condition: () -> Bool) async {
    for _ in 0..<5000 where !condition() { try? await Task.sleep(for: .milliseconds(2)) }
}
