internal import Mail
internal import Synchronization

/// An alarm that was raised or is over.
public struct AlarmChange: Hashable, Sendable {
    /// What kind of alarm it is.
    public let kind: String
    /// What happened and what to do.
    public let text: String
    /// Whether it was raised; it is over otherwise.
    public let isRaised: Bool
}

extension Store {
    /// What the store remembers for the alarms that it has of itself.
    struct AlarmState {
        var raised: [String: Bool] = [:]
        var told: Set<String> = []
        var lastFault: ContinuousClock.Instant?
        var overdueReaders = 0
        var lastOverdueReader: ContinuousClock.Instant?
    }

    /// How long something that passed by itself is still told.
    private static let news = Duration.seconds(600)

    /// What is to be done every second or so: asks for the free disk, writes refusals, raises and clears the alarms that
    /// the store has of itself, and gives free pages back.
    ///
    /// - Returns: what changed of the alarms, for the log.
    @discardableResult
    public func maintain() async -> [AlarmChange] {
        await maintain(at: .now)
    }

    /// Does what is to be done, as if it were that moment.
    @discardableResult
    package func maintain(at now: ContinuousClock.Instant) async -> [AlarmChange] {
        engine.tend()
        freeDisk.measure()
        // A failure is the fault that the alarm is about, and the next round tries again.
        try? await writeRefusals()
        let changes = await updateAlarms(at: now)
        try? await engine.giveBackPages()
        return changes
    }

    private func updateAlarms(at now: ContinuousClock.Instant) async -> [AlarmChange] {
        var changes: [AlarmChange] = []
        let statistics = engine.currentStatistics
        let (hadFault, hadOverdueReader) = alarms.withLock { state in
            if statistics.overdueReaders > state.overdueReaders { state.lastOverdueReader = now }
            state.overdueReaders = statistics.overdueReaders
            let isNews = { (last: ContinuousClock.Instant?) in last.map { now - $0 < Self.news } ?? false }
            return (isNews(state.lastFault), isNews(state.lastOverdueReader))
        }
        await setAlarm(
            "store-fault",
            statistics.fault != nil || hadFault,
            "The store failed and answered senders with a temporary failure; see the log for its error.",
            &changes
        )
        await setAlarm(
            "wal-size",
            isLogTooLarge,
            "The write-ahead log is larger than storage.max_wal_size, since a reader keeps it from shrinking; "
                + "senders are told to try again. End the programs that read the database.",
            &changes
        )
        await setAlarm(
            "overdue-reader",
            hadOverdueReader,
            "A reader took longer than \(configuration.readerTimeout) seconds and was ended, so that the write-ahead log "
                + "can shrink.",
            &changes
        )
        await setAlarm(
            "disk-space",
            !hasFreeDisk,
            "There is less free disk than storage.min_free_disk; senders are told to try again. Make room.",
            &changes
        )
        await setAlarm(
            "crash-suspect",
            newSuspects > 0,
            "The server stopped while it was reading a message; it is kept unread when it comes again.",
            clears: false,
            &changes
        )
        return changes
    }

    /// Raises an alarm when `isOn` became true, and clears it when it became false.
    private func setAlarm(
        _ kind: String,
        _ isOn: Bool,
        _ text: String,
        clears: Bool = true,
        _ changes: inout [AlarmChange]
    ) async {
        let (wasOn, wasTold) = alarms.withLock { ($0.raised[kind], $0.told.contains(kind)) }
        guard wasOn != isOn, isOn || clears else { return }
        // Told at once and once, also when the store cannot keep it.
        if isOn != wasTold {
            alarms.withLock { state in
                if isOn { state.told.insert(kind) } else { state.told.remove(kind) }
            }
            changes.append(AlarmChange(kind: kind, text: text, isRaised: isOn))
        }
        let now = Timestamp.now
        let isWritten: Void? = try? await engine.write { writer throws(StoreError) in
            if isOn {
                try writer.raise(Alarm(kind: kind, text: text, raisedAt: now, lastAt: now))
            } else {
                try writer.clearAlarm(kind: kind, at: now)
            }
        }
        if isWritten != nil { alarms.withLock { $0.raised[kind] = isOn } }
    }
}
