package import NIOCore
package import SMTP
import Synchronization

/// The open connections of a listener, and the limits on them.
package final class ConnectionTable: Sendable {
    /// What becomes of a new connection.
    package enum Admission: Equatable {
        case admitted
        /// It is told why not.
        case refused(SMTPReply)
        /// It is closed without a word: there are already many being told.
        case dropped
    }

    private struct State {
        var admitted: [ObjectIdentifier: any Channel] = [:]
        var perSite: [IPAddress: Int] = [:]
        var refused = 0
        var isDraining = false
        var total = 0
    }

    /// How many connections may be in the course of being refused.
    private static let mostRefused = 100
    private let state = Mutex(State())

    /// Makes a table without connections.
    package init() {}

    /// Counts a new connection in; it counts itself out when it is closed.
    package func admit(
        _ channel: any Channel,
        from address: IPAddress?,
        _ configuration: ListenerConfiguration
    ) -> Admission {
        let site = address?.site
        let admission = state.withLock { state in
            let refusal: SMTPReply?
            let limit = configuration.connectionsPerAddress
            if state.isDraining {
                refusal = .shuttingDown
            } else if let address, !configuration.allows(address) {
                refusal = .accessDenied
            } else if state.admitted.count >= configuration.maxConnections {
                refusal = .tooManyConnections
            } else if let site, limit > 0, state.perSite[site, default: 0] >= limit {
                refusal = .tooManyConnections
            } else {
                refusal = nil
            }
            if let refusal {
                guard state.refused < Self.mostRefused else { return Admission.dropped }
                state.refused += 1
                return .refused(refusal)
            }
            state.admitted[ObjectIdentifier(channel)] = channel
            if let site { state.perSite[site, default: 0] += 1 }
            state.total += 1
            return .admitted
        }
        guard admission != .dropped else { return admission }
        channel.closeFuture.whenComplete { [self] _ in forget(ObjectIdentifier(channel), site, admission) }
        return admission
    }

    private func forget(_ channel: ObjectIdentifier, _ site: IPAddress?, _ admission: Admission) {
        state.withLock { state in
            guard admission == .admitted else {
                state.refused -= 1
                return
            }
            state.admitted[channel] = nil
            guard let site, let count = state.perSite[site] else { return }
            state.perSite[site] = count > 1 ? count - 1 : nil
        }
    }

    /// From now on every new connection is refused.
    ///
    /// - Returns: those that are open.
    func drain() -> [any Channel] {
        state.withLock { state in
            state.isDraining = true
            return Array(state.admitted.values)
        }
    }

    /// Those that are open.
    var open: [any Channel] { state.withLock { Array($0.admitted.values) } }
    /// How many are open.
    package var count: Int { state.withLock { $0.admitted.count } }
    /// How many were admitted since the start.
    var total: Int { state.withLock { $0.total } }
}
