import Foundation
import MIME
import Mail
import MailAuth
import Testing

@Suite("DKIM: third-party messages")
struct DKIMCorpusTests {
    struct Case: Decodable {
        let file: String
        let zone: [String: String]?
        let keyFile: String?
        let zoneName: String?
        let expectedSimple: String?
        let expectedRelaxed: String?
    }

    private struct Suite: Decodable {
        let cases: [Case]
    }

    private static func cases() throws -> [Case] {
        guard let data = Places.corpus("dkim/cases.json") else { return [] }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Suite.self, from: data).cases
    }

    /// Messages whose keys are not among the data; without a key nothing verifies (RFC 6376 section 6.1.2).
    ///
    /// Their bodies and all that needs no key are compared all the same.
    private static let keyless: Set<String> = [
        "mailauth/arc-pass.eml", "mailauth/arc-pass2.eml", "mailauth/arc-fail.eml", "mailauth/arc-fail2.eml",
        "mailauth/arc-fail3.eml", "mailauth/message1.eml", "mailauth/message2.eml", "mailauth/message3.eml",
        "mailauth/message4.eml", "mailauth/authtest.eml",
    ]

    /// Its signature says itself that it ended on 2022-11-08 (RFC 6376 section 3.5, `x=`).
    private static let expired = "stalwart/005.eml"

    /// RFC 8463 appendix A.2.
    private static let standardZone = [
        "brisbane._domainkey.football.example.com":
            "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
        "test._domainkey.football.example.com":
            "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2j"
            + "LQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2Ee"
            + "C3Ip3G+2kryOTIKT+l/K4w3QIDAQAB",
    ]

    private func zone(of item: Case) throws -> FakeZone {
        if let zone = item.zone { return FakeZone(texts: zone) }
        guard item.file.hasPrefix("mimekit/") else { return FakeZone() }
        if item.file.contains("rfc8463") { return FakeZone(texts: Self.standardZone) }
        let file = try #require(Places.corpus("dkim/mimekit/gmail.pub"))
        let key = String(decoding: file, as: UTF8.self).split(whereSeparator: \.isNewline)
            .filter { !$0.hasPrefix("-") }.joined()
        return FakeZone(texts: ["20120113._domainkey.gmail.com": "k=rsa; p=\(key)"])
    }

    @Test("each message whose keys are there verifies")
    func verdicts() throws {
        let cases = try Self.cases().filter { $0.expectedSimple == nil }
        var equal = 0
        for item in cases {
            let octets = try #require(Places.message("dkim/" + item.file))
            let verdict = try #require(verifyDKIM(octets, try zone(of: item)))
            let told = "\(item.file): \(verdict.signatures.map(\.sentence))"
            if Self.keyless.contains(item.file) {
                #expect(verdict.signatures.allSatisfy { $0.reason == .noKey }, "\(told)")
                #expect(verdict.signatures.isEmpty == (item.file == "mailauth/message1.eml"), "\(told)")
            } else if item.file == Self.expired {
                #expect(verdict.result == .fail, "\(told)")
                let before = verifyDKIM(octets, try zone(of: item), at: Timestamp(seconds: 1_667_900_000))
                #expect(before?.result == .pass)
                equal += 1
            } else {
                #expect(!verdict.signatures.isEmpty)
                let passes = verdict.signatures.allSatisfy { $0.result == .pass }
                #expect(passes, "\(told)")
                if passes { equal += 1 }
            }
        }
        guard !cases.isEmpty else { return }
        print("DKIM verdicts: \(cases.count) cases, \(equal) equal, \(Self.keyless.count) without keys")
    }

    @Test("each canonical form is octet for octet the one that is given")
    func canonicalForms() throws {
        let cases = try Self.cases()
        var equal = 0
        var count = 0
        for item in cases {
            guard let simple = item.expectedSimple, let relaxed = item.expectedRelaxed else { continue }
            let octets = try #require(Places.message("dkim/" + item.file))
            for (path, form) in [(simple, Canonicalization.simple), (relaxed, .relaxed)] {
                let expected = try #require(Places.corpus("dkim/" + path))
                let isEqual = canonicalForm(octets, form) == Array(expected)
                count += 1
                if isEqual { equal += 1 }
                #expect(isEqual, "\(item.file), \(form)")
            }
        }
        guard count > 0 else { return }
        print("DKIM canonical forms: \(equal) of \(count) equal")
    }

    /// All fields, an empty line and the body.
    private func canonicalForm(_ octets: [UInt8], _ form: Canonicalization) -> [UInt8] {
        let message = Message(parsing: octets.span)
        var header = CanonicalHeader()
        for field in message.fields { header.append(field, of: octets.span, form) }
        return header.octets + [0x0D, 0x0A] + canonicalBody(octets, form, message.bodyRange.lowerBound..<octets.count)
    }
}
