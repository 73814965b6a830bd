internal import Logging
internal import ServiceLifecycle
package import Storage

/// What the store is to do from time to time: write refusals, raise and clear its alarms, remove blobs that a crash left.
package struct MaintenanceService: Service {
    let store: Store
    private let logger = Logger(label: "store")

    /// The collection runs a first time soon after the start, when a crash is the likeliest reason for work.
    private static let roundsBetweenCollections = 3600
    private static let firstCollection = 60

    /// Looks after a store while `body` runs, for a command that owns the data directory meanwhile.
    package static func maintaining<T>(_ store: Store, _ body: () async throws -> T) async throws -> T {
        // Not awaited, so it is cancelled when `body` has ended, and waited for.
        async let _ = MaintenanceService(store: store).run()
        return try await body()
    }

    package func run() async throws {
        var round = 0
        repeat {
            for change in await store.maintain() { log(change) }
            if round % Self.roundsBetweenCollections == Self.firstCollection {
                // What fails is tried again an hour later, and a blob too many does no harm.
                _ = try? await store.collectBlobs()
                _ = try? await store.trimDerivedData()
            }
            round += 1
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(1)) }
        } while !Task.isShuttingDownGracefully && !Task.isCancelled
    }

    private func log(_ change: AlarmChange) {
        if change.isRaised {
            logger.error("alarm raised", metadata: ["alarm": "\(change.kind)", "text": "\(change.text)"])
        } else {
            logger.notice("alarm over", metadata: ["alarm": "\(change.kind)"])
        }
    }
}
