import Foundation
import OpenSSL

/// A client's hello made by hand (RFC 5246 section 7.4.1.2, RFC 8446 section 4.1.2).
struct RawHello {
    var legacyVersion: UInt16 = 0x0303
    var serverName: String?
    var ciphers: [UInt16]
    var signatureAlgorithms: [UInt16] = [0x0403, 0x0804, 0x0401]
    var groups: [UInt16] = [0x001D, 0x0017]
    /// Further extensions, by type and content.
    var extensions: [(type: UInt16, content: [UInt8])] = []

    /// The hello as one record.
    var record: [UInt8] { Self.record(type: 22, message) }

    var message: [UInt8] {
        var body = legacyVersion.octets + [UInt8](repeating: 0x5A, count: 32) + [0]
        body += Self.vector16(ciphers.flatMap(\.octets)) + [1, 0]
        if legacyVersion >= 0x0303 { body += Self.vector16(allExtensions) }
        return [1] + Self.number24(body.count) + body
    }

    private var allExtensions: [UInt8] {
        var all: [(type: UInt16, content: [UInt8])] = []
        if let serverName {
            all.append((0, Self.vector16([0] + Self.vector16(Array(serverName.utf8)))))
        }
        all.append((10, Self.vector16(groups.flatMap(\.octets))))
        all.append((13, Self.vector16(signatureAlgorithms.flatMap(\.octets))))
        return (all + extensions).flatMap { $0.type.octets + Self.vector16($0.content) }
    }

    static func record(type: UInt8, _ content: [UInt8]) -> [UInt8] { [type, 3, 1] + vector16(content) }

    static func number24(_ number: Int) -> [UInt8] { [UInt8(number >> 16)] + UInt16(number & 0xFFFF).octets }

    private static func vector16(_ content: [UInt8]) -> [UInt8] { UInt16(content.count).octets + content }
}

extension UInt16 {
    fileprivate var octets: [UInt8] { [UInt8(self >> 8), UInt8(self & 0xFF)] }
}

extension [UInt8] {
    /// Whether the octets stand somewhere in a row.
    func contains(sequence: [UInt8]) -> Bool {
        Data(self).range(of: Data(sequence)) != nil
    }
}
