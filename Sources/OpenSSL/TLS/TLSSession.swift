internal import COpenSSL

/// One end of one TLS connection, without the connection: ciphertext in and out, plaintext out and in.
///
/// The owner turns the crank: ``receive(_:)``, then ``read(into:)`` until it gives nothing, then ``takeOutput(_:)`` until
/// there is none, then ``state``. It belongs to whoever owns the connection and to no other thread.
///
/// Nothing that a peer sends stops the process, and what it can make a session hold is bounded: ``inputLimit``,
/// ``outputLimit``, ``certificateLimit``, and a hello of 16 KiB.
@safe
public struct TLSSession: ~Copyable {
    /// Where a session is.
    public enum State: Hashable, Sendable {
        /// The handshake is not done. There may be output.
        case handshaking
        /// Plaintext may be read and written.
        case established
        /// The peer said that it sends no more (close-notify). What it is owed may still be written.
        case peerClosed
        /// The transport ended without the peer's close-notify: whatever was not complete may have been cut.
        case truncated
        /// The session is over. An alert for the peer may lie in the output.
        case failed(TLSError)
    }

    /// The ciphertext that is held unread, in octets: a record of the greatest length.
    public static let inputLimit = 18_437
    /// Beyond this much output that nobody took, nothing is received and nothing is written.
    public static let outputLimit = 65_536
    /// The longest chain that a server takes from a client, in octets.
    public static let certificateLimit = 32_768

    /// Where the session is.
    public private(set) var state = State.handshaking

    let pointer: OpaquePointer
    private var input: OpaquePointer
    private var output: OpaquePointer
    private let context: ContextHandle
    private var helloGuard: HelloGuard?
    private var hasTransportEnded = false
    private var hasSentClose = false

    /// Begins a session with a client.
    public init(server context: TLSContext) {
        self.init(context.handle, guarding: HelloGuard())
        unsafe SSL_set_accept_state(pointer)
    }

    /// Begins a session with a server; there is output at once.
    ///
    /// - Parameters:
    ///   - serverName: the host, or the address, that the server's certificate must be for, if any is asked for.
    ///   - ticket: what was kept of an earlier session with the server.
    public init(client context: TLSClientContext, serverName: String, resuming ticket: TLSTicket? = nil) {
        self.init(context.handle, guarding: nil)
        unsafe SSL_set_connect_state(pointer)
        let isNamed = expect(serverName)
        if let ticket { unsafe ticket.resume(pointer) }
        ERR_clear_error()
        guard isNamed else {
            state = .failed(.untrusted("\"\(serverName)\" is no name of a server"))
            return
        }
        shakeHands()
    }

    private init(_ context: ContextHandle, guarding helloGuard: HelloGuard?) {
        // SSL_new fails only when memory is exhausted.
        guard let session = unsafe SSL_new(context.pointer) else { preconditionFailure("OpenSSL gave no TLS session") }
        unsafe pointer = session
        self.context = context
        self.helloGuard = helloGuard
        unsafe input = Self.makeBuffer()
        unsafe output = Self.makeBuffer()
        unsafe SSL_set0_rbio(session, input)
        unsafe SSL_set0_wbio(session, output)
    }

    // With the session go its buffers.
    deinit {
        unsafe SSL_free(pointer)
    }

    // MARK: Ciphertext in

    /// Takes what came from the transport, and goes on with the handshake.
    ///
    /// - Returns: how many octets were taken. If not all were, read and take the output, then give the rest; if even then
    ///   none is taken, stop reading from the transport until the output went out. After the end everything is taken and
    ///   dropped.
    public mutating func receive(_ ciphertext: Span<UInt8>) -> Int {
        var taken = 0
        while taken < ciphertext.count {
            guard isOpen else { return ciphertext.count }
            let room = unsafe pendingOutput > Self.outputLimit ? 0 : Self.inputLimit - Self.pending(in: input)
            guard room > 0 else { break }
            let piece = ciphertext.extracting(taken..<min(ciphertext.count, taken + room))
            guard let count = admit(piece) else {
                fail(.helloTooLarge)
                return ciphertext.count
            }
            feed(piece.extracting(first: count))
            taken += count
            if state == .handshaking, helloGuard?.isWaiting != true { shakeHands() }
        }
        return taken
    }

    /// Notes that nothing more will come from the transport.
    ///
    /// Read on until nothing is left: only then ``state`` tells whether the peer had closed the session before.
    public mutating func receiveEnd() {
        hasTransportEnded = true
        if state == .handshaking { fail(.endedInHandshake) }
    }

    /// Whether the peer may still send.
    private var isOpen: Bool { state == .handshaking || state == .established }

    private mutating func admit(_ octets: Span<UInt8>) -> Int? {
        guard state == .handshaking, helloGuard != nil else { return octets.count }
        return unsafe helloGuard?.admit(octets, isTLS12: SSL_version(pointer) == TLS1_2_VERSION)
    }

    private mutating func feed(_ octets: Span<UInt8>) {
        let written = unsafe octets.withUnsafeBufferPointer { octets in
            unsafe BIO_write(input, octets.baseAddress, Int32(octets.count))
        }
        // A buffer in memory takes everything unless memory is exhausted.
        precondition(Int(written) == octets.count, "OpenSSL's buffer took no octets")
    }

    private mutating func shakeHands() {
        ERR_clear_error()
        let result = unsafe SSL_do_handshake(pointer)
        if result == 1 {
            state = .established
            helloGuard = nil
        } else {
            settle(result)
        }
    }

    // MARK: Plaintext out

