import MIME

// Arrays instead of spans: the macros of the tests take no value that cannot escape.

func tnef(_ bytes: [UInt8], maxText: Int = 4_194_304) -> TNEF? { TNEF(parsing: bytes.span, maxText: maxText) }
func tnef(of attachment: TNEF.Attachment, in bytes: [UInt8]) -> TNEF? { TNEF.message(of: attachment, in: bytes.span) }
func zipDirectory(_ bytes: [UInt8]) -> ZipDirectory? { ZipDirectory(bytes.span) }
func cmsContent(_ bytes: [UInt8]) -> CMSContent? { CMSContent(bytes.span) }

/// The units of a text in UTF-16, least significant octet first.
func wide(_ text: String) -> [UInt8] {
    var octets: [UInt8] = []
    for unit in text.utf16 { octets += le16(Int(unit)) }
    return octets
}

/// Numbers as binary formats store them, so that a table reads like the specification.
func le16(_ number: Int) -> [UInt8] { [UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8)] }
func le32(_ number: Int) -> [UInt8] { le16(number & 0xFFFF) + le16(number >> 16 & 0xFFFF) }
func le64(_ number: Int) -> [UInt8] { le32(number & 0xFFFF_FFFF) + le32(number >> 32) }

/// Writes zip archives, true ones and lying ones.
struct ZipWriter {
    struct File {
        var name: [UInt8]
        var content: [UInt8]
        var flags = 0
        var method = 0
        /// The name in the local header, when it is another one.
        var localName: [UInt8]?
        var extra: [UInt8] = []
        /// Whether the directory names the file.
        var isListed = true
    }

    var files: [File] = []
    var prefix: [UInt8] = []
    var comment: [UInt8] = []
    var suffix: [UInt8] = []
    var isZip64 = false
    /// Whether the small end record of a zip64 archive has the true values too.
    var hasSmallValues = false
    /// Added to the offset of the directory that is declared.
    var directoryShift = 0
    /// Added to the size of the directory that is declared.
    var sizeShift = 0
    /// Whether the offsets count from the beginning of the file and not of the archive.
    var countsPrefix = false

    init(_ names: [String] = []) {
        for name in names { add(name) }
    }

    mutating func add(_ name: String, _ content: String = "content", flags: Int = 0, method: Int = 0) {
        files.append(File(name: Array(name.utf8), content: Array(content.utf8), flags: flags, method: method))
    }

    var bytes: [UInt8] {
        var output = prefix
        var central: [UInt8] = []
        var count = 0
        let base = countsPrefix ? 0 : prefix.count
        for file in files {
            let offset = output.count - base
            let sizes = le32(0) + le32(file.content.count) + le32(file.content.count)
            let times = le16(file.flags) + le16(file.method) + le32(0)
            let local = file.localName ?? file.name
            output += [0x50, 0x4B, 3, 4] + le16(20) + times + sizes + le16(local.count) + le16(0)
            output += local + file.content
            guard file.isListed else { continue }
            count += 1
            central += [0x50, 0x4B, 1, 2] + le16(20) + le16(20) + times
            if isZip64 {
                let extra = le16(1) + le16(24) + le64(file.content.count) + le64(file.content.count) + le64(offset)
                central += le32(0) + le32(0xFFFF_FFFF) + le32(0xFFFF_FFFF) + le16(file.name.count) + le16(extra.count)
                central += le16(0) + le16(0) + le16(0) + le32(0) + le32(0xFFFF_FFFF) + file.name + extra
            } else {
                central += sizes + le16(file.name.count) + le16(file.extra.count)
                central += le16(0) + le16(0) + le16(0) + le32(0) + le32(offset) + file.name + file.extra
            }
        }
        let start = output.count - base + directoryShift
        let size = central.count + sizeShift
        output += central
        if isZip64 {
            let record = output.count - base
            output += [0x50, 0x4B, 6, 6] + le64(44) + le16(45) + le16(45) + le32(0) + le32(0) + le64(count)
            output += le64(count) + le64(size) + le64(start)
            output += [0x50, 0x4B, 6, 7] + le32(0) + le64(record) + le32(1)
            let small = hasSmallValues ? (count, size, start) : (0xFFFF, 0xFFFF_FFFF, 0xFFFF_FFFF)
            output += [0x50, 0x4B, 5, 6] + le32(0) + le16(small.0) + le16(small.0) + le32(small.1) + le32(small.2)
        } else {
            output += [0x50, 0x4B, 5, 6] + le16(0) + le16(0) + le16(count) + le16(count) + le32(size) + le32(start)
        }
        return output + le16(comment.count) + comment + suffix
    }
}

/// Writes TNEF streams.
struct TNEFWriter {
    var bytes: [UInt8] = [0x78, 0x9F, 0x3E, 0x22, 1, 0]

    mutating func add(_ level: UInt8, _ attribute: Int, _ content: [UInt8], checksum: Int? = nil) {
        let sum = content.reduce(0) { $0 + Int($1) } & 0xFFFF
        bytes += [level] + le32(attribute) + le32(content.count) + content + le16(checksum ?? sum)
    }

