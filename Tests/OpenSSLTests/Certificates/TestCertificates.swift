import Foundation
import Mail
import OpenSSL

/// What the tests use for certificates: all are made as the tests run.
enum TestCertificates {
    static let start = Timestamp(seconds: 1_577_836_800)
    static let end = Timestamp(seconds: 4_102_444_800)

    static let authority = makeAuthority("Test CA")
    static let otherAuthority = makeAuthority("Other CA")
    static let server = identity("mail.example.com")
    static let client = identity("sender.example.com", purposes: [.client])

    static var anchors: TrustAnchors { get throws { try TrustAnchors(authority.certificateFile("ca.pem")) } }
    static var otherAnchors: TrustAnchors {
        get throws { try TrustAnchors(otherAuthority.certificateFile("other.pem")) }
    }

    static func request(
        _ names: String...,
        purposes: Set<CertificateRequest.Purpose> = [.server],
        key: CertificateRequest.Key = .p256
    ) -> CertificateRequest {
        var request = CertificateRequest(commonName: names[0], purposes: purposes, validFrom: start, until: end)
        request.dnsNames = names
        request.key = key
        return request
    }

    static func identity(_ name: String, purposes: Set<CertificateRequest.Purpose> = [.server]) -> TLSIdentity {
        identity(request(name, purposes: purposes))
    }

    static func identity(_ request: CertificateRequest) -> TLSIdentity {
        do {
            return try authority.issue(request).identity(named: request.commonName)
        } catch {
            preconditionFailure("no certificate: \(error)")
        }
    }

    private static func makeAuthority(_ name: String) -> CertificateAuthority {
        do {
            return try CertificateAuthority(commonName: name, validFrom: start, until: end)
        } catch {
            preconditionFailure("no authority: \(error)")
        }
    }
}

extension CertificateAuthority {
    func certificateFile(_ name: String) throws -> PEMFile { try own.certificateFile(name) }
}

extension IssuedCertificate {
    /// The certificate without its wrapping in PEM.
    func certificateDER() throws -> [UInt8] {
        let lines = try certificateText().split(separator: "\n").filter { !$0.hasPrefix("-----") }
        return [UInt8](Data(base64Encoded: lines.joined()) ?? Data())
    }

    func keyText() throws -> String {
        try withKeyPEM { span in String(decoding: span.indices.map { span[$0] }, as: UTF8.self) }
    }

    func certificateFile(_ name: String) throws -> PEMFile {
        try withCertificatePEM { PEMFile(name: name, content: $0) }
    }

    func keyFile(_ name: String) throws -> PEMFile {
        try withKeyPEM { PEMFile(name: name, content: $0) }
    }

    func certificateText() throws -> String {
        try withCertificatePEM { span in String(decoding: span.indices.map { span[$0] }, as: UTF8.self) }
    }
}

extension PEMFile {
    init(_ name: String, _ text: String) {
        self.init(name: name, content: Array(text.utf8).span)
    }
}
