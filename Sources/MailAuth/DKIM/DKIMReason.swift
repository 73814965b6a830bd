public import Mail

/// Why a signature is taken as it is.
public enum DKIMReason: Error, Sendable, Hashable {
    // pass
    /// The signature is right.
    case verified

    // fail
    /// The body is not what was signed.
    case bodyChanged(hasBareLineEnds: Bool)
    /// The body is shorter than what was signed of it.
    case bodyShortened
    /// The fields are not what was signed, or another key signed them.
    case headerChanged
    /// The time that the signature gave itself is over.
    case expired(Timestamp)

    // neutral
    /// The list of tags cannot be read.
    case malformed(String)
    /// A tag that must be there is not.
    case missingTag(String)
    /// The value of a tag is not what it may be.
    case malformedTag(String)
    /// The version is not 1.
    case unknownVersion
    /// The algorithm is none that is known.
    case unknownAlgorithm(String)
    /// The key lies where nobody knows to look (`q=`).
    case unknownQuery
    /// The From field is not among the signed ones.
    case fromNotSigned
    /// The identity is not of the signing domain (`i=`, `d=`).
    case identityOutsideDomain
    /// It expires before it was made.
    case expiresBeforeSigned
    /// Line ends among the signed fields are not CRLF.
    case bareLineEnds

    // permerror
    /// The algorithm is historic and proves nothing (RFC 8301 section 3.1).
    case historicAlgorithm(String)
    /// There is no key under the name.
    case noKey
    /// The key was withdrawn.
    case revokedKey
    /// The record of the key cannot be read.
    case malformedKey(String)
    /// The key is for another algorithm than the signature.
    case keyOfOtherKind(String)
    /// The key is not for this digest.
    case keyNotForDigest
    /// The key is not for mail.
    case keyNotForMail
    /// The key does not allow identities in subdomains.
    case keyForbidsSubdomains

    // policy
    /// The RSA key is too small to prove anything (RFC 8301 section 3.2).
    case weakKey(bits: Int)
    /// The RSA key is larger than is worth the work (RFC 8301 section 3.2).
    case oversizedKey(bits: Int)
    /// The signature was made later than now.
    case signedInFuture(Timestamp)
    /// The signatures of the message cover more than is read for one message.
    case tooMuchWork

    // temperror
    /// The DNS gave no answer.
    case keyUnavailable

    /// The result that follows from the reason (RFC 8601 section 2.7.1).
    public var result: AuthenticationResult {
        switch self {
        case .verified: .pass
        case .bodyChanged, .bodyShortened, .headerChanged, .expired: .fail
        case .malformed, .missingTag, .malformedTag, .unknownVersion, .unknownAlgorithm, .unknownQuery, .fromNotSigned,
            .identityOutsideDomain, .expiresBeforeSigned, .bareLineEnds:
            .neutral
        case .historicAlgorithm, .noKey, .revokedKey, .malformedKey, .keyOfOtherKind, .keyNotForDigest, .keyNotForMail,
            .keyForbidsSubdomains:
            .permerror
        case .weakKey, .oversizedKey, .signedInFuture, .tooMuchWork: .policy
        case .keyUnavailable: .temperror
        }
    }
}
