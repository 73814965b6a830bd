internal import MIME
internal import Mail
internal import OpenSSL

/// The sets of a message, put in order, with the digests that their signatures are compared with.
struct ARCChain: Sendable {
    /// Why a chain is broken, and where.
    struct Fault: Error, Sendable, Hashable {
        let reason: ARCReason
        let instance: Int?
    }

    /// The sets from the first one on; none when the chain is broken or there is none.
    private(set) var sets: [ARCSet] = []
    /// What is wrong before a key is known.
    private(set) var fault: Fault?

    /// Collects the sets and checks their structure (RFC 8617 section 5.2, steps 1 to 3).
    init(_ index: FieldIndex, _ bytes: Span<UInt8>) {
        do throws(Fault) {
            sets = try Self.sets(index, bytes)
            fault = Self.chainValueFault(sets)
        } catch {
            fault = error
        }
    }

    /// The signatures whose bodies are to be digested.
    var messageSignatures: [MessageSignature] {
        fault == nil ? sets.compactMap { try? $0.signature.get() } : []
    }

    // MARK: Structure

    private static func sets(_ index: FieldIndex, _ bytes: Span<UInt8>) throws(Fault) -> [ARCSet] {
        var found: [ARCField: [Int: HeaderField]] = [:]
        var lists: [HeaderField: TagList] = [:]
        var statements: [Int: String] = [:]
        for kind in ARCField.allCases {
            let fields = index.fields(named: kind.rawValue.lowercased())
            // Each set has one, so that more are too many or two of a set.
            guard fields.count <= ARCInstance.maximum else { throw Fault(reason: .tooManySets, instance: nil) }
            for field in fields {
                let instance: Int?
                if kind == .authenticationResults {
                    let statement = ARCInstance.statement(field, bytes)
                    instance = statement?.instance
                    if let statement { statements[statement.instance] = statement.rest }
                } else {
                    let list = try? SignatureField.tags(field, bytes)
                    instance = (list?["i"]).flatMap { ARCInstance.number($0.utf8) }
                    lists[field] = list
                }
                guard let instance else { throw Fault(reason: .unknownInstance(kind), instance: nil) }
                guard found[kind, default: [:]].updateValue(field, forKey: instance) == nil else {
                    throw Fault(reason: .duplicate(kind), instance: instance)
                }
            }
        }
        let last = found.values.flatMap(\.keys).max() ?? 0
        var sets: [ARCSet] = []
        for instance in 1..<(last + 1) {
            sets.append(try set(instance, found.compactMapValues { $0[instance] }, lists, statements[instance] ?? ""))
        }
        return sets
    }

    private static func set(
        _ instance: Int,
        _ fields: [ARCField: HeaderField],
        _ lists: [HeaderField: TagList],
        _ statement: String
    ) throws(Fault) -> ARCSet {
        for kind in ARCField.allCases where fields[kind] == nil {
            throw Fault(reason: .missing(kind), instance: instance)
        }
        guard let sealField = fields[.seal], let sealList = lists[sealField],
            let signatureField = fields[.messageSignature],
            let signatureList = lists[signatureField]
        else { throw Fault(reason: .missing(.seal), instance: instance) }
        do throws(DKIMReason) {
            return ARCSet(
                instance: instance,
                fields: fields,
                signature: messageSignature(signatureList),
                seal: try ARCSeal(sealList),
                authenticationResults: statement
            )
        } catch {
            throw Fault(reason: .seal(error), instance: instance)
        }
    }

    private static func messageSignature(_ list: TagList) -> Result<MessageSignature, DKIMReason> {
        do throws(DKIMReason) {
            let signature = try MessageSignature(list)
            // RFC 8617 section 4.1.2: seals are added behind the signature and must not be in it.
            guard !signature.fieldNames.contains("arc-seal") else { throw DKIMReason.malformedTag("h") }
            return .success(signature)
        } catch {
            return .failure(error)
        }
    }

    private static func chainValueFault(_ sets: [ARCSet]) -> Fault? {
        if let last = sets.last, last.seal.chainValue == .fail {
            return Fault(reason: .sealedAsFailed, instance: last.instance)
        }
        let wrong = sets.first { $0.seal.chainValue != ($0.instance == 1 ? .none : .pass) }
        return wrong.map { Fault(reason: .wrongChainValue, instance: $0.instance) }
    }

    // MARK: Digests

    /// Digests what the signatures cover: the last signature of the message, which decides, before the older ones.
    mutating func digest(_ bytes: Span<UInt8>, _ digester: inout SignatureDigester) {
        guard fault == nil, !sets.isEmpty else { return }
        prepare(sets.count - 1, bytes, &digester)
        digestSeals(bytes, &digester)
        for index in sets.indices.dropLast().reversed() { prepare(index, bytes, &digester) }
    }

    private mutating func prepare(_ index: Int, _ bytes: Span<UInt8>, _ digester: inout SignatureDigester) {
        guard let signature = try? sets[index].signature.get(), let field = sets[index].fields[.messageSignature] else {
            return
        }
        sets[index].prepared = digester.prepare(signature, field, bytes)
    }

    /// Each seal covers all sets so far (RFC 8617 section 5.1.1), so that they are digested once and the digest copied.
    private mutating func digestSeals(_ bytes: Span<UInt8>, _ digester: inout SignatureDigester) {
        var digest = SHA256()
        for index in sets.indices {
            guard let results = sets[index].fields[.authenticationResults],
                let signature = sets[index].fields[.messageSignature], let seal = sets[index].fields[.seal]
            else { return }
            guard digester.spend(results.range.count + signature.range.count + 2 * seal.range.count) else {
                sets[index].sealFault = .tooMuchWork
                continue
            }
            var header = CanonicalHeader()
            header.append(results, of: bytes, .relaxed)
            header.append(signature, of: bytes, .relaxed)
            digest.update(header.octets.span)

            var sealed = CanonicalHeader()
            sealed.append(
                seal,
                of: bytes,
                .relaxed,
                omitting: SignatureField.signatureRange(seal, bytes),
                endsLine: false
            )
            var copy = digest.copy()
            copy.update(sealed.octets.span)
            sets[index].sealDigest = copy.finalize()
            if header.hasBareLineEnd || sealed.hasBareLineEnd { sets[index].sealFault = .bareLineEnds }

            var whole = CanonicalHeader()
            whole.append(seal, of: bytes, .relaxed)
            digest.update(whole.octets.span)
        }
    }
}
