internal import Glibc
package import Mail
package import OpenSSL

/// A folder of certificates and keys, as `mailwicket cert` fills it: `ca.pem` with `ca.key`, and a pair for each name.
///
/// Nothing that is there is ever overwritten. Keys are readable by their owner alone.
package struct CertificateFolder {
    /// Why a pair could not be made or read.
    package enum Failure: Error, CustomStringConvertible {
        /// There is a file of the name.
        case exists(String)
        /// A file cannot be made or written.
        case cannotWrite(String, reason: String)
        /// A file cannot be read.
        case cannotRead(String, reason: String)
        /// There is no authority yet.
        case noAuthority(String)
        /// The name cannot be a file's.
        case badFileName(String)
        /// What is in a file is no use.
        case certificate(CertificateError)
        /// No certificate can be made of this.
        case issue(CertificateIssueError)

        package var description: String {
            switch self {
            case .exists(let path): "\(path) exists already; remove it first if another is to take its place"
            case .cannotWrite(let path, let reason): "\(path) cannot be written: \(reason)"
            case .cannotRead(let path, let reason): "\(path) cannot be read: \(reason)"
            case .noAuthority(let path): "there is no authority in \(path); make one by `mailwicket cert ca`"
            case .badFileName(let name):
                "\"\(name)\" cannot name a file: it is empty, or has a slash or a leading period"
            case .certificate(let error): error.description
            case .issue(let error): error.description
            }
        }
    }

    /// A pair that was written.
    package struct Pair {
        /// The file of the certificate.
        package let certificate: String
        /// The file of the key.
        package let key: String
        /// What the certificate says of itself.
        package let facts: CertificateFacts
    }

    private let path: String

    /// The folder at a path; it is made when the first pair is.
    package init(path: String) {
        self.path = path
    }

    /// Makes an authority.
    package func makeAuthority(named name: String, from: Timestamp, days: Int) throws(Failure) -> Pair {
        do {
            let authority = try CertificateAuthority(
                commonName: name,
                validFrom: from,
                until: from.advanced(bySeconds: Int64(days) * 86_400)
            )
            return try write(authority.own, as: "ca")
        } catch let error as CertificateIssueError {
            throw .issue(error)
        } catch let error as Failure {
            throw error
        } catch {
            throw .cannotWrite(path, reason: "\(error)")
        }
    }

    /// Makes a pair that the folder's authority vouches for.
    ///
    /// - Parameter file: the name of the files, without their endings.
    package func issue(_ request: CertificateRequest, as file: String, at moment: Timestamp) throws(Failure) -> Pair {
        let certificate: PEMFile
        let key: PEMFile
        do throws(Failure) {
            certificate = try Self.read("\(path)/ca.pem")
            key = try Self.read("\(path)/ca.key")
        } catch {
            throw .noAuthority(path)
        }
        do {
            let authority = try CertificateAuthority(certificate: certificate, key: key, validAt: moment)
            var request = request
            // Nobody trusts what outlives its authority.
            request.validUntil = min(request.validUntil, authority.own.facts.notAfter)
            return try write(authority.issue(request), as: file)
        } catch let error as CertificateIssueError {
            throw .issue(error)
        } catch let error as CertificateError {
            throw .certificate(error)
        } catch let error as Failure {
            throw error
        } catch {
            throw .cannotWrite(path, reason: "\(error)")
        }
    }

    /// What the certificates of a file say of themselves.
    package static func facts(ofFile path: String) throws(Failure) -> [CertificateFacts] {
        let file = try read(path)
        do throws(CertificateError) {
            return try CertificateFacts.read(file)
        } catch {
            throw .certificate(error)
        }
    }

    // MARK: Files

    private func write(_ issued: IssuedCertificate, as name: String) throws -> Pair {
        guard !name.isEmpty, !name.hasPrefix("."), !name.utf8.contains(UInt8(ascii: "/")), !name.utf8.contains(0) else {
            throw Failure.badFileName(name)
        }
        if unsafe mkdir(path, 0o755) != 0, errno != EEXIST {
            throw Failure.cannotWrite(path, reason: Self.systemReason)
        }
        let pair = Pair(certificate: "\(path)/\(name).pem", key: "\(path)/\(name).key", facts: issued.facts)
        // The key first: a certificate without its key would stand in the way of another try.
        try issued.withKeyPEM { try Self.write($0, to: pair.key, mode: 0o600) }
        do {
            try issued.withCertificatePEM { try Self.write($0, to: pair.certificate, mode: 0o644) }
        } catch {
            _ = unsafe unlink(pair.key)
            throw error
        }
        return pair
    }

    private static func write(_ octets: Span<UInt8>, to path: String, mode: mode_t) throws(Failure) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else {
            throw errno == EEXIST ? .exists(path) : .cannotWrite(path, reason: systemReason)
        }
        var offset = 0
        var reason: String?
        while offset < octets.count, reason == nil {
            let rest = octets.extracting(offset..<octets.count)
            let written = unsafe rest.withUnsafeBufferPointer {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if written > 0 { offset += written } else if errno != EINTR { reason = systemReason }
        }
        if reason == nil, fsync(descriptor) != 0 { reason = systemReason }
        if close(descriptor) != 0, reason == nil { reason = systemReason }
        guard let reason else { return }
        _ = unsafe unlink(path)
        throw .cannotWrite(path, reason: reason)
    }

    private static func read(_ path: String) throws(Failure) -> PEMFile {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .cannotRead(path, reason: systemReason) }
        defer { close(descriptor) }
        var content: [UInt8] = []
        // A key may be in it.
        defer { for index in content.indices { content[index] = 0 } }
        // Without room to grow: what an array leaves behind when it moves is not cleared.
        content.reserveCapacity(PEMFile.maximumLength + 2)
        while content.count <= PEMFile.maximumLength {
            let count = unsafe withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 1) { buffer in
                let count = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                if count > 0 {
                    let room = PEMFile.maximumLength + 1 - content.count
                    unsafe content.append(contentsOf: buffer[..<min(count, room)])
                }
                if let start = buffer.baseAddress { unsafe explicit_bzero(start, buffer.count) }
                return count
            }
            if count == 0 { break }
            if count < 0, errno != EINTR { throw .cannotRead(path, reason: systemReason) }
        }
        return PEMFile(name: path, content: content.span)
    }

    private static var systemReason: String { unsafe String(cString: strerror(errno)) }
}
