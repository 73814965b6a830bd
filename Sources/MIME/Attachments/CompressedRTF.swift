/// The compression of RTF in Exchange's messages ([MS-OXRTFCP]).
enum CompressedRTF {
    /// The dictionary begins with what most RTF begins with ([MS-OXRTFCP] section 2.1.3.1.1).
    private static let preset = Array(
        ("{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
            + "MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
            + "\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx").utf8
    )
    private static let dictionarySize = 4096
    private static let compressed: [UInt8] = Array("LZFu".utf8)
    private static let uncompressed: [UInt8] = Array("MELA".utf8)

    /// Unpacks a value, at most `limit` octets of it; `nil` when it is none.
    static func unpacked(_ bytes: Span<UInt8>, limit: Int) -> [UInt8]? {
        // Sizes packed and unpacked, the kind, and a checksum, of which only the kind is needed.
        guard bytes.count >= 16, let size = bytes.littleEndian32(at: 4) else { return nil }
        if bytes.hasOctets(uncompressed, at: 8) {
            return bytes.copied(16..<min(bytes.count, 16 + min(size, limit)))
        }
        return bytes.hasOctets(compressed, at: 8) ? expand(bytes, limit: limit) : nil
    }

    /// [MS-OXRTFCP] section 3.1.1: eight tokens behind each control octet, an octet itself or a piece of the past.
    private static func expand(_ bytes: Span<UInt8>, limit: Int) -> [UInt8] {
        var dictionary = preset + [UInt8](repeating: 0, count: dictionarySize - preset.count)
        var write = preset.count
        var output: [UInt8] = []
        func emit(_ octet: UInt8) {
            output.append(octet)
            dictionary[write] = octet
            write = (write + 1) % dictionarySize
        }
        var index = 16
        while index < bytes.count, output.count < limit {
            var control = bytes[index]
            index += 1
            for _ in 0..<8 {
                defer { control >>= 1 }
                guard index < bytes.count else { return output }
                guard control & 1 == 1 else {
                    emit(bytes[index])
                    index += 1
                    continue
                }
                guard index + 1 < bytes.count else { return output }
                var read = Int(bytes[index]) << 4 | Int(bytes[index + 1] >> 4)
                let length = Int(bytes[index + 1] & 0x0F) + 2
                index += 2
                // A piece that begins where the next octet goes is the end.
                if read == write { return output }
                for _ in 0..<length {
                    emit(dictionary[read])
                    read = (read + 1) % dictionarySize
                }
            }
        }
        return output
    }
}
