public import Mail

/// What is to be told to the peer about one recipient.
public enum Disposition: Hashable, Sendable {
    /// The message is committed for this recipient; the identifier is the email-log entry's.
    case committed(UniqueID)
    /// Policy refuses it.
    case rejected
    /// It has gone in circles.
    case loop
    /// The disk is full.
    case full
    /// More mail waits to be committed than may wait; the sender is to try again.
    case overloaded
    /// The store failed; the sender is to try again.
    case fault
}

/// Whether mail for a recipient is taken in.
public enum RecipientResolution: Hashable, Sendable {
    /// It is, by the mailbox with this stable identifier.
    case mailbox(String)
    /// The domain is ours, the address is no one's.
    case unknown
    /// The mailbox takes no mail.
    case inactive
    /// The mailbox takes no mail for now.
    case paused
    /// The domain is not ours.
    case foreign
    /// The look-up failed; the sender is to try again.
    case unavailable
}

/// Why no message can be begun now.
public enum ResourceShortage: Error, Hashable, Sendable {
    /// The message would leave less free disk than the configured floor.
    case diskFloor
    /// The write-ahead log of the store is as large as it may be, and readers keep it from shrinking.
    case writeAheadLog
    /// The memory for messages being received is spent.
    case memoryBudget
    /// The store does not answer.
    case store
}