    mutating func addMessageProperties(_ list: MAPIWriter) { add(1, 0x0006_9003, list.bytes) }

    mutating func addFile(title: String, content: [UInt8]?, _ list: MAPIWriter? = nil) {
        add(2, 0x0006_9002, [UInt8](repeating: 0, count: 14))
        add(2, 0x0001_8010, Array(title.utf8) + [0])
        if let content { add(2, 0x0006_800F, content) }
        if let list { add(2, 0x0006_9005, list.bytes) }
    }
}

/// Writes lists of MAPI properties.
struct MAPIWriter {
    private var content: [UInt8] = []
    var count = 0

    var bytes: [UInt8] { le32(count) + content }

    mutating func add(_ type: Int, _ id: Int, fixed value: [UInt8]) {
        content += le16(type) + le16(id) + value
        count += 1
    }

    mutating func add(_ type: Int, _ id: Int, _ values: [UInt8]..., name: [UInt8] = []) {
        content += le16(type) + le16(id) + name + le32(values.count)
        for value in values {
            content += le32(value.count) + value + [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
        }
        count += 1
    }

    mutating func add(_ id: Int, text: String) { add(0x001E, id, Array(text.utf8) + [0]) }

    mutating func add(_ id: Int, unicode: String) { add(0x001F, id, wide(unicode) + [0, 0]) }

    /// {00020307-…} or {0000000B-…}, the interfaces of a message and of OLE storage.
    mutating func addObject(_ interface: UInt8, _ content: [UInt8]) {
        let isMessage = interface == 7
        let head: [UInt8] = [
            interface, isMessage ? 3 : 0, isMessage ? 2 : 0, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46,
        ]
        add(0x000D, 0x3701, head + content)
    }
}

/// Writes DER and BER.
enum DERWriter {
    static func element(_ tag: UInt8, _ content: [UInt8]...) -> [UInt8] {
        let content = content.flatMap(\.self)
        switch content.count {
        case 0..<0x80: return [tag, UInt8(content.count)] + content
        case 0x80..<0x100: return [tag, 0x81, UInt8(content.count)] + content
        default: return [tag, 0x82, UInt8(content.count >> 8), UInt8(content.count & 0xFF)] + content
        }
    }

    static func indefinite(_ tag: UInt8, _ content: [UInt8]...) -> [UInt8] {
        [tag, 0x80] + content.flatMap(\.self) + [0, 0]
    }

    /// The identifier 1.2.840.113549.1.7.n of PKCS #7.
    static func type(_ number: UInt8) -> [UInt8] {
        element(6, [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, number])
    }

    static let version: [UInt8] = [2, 1, 1]
    static let algorithms = element(0x31, element(0x30, [6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1]))
    static let signers = element(0x31)

    /// Signed data with an encapsulated content, the octet string as given.
    static func signed(_ octetString: [UInt8]?) -> [UInt8] {
        let explicit = octetString.map { element(0xA0, $0) } ?? []
        let data = element(0x30, version, algorithms, element(0x30, type(1), explicit), signers)
        return element(0x30, type(2), element(0xA0, data))
    }

    /// The same, every length indefinite, as a writer in a stream does it.
    static func streamed(_ pieces: [[UInt8]]) -> [UInt8] {
        let string = indefinite(0x24, Array(pieces.map { element(4, $0) }.joined()))
        let info = indefinite(0x30, type(1), indefinite(0xA0, string))
        let data = indefinite(0x30, version, algorithms, info, signers)
        return indefinite(0x30, type(2), indefinite(0xA0, data))
    }
}

/// Writes compound files of one directory sector after the table.
enum CompoundFileWriter {
    static func bytes(_ names: [String], rootClass: [UInt8] = [UInt8](repeating: 0, count: 16)) -> [UInt8] {
        var header: [UInt8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1] + [UInt8](repeating: 0, count: 16)
        header += le16(0x3E) + le16(3) + le16(0xFFFE) + le16(9) + le16(6) + [UInt8](repeating: 0, count: 10)
        header += le32(1) + le32(1) + [UInt8](repeating: 0, count: 24) + le32(0)
        header += [UInt8](repeating: 0xFF, count: 512 - header.count)
        let all = ["Root Entry"] + names
        let sectors = (all.count + 3) / 4
        var table = le32(0xFFFF_FFFD)
        for sector in 1...sectors { table += le32(sector < sectors ? sector + 1 : 0xFFFF_FFFE) }
        table += [UInt8](repeating: 0xFF, count: 512 - table.count)
        var directory: [UInt8] = []
        for (position, name) in all.enumerated() {
            let units = wide(name) + [0, 0]
            directory += units + [UInt8](repeating: 0, count: 64 - units.count) + le16(units.count)
            directory += [position == 0 ? 5 : 2, 1] + [UInt8](repeating: 0xFF, count: 12)
            directory +=
                (position == 0 ? rootClass : [UInt8](repeating: 0, count: 16)) + [UInt8](repeating: 0, count: 32)
        }
        directory += [UInt8](repeating: 0, count: sectors * 512 - directory.count)
        return header + table + directory
    }
}
