/// The directory of a compound file, the container of the older Office formats ([MS-CFB]).
///
/// Only the names are read, over a bounded number of sectors; nothing is unpacked.
struct CompoundFile {
    static let signature: [UInt8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]

    /// The names of the storages and streams.
    private(set) var names: Set<String> = []
    /// The class of the root storage, as it is stored.
    private(set) var rootClass: [UInt8] = []

    init() {}

    /// Reads the directory; `nil` when this is no compound file.
    init?(_ bytes: Span<UInt8>) {
        guard bytes.hasOctets(Self.signature, at: 0) else { return nil }
        guard let layout = Layout(bytes, size: bytes.count) else { return }
        let table = RangeCollector.collect(layout.tableRanges, of: bytes)
        readEntries(RangeCollector.collect(layout.directoryRanges(by: table.span), of: bytes).span)
    }

    /// Where the directory lies, which the header and the table of sectors tell.
    struct Layout {
        /// The sectors of the table that the header names; an empty range for one that is not there.
        let tableRanges: [Range<Int>]
        private let shift: Int
        private let firstSector: Int
        private let size: Int

        /// A hostile chain of sectors may be as long as the file.
        private static let maximumDirectorySize = 524_288
        /// [MS-CFB] section 2.1: numbers from here on are marks.
        private static let maximumRegularSector = 0xFFFF_FFFA
        /// The header names the first 109 sectors of the table; larger files have their directory in front of that.
        private static let namedSectors = 109

        /// Reads the header; `nil` when it is not to be trusted.
        ///
        /// - Parameter size: the size of the whole file, of which the beginning is enough here.
        init?(_ beginning: Span<UInt8>, size: Int) {
            // [MS-CFB] section 2.2: 9 or 12.
            guard let shift = beginning.littleEndian16(at: 30), shift == 9 || shift == 12,
                let sector = beginning.littleEndian32(at: 48)
            else { return nil }
            var ranges: [Range<Int>] = []
            for position in 0..<Self.namedSectors {
                let number = beginning.littleEndian32(at: 76 + 4 * position) ?? Self.maximumRegularSector
                ranges.append(Self.range(of: number, shift: shift, size: size))
            }
            tableRanges = ranges
            self.shift = shift
            firstSector = sector
            self.size = size
        }

        /// The sectors of the directory.
        ///
        /// - Parameter table: the octets of ``tableRanges``.
        func directoryRanges(by table: Span<UInt8>) -> [Range<Int>] {
            var starts = [0]
            for range in tableRanges { starts.append(starts[starts.count - 1] + range.count) }
            let perSector = 1 << (shift - 2)
            var ranges: [Range<Int>] = []
            var seen: Set<Int> = []
            var sector = firstSector
            while ranges.count < Self.maximumDirectorySize >> shift, seen.insert(sector).inserted {
                let range = Self.range(of: sector, shift: shift, size: size)
                guard !range.isEmpty else { break }
                ranges.append(range)
                let position = sector / perSector
                guard position < tableRanges.count else { break }
                let entry = starts[position] + 4 * (sector % perSector)
                guard entry + 4 <= starts[position + 1], let next = table.littleEndian32(at: entry) else { break }
                sector = next
            }
            return ranges
        }

        private static func range(of sector: Int, shift: Int, size: Int) -> Range<Int> {
            let start = (sector + 1) << shift
            guard sector < maximumRegularSector, start < size else { return 0..<0 }
            return start..<min(start + (1 << shift), size)
        }
    }

    /// Reads the entries of the directory, 128 octets each ([MS-CFB] section 2.6.1).
    mutating func readEntries(_ directory: Span<UInt8>) {
        guard directory.count >= 128 else { return }
        for start in stride(from: 0, through: directory.count - 128, by: 128) {
            guard let length = directory.littleEndian16(at: start + 64), (2...64).contains(length),
                directory[start + 66] != 0
            else { continue }
            var units: [UInt16] = []
            for offset in stride(from: 0, to: length - 2, by: 2) {
                units.append(UInt16(truncatingIfNeeded: directory.littleEndian16(at: start + offset) ?? 0))
            }
            names.insert(String(decoding: units, as: UTF16.self))
            if directory[start + 66] == 5 { rootClass = directory.copied(start + 80..<start + 96) }
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
