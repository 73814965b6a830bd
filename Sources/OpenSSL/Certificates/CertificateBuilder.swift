internal import COpenSSL
internal import Mail

/// One certificate in the making (RFC 5280 section 4).
@safe
struct CertificateBuilder: ~Copyable {
    private let request: CertificateRequest
    private let certificate: OpaquePointer

    init(_ request: CertificateRequest) throws(CertificateIssueError) {
        // X509_new fails only when memory is exhausted.
        guard let certificate = unsafe X509_new() else { preconditionFailure("OpenSSL gave no certificate") }
        self.request = request
        unsafe self.certificate = certificate
        guard request.validFrom <= request.validUntil else { throw .badValidity }
    }

    deinit {
        unsafe X509_free(certificate)
        ERR_clear_error()
    }

    /// Makes the key and the certificate, signed by an authority, or by itself if there is none.
    consuming func issue(by authority: IssuedCertificate?) throws(CertificateIssueError) -> IssuedCertificate {
        let key = try Self.makeKey(request.key)
        let issuer = unsafe authority?.certificate.pointer ?? certificate
        try nameSubject()
        try describe(key)
        let issuerName = unsafe X509_get_subject_name(issuer)
        guard unsafe X509_set_issuer_name(certificate, issuerName) == 1 else { throw Self.refusal() }
        unsafe try addExtensions(isAuthority: authority == nil, issuer: issuer)
        let signer = authority?.key ?? key
        // Ed25519 brings its digest along.
        let digest = unsafe signer.kind == EVP_PKEY_ED25519 ? nil : EVP_sha256()
        guard unsafe X509_sign(certificate, signer.pointer, digest) > 0, unsafe X509_up_ref(certificate) == 1 else {
            throw Self.refusal()
        }
        return unsafe IssuedCertificate(certificate: CertificateHandle(owning: certificate), key: key)
    }

    private static func refusal() -> CertificateIssueError { .refused(OpenSSLReason.take()) }

    private static func makeKey(_ kind: CertificateRequest.Key) throws(CertificateIssueError) -> CertificateKey {
        let name =
            switch kind {
            case .p256: "EC"
            case .ed25519: "ED25519"
            case .rsa: "RSA"
            }
        guard let context = unsafe EVP_PKEY_CTX_new_from_name(nil, name, nil) else { throw refusal() }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        guard unsafe EVP_PKEY_keygen_init(context) == 1 else { throw refusal() }
        let isSet =
            switch kind {
            case .p256: unsafe EVP_PKEY_CTX_set_group_name(context, "P-256") == 1
            case .ed25519: true
            case .rsa(let bits): unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(context, Int32(clamping: bits)) == 1
            }
        var key: OpaquePointer?
        guard isSet, unsafe EVP_PKEY_generate(context, &key) == 1, let key = unsafe key else { throw refusal() }
        return unsafe CertificateKey(owning: key)
    }

    private func nameSubject() throws(CertificateIssueError) {
        // ub-common-name, RFC 5280 appendix A.1, counts characters.
        let name = request.commonName
        guard (1...64).contains(name.unicodeScalars.count), !name.unicodeScalars.contains(where: { $0.value < 0x20 })
        else { throw .badName(name) }
        let text = Array(name.utf8)
        let subject = unsafe X509_get_subject_name(certificate)
        let result = unsafe text.span.withUnsafeBufferPointer { text in
            let length = Int32(text.count)
            return unsafe X509_NAME_add_entry_by_NID(
                subject,
                NID_commonName,
                MBSTRING_UTF8,
                text.baseAddress,
                length,
                -1,
                0
            )
        }
        guard result == 1 else { throw Self.refusal() }
    }

