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
    /// What a text is made of.
    ///
    /// Texts are told apart by where the source's literals lie, so that a statement that is prepared already is found
    /// without its text being made.
    struct Form: Hashable, Sendable {
        enum Piece: Sendable {
            case literal(StaticString)
            /// So many marks for values.
            case marks(Int)
        }

        var pieces: [Piece] = []

        /// The text with `?` in place of each value.
        var text: String {
            pieces.reduce(into: "") { text, piece in
                switch piece {
                case .literal(let literal): text += literal.description
                case .marks(let count): text += (0..<count).map { _ in "?" }.joined(separator: ", ")
                }
            }
        }

        static func == (one: Form, other: Form) -> Bool {
            guard one.pieces.count == other.pieces.count else { return false }
            for index in one.pieces.indices where one.pieces[index].key != other.pieces[index].key { return false }
            return true
        }

        func hash(into hasher: inout Hasher) {
            // The first literal nearly tells it.
            for piece in pieces.prefix(2) { hasher.combine(piece.key.place) }
        }
    }

    let form: Form
    /// The values in order.
    public let values: [SQLValue]

    /// Collects the parts of a literal.
    public struct StringInterpolation: StringInterpolationProtocol, Sendable {
        var form = Form()
        var values: [SQLValue] = []

        /// Prepares for a literal of about this size.
        public init(literalCapacity: Int, interpolationCount: Int) {
            form.pieces.reserveCapacity(2 * interpolationCount + 1)
            values.reserveCapacity(interpolationCount)
        }

        /// Adds what stands literally.
        public mutating func appendLiteral(_ literal: StaticString) {
            form.pieces.append(.literal(literal))
        }

        /// Binds a value.
        public mutating func appendInterpolation(_ value: some SQLBindable) {
            bind(value.sqlValue)
        }

        /// Binds a value, or null: the label says that null is meant to be possible.
        public mutating func appendInterpolation(nullable value: (some SQLBindable)?) {
            bind(value?.sqlValue ?? .null)
        }

        /// Binds a list of values: `IN (\(list: ids))`.
        public mutating func appendInterpolation(list: [any SQLBindable]) {
            form.pieces.append(.marks(list.count))
            for value in list { values.append(value.sqlValue) }
        }

        private mutating func bind(_ value: SQLValue) {
            form.pieces.append(.marks(1))
            values.append(value)
        }
    }

    /// Makes a statement of text without values.
    public init(stringLiteral value: StaticString) {
        form = Form(pieces: [.literal(value)])
        values = []
    }

    /// Makes a statement of a literal with values.
    public init(stringInterpolation: StringInterpolation) {
        form = stringInterpolation.form
        values = stringInterpolation.values
    }
}

extension SQLStatement.Form.Piece {
    /// What a piece is known by: a literal by its place and length, marks by their count.
    fileprivate var key: (place: UInt, length: Int) {
        switch self {
        case .literal(let literal) where literal.hasPointerRepresentation:
            (UInt(bitPattern: unsafe literal.utf8Start), literal.utf8CodeUnitCount)
        case .literal(let literal): (UInt(literal.unicodeScalar.value), -1)
        case .marks(let count): (UInt(bitPattern: count), -2)
        }
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

    /// Runs an INSERT, UPDATE or DELETE.
    ///
    /// - Returns: how many rows it added, changed or removed.
    func change(_ statement: SQLStatement) throws(StoreError) -> Int
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
