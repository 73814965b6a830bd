/// All tables of words by which the parts of a text are known.
package enum ReplyWords {
    /// The tables by name; each in lower case, in the order of its characters, and without a word that stands twice.
    package static let tables: [(name: String, phrases: [String])] =
        [
            ("AttributionWords.verbs", AttributionWords.verbs.phrases),
            ("AttributionWords.unspacedVerbs", AttributionWords.unspacedVerbs.phrases),
            ("AttributionWords.timesOfDay", AttributionWords.timesOfDay.phrases),
            ("AttributionWords.firstPersons", AttributionWords.firstPersons.phrases),
            ("SeparatorWords.forwarded", SeparatorWords.forwarded.phrases),
            ("SeparatorWords.original", SeparatorWords.original.phrases),
            ("SeparatorWords.subjectPrefixes", SeparatorWords.subjectPrefixes.phrases),
            ("SeparatorWords.lines", SeparatorWords.lines.phrases),
            ("SeparatorWords.answers", SeparatorWords.answers.phrases),
            ("SeparatorWords.requests", SeparatorWords.requests.phrases),
            ("SignatureWords.warnedOrigins", SignatureWords.warnedOrigins.phrases),
            ("SignatureWords.warnedDeeds", SignatureWords.warnedDeeds.phrases),
            ("SignatureWords.sentFrom", SignatureWords.sentFrom.phrases),
            ("SignatureWords.sentFromMine", SignatureWords.sentFromMine.phrases),
            ("SignatureWords.sentFromEndings", SignatureWords.sentFromEndings.phrases),
            ("SignatureWords.devices", SignatureWords.devices.phrases),
            ("SignatureWords.platforms", SignatureWords.platforms.phrases),
            ("SignatureWords.closings", SignatureWords.closings.phrases),
            ("ProseWords.firstPersons", ProseWords.firstPersons.phrases),
            ("ProseWords.greetings", ProseWords.greetings.phrases),
            ("ProseWords.postscripts", ProseWords.postscripts.phrases),
            ("ProseWords.thisMessage", ProseWords.thisMessage.phrases),
        ]
        + SignatureWords.disclaimers.enumerated().map {
            ("SignatureWords.disclaimers \($0.offset)", $0.element.phrases)
        }
        + HeaderLabel.texts.map { ("HeaderLabel \($0.0)", $0.1) }
}
