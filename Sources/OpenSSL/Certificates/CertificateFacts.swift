internal import COpenSSL
public import Mail

/// What a certificate says of itself.
///
/// The texts come from whoever made the certificate: control characters are escaped in them.
public struct CertificateFacts: Sendable, Hashable {
    /// Who it is made out to, as RFC 2253 writes a name.
    public let subject: String
    /// Who made it, as RFC 2253 writes a name.
    public let issuer: String
    /// The hosts that it is for, wildcards included, in lower case (subjectAltName, RFC 5280 section 4.2.1.6).
    public let dnsNames: [String]
    /// The mail addresses that it is for.
    public let emailAddresses: [String]
    /// The network addresses that it is for.
    public let ipAddresses: [IPAddress]
    /// The first moment at which it is valid.
    public let notBefore: Timestamp
    /// The last moment at which it is valid.
    public let notAfter: Timestamp
    /// The SHA-256 digest of its DER form, 32 octets.
    public let fingerprint: [UInt8]

    /// The fingerprint as people compare it: `AB:CD:…`.
    public var fingerprintText: String {
        fingerprint.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined(separator: ":")
    }

    /// Whether it is valid at a moment.
    public func isValid(at moment: Timestamp) -> Bool { notBefore <= moment && moment <= notAfter }

    /// Reads the certificates of a file, its own first and then those that lead to the authority.
    public static func read(_ file: PEMFile) throws(CertificateError) -> [CertificateFacts] {
        try file.certificates().map { CertificateFacts($0) }
    }

    init(_ certificate: CertificateHandle) {
        defer { ERR_clear_error() }
        let pointer = unsafe certificate.pointer
        unsafe subject = Self.text(of: X509_get_subject_name(pointer))
        unsafe issuer = Self.text(of: X509_get_issuer_name(pointer))
        unsafe notBefore = Self.moment(X509_get0_notBefore(pointer))
        unsafe notAfter = Self.moment(X509_get0_notAfter(pointer))
        fingerprint = unsafe [UInt8](unsafeUninitializedCapacity: SHA256.length) { buffer, count in
            var length: UInt32 = 0
            let result = unsafe X509_digest(pointer, EVP_sha256(), buffer.baseAddress, &length)
            precondition(result == 1 && length == SHA256.length, "SHA-256 of a certificate failed")
            count = Int(length)
        }
        let names = unsafe AlternativeNames(of: pointer)
        dnsNames = names.hosts
        emailAddresses = names.mailAddresses
        ipAddresses = names.networkAddresses
    }

    private static func text(of name: OpaquePointer?) -> String {
        let sink = MemorySink()
        guard let name = unsafe name,
            unsafe X509_NAME_print_ex(sink.pointer, name, 0, mailwicket_name_flags) >= 0
        else { return "" }
        let text = sink.withOctets { octets in
            unsafe octets.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
        }
        return escaped(text)
    }

    /// Escapes by their octets, as RFC 2253 section 2.4 has it, the characters that OpenSSL lets stand although they are
    /// not seen or change how a line is shown.
    private static func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { escaped, scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                for octet in String(scalar).utf8 {
                    escaped += (octet < 16 ? "\\0" : "\\") + String(octet, radix: 16, uppercase: true)
                }
            default: escaped.unicodeScalars.append(scalar)
            }
        }
    }

    /// A time that cannot be read counts as the epoch, so that such a certificate is never valid.
    private static func moment(_ time: UnsafePointer<ASN1_TIME>?) -> Timestamp {
        let epoch = unsafe ASN1_TIME_set(nil, 0)
        defer { unsafe ASN1_STRING_free(epoch) }
        var days: Int32 = 0
        var seconds: Int32 = 0
        guard let time = unsafe time, unsafe ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else {
            return Timestamp(seconds: 0)
        }
        return Timestamp(seconds: Int64(days) * 86_400 + Int64(seconds))
    }
}

/// The names in a certificate's subjectAltName, as far as they are of use here.
private struct AlternativeNames {
    private(set) var hosts: [String] = []
    private(set) var mailAddresses: [String] = []
    private(set) var networkAddresses: [IPAddress] = []

    /// More names than this are not kept, so that no peer decides how much memory his certificate takes.
    private static let limit = 1000

    init(of certificate: OpaquePointer) {
        guard let list = unsafe X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) else { return }
        let names = OpaquePointer(list)
        defer { unsafe GENERAL_NAMES_free(names) }
        for index in unsafe 0..<min(OPENSSL_sk_num(names), Int32(Self.limit)) {
            guard let entry = unsafe OPENSSL_sk_value(names, index) else { continue }
            unsafe add(entry.assumingMemoryBound(to: GENERAL_NAME.self).pointee)
        }
    }

    private mutating func add(_ name: GENERAL_NAME) {
        switch unsafe name.type {
        case GEN_DNS:
            if let text = unsafe Self.text(name.d.dNSName) { hosts.append(text.lowercased()) }
        case GEN_EMAIL:
            if let text = unsafe Self.text(name.d.rfc822Name) { mailAddresses.append(text) }
        case GEN_IPADD:
            if let address = unsafe IPAddress(octets: Self.octets(name.d.iPAddress)) {
                networkAddresses.append(address)
            }
        default: break
        }
    }

    private static func octets(_ string: UnsafePointer<ASN1_STRING>?) -> [UInt8] {
        guard let start = unsafe ASN1_STRING_get0_data(string) else { return [] }
        return unsafe Array(UnsafeBufferPointer(start: start, count: Int(ASN1_STRING_length(string))))
    }

    /// A name of visible ASCII; any other is none, so that nothing in it can end a name early or disturb a log.
    private static func text(_ string: UnsafePointer<ASN1_STRING>?) -> String? {
        let octets = unsafe octets(string)
        guard !octets.isEmpty, octets.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        return String(decoding: octets, as: UTF8.self)
    }
}
