import Dispatch
package import Storage
import Synchronization

/// A reader that stays where it is, and so keeps the write-ahead log from shrinking.
package final class HeldReader: Sendable {
    private let isReading = Atomic(false)
    private let mayEnd = DispatchSemaphore(value: 0)

    /// Begins to read; it reads from when ``isHeld`` is true.
    package init(_ engine: SQLiteEngine) {
        // It ends when it is released, and nobody waits for it.
        Task {
            try? await engine.read { reader throws(StoreError) in
                _ = try reader.rows("SELECT name FROM sqlite_schema")
                self.isReading.store(true, ordering: .releasing)
                self.mayEnd.wait()
            }
        }
    }

    /// Whether it reads.
    package var isHeld: Bool { isReading.load(ordering: .acquiring) }

    /// Lets it end.
    package func release() {
        mayEnd.signal()
    }
}
