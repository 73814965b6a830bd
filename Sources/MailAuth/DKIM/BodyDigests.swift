internal import OpenSSL

/// The SHA-256 digests of a body that a message's signatures ask for.
///
/// However many signatures there are, the body is read once for each of the two canonical forms: the lengths at which it
/// is to be cut (`l=`) are met in one pass.
struct BodyDigests: Sendable {
    /// One digest that is asked for.
    struct Request: Hashable, Sendable {
        let canonicalization: Canonicalization
        /// After how many canonical octets it ends; `nil` for all.
        let length: Int?
    }

    private var digests: [Request: [UInt8]] = [:]
    private var lengths: [Canonicalization: Int] = [:]

    /// Digests what lies in `range` as all requests say.
    init(_ requests: Set<Request>, of bytes: Span<UInt8>, _ range: Range<Int>) {
        for canonicalization in [Canonicalization.simple, .relaxed] {
            let wanted = requests.filter { $0.canonicalization == canonicalization }
            guard !wanted.isEmpty else { continue }
            var pass = Pass(cuts: wanted.compactMap(\.length).sorted())
            CanonicalBody.write(bytes, range, canonicalization) { pass.update($0) }
            lengths[canonicalization] = pass.length
            for (cut, digest) in pass.digests {
                digests[Request(canonicalization: canonicalization, length: cut)] = digest
            }
            digests[Request(canonicalization: canonicalization, length: nil)] = pass.finalize()
        }
    }

    /// The digest; `nil` when the body is shorter than the length that was asked for.
    subscript(_ request: Request) -> [UInt8]? { digests[request] }

    /// The number of octets in a canonical form that was asked for.
    func length(_ canonicalization: Canonicalization) -> Int { lengths[canonicalization] ?? 0 }

    /// One reading of the body.
    private struct Pass: ~Copyable {
        /// Where digests are taken, in rising order.
        let cuts: [Int]
        private var next = 0
        private var digest = SHA256()
        private(set) var length = 0
        private(set) var digests: [Int: [UInt8]] = [:]

        init(cuts: [Int]) {
            self.cuts = cuts
            takeDigests()
        }

        mutating func update(_ piece: Span<UInt8>) {
            var start = 0
            while next < cuts.count, cuts[next] - length <= piece.count - start {
                let end = start + cuts[next] - length
                digest.update(piece.extracting(start..<end))
                length += end - start
                start = end
                takeDigests()
            }
            digest.update(piece.extracting(start..<piece.count))
            length += piece.count - start
        }

        private mutating func takeDigests() {
            while next < cuts.count, cuts[next] == length {
                if digests[length] == nil { digests[length] = digest.copy().finalize() }
                next += 1
            }
        }

        consuming func finalize() -> [UInt8] { digest.finalize() }
    }
}
