import Foundation

/// Where the package's files lie, found from this one.
enum Places {
    static let root = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let shared = root.deletingLastPathComponent().appending(path: "shared/corpora")

    /// A file of the third-party corpora; `nil` with a printed line when they are not there.
    static func corpus(_ path: String) -> Data? {
        let file = shared.appending(path: path)
        guard let data = try? Data(contentsOf: file) else {
            print("skipped: no third-party corpus at \(file.path)")
            return nil
        }
        return data
    }

    /// A message of the third-party corpora with CRLF line ends, as it came over the wire.
    static func message(_ path: String) -> [UInt8]? {
        corpus(path).map { withCRLF(Array($0)) }
    }
}

/// Makes each bare LF a CRLF.
func withCRLF(_ octets: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    for octet in octets {
        if octet == 0x0A, result.last != 0x0D { result.append(0x0D) }
        result.append(octet)
    }
    return result
}
