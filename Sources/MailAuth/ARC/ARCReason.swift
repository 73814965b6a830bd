public import Mail

/// The three fields of a set (RFC 8617 section 4.1).
public enum ARCField: String, Sendable, Hashable, CaseIterable {
    /// What the host found out of the message when it came.
    case authenticationResults = "ARC-Authentication-Results"
    /// A signature over the message as the host sent it on.
    case messageSignature = "ARC-Message-Signature"
    /// A signature over all sets so far.
    case seal = "ARC-Seal"
}

/// Why a chain is in its state.
public enum ARCReason: Sendable, Hashable {
    /// There is no set.
    case noSets
    /// All that must hold does.
    case verified
    /// There are more sets than there may be.
    case tooManySets
    /// A field does not say to which set it belongs.
    case unknownInstance(ARCField)
    /// A set has two of a field.
    case duplicate(ARCField)
    /// A set lacks a field.
    case missing(ARCField)
    /// The last host found the chain broken (`cv=fail`).
    case sealedAsFailed
    /// The first host says that there was a chain, or a later one that there was none (`cv=`).
    case wrongChainValue
    /// The signature of the message does not hold.
    case messageSignature(DKIMReason)
    /// The seal does not hold.
    case seal(DKIMReason)

    /// The state that follows: none, pass or fail (RFC 8617 section 4.4).
    public var result: AuthenticationResult {
        switch self {
        case .noSets: .none
        case .verified: .pass
        default: .fail
        }
    }

    /// Whether a later look may give another state: the DNS did not answer.
    public var isTemporary: Bool {
        switch self {
        case .messageSignature(let reason), .seal(let reason): reason.result == .temperror
        default: false
        }
    }

    /// The reason as a sentence for people.
    public var sentence: String {
        switch self {
        case .noSets: "There is no chain."
        case .verified: "All seals are right, and the last signature covers the message."
        case .tooManySets: "There are more sets than there may be."
        case .unknownInstance(let field): "An \(field.rawValue) does not say to which set it belongs."
        case .duplicate(let field): "A set has two \(field.rawValue) fields."
        case .missing(let field): "A set has no \(field.rawValue) field."
        case .sealedAsFailed: "The last host found the chain broken already."
        case .wrongChainValue: "A seal says of the sets before it what cannot be (cv=)."
        case .messageSignature(let reason): "ARC-Message-Signature: \(reason.sentence)"
        case .seal(let reason): "ARC-Seal: \(reason.sentence)"
        }
    }
}
