internal import COpenSSL

/// OpenSSL's reasons for a failure, which it keeps in a queue per thread.
enum OpenSSLReason {
    /// The most telling reason of the queue, in words; the queue is empty afterwards.
    static func take() -> String {
        defer { ERR_clear_error() }
        return words(ERR_peek_error())
    }

    /// The words for a reason.
    static func words(_ code: UInt) -> String {
        guard code != 0, let text = unsafe ERR_reason_error_string(code) else { return "no reason given" }
        return unsafe String(cString: text)
    }

    /// Whether a reason only says that no further text in PEM follows.
    static func isEndOfPEM(_ code: UInt) -> Bool {
        ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE
    }
}
