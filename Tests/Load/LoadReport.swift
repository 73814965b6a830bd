import Foundation
import NIOCore

/// The figures of a run, for people or for programs.
struct LoadReport: Encodable {
    var messages: Int
    var answered: Int
    var accepted: Int
    var refused: Int
    var temporary: Int
    var unanswered: Int
    var resent: Int
    var connections: Int
    var failedConnections: Int
    var seconds: Double
    var messagesPerSecond: Double
    var size: Int
    /// End of data to final reply, in milliseconds.
    var reply: LatencyFigures
    /// The whole transaction; with the connection, when the message opened one.
    var transaction: LatencyFigures
    var firstRefusal: String?
    /// The generator's own CPU seconds: it shares the machine with what it measures.
    var cpuSeconds: Double

    enum CodingKeys: String, CodingKey {
        case messages, answered, accepted, refused, temporary, unanswered, resent, connections
        case failedConnections = "failed_connections"
        case seconds
        case messagesPerSecond = "messages_per_second"
        case size
        case reply = "reply_ms"
        case transaction = "transaction_ms"
        case firstRefusal = "first_refusal"
        case cpuSeconds = "cpu_seconds"
    }

    init(_ result: LoadResult, plan: LoadPlan, elapsed: TimeAmount) {
        messages = plan.messages
        answered = result.answered
        accepted = result.accepted
        refused = result.refused
        temporary = result.temporary
        unanswered = result.unanswered
        resent = result.resent
        connections = result.connections
        failedConnections = result.failedConnections
        seconds = Double(elapsed.nanoseconds) / 1e9
        messagesPerSecond = seconds > 0 ? Double(result.answered) / seconds : 0
        size = plan.template.size
        reply = LatencyFigures(result.finalLatencies)
        transaction = LatencyFigures(result.wholeLatencies)
        firstRefusal = result.firstRefusal.map { "\($0.code) \($0.text)" }
        cpuSeconds = Self.processorSeconds()
    }

    func print(asJSON: Bool) throws {
        if asJSON {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            Swift.print(String(decoding: try encoder.encode(self), as: UTF8.self))
            return
        }
        Swift.print(
            """
            messages      \(messages), \(size) octets each
            answered      \(answered): \(accepted) accepted, \(refused) refused, \(temporary) temporarily refused
            unanswered    \(unanswered)
            sent again    \(resent)
            connections   \(connections), \(failedConnections) failed
            seconds       \(rounded(seconds)), of which this program computed \(rounded(cpuSeconds))
            per second    \(rounded(messagesPerSecond))
            reply         p50 \(rounded(reply.p50)) ms, p99 \(rounded(reply.p99)) ms, max \(rounded(reply.max)) ms
            transaction   p50 \(rounded(transaction.p50)) ms, p99 \(rounded(transaction.p99)) ms, \
            max \(rounded(transaction.max)) ms
            """
        )
        if let firstRefusal { Swift.print("first refusal \(firstRefusal)") }
    }

    private func rounded(_ value: Double) -> String {
        String(format: "%.2f", value)
    }

    private static func processorSeconds() -> Double {
        Double(clock()) / Double(CLOCKS_PER_SEC)
    }
}
