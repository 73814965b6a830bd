/// Why the store could not do what it was asked for.
public enum StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Another process holds the database longer than the busy timeout. Try again.
    case busy
    /// As many jobs as may wait for a commit wait already. Try again.
    case overloaded
    /// Reading took longer than a reader may.
    case timedOut
    /// The disk is full, or a configured limit is reached. Try again when there is room.
    case full
    /// Reading or writing failed; what failed is said. Try again.
    case io(String)
    /// A row contradicts a constraint of the schema: a fault of the program, named.
    case constraint(String)
    /// A row that was claimed first by someone else.
    case conflict(String)
    /// The commit failed in a way that leaves open whether it happened; the retry key settles it.
    case outcomeUnknown
    /// The database is damaged, or is not one of ours.
    case corrupt(String)
    /// The store is closed, or closing.
    case closed

    /// Whether the store is at fault, and not the one job that contradicted the schema, nor a limit that was met.
    package var isFaultOfStore: Bool {
        switch self {
        case .constraint, .conflict, .overloaded, .timedOut: false
        case .busy, .full, .io, .outcomeUnknown, .corrupt, .closed: true
        }
    }

    /// The error as logs show it.
    public var description: String {
        switch self {
        case .busy: "the database is locked by another process"
        case .overloaded: "too many commits wait"
        case .timedOut: "reading took longer than it may"
        case .full: "the disk is full"
        case .io(let what): "input or output failed: \(what)"
        case .constraint(let what): "a constraint does not hold: \(what)"
        case .conflict(let what): "another one was first: \(what)"
        case .outcomeUnknown: "the commit failed, and whether it took place is open"
        case .corrupt(let what): "the database is damaged: \(what)"
        case .closed: "the store is closed"
        }
    }
}
