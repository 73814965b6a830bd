internal import GRDB
internal import GRDBSQLite

/// One connection of GRDB's, spoken to in the store's own terms.
///
/// Statements are prepared once for each place in the source and kept. Not `Sendable`: a reader's belongs to the closure
/// that GRDB lends the connection to, the writer's to the writer's thread.
@safe
final class SQLiteConnection: SQLWriter {
    private let handle: OpaquePointer
    private var statements: [SQLStatement.Form: OpaquePointer]
    private var limit: ReaderLimit?
    /// The octets of the values that are bound.
    private var scratch: [UInt8] = []

    init(_ database: Database) throws(StoreError) {
        guard let handle = unsafe database.sqliteConnection else { throw .closed }
        unsafe self.handle = handle
        unsafe statements = [:]
    }

    deinit {
        finalizeStatements()
    }

    /// Lends a connection to a reader for a limited time, after which its statements fail.
    static func withReader<T>(
        _ database: Database,
        limit: ReaderLimit,
        _ body: (any SQLReader) throws(StoreError) -> T
    ) throws(StoreError) -> T {
        let connection = try SQLiteConnection(database)
        connection.limit = limit
        // Not retained by SQLite; `connection` keeps it for longer than the handler stands.
        unsafe sqlite3_progress_handler(
            connection.handle,
            100_000,
            { context in
                guard let context = unsafe context else { return 0 }
                return unsafe Unmanaged<ReaderLimit>.fromOpaque(context).takeUnretainedValue().violation == nil ? 0 : 1
            },
            Unmanaged.passUnretained(limit).toOpaque()
        )
        defer {
            unsafe sqlite3_progress_handler(connection.handle, 0, nil, nil)
            connection.finalizeStatements()
        }
        return try body(connection)
    }

    /// Changes how long a statement waits for a lock.
    func setBusyTimeout(seconds: Int) {
        unsafe sqlite3_busy_timeout(handle, Int32(clamping: seconds * 1000))
    }

    /// Gives the prepared statements back, which must be done before the connection closes.
    func finalizeStatements() {
        unsafe statements.values.forEach { unsafe sqlite3_finalize($0) }
        unsafe statements.removeAll()
    }

