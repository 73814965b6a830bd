/// The directory of a compound file, the container of the older Office formats ([MS-CFB]).
///
/// Only the names are read, over a bounded number of sectors; nothing is unpacked.
struct CompoundFile {
    static let signature: [UInt8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]

    /// The names of the storages and streams, in the order of the directory.
    private(set) var names: Set<String> = []
    /// The class of the root storage, as it is stored.
    private(set) var rootClass: [UInt8] = []

    /// A hostile chain of sectors may run in a circle.
    private static let maximumSectors = 1024

    /// Reads the directory; `nil` when this is no compound file.
    init?(_ bytes: Span<UInt8>) {
        guard bytes.hasOctets(Self.signature, at: 0) else { return nil }
        // [MS-CFB] section 2.2: 9 or 12, else the header is not to be trusted.
        guard let shift = bytes.littleEndian16(at: 30), shift == 9 || shift == 12,
            var sector = bytes.littleEndian32(at: 48)
        else { return }
        for _ in 0..<Self.maximumSectors {
            let start = (sector + 1) << shift
            guard sector < Self.maximumRegularSector, start < bytes.count else { return }
            readEntries(bytes, start..<min(start + (1 << shift), bytes.count))
            guard let next = Self.nextSector(after: sector, bytes, shift: shift), next != sector else { return }
            sector = next
        }
    }

    /// [MS-CFB] section 2.1: numbers from here on are marks.
    private static let maximumRegularSector = 0xFFFF_FFFA

    private static func nextSector(after sector: Int, _ bytes: Span<UInt8>, shift: Int) -> Int? {
        let perSector = 1 << (shift - 2)
        // The header names the first 109 sectors of the table; larger files have their directory in front of that.
        let position = sector / perSector
        guard position < 109, let table = bytes.littleEndian32(at: 76 + 4 * position), table < maximumRegularSector
        else { return nil }
        return bytes.littleEndian32(at: ((table + 1) << shift) + 4 * (sector % perSector))
    }

    /// [MS-CFB] section 2.6.1: entries of 128 octets.
    private mutating func readEntries(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        for start in stride(from: range.lowerBound, through: range.upperBound - 128, by: 128) {
            guard let length = bytes.littleEndian16(at: start + 64), (2...64).contains(length), bytes[start + 66] != 0
            else { continue }
            var units: [UInt16] = []
            for offset in stride(from: 0, to: length - 2, by: 2) {
                units.append(UInt16(truncatingIfNeeded: bytes.littleEndian16(at: start + offset) ?? 0))
            }
            names.insert(String(decoding: units, as: UTF16.self))
            if bytes[start + 66] == 5 { rootClass = bytes.copied(start + 80..<start + 96) }
        }
    }

    /// What the file is.
    var format: FileFormat {
        // {000C1084-0000-0000-C000-000000000046} and its neighbours for patches and transforms.
        if rootClass.count == 16, [0x82, 0x84, 0x86].contains(rootClass[0]), rootClass[1] == 0x10,
            rootClass[2] == 0x0C, rootClass[3] == 0
        {
            return .windowsInstaller
        }
        if names.contains("EncryptedPackage") { return .encryptedOffice }
        if names.contains("WordDocument") { return .word }
        if names.contains("Workbook") || names.contains("Book") { return .excel }
        if names.contains("PowerPoint Document") { return .powerPoint }
        if names.contains("VisioDocument") { return .visio }
        if names.contains("__properties_version1.0") { return .outlookMessage }
        return .compoundFile
    }

    /// Whether a project of macros is in it ([MS-OVBA] section 2.2.1).
    var hasMacros: Bool {
        names.contains("_VBA_PROJECT") || names.contains("VBA") || names.contains("_VBA_PROJECT_CUR")
            || names.contains("Macros")
    }
}
