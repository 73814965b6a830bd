internal import Glibc

/// The C library's charset conversion.
///
/// The only unsafe code of this room. The name comes from ``Charset``'s list, never from a message.
enum Iconv {
    /// Decodes octets into UTF-8; each octet that has no meaning becomes U+FFFD.
    ///
    /// - Returns: how many had none; `nil` when the system does not know the charset.
    static func decode(_ bytes: Span<UInt8>, from name: String, appendingTo output: inout [UInt8]) -> Int? {
        guard let descriptor = unsafe iconv_open("UTF-8", name), unsafe descriptor != iconv_t(bitPattern: -1) else {
            return nil
        }
        defer { unsafe iconv_close(descriptor) }
        var invalid = 0
        var chunk = [CChar](repeating: 0, count: min(max(bytes.count * 2, 64), 16_384))
        unsafe bytes.withUnsafeBytes { source in
            // iconv takes a pointer to mutable octets but only reads them.
            var input: UnsafeMutablePointer<CChar>? = unsafe UnsafeMutableRawPointer(mutating: source.baseAddress)?
                .assumingMemoryBound(to: CChar.self)
            var inputLeft = source.count
            var isDone = false
            while !isDone {
                var failure: Int32 = 0
                let isFlush = inputLeft == 0
                let written = unsafe chunk.withUnsafeMutableBufferPointer { buffer in
                    var target = buffer.baseAddress
                    var targetLeft = buffer.count
                    let result =
                        unsafe isFlush
                        ? iconv(descriptor, nil, nil, &target, &targetLeft)
                        : iconv(descriptor, &input, &inputLeft, &target, &targetLeft)
                    if result == Int(bitPattern: UInt.max) { failure = errno }
                    return buffer.count - targetLeft
                }
                for index in 0..<written { output.append(UInt8(bitPattern: chunk[index])) }
                switch failure {
                case 0:
                    isDone = isFlush
                case E2BIG:
                    // The loop goes on with an empty chunk; one that stays empty would never end.
                    isDone = written == 0
                default:
                    // EILSEQ, or EINVAL for a character cut at the end: passed over octet by octet.
                    invalid += 1
                    output += [0xEF, 0xBF, 0xBD]
                    guard inputLeft > 0, let position = unsafe input else {
                        isDone = true
                        break
                    }
                    unsafe input = position + 1
                    inputLeft -= 1
                }
            }
        }
        return invalid
    }
}
