internal import Mail

/// Tells legal notices from paragraphs in which people write of the same subjects.
enum DisclaimerRules {
    /// Whether a paragraph is a legal notice.
    ///
    /// One that touches three subjects is; two are enough for a paragraph that speaks of the message which it stands in, or
    /// stands below a signature. Who asks something or writes of himself prints no notice.
    ///
    /// - Parameter words: the paragraph in lower case, with single spaces.
    static func isDisclaimer(_ words: String, isBelowSignature: Bool) -> Bool {
        let subjects = SignatureWords.disclaimers.count { $0.isFound(in: words) }
        guard subjects >= 2 else { return false }
        if subjects == 2, !isBelowSignature, !ProseWords.thisMessage.isFound(in: words) { return false }
        return !hasQuestion(words) && !ProseWords.isFirstPerson(words)
            && ProseWords.postscripts.prefix(of: words) == nil
    }

    /// Whether a question mark ends a sentence; within an address it is part of a link.
    private static func hasQuestion(_ words: String) -> Bool {
        words.split(separator: " ").contains { word in
            if word.contains("？") || word.contains("؟") { return true }
            return word.last { $0 != ")" && $0 != "\"" && $0 != "!" && $0 != "”" && $0 != "»" } == "?"
        }
    }
}
