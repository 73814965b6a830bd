import MIME
import Mail
import Ticketing

/// A message with its classification, so that tests read in one line.
struct Classified {
    let message: Message
    let bytes: [UInt8]
    let evidence: MachineEvidence
    let classification: Classification

    init(_ bytes: [UInt8], reversePath: ReversePath? = nil) {
        self.bytes = bytes
        message = Message(parsing: bytes.span)
        let summary = message.summary(of: bytes.span)
        evidence = MachineEvidence(of: message, summary, in: bytes.span, reversePath: reversePath)
        classification = Classification(evidence)
    }

    /// Reads text whose lines end in LF, sent with CRLF.
    init(_ text: String, reversePath: ReversePath? = nil) {
        var bytes: [UInt8] = []
        for octet in text.utf8 {
            if octet == 0x0A { bytes.append(0x0D) }
            bytes.append(octet)
        }
        self.init(bytes, reversePath: reversePath)
    }
}
