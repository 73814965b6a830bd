internal import Foundation
internal import Mail
internal import OpenSSL
internal import Testing
internal import mailwicket

/// What `mailwicket cert` writes.
@Suite struct CertificateFolderTests {
    private let path = NSTemporaryDirectory() + "mailwicket-certificates-\(UUID().uuidString)"
    private let start = Timestamp(seconds: 1_790_000_000)

    private var folder: CertificateFolder { CertificateFolder(path: path) }

    private func request(_ name: String, days: Int64 = 398) -> CertificateRequest {
        var request = CertificateRequest(
            commonName: name,
            purposes: [.server],
            validFrom: start,
            until: start.advanced(bySeconds: days * 86_400)
        )
        request.dnsNames = [name]
        return request
    }

    private func mode(_ file: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: file)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    @Test func anAuthorityVouchesForPairs() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let authority = try folder.makeAuthority(named: "Here", from: start, days: 3650)
        #expect(authority.facts.subject == "CN=Here")
        #expect(authority.facts.notAfter == start.advanced(bySeconds: 3650 * 86_400))
        let pair = try folder.issue(request("mail.example.com"), as: "mail", at: start)
        #expect(pair.certificate == "\(path)/mail.pem")
        #expect(pair.facts.issuer == "CN=Here")
        #expect(pair.facts.dnsNames == ["mail.example.com"])
        #expect(try CertificateFolder.facts(ofFile: pair.certificate) == [pair.facts])
        // Keys are their owner's alone.
        for file in ["ca.key", "mail.key"] { #expect(try mode("\(path)/\(file)") == 0o600) }
        #expect(try mode("\(path)/mail.pem") & 0o022 == 0)

        // What was written is what a server can use, and a client that trusts the authority accepts.
        let read = { (name: String) in
            PEMFile(name: name, content: Array(try Data(contentsOf: URL(filePath: "\(path)/\(name)"))).span)
        }
        let identity = try TLSIdentity(certificates: read("mail.pem"), key: read("mail.key"), validAt: start)
        _ = try TLSContext(identities: [identity], ticketKeys: TicketKeys(from: start))
        #expect(try TrustAnchors(read("ca.pem")).facts == [authority.facts])
    }

    @Test func aPairEndsWithItsAuthority() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let authority = try folder.makeAuthority(named: "Here", from: start, days: 10)
        let pair = try folder.issue(request("mail.example.com"), as: "mail", at: start)
        #expect(pair.facts.notAfter == authority.facts.notAfter)
    }

    @Test func nothingIsOverwritten() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let authority = try folder.makeAuthority(named: "Here", from: start, days: 10)
        let before = try Data(contentsOf: URL(filePath: authority.key))
        #expect(throws: CertificateFolder.Failure.self) {
            _ = try folder.makeAuthority(named: "Other", from: start, days: 10)
        }
        #expect(try Data(contentsOf: URL(filePath: authority.key)) == before)
        // A certificate that is there already takes no new key beside it.
        _ = try folder.issue(request("a.example"), as: "a", at: start)
        try FileManager.default.removeItem(atPath: "\(path)/a.key")
        #expect(throws: CertificateFolder.Failure.self) {
            _ = try folder.issue(request("a.example"), as: "a", at: start)
        }
        #expect(!FileManager.default.fileExists(atPath: "\(path)/a.key"))
    }

    @Test func whatIsWrongIsTold() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        func failure(_ body: () throws -> Void) -> String {
            do {
                try body()
                return "none"
            } catch {
                return "\(error)"
            }
        }
        let missing = failure { _ = try folder.issue(request("a.example"), as: "a", at: start) }
        #expect(missing == "there is no authority in \(path); make one by `mailwicket cert ca`")
        _ = try folder.makeAuthority(named: "Here", from: start, days: 10)
        for name in ["", ".hidden", "a/b", "../a"] {
            let bad = failure { _ = try folder.issue(request("a.example"), as: name, at: start) }
            #expect(bad.hasPrefix("\"\(name)\" cannot name a file"))
        }
        let host = failure { _ = try folder.issue(request("no host"), as: "a", at: start) }
        #expect(host.hasPrefix("\"no host\" cannot stand in a certificate"))
        let ended = failure {
            _ = try folder.issue(request("a.example"), as: "a", at: start.advanced(bySeconds: 20 * 86_400))
        }
        #expect(ended.hasPrefix("\(path)/ca.pem: the certificate expired at"))
        let absent = failure { _ = try CertificateFolder.facts(ofFile: "\(path)/none.pem") }
        #expect(absent == "\(path)/none.pem cannot be read: No such file or directory")
        try Data("no certificate".utf8).write(to: URL(filePath: "\(path)/text.pem"))
        let text = failure { _ = try CertificateFolder.facts(ofFile: "\(path)/text.pem") }
        #expect(text.hasPrefix("\(path)/text.pem: there is no certificate in it"))
        #expect(!FileManager.default.fileExists(atPath: "\(path)/a.key"))
    }
}
