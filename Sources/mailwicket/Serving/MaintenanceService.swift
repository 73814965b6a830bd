internal import Logging
internal import ServiceLifecycle
internal import Storage

/// What the store is to do from time to time: write refusals, raise and clear its alarms, remove blobs that a crash left.
struct MaintenanceService: Service {
    let store: Store

    /// The collection runs a first time soon after the start, when a crash is the likeliest reason for work.
    private static let roundsBetweenCollections = 3600
    private static let firstCollection = 60

    func run() async throws {
        var round = 0
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            await store.maintain()
            if round % Self.roundsBetweenCollections == Self.firstCollection {
                // What fails is tried again an hour later, and a blob too many does no harm.
                _ = try? await store.collectBlobs()
            }
            round += 1
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(1)) }
        }
    }
}
