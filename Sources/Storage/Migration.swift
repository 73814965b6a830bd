/// One step of the schema: a name that never changes, and what it does, which never changes either.
public struct Migration: Sendable {
    /// The name under which the step is recorded.
    public let name: String
    let statements: [SQLStatement]

    init(_ name: String, _ statements: [SQLStatement]) {
        self.name = name
        self.statements = statements
    }
}

/// Brings a schema up to date, through the same seam as everything else.
enum Migrator {
    /// Runs each migration that is not recorded yet, in order, each in a transaction of its own.
    ///
    /// - Throws: ``StoreError/corrupt(_:)`` when the database records a step that this program does not know, since it
    ///   then belongs to a newer one.
    static func migrate(_ engine: some StoreEngine, _ migrations: [Migration], now: Int64) async throws(StoreError) {
        try await engine.write { writer throws(StoreError) in
            try writer.run(
                "CREATE TABLE IF NOT EXISTS schema_migration (name TEXT PRIMARY KEY NOT NULL, applied_at INTEGER NOT NULL)"
            )
        }
        let applied = try await engine.read { reader throws(StoreError) in
            try reader.rows("SELECT name FROM schema_migration").compactMap { $0.text(0) }
        }
        if let unknown = applied.first(where: { name in !migrations.contains { $0.name == name } }) {
            throw .corrupt(
                "the schema has the step \(unknown), which this version does not know; use the one that made it, or a newer one"
            )
        }
        for migration in migrations where !applied.contains(migration.name) {
            try await engine.write { writer throws(StoreError) in
                for statement in migration.statements { try writer.run(statement) }
                try writer.run("INSERT INTO schema_migration (name, applied_at) VALUES (\(migration.name), \(now))")
            }
        }
    }
}