    /// Whether a transaction stands.
    ///
    /// A full disk or an I/O error ends it behind our back.
    var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }

    /// Whether statements are refused outside of a transaction.
    var requiresTransaction = false

    /// Throws when a transaction is required and a fault has ended it.
    func checkTransaction() throws(StoreError) {
        guard isInTransaction || !requiresTransaction else { throw .io("a fault ended the transaction") }
    }

    func run(_ statement: SQLStatement) throws(StoreError) {
        _ = try step(statement, collecting: false)
    }

    func change(_ statement: SQLStatement) throws(StoreError) -> Int {
        _ = try step(statement, collecting: false)
        return Int(unsafe sqlite3_changes(handle))
    }

    func rows(_ statement: SQLStatement) throws(StoreError) -> [SQLRow] {
        try step(statement, collecting: true)
    }

    private func prepared(_ form: SQLStatement.Form) throws(StoreError) -> OpaquePointer {
        if let statement = unsafe statements[form] { return unsafe statement }
        var statement: OpaquePointer?
        let code = unsafe sqlite3_prepare_v3(
            handle,
            form.text,
            -1,
            UInt32(SQLITE_PREPARE_PERSISTENT),
            &statement,
            nil
        )
        guard code == SQLITE_OK, let statement = unsafe statement else { throw error(code) }
        unsafe statements[form] = statement
        return unsafe statement
    }

    private func step(_ statement: SQLStatement, collecting: Bool) throws(StoreError) -> [SQLRow] {
        try checkTransaction()
        if let violation = limit?.violation { throw violation }
        let prepared = try unsafe prepared(statement.form)
        defer {
            unsafe sqlite3_reset(prepared)
            unsafe sqlite3_clear_bindings(prepared)
        }
        return try unsafe withBound(statement.values, to: prepared) { () throws(StoreError) in
            var rows: [SQLRow] = []
            while true {
                let code = unsafe sqlite3_step(prepared)
                switch code {
                case SQLITE_ROW: if collecting { unsafe rows.append(row(of: prepared)) }
                case SQLITE_DONE: return rows
                default: throw error(code)
                }
            }
        }
    }

    /// Binds the values and runs `body` while they are bound.
    ///
    /// SQLite takes the octets where they lie: large ones in the value itself, all others side by side in memory of the
    /// connection's own, so that none is copied into memory that has to be asked for.
    private func withBound(
        _ values: [SQLValue],
        to statement: OpaquePointer,
        _ body: () throws(StoreError) -> [SQLRow]
    ) throws(StoreError) -> [SQLRow] {
        scratch.removeAll(keepingCapacity: scratch.capacity <= Self.keptScratch)
        for value in values {
            switch value {
            case .text(let text): scratch.append(contentsOf: text.utf8)
            case .blob(let blob) where blob.count <= Self.largeBlob: scratch.append(contentsOf: blob)
            case .null, .integer, .blob: continue
            }
        }
        // Where no octet lies, a text without any would have a null pointer, which binds NULL.
        scratch.append(0)
        let result = unsafe scratch.withUnsafeBytes { buffer in
            Result { () throws(StoreError) in
                try unsafe withBound(values[...], from: 1, to: statement, buffer[...], body)
            }
        }
        return try result.get()
    }

    /// From this size on, in octets, a blob is not copied.
    private static let largeBlob = 1024
    /// A larger text once does not hold its memory for ever.
    private static let keptScratch = 65_536

    /// - Parameter octets: those of the values, as far as they are not large.
    private func withBound(
        _ values: ArraySlice<SQLValue>,
        from position: Int32,
        to statement: OpaquePointer,
        _ octets: Slice<UnsafeRawBufferPointer>,
        _ body: () throws(StoreError) -> [SQLRow]
    ) throws(StoreError) -> [SQLRow] {
        var position = position
        var octets = unsafe octets
        for index in values.indices {
            let code: Int32
            switch values[index] {
            case .null:
                code = unsafe sqlite3_bind_null(statement, position)
            case .integer(let integer):
                code = unsafe sqlite3_bind_int64(statement, position, integer)
            case .text(let text):
                let count = text.utf8.count
                let place = unsafe UnsafeRawBufferPointer(rebasing: octets.prefix(count)).baseAddress
                code = unsafe sqlite3_bind_text(
                    statement,
                    position,
                    place?.assumingMemoryBound(to: CChar.self),
                    Int32(count),
                    nil
                )
                unsafe octets = octets.dropFirst(count)
            case .blob(let blob) where blob.isEmpty:
                code = unsafe sqlite3_bind_zeroblob(statement, position, 0)
            case .blob(let blob) where blob.count <= Self.largeBlob:
                let place = unsafe UnsafeRawBufferPointer(rebasing: octets.prefix(blob.count)).baseAddress
                code = unsafe sqlite3_bind_blob(statement, position, place, Int32(blob.count), nil)
                unsafe octets = octets.dropFirst(blob.count)
            case .blob(let blob):
                let rest = unsafe octets
                let result = unsafe blob.withUnsafeBytes { buffer -> Result<[SQLRow], StoreError> in
                    let code = unsafe sqlite3_bind_blob64(
                        statement,
                        position,
                        buffer.baseAddress,
                        UInt64(buffer.count),
                        nil
                    )
                    guard code == SQLITE_OK else { return .failure(error(code)) }
                    return Result { () throws(StoreError) in
                        try unsafe withBound(values[(index + 1)...], from: position + 1, to: statement, rest, body)
                    }
                }
                return try result.get()
            }
            guard code == SQLITE_OK else { throw error(code) }
            position += 1
        }
        return try body()
    }

    private func row(of statement: OpaquePointer) -> SQLRow {
        let count = unsafe sqlite3_column_count(statement)
        var values: [SQLValue] = []
        values.reserveCapacity(Int(count))
        for column in 0..<count {
            switch unsafe sqlite3_column_type(statement, column) {
            case SQLITE_INTEGER:
                values.append(.integer(unsafe sqlite3_column_int64(statement, column)))
            case SQLITE_TEXT:
                let length = Int(unsafe sqlite3_column_bytes(statement, column))
                let text = unsafe UnsafeBufferPointer(start: sqlite3_column_text(statement, column), count: length)
                values.append(.text(unsafe String(decoding: text, as: UTF8.self)))
            case SQLITE_BLOB:
                let length = Int(unsafe sqlite3_column_bytes(statement, column))
                let blob = unsafe UnsafeRawBufferPointer(start: sqlite3_column_blob(statement, column), count: length)
                values.append(.blob(unsafe [UInt8](blob)))
            default:
                values.append(.null)
            }
        }
        return SQLRow(values: values)
    }

    private func error(_ code: Int32) -> StoreError {
        if code & 0xFF == SQLITE_INTERRUPT, let violation = limit?.violation { return violation }
        return StoreError(
            sqlite: unsafe sqlite3_extended_errcode(handle),
            unsafe String(cString: sqlite3_errmsg(handle)),
            code
        )
    }
}

extension StoreError {
    /// Reads a result code of SQLite (sqlite.org/rescode.html).
    init(sqlite extended: Int32, _ message: String, _ primary: Int32? = nil) {
        switch (primary ?? extended) & 0xFF {
        case SQLITE_BUSY, SQLITE_LOCKED: self = .busy
        case SQLITE_FULL: self = .full
        case SQLITE_CONSTRAINT: self = .constraint(message)
        case SQLITE_CORRUPT, SQLITE_NOTADB: self = .corrupt(message)
        default: self = .io("\(message) (SQLite \(extended))")
        }
    }

    /// Reads an error of GRDB's.
    init(_ error: any Error) {
        switch error {
        case let error as StoreError: self = error
        case let error as DatabaseError:
            self.init(
                sqlite: error.extendedResultCode.rawValue,
                error.message ?? "no message",
                error.resultCode.rawValue
            )
        default: self = .io("\(error)")
        }
    }
}
