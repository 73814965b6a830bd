extension DKIMReason {
    /// The reason as a sentence for people.
    public var sentence: String {
        switch self {
        case .verified: "The signature is right."
        case .bodyChanged(false):
            "The body hash does not match: the text was changed after it was signed, as by a mailing list that adds a "
                + "footer."
        case .bodyChanged(true):
            "The body hash does not match: the body has line ends that are not CRLF, or it was changed after it was signed."
        case .bodyShortened: "The body is shorter than the part of it that was signed (l=)."
        case .headerChanged:
            "The signature does not match: a signed field was changed, or the published key is not the one that signed."
        case .expired(let time): "The signature expired at \(time)."
        case .malformed(let what): "The signature cannot be read: \(what)."
        case .missingTag(let name): "The signature lacks the tag \(name)=."
        case .malformedTag(let name): "The tag \(name)= of the signature has a value that it may not have."
        case .unknownVersion: "The signature is of a version that is not known."
        case .unknownAlgorithm(let name): "The algorithm \"\(name)\" is not known."
        case .unknownQuery: "The signature names no known way to its key (q=)."
        case .fromNotSigned: "The From field is not signed."
        case .identityOutsideDomain: "The identity (i=) is not within the signing domain (d=)."
        case .expiresBeforeSigned: "The signature expires before it was made."
        case .bareLineEnds: "The signed fields have line ends that are not CRLF."
        case .historicAlgorithm(let name): "The algorithm \(name) is historic and proves nothing."
        case .noKey: "No key is published under the selector."
        case .revokedKey: "The key was revoked."
        case .malformedKey(let what): "The record of the key cannot be read: \(what)."
        case .keyOfOtherKind(let kind): "The published key is of the kind \"\(kind)\", the signature is not."
        case .keyNotForDigest: "The published key is not for SHA-256."
        case .keyNotForMail: "The published key is not for mail."
        case .keyForbidsSubdomains: "The published key does not allow an identity in a subdomain."
        case .weakKey(let bits): "The RSA key has \(bits) bits, which are too few to prove anything."
        case .oversizedKey(let bits): "The RSA key has \(bits) bits, more than are verified."
        case .signedInFuture(let time): "The signature says that it was made at \(time), which is not yet."
        case .tooMuchWork: "The signatures of the message cover more than is read for one message."
        case .keyUnavailable: "The DNS gave no answer for the key."
        }
    }
}
