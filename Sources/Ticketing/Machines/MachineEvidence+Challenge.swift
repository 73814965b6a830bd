import MIME

extension MachineEvidence {
    private struct Meaning: OptionSet {
        let rawValue: UInt8
        static let challenge = Meaning(rawValue: 1)
    }

    private static let challenges = MeaningTable<Meaning>([
        (
            .challenge,
            [
                "requires verification", "verification required", "sender verification", "verify your message",
                "verify that you are", "verify you are a", "confirm that you are", "confirm you are a",
                "confirm your message", "confirm your email to", "confirm that you sent", "please confirm that this",
                "in order to deliver your message", "to have your message delivered",
                "before your message is delivered",
                "your message is being held", "your message has been held", "your message is waiting",
                "challenge-response", "challenge/response", "protecting myself from", "to prove that you are",
                "prove you are human", "not a spammer", "not a robot", "on my approved", "approved senders list",
                "authentifier votre", "authentification de l'expéditeur", "bestätigen sie ihre nachricht",
                "um ihre nachricht zuzustellen", "confirme su mensaje", "подтвердите отправку",
            ]
        )
    ])

    /// How much of the text is read, in octets: a challenge begins with its demand.
    private static let maximumLength = 4000

    /// Reads whether an automatic message asks its sender to prove to be a person.
    mutating func readChallenge(_ summary: MessageSummary) {
        guard deliveryReport == nil, feedbackReport == nil, readReceipt == nil, !has(.list, .strong) else { return }
        guard [Kind.automatic, .autoReply, .bulk].contains(where: { has($0, .strong) }) else { return }
        let subject = MeaningTable<Meaning>.normalized(summary.subject)
        let text = MeaningTable<Meaning>.normalized(
            String(decoding: summary.text.utf8.prefix(Self.maximumLength), as: UTF8.self)
        )
        guard let found = Self.challenges.first(in: subject) ?? Self.challenges.first(in: text) else { return }
        // A challenge answers a message at once; a newsletter that speaks of verification answers none, and a notice of
        // a tracker that names the message before it quotes people.
        add(.challenge, hasNullReversePath || isAnAutoReply ? .strong : .weak, "text", found.phrase)
    }
}
