import Foundation

/// A directory of a test's own, on a RAM disk where there is one, removed with its owner.
package final class FaultyDirectory: Sendable {
    /// Where it is.
    package let path: String

    /// Makes an empty directory.
    package init(_ name: String = "test") throws {
        let root = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
        path = "\(root)/mailwicket-\(name)-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}

/// The rounds of a loop over every operation: all of them in a soak, a spread-out sample otherwise.
package func faultyRounds(_ count: Int, sample: Int = 12) -> [Int] {
    guard ProcessInfo.processInfo.environment["MAILWICKET_SOAK"] == nil, count > sample, sample > 1 else {
        return Array(0..<max(count, 0))
    }
    // The stride is uneven, so that a repeating pattern of operations is not met at one phase only.
    return (0..<sample).map { $0 * (count - 1) / (sample - 1) }
}
