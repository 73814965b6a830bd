import Foundation

/// Several messages in one file: each begins with its size in decimal digits and a line feed.
struct MailBundle {
    private(set) var messages: [[UInt8]] = []

    init() {}

    init(contentsOf path: String) throws {
        let octets = [UInt8](try Data(contentsOf: URL(filePath: path)))
        var index = 0
        while index < octets.count {
            guard let lineFeed = octets[index...].firstIndex(of: 0x0A),
                let size = Int(String(decoding: octets[index..<lineFeed], as: UTF8.self)),
                size >= 0, size < octets.count - lineFeed
            else { throw BundleError.malformed(path, offset: index) }
            index = lineFeed + 1 + size
            messages.append([UInt8](octets[lineFeed + 1..<index]))
        }
    }
}

enum BundleError: Error {
    case malformed(String, offset: Int)
}