    /// Appends decrypted plaintext, as much as there is and as fits.
    ///
    /// - Returns: how many octets. Nothing although there was room: see ``state``.
    public mutating func read(into plaintext: inout OutputRawSpan) -> Int {
        let before = plaintext.byteCount
        while state == .established, !plaintext.isFull {
            ERR_clear_error()
            let result = unsafe plaintext.withUnsafeMutableBytes { buffer, count in
                var length = 0
                let free = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
                let result = unsafe SSL_read_ex(pointer, free.baseAddress, free.count, &length)
                count += length
                return result
            }
            guard result != 1 else { continue }
            settle(result)
            break
        }
        return plaintext.byteCount - before
    }

    // MARK: Plaintext in

    /// Encrypts plaintext.
    ///
    /// - Returns: how many octets were taken: all, unless more than ``outputLimit`` of output waits to be taken.
    public mutating func write(_ plaintext: Span<UInt8>) throws(TLSError) -> Int {
        switch state {
        case .handshaking: throw .notEstablished
        case .failed(let error): throw error
        case .truncated: throw .closed
        case .established, .peerClosed: guard !hasSentClose else { throw .closed }
        }
        var taken = 0
        while taken < plaintext.count, pendingOutput <= Self.outputLimit {
            let record = plaintext.extracting(taken..<min(plaintext.count, taken + Int(SSL3_RT_MAX_PLAIN_LENGTH)))
            var length = 0
            ERR_clear_error()
            let result = unsafe record.withUnsafeBufferPointer { record in
                unsafe SSL_write_ex(pointer, record.baseAddress, record.count, &length)
            }
            guard result == 1 else {
                let error = unsafe TLSError.take(of: pointer)
                fail(error)
                throw error
            }
            taken += length
        }
        return taken
    }

    /// Tells the peer that nothing more will be written; what it sends may still be read.
    public mutating func closeNotify() {
        guard state == .established || state == .peerClosed, !hasSentClose else { return }
        hasSentClose = true
        ERR_clear_error()
        unsafe SSL_shutdown(pointer)
        ERR_clear_error()
    }

    // MARK: Ciphertext out

    /// The ciphertext that waits to be taken, in octets.
    public var pendingOutput: Int { unsafe Self.pending(in: output) }

    /// Lends all the ciphertext that waits, and lets go of it; also after the end, since an alert may be in it.
    ///
    /// - Returns: what `body` returns; `nil` when there is nothing.
    public mutating func takeOutput<Result>(_ body: (Span<UInt8>) -> Result) -> Result? {
        var start: UnsafeMutablePointer<CChar>?
        // BIO_get_mem_data, which is a macro.
        let length = unsafe BIO_ctrl(output, BIO_CTRL_INFO, 0, &start)
        guard length > 0 else { return nil }
        let octets = unsafe UnsafeRawBufferPointer(start: start, count: length)
        let result = unsafe body(octets.assumingMemoryBound(to: UInt8.self).span)
        // OpenSSL's buffers in memory never shrink, and an idle session shall hold little.
        unsafe output = Self.makeBuffer()
        unsafe SSL_set0_wbio(pointer, output)
        return result
    }

    // MARK: Inside

    /// Draws the consequence of a call that did not succeed.
    private mutating func settle(_ result: Int32) {
        switch unsafe SSL_get_error(pointer, result) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE:
            if hasTransportEnded { state = .truncated } else { shrinkInput() }
        // A close-notify may come in the midst of a handshake as well.
        case SSL_ERROR_ZERO_RETURN: if state == .handshaking { fail(.endedInHandshake) } else { state = .peerClosed }
        default: fail(unsafe TLSError.take(of: pointer))
        }
        ERR_clear_error()
    }

    private mutating func fail(_ error: TLSError) {
        state = .failed(error)
        helloGuard = nil
    }

    /// Lets go of a large buffer once it is empty.
    private mutating func shrinkInput() {
        var memory: UnsafeMutablePointer<BUF_MEM>?
        // BIO_get_mem_ptr, which is a macro.
        unsafe BIO_ctrl(input, BIO_C_GET_BUF_MEM_PTR, 0, &memory)
        guard let memory = unsafe memory, unsafe memory.pointee.max > 4096, unsafe Self.pending(in: input) == 0 else {
            return
        }
        unsafe input = Self.makeBuffer()
        unsafe SSL_set0_rbio(pointer, input)
    }

    private static func makeBuffer() -> OpaquePointer {
        // BIO_new fails only when memory is exhausted.
        guard let buffer = unsafe BIO_new(BIO_s_mem()) else { preconditionFailure("OpenSSL gave no buffer") }
        // An empty buffer is not the end: more may come. BIO_set_mem_eof_return, which is a macro.
        unsafe BIO_ctrl(buffer, BIO_C_SET_BUF_MEM_EOF_RETURN, -1, nil)
        return unsafe buffer
    }

    private static func pending(in buffer: OpaquePointer) -> Int {
        unsafe BIO_ctrl(buffer, BIO_CTRL_PENDING, 0, nil)
    }

    /// Names the server to itself and to the verification of its certificate.
    private func expect(_ serverName: String) -> Bool {
        let parameters = unsafe SSL_get0_param(pointer)
        // An address is no host name: it is not asked for (RFC 6066 section 3).
        if unsafe X509_VERIFY_PARAM_set1_ip_asc(parameters, serverName) == 1 { return true }
        guard let host = ServerNames.normalized(serverName) else { return false }
        unsafe SSL_set_hostflags(pointer, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        guard unsafe SSL_set1_host(pointer, host) == 1 else { return false }
        return unsafe host.withCString { host in
            let name = unsafe UnsafeMutableRawPointer(mutating: host)
            // SSL_set_tlsext_host_name, which is a macro.
            return unsafe SSL_ctrl(pointer, SSL_CTRL_SET_TLSEXT_HOSTNAME, Int(TLSEXT_NAMETYPE_host_name), name) == 1
        }
    }
}
