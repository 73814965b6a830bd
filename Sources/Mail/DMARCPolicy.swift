/// What a domain asks for when mail that names it fails DMARC (RFC 9989 section 4.7), the mildest first.
public enum DMARCPolicy: String, Hashable, Sendable, CaseIterable, Comparable, Codable {
    /// Nothing.
    case none
    /// To treat the mail as suspicious.
    case quarantine
    /// To refuse the mail.
    case reject

    /// Whether a policy asks for less than another.
    public static func < (left: DMARCPolicy, right: DMARCPolicy) -> Bool { left.severity < right.severity }

    /// What is asked for where the policy shall not be applied in full.
    public var oneLevelLower: DMARCPolicy { self == .reject ? .quarantine : .none }

    private var severity: Int {
        switch self {
        case .none: 0
        case .quarantine: 1
        case .reject: 2
        }
    }
}
