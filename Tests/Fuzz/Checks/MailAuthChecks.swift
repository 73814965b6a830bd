import MIME
import Mail
import MailAuth
import OpenSSL

/// What a stranger's domain publishes, and what a stranger's message says of itself: SPF, DMARC, DKIM, ARC and
/// Authentication-Results.
enum MailAuthChecks {
    static func check(_ octets: [UInt8]) throws(BrokenInvariant) {
        let zone = FuzzZone(octets)
        try checkSPF(zone)
        try checkDMARC(zone)
        try checkMessage(octets, zone)
        for name in ["DKIM-Signature", "ARC-Seal", "ARC-Message-Signature", "ARC-Authentication-Results"] {
            try checkMessage(Array("\(name): ".utf8) + octets + mail, zone)
        }
        try checkResults(octets)
    }

    private static let mail = Array(
        "\r\nAuthentication-Results: mx.example.net; spf=pass\r\nFrom: ann@a.example\r\nSubject: x\r\n\r\nText.\r\n"
            .utf8
    )

    private static let moment = Timestamp(seconds: 1_795_219_200)

    // MARK: Records

    private static func checkSPF(_ zone: FuzzZone) throws(BrokenInvariant) {
        for client in ["192.0.2.1", "2001:db8::1"] {
            guard let address = IPAddress(client) else { fatalError("no address") }
            var evaluation = SPFEvaluation(
                client: address,
                identity: .mailFrom(localPart: "b", domain: FuzzZone.names[0]),
                helo: FuzzZone.names[3],
                receiver: "mx.example.net",
                moment: moment
            )
            let (verdict, asked) = try zone.verdict(rounds: 40) { evaluation.next($0) }
            try require(asked <= 125, "more questions than there may be")
            try requirePlain(verdict.reason, "a reason")
            try require(!verdict.reason.isEmpty, "a verdict without a reason")
            let explanation = verdict.explanation ?? ""
            try require(explanation.utf8.allSatisfy { (0x20...0x7E).contains($0) }, "an explanation that is no text")
            try require(verdict.result == .fail || verdict.explanation == nil, "an explanation of nothing")
        }
    }

    private static func checkDMARC(_ zone: FuzzZone) throws(BrokenInvariant) {
        let identifiers = FuzzZone.names.enumerated().map { index, name in
            AuthenticatedIdentifier(domain: name, result: index % 2 == 0 ? .pass : .fail)
        }
        for author in FuzzZone.names {
            for sample in [0, 99] {
                var evaluation = DMARCEvaluation(
                    from: [author].compactMap { Domain($0) },
                    spf: identifiers[0],
                    dkim: identifiers,
                    sample: sample
                )
                let (verdict, asked) = try zone.verdict(rounds: 40) { evaluation.next($0) }
                try require(asked <= 60, "more questions than there may be")
                try requirePlain(verdict.reason, "a reason")
                try require(verdict.result != .fail || verdict.policy != nil, "a failure without a policy")
                try require(
                    (verdict.policy ?? .none) <= (verdict.publishedPolicy ?? .none),
                    "a policy that was not asked for"
                )
            }
        }
    }

    // MARK: Messages

    private static func checkMessage(_ octets: [UInt8], _ zone: FuzzZone) throws(BrokenInvariant) {
        let message = Message(parsing: octets.span)
        let limits = SignedMessage.Limits()
        let signed = SignedMessage(message, in: octets.span, limits: limits)
        var signatures = DKIMEvaluation(signed, at: moment)
        let (verdict, asked) = try zone.verdict(rounds: 4) { signatures.next($0) }
        try require(asked <= limits.maxSignatures, "more questions than signatures")
        try require(verdict.signatures.count <= limits.maxSignatures, "more signatures than are looked at")
        try require(verdict.result != .pass, "a signature of nobody is right")
        for signature in verdict.signatures {
            try requirePlain(signature.sentence, "a sentence")
            for text in [signature.domain?.name, signature.selector, signature.algorithm, signature.signaturePrefix] {
                try requirePlain(text ?? "", "a tag")
            }
        }
        try checkAuthors(of: message, octets, zone)
        var chain = ARCEvaluation(signed, at: moment)
        let (state, askedByChain) = try zone.verdict(rounds: 4) { chain.next($0) }
        try require(askedByChain <= 100, "more questions than sets have")
        try require(state.result != .pass, "a chain of nobody is right")
        try requirePlain(state.sentence, "a sentence")
    }

    /// The domains that a message says it is from.
    private static func checkAuthors(
        of message: Message,
        _ octets: [UInt8],
        _ zone: FuzzZone
    ) throws(BrokenInvariant) {
        let from = message.fields.filter { $0.name == .from }
            .flatMap { message.addresses(of: $0, in: octets.span) }.map(\.address.domain)
        var evaluation = DMARCEvaluation(from: from, spf: nil, dkim: [], sample: 0)
        let (verdict, asked) = try zone.verdict(rounds: 40) { evaluation.next($0) }
        try require(asked <= 8 * DMARCEvaluation.maximumAuthors, "more questions than authors may cost")
        try requirePlain(verdict.reason, "a reason")
        try requirePlain(verdict.domain ?? "", "an author's domain")
        try require(verdict.result != .pass, "an author whom nothing proves")
    }

    private static func checkResults(_ octets: [UInt8]) throws(BrokenInvariant) {
        let host = "mx.example.net"
        try checkResults(AuthenticationReport(trusting: host, [AuthenticationResultsField(octets)]), host)
        let bytes = Array("Authentication-Results: \(host); ".utf8) + octets + mail
        let message = Message(parsing: bytes.span)
        let results = TrustedResults(message, in: bytes.span, pinned: [host])
        let all = message.fields.indices.filter { message.fields[$0].name == .authenticationResults }
        try require((results.trusted + results.foreign).sorted() == all, "a field that is neither believed nor masked")
        try require((results.report == nil) == results.trusted.isEmpty, "a report of nobody")
        if let report = results.report { try checkResults(report, host) }
    }

    /// What is written of a report is read as the same.
    private static func checkResults(_ report: AuthenticationReport, _ host: String) throws(BrokenInvariant) {
        let written = report.headerField(authservID: host)
        let value = AuthenticationResultsField(written.dropFirst("Authentication-Results:".utf8.count))
        let read = AuthenticationReport(trusting: host, [value])
        // A chain that is too long for a field is cut between two of its hosts.
        var expected = report
        let sealers = read.arc?.sealers ?? []
        if expected.arc?.sealers.starts(with: sealers) == true { expected.arc?.sealers = sealers }
        try require(read.description == expected.description, "a report that is read otherwise than it was written")
        let lines = Message(parsing: (written + Array("\r\n".utf8)).span)
        try require(lines.fields.count == 1, "a report that is more than a field")
    }
}
