import Logging
import SMTP

/// What the connections of a listener share.
///
/// A reload makes a new one, for new connections.
final class ListenerSettings: Sendable {
    let configuration: ListenerConfiguration
    let policy: SMTPSession.Policy
    let door: IntakeDoor
    let logger: Logger

    init(configuration: ListenerConfiguration, policy: SMTPSession.Policy, door: IntakeDoor, logger: Logger) {
        self.configuration = configuration
        self.policy = policy
        self.door = door
        self.logger = logger
    }
}

/// What a listener tells the sessions of its open connections.
enum ListenerEvent: Sendable {
    /// Finish what is past its end, and go.
    case shutDown
}