    /// Sets version, serial number, validity and key.
    private func describe(_ key: CertificateKey) throws(CertificateIssueError) {
        // 159 random bits, so that no two certificates share a number (RFC 5280 section 4.1.2.2: 20 octets at most).
        let number = unsafe BN_new()
        defer { unsafe BN_free(number) }
        let from = unsafe ASN1_TIME_set(nil, Int(request.validFrom.milliseconds / 1000))
        let until = unsafe ASN1_TIME_set(nil, Int(request.validUntil.milliseconds / 1000))
        defer {
            unsafe ASN1_STRING_free(from)
            unsafe ASN1_STRING_free(until)
        }
        guard unsafe X509_set_version(certificate, 2) == 1,
            unsafe BN_rand(number, 159, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1,
            unsafe BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nil,
            unsafe X509_set1_notBefore(certificate, from) == 1,
            unsafe X509_set1_notAfter(certificate, until) == 1,
            unsafe X509_set_pubkey(certificate, key.pointer) == 1
        else { throw Self.refusal() }
    }

    private func addExtensions(isAuthority: Bool, issuer: OpaquePointer) throws(CertificateIssueError) {
        if isAuthority {
            unsafe try add(NID_basic_constraints, "critical,CA:TRUE,pathlen:0", issuer)
            unsafe try add(NID_key_usage, "critical,keyCertSign,cRLSign", issuer)
            unsafe try add(NID_subject_key_identifier, "hash", issuer)
            return
        }
        unsafe try add(NID_basic_constraints, "critical,CA:FALSE", issuer)
        let encrypts = if case .rsa = request.key { ",keyEncipherment" } else { "" }
        unsafe try add(NID_key_usage, "critical,digitalSignature" + encrypts, issuer)
        let purposes = request.purposes.map { $0 == .server ? "serverAuth" : "clientAuth" }.sorted()
        if !purposes.isEmpty { unsafe try add(NID_ext_key_usage, purposes.joined(separator: ","), issuer) }
        unsafe try add(NID_subject_key_identifier, "hash", issuer)
        unsafe try add(NID_authority_key_identifier, "keyid:always", issuer)
        try addNames()
    }

    /// Adds an extension by OpenSSL's text for it; only texts of this file come here, never a name from outside.
    private func add(_ kind: Int32, _ text: String, _ issuer: OpaquePointer) throws(CertificateIssueError) {
        var context = unsafe X509V3_CTX()
        unsafe X509V3_set_ctx(&context, issuer, certificate, nil, nil, 0)
        guard let entry = unsafe X509V3_EXT_conf_nid(nil, &context, kind, text) else { throw Self.refusal() }
        defer { unsafe X509_EXTENSION_free(entry) }
        guard unsafe X509_add_ext(certificate, entry, -1) == 1 else { throw Self.refusal() }
    }

    private func addNames() throws(CertificateIssueError) {
        guard let names = unsafe GENERAL_NAMES_new() else { throw Self.refusal() }
        defer { unsafe GENERAL_NAMES_free(names) }
        for name in request.dnsNames { unsafe try Self.add(GEN_DNS, name, to: names) }
        for name in request.emailAddresses { unsafe try Self.add(GEN_EMAIL, name, to: names) }
        for address in request.ipAddresses {
            unsafe try Self.add(GEN_IPADD, a2i_IPADDRESS(address.description), to: names)
        }
        guard unsafe OPENSSL_sk_num(names) > 0 else { return }
        guard unsafe X509_add1_ext_i2d(certificate, NID_subject_alt_name, UnsafeMutableRawPointer(names), 0, 0) == 1
        else { throw Self.refusal() }
    }

    private static func add(_ kind: Int32, _ text: String, to names: OpaquePointer) throws(CertificateIssueError) {
        let octets = Array(text.utf8)
        guard (1...253).contains(octets.count), octets.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .badName(text)
        }
        guard let string = unsafe ASN1_STRING_type_new(V_ASN1_IA5STRING),
            unsafe octets.span.withUnsafeBufferPointer({ octets in
                unsafe ASN1_STRING_set(string, octets.baseAddress, Int32(octets.count))
            }) == 1
        else { throw refusal() }
        unsafe try add(kind, string, to: names)
    }

    /// Takes over the value of a name.
    private static func add(
        _ kind: Int32,
        _ value: UnsafeMutablePointer<ASN1_STRING>?,
        to names: OpaquePointer
    ) throws(CertificateIssueError) {
        guard let value = unsafe value, let name = unsafe GENERAL_NAME_new() else { throw refusal() }
        unsafe GENERAL_NAME_set0_value(name, kind, value)
        guard unsafe OPENSSL_sk_push(names, name) > 0 else {
            unsafe GENERAL_NAME_free(name)
            throw refusal()
        }
    }
}
