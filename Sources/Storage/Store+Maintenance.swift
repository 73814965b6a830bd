internal import Mail
internal import Synchronization

extension Store {
    /// What the store remembers for the alarms that it has of itself.
    struct AlarmState {
        var raised: [String: Bool] = [:]
        var lastFault: ContinuousClock.Instant?
        var overdueReaders = 0
        var lastOverdueReader: ContinuousClock.Instant?
    }

    /// How long something that passed by itself is still told.
    private static let news = Duration.seconds(600)

    /// What is to be done every second or so: asks for the free disk, writes refusals, raises and clears the alarms that
    /// the store has of itself, and gives free pages back.
    public func maintain() async {
        await maintain(at: .now)
    }

    /// Does what is to be done, as if it were that moment.
    package func maintain(at now: ContinuousClock.Instant) async {
        engine.tend()
        freeDisk.measure()
        // A failure is the fault that the alarm is about, and the next round tries again.
        try? await writeRefusals()
        await updateAlarms(at: now)
        try? await engine.giveBackPages()
    }

    private func updateAlarms(at now: ContinuousClock.Instant) async {
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
            "The store failed and answered senders with a temporary failure; see the log for its error."
        )
        await setAlarm(
            "wal-size",
            isLogTooLarge,
            "The write-ahead log is larger than storage.max_wal_size, since a reader keeps it from shrinking; "
                + "senders are told to try again. End the programs that read the database."
        )
        await setAlarm(
            "overdue-reader",
            hadOverdueReader,
            "A reader took longer than \(configuration.readerTimeout) seconds and was ended, so that the write-ahead log "
                + "can shrink."
        )
        await setAlarm(
            "disk-space",
            !hasFreeDisk,
            "There is less free disk than storage.min_free_disk; senders are told to try again. Make room."
        )
        await setAlarm(
            "crash-suspect",
            newSuspects > 0,
            "The server stopped while it was reading a message; it is kept unread when it comes again.",
            clears: false
        )
    }

    /// Raises an alarm when `isOn` became true, and clears it when it became false.
    private func setAlarm(_ kind: String, _ isOn: Bool, _ text: String, clears: Bool = true) async {
        let wasOn = alarms.withLock { $0.raised[kind] }
        guard wasOn != isOn, isOn || clears else { return }
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
