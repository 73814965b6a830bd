import NIOCore

/// What is sent, in which way; the same for every sender, and fixed once the run starts.
struct LoadPlan: Sendable {
    var address: SocketAddress
    var dialect: LoadDialect
    var messages: Int
    var sessions: Int
    /// Messages for one connection; 0 keeps it for as long as there are messages.
    var perConnection: Int
    /// `RCPT TO:<…>` lines, made once.
    var recipients: [Recipient]
    /// How many of the recipients one message takes, turning round the list; 0 for all of them.
    var recipientsPerMessage: Int
    var useChunking: Bool
    /// Octets of one BDAT chunk; 0 for the message in one.
    var chunkSize: Int
    var pipelining: Bool
    /// A message whose connection was lost is sent again.
    var resend: Bool
    /// A message that was answered 4xx is sent again, too.
    var retryTemporary: Bool
    /// Messages per second in all; 0 for as fast as it goes.
    var rate: Double
    var deadline: NIODeadline
    var template: MessageTemplate

    struct Recipient: Sendable {
        var address: String
        var command: [UInt8]

        init(_ address: String) {
            self.address = address
            self.command = Array("RCPT TO:<\(address)>\r\n".utf8)
        }
    }

    /// The recipients of one message, as positions in `recipients`.
    func recipients(ofMessage number: Int) -> [Int] {
        guard recipientsPerMessage > 0, recipientsPerMessage < recipients.count else {
            return Array(recipients.indices)
        }
        let first = number * recipientsPerMessage
        return (0..<recipientsPerMessage).map { (first + $0) % recipients.count }
    }
}
