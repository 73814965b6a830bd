import Foundation
import OpenSSL
import TestSupport

/// The test's certificates in files of a folder, for programs of others.
struct TestFiles {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(TestCertificates.authority.own.certificateText(), to: "ca.pem")
    }

    /// Makes a certificate and writes it and its key.
    func issue(_ name: String, purposes: Set<CertificateRequest.Purpose>) throws -> IssuedCertificate {
        let issued = try TestCertificates.authority.issue(TestCertificates.request(name, purposes: purposes))
        try folder.write(issued.certificateText(), to: "\(name).pem")
        try folder.write(issued.keyText(), to: "\(name).key")
        return issued
    }

    /// A file as the house would read it.
    func file(_ name: String) throws -> PEMFile {
        let octets = [UInt8](try Data(contentsOf: URL(filePath: folder(name))))
        return PEMFile(name: name, content: octets.span)
    }
}
