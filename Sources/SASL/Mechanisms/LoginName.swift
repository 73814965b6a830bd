import OpenSSL

/// What PLAIN and LOGIN have in common: a name and a password as octets.
enum LoginName {
    /// The longest name, in octets: 255 characters, which RFC 4616 section 2 asks a server to take, at their longest.
    static let maximumLength = 1_020

    /// Reads a name and prepares it; what is wrong otherwise, in words for the log.
    static func read(_ octets: Span<UInt8>) -> Result<String, Fault> {
        guard octets.count <= maximumLength else { return .failure(Fault(reason: "the name is too long")) }
        let copy = octets.indices.map { octets[$0] }
        guard let text = String(validating: copy, as: UTF8.self) else {
            return .failure(Fault(reason: "the name is not UTF-8"))
        }
        do throws(SASLprep.Failure) {
            return .success(try SASLprep.prepare(name: text, for: .query))
        } catch {
            return .failure(Fault(reason: "the name cannot be prepared: \(error)"))
        }
    }

    /// Takes a password as it is; how it is prepared is the credential's.
    static func readPassword(_ octets: Span<UInt8>) -> Result<SecretBytes, Fault> {
        guard !octets.isEmpty else { return .failure(Fault(reason: "the password is empty")) }
        guard octets.count <= SASLprep.maximumPasswordLength else {
            return .failure(Fault(reason: "the password is too long"))
        }
        return .success(SecretBytes(octets))
    }

    /// A message that cannot be read.
    struct Fault: Error {
        let reason: String
    }
}
