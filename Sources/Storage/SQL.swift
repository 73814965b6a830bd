public import Mail

/// A value of a column; there are no others, in any engine.
public enum SQLValue: Hashable, Sendable {
    /// No value.
    case null
    /// A whole number; moments are milliseconds since the epoch, truth is 0 or 1.
    case integer(Int64)
    /// Text in UTF-8.
    case text(String)
    /// Octets.
    case blob([UInt8])
}

/// A type that is stored as one value.
public protocol SQLBindable {
    /// The stored form.
    var sqlValue: SQLValue { get }
}

extension String: SQLBindable {
    /// Text, without NUL, which neither engine keeps in text.
    public var sqlValue: SQLValue {
        // Over contiguous octets; the general view of UTF-8 is several times slower, and this runs for every column.
        let hasNUL = unsafe utf8.withContiguousStorageIfAvailable { unsafe $0.contains(0) } ?? utf8.contains(0)
        return .text(hasNUL ? String(unicodeScalars.filter { $0 != "\0" }) : self)
    }
}

extension Int: SQLBindable {
    /// An integer.
    public var sqlValue: SQLValue { .integer(Int64(self)) }
}

extension Int64: SQLBindable {
    /// An integer.
    public var sqlValue: SQLValue { .integer(self) }
}

extension Bool: SQLBindable {
    /// 0 or 1.
    public var sqlValue: SQLValue { .integer(self ? 1 : 0) }
}

extension [UInt8]: SQLBindable {
    /// Octets.
    public var sqlValue: SQLValue { .blob(self) }
}

extension UniqueID: SQLBindable {
    /// Its sixteen octets.
    public var sqlValue: SQLValue { .blob(bytes) }
}

extension Timestamp: SQLBindable {
    /// Milliseconds since the epoch.
    public var sqlValue: SQLValue { .integer(milliseconds) }
}

extension SQLValue: SQLBindable {
    /// Itself.
    public var sqlValue: SQLValue { self }
}

/// A statement whose interpolated values are bound, never pasted into the text.
///
/// Write values as `\(value)`; only what stands literally in the source becomes part of the statement's text, so a
/// value cannot change its meaning.
public struct SQLStatement: ExpressibleByStringInterpolation, Sendable {
    /// The text with `?` in place of each value.
    public let text: String
    /// The values in order.
    public let values: [SQLValue]

    /// Collects the parts of a literal.
    public struct StringInterpolation: StringInterpolationProtocol, Sendable {
        var text = ""
        var values: [SQLValue] = []

        /// Prepares for a literal of about this size.
        public init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount)
            values.reserveCapacity(interpolationCount)
        }

        /// Adds what stands literally.
        public mutating func appendLiteral(_ literal: String) {
            text.append(literal)
        }

        /// Binds a value.
        public mutating func appendInterpolation(_ value: some SQLBindable) {
            text.append("?")
            values.append(value.sqlValue)
        }

        /// Binds a value, or null: the label says that null is meant to be possible.
        public mutating func appendInterpolation(nullable value: (some SQLBindable)?) {
            text.append("?")
            values.append(value?.sqlValue ?? .null)
        }

        /// Binds a list of values: `IN (\(list: ids))`.
        public mutating func appendInterpolation(list: [any SQLBindable]) {
            for (index, value) in list.enumerated() {
                text.append(index == 0 ? "?" : ", ?")
                values.append(value.sqlValue)
            }
        }
    }

    /// Makes a statement of text without values.
    public init(stringLiteral value: String) {
        text = value
        values = []
    }

    /// Makes a statement of a literal with values.
    public init(stringInterpolation: StringInterpolation) {
        text = stringInterpolation.text
        values = stringInterpolation.values
    }
}

/// One row of a result.
public struct SQLRow: Sendable {
    /// The values in the order of the statement's columns.
    public let values: [SQLValue]

    init(values: [SQLValue]) {
        self.values = values
    }

    /// The column as text, or `nil`.
    public func text(_ column: Int) -> String? {
        guard case .text(let text) = values[column] else { return nil }
        return text
    }

    /// The column as a number, or `nil`.
    public func integer(_ column: Int) -> Int64? {
        guard case .integer(let integer) = values[column] else { return nil }
        return integer
    }

    /// The column as octets, or `nil`.
    public func blob(_ column: Int) -> [UInt8]? {
        guard case .blob(let blob) = values[column] else { return nil }
        return blob
    }

    /// The column as an identifier, or `nil`.
    public func id(_ column: Int) -> UniqueID? { blob(column).flatMap { UniqueID(bytes: $0) } }

    /// The column as a moment, or `nil`.
    public func moment(_ column: Int) -> Timestamp? { integer(column).map { Timestamp(milliseconds: $0) } }
}

/// Something that answers queries from one consistent state of the store.
public protocol SQLReader {
    /// Runs a query, or a writing statement with RETURNING, and gives all its rows.
    func rows(_ statement: SQLStatement) throws(StoreError) -> [SQLRow]
}

extension SQLReader {
    /// The first row, or `nil`.
    public func first(_ statement: SQLStatement) throws(StoreError) -> SQLRow? {
        try rows(statement).first
    }
}

/// A reader inside a transaction that may also change rows.
public protocol SQLWriter: SQLReader {
    /// Runs a statement that gives no rows.
    func run(_ statement: SQLStatement) throws(StoreError)
}

/// The seam behind which a database engine lives.
///
/// The engine owns threads, batching and retries. A job is synchronous, has no effect except through its writer, and may
/// run more than once; only the last run counts.
public protocol StoreEngine: Sendable {
    /// Runs a body against a consistent state of the store.
    func read<T: Sendable>(
        _ body: @escaping @Sendable (any SQLReader) throws(StoreError) -> T
    ) async throws(StoreError) -> T

    /// Runs a job in a transaction, and returns when it is committed and on disk.
    func write<T: Sendable>(
        _ job: @escaping @Sendable (any SQLWriter) throws(StoreError) -> T
    ) async throws(StoreError) -> T
}
