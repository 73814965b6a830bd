internal import Mail
internal import OpenSSL

/// A key as the DNS has it (RFC 6376 section 3.6.1, RFC 8463 section 4).
struct DKIMKeyRecord: Sendable, Hashable {
    /// The kind of key (`k=`).
    let kind: String
    /// The digests that it is for (`h=`); `nil` for all.
    let digests: [String]?
    /// What it is for (`s=`).
    let services: [String]
    /// Whether the domain only tries (`t=y`).
    let isTesting: Bool
    /// Whether identities in subdomains are not allowed (`t=s`).
    let forbidsSubdomains: Bool
    /// The key; empty when it was revoked (`p=`).
    let octets: [UInt8]

    /// Reads the text of a record.
    init(_ text: [UInt8]) throws(DKIMReason) {
        let list: TagList
        do throws(TagList.SyntaxError) {
            list = try TagList(text)
        } catch {
            throw .malformedKey(TagList.shown(error.description))
        }
        if let version = list["v"] {
            guard version == "DKIM1", list.tags.first?.name == "v" else {
                throw .malformedKey("it begins with no v=DKIM1")
            }
        }
        kind = list["k"] ?? "rsa"
        digests = list["h"].map(TagList.words)
        services = list["s"].map(TagList.words) ?? ["*"]
        let flags = list["t"].map(TagList.words) ?? []
        isTesting = flags.contains("y")
        forbidsSubdomains = flags.contains("s")
        guard let key = list["p"] else { throw .malformedKey("it has no key (p=)") }
        guard let octets = Base64.decoded(key) else { throw .malformedKey("its key (p=) is no base 64") }
        self.octets = octets
    }

    /// The key for a signature of an algorithm.
    func publicKey(for algorithm: SignatureAlgorithm) throws(DKIMReason) -> PublicKey {
        guard !octets.isEmpty else { throw .revokedKey }
        guard kind == algorithm.keyKind else { throw .keyOfOtherKind(TagList.shown(kind)) }
        guard digests?.contains("sha256") != false else { throw .keyNotForDigest }
        guard services.contains("*") || services.contains("email") else { throw .keyNotForMail }
        do throws(KeyError) {
            return switch algorithm {
            case .rsaSHA256: try PublicKey(rsa: octets.span)
            case .ed25519SHA256: try PublicKey(ed25519: octets.span)
            }
        } catch {
            throw .malformedKey(error.description)
        }
    }

    /// The records of an answer that are keys, and what is wrong with the first text that is none.
    static func records(in answer: [DNSRecord]) -> (keys: [DKIMKeyRecord], fault: DKIMReason?) {
        var keys: [DKIMKeyRecord] = []
        var fault: DKIMReason?
        for case .text(let text) in answer {
            do throws(DKIMReason) {
                keys.append(try DKIMKeyRecord(text))
            } catch {
                fault = fault ?? error
            }
        }
        return (keys, fault)
    }
}
