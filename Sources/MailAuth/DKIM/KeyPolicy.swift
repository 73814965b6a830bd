internal import Mail
internal import OpenSSL

/// Which keys are accepted.
struct KeyPolicy: Sendable, Hashable {
    /// RFC 8301 section 3.2: smaller ones must not count.
    let minimumBits: Int
    /// RFC 8301 section 3.2: up to 4096 must be verified, larger ones may.
    let maximumBits: Int
    /// How many keys under one name are tried (RFC 6376 section 6.1.2, step 3).
    let maximumRecords: Int

    /// What came of a signature and an answer for its key.
    struct Outcome: Sendable, Hashable {
        let reason: DKIMReason
        let isTesting: Bool
    }

    /// Verifies a signature with the keys that the DNS has for it.
    ///
    /// - Parameters:
    ///   - digest: the SHA-256 digest of what was signed.
    ///   - isForSubdomain: whether the identity lies in a subdomain of the signing domain.
    func verify(
        _ tags: SignatureTags,
        _ digest: [UInt8],
        isForSubdomain: Bool,
        with answer: DNSAnswer
    ) -> Outcome {
        guard let records = answer.records else { return Outcome(reason: .keyUnavailable, isTesting: false) }
        let (keys, fault) = DKIMKeyRecord.records(in: records)
        var first: Outcome?
        for key in keys.prefix(maximumRecords) {
            let reason = reason(tags, digest, isForSubdomain, key)
            let outcome = Outcome(reason: reason, isTesting: key.isTesting)
            guard reason != .verified else { return outcome }
            first = first ?? outcome
        }
        return first ?? Outcome(reason: fault ?? .noKey, isTesting: false)
    }

    private func reason(
        _ tags: SignatureTags,
        _ digest: [UInt8],
        _ isForSubdomain: Bool,
        _ record: DKIMKeyRecord
    ) -> DKIMReason {
        if isForSubdomain, record.forbidsSubdomains { return .keyForbidsSubdomains }
        let key: PublicKey
        do throws(DKIMReason) {
            key = try record.publicKey(for: tags.algorithm)
        } catch {
            return error
        }
        if key.kind == .rsa {
            guard key.bits >= minimumBits else { return .weakKey(bits: key.bits) }
            guard key.bits <= maximumBits else { return .oversizedKey(bits: key.bits) }
        }
        return key.isValid(tags.signature.span, forSHA256: digest.span) ? .verified : .headerChanged
    }
}
