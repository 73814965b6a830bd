public import Mail

/// What became of one signature.
public struct DKIMSignatureVerdict: Sendable, Hashable {
    /// Why it is taken as it is.
    public let reason: DKIMReason
    /// The signing domain in US-ASCII (`d=`), as far as it could be read; only ``Mail/AuthenticationResult/pass`` proves it.
    public let domain: Domain?
    /// The name of the key within the domain (`s=`).
    public let selector: String?
    /// The algorithm (`a=`).
    public let algorithm: String?
    /// On whose behalf the domain signs (`i=`).
    public let identity: String?
    /// The first characters of the signature, by which two of a domain are told apart (RFC 6008).
    public let signaturePrefix: String?
    /// Whether text may stand behind what was signed, and does (`l=`).
    public let coversPartOnly: Bool
    /// Whether the domain says of its key that it only tries (`t=y`).
    public let isTesting: Bool

    /// What became of it.
    ///
    /// Of a key that is only tried a signature that is wrong counts as none (RFC 6376 section 3.6.1); one that is right
    /// stays right, as many domains forgot the flag.
    public var result: AuthenticationResult {
        let result = reason.result
        return isTesting && result != .pass && result != .temperror ? .neutral : result
    }

    /// What became of it and why, as a sentence for people.
    public var sentence: String {
        var text = reason.sentence
        if coversPartOnly { text += " A part of the body is not signed (l=)." }
        if isTesting { text += " The domain only tests its key (t=y)." }
        return text
    }
}

/// What became of a message's signatures.
public struct DKIMVerdict: Sendable, Hashable {
    /// Each signature in the order of the header, the last that was made first.
    public let signatures: [DKIMSignatureVerdict]
    /// How many signatures were not looked at, as there are more than the limit.
    public let ignoredCount: Int

    /// The best of the results.
    public var result: AuthenticationResult {
        let order: [AuthenticationResult] = [.pass, .temperror, .fail, .policy, .permerror, .neutral]
        return order.first { result in signatures.contains { $0.result == result } } ?? .none
    }
}
