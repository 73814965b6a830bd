import MIME

/// The tokenizer, the sanitiser and both ways between HTML and text.
enum HTMLChecks {
    static func check(_ octets: [UInt8]) throws(BrokenInvariant) {
        try checkTokens(octets)
        try checkSanitiser(octets)
        try checkText(octets)
    }

    private static func checkTokens(_ octets: [UInt8]) throws(BrokenInvariant) {
        let html = octets.span
        var tokenizer = HTMLTokenizer()
        var end = 0
        while true {
            let token = tokenizer.next(html)
            if token == .end { break }
            try require(tokenizer.index > end && tokenizer.index <= octets.count, "the tokenizer does not go on")
            end = tokenizer.index
        }
        try require(tokenizer.steps <= 16 * octets.count + 4096, "the tokenizer's work is not linear")
    }

    private static func checkSanitiser(_ octets: [UInt8]) throws(BrokenInvariant) {
        for remoteImages in [HTMLPolicy.RemoteImages.blocked, .blockedWithAddress, .shown] {
            var policy = HTMLPolicy()
            policy.remoteImages = remoteImages
            let first = SanitizedHTML(sanitizing: octets.span, policy: policy)
            try StrictMarkup.check(first.html)
            try require(first.steps <= 64 * octets.count + 65_536, "the sanitiser's work is not linear")
            // An address kept aside is an attribute that no sender may write, so a second run drops it.
            if remoteImages == .blockedWithAddress { continue }
            policy.namesLinkTargets = false
            let again = SanitizedHTML(sanitizing: Array(first.html.utf8).span, policy: policy)
            // A turn of direction made visible parts a host's name.
            try require(again.html == first.html || first.html.contains("[U+"), "sanitised again, it differs")
        }
    }

    private static func checkText(_ octets: [UInt8]) throws(BrokenInvariant) {
        let limit = 4096
        let (text, _, steps) = HTMLText.countedText(of: octets.span, limit: limit)
        try require(text.count <= limit + 2, "the text is longer than its limit")
        try require(steps <= 64 * octets.count + 65_536, "the work of HTML to text is not linear")
        try StrictMarkup.check(SanitizedHTML(plainText: octets.span).html)
    }
}
