/// The tokens of what a page shows: elements that are never shown are passed over with all that they hold.
///
/// An element that has no end does not take the rest of the message with it: what it seemed to hold is read after all.
struct HTMLShownTokens {
    private(set) var tokenizer: HTMLTokenizer
    private var skip: HTMLSkip?
    /// Nothing is passed over any more, since what was passed over had no end.
    private var neverSkips = false
    /// What follows is the text of a script or the like.
    private var isInHiddenText = false

    init(maxAttributes: Int) {
        tokenizer = HTMLTokenizer(maxAttributes: maxAttributes)
    }

    /// Reads the next token that is shown; tags only of elements that have a meaning here.
    mutating func next(_ html: Span<UInt8>) -> HTMLTokenizer.Token {
        while true {
            let token = tokenizer.next(html)
            switch token {
            case .text, .reference:
                if skip == nil, !isInHiddenText { return token }
            case .startTag:
                if isStartShown() { return token }
            case .endTag:
                if isEndShown() { return token }
            case .comment, .doctype:
                continue
            case .end:
                guard let skip else { return token }
                tokenizer.rewind(to: skip.resumption)
                self.skip = nil
                neverSkips = true
            }
        }
    }

    /// Passes over the element whose start tag was read last.
    mutating func skipElement() {
        guard let element = tokenizer.element else { return }
        let isForeign = HTMLSkip.foreign.contains(element)
        guard !neverSkips, !isForeign || !tokenizer.isSelfClosing else { return }
        skip = HTMLSkip(element, resumption: tokenizer.index)
        tokenizer.isForeign = isForeign
    }

    private mutating func isStartShown() -> Bool {
        if var running = skip {
            guard running.isEnded(byStart: tokenizer.element, isSelfClosing: tokenizer.isSelfClosing) else {
                skip = running
                return false
            }
            skip = nil
            tokenizer.isForeign = false
        }
        guard let element = tokenizer.element else { return false }
        if HTMLSkip.hiddenText.contains(element) {
            isInHiddenText = true
            return false
        }
        guard HTMLSkip.hidden.contains(element) else { return true }
        skipElement()
        return false
    }

    private mutating func isEndShown() -> Bool {
        if isInHiddenText {
            isInHiddenText = false
            return false
        }
        if var running = skip {
            let isEnded = running.isEnded(byEnd: tokenizer.element)
            skip = isEnded ? nil : running
            if isEnded { tokenizer.isForeign = false }
            return false
        }
        return tokenizer.element != nil
    }
}
