internal import Mail

/// Reads the two lists of a zip archive.
struct ZipReader {
    var directory = ZipDirectory()
    /// Where the local headers lie that the central directory speaks of, with the entries' positions.
    var local: [LocalHeader] = []
    /// Octets of names that may still be compared: entries may all point at one large header.
    private var budget = 0
    /// Where the central directory begins and the files end.
    private(set) var directoryStart = 0
    /// What lies between the files that the directory names.
    var gaps: [Range<Int>] = []
    /// How many octets of the file lie before those that are read.
    var before = 0

    /// What the central directory says of a local header.
    struct LocalHeader {
        let offset: Int
        /// The position of the directory's entry.
        let entry: Int
        let nameRange: Range<Int>
        /// Whether the file's octets stand in the archive as they are.
        let isStored: Bool
    }

    private static let endSignature: [UInt8] = [0x50, 0x4B, 5, 6]
    private static let locatorSignature: [UInt8] = [0x50, 0x4B, 6, 7]
    private static let zip64Signature: [UInt8] = [0x50, 0x4B, 6, 6]
    private static let centralSignature: [UInt8] = [0x50, 0x4B, 1, 2]
    static let localSignature: [UInt8] = [0x50, 0x4B, 3, 4]
    /// APPNOTE section 4.4.12: a comment of at most 65,535 octets follows the 22 of the end record.
    private static let maximumEndDistance = 22 + 65_535
    private static let maximumNameLength = 4096

    /// How many archives lie around this one.
    private let depth: Int
    /// A stored archive within a stored one is read too, and no further.
    private static let maximumDepth = 2

    init(depth: Int = 0) { self.depth = depth }

    /// - Returns: whether this is an archive.
    mutating func read(_ bytes: Span<UInt8>) -> Bool {
        budget = bytes.count
        if let end = Self.endRecord(bytes), readCentral(bytes, end: end) {
            readLocal(bytes, end: directoryStart)
            return true
        }
        // Without a directory the local headers tell, as they do to an unpacker that reads a stream.
        guard bytes.hasOctets(Self.localSignature, at: 0) || bytes.hasOctets(Self.endSignature, at: 0) else {
            return false
        }
        // An archive of nothing is an end record alone.
        if bytes.hasOctets(Self.endSignature, at: 0), bytes.count >= 22 { return true }
        directory.isInconsistent = true
        directory.isComplete = false
        scanLocalHeaders(bytes, 0..<bytes.count, isHidden: false)
        readDeclaredType(bytes, at: 0)
        return true
    }

    // MARK: Central directory

    /// The last end record, preferring one whose comment ends with the file.
    static func endRecord(_ bytes: Span<UInt8>) -> Int? {
        var found: Int?
        var offset = bytes.count - 21
        let lowest = max(0, bytes.count - maximumEndDistance)
        while offset > lowest {
            // Every file is looked at, and most are no archive: eight octets at once.
            if offset - 8 >= lowest, Octet.places(of: 0x50, in: bytes.word(at: offset - 8)) == 0 {
                offset -= 8
                continue
            }
            offset -= 1
            if bytes[offset] == 0x50, bytes.hasOctets(endSignature, at: offset) {
                if bytes.littleEndian16(at: offset + 20) == bytes.count - offset - 22 { return offset }
                found = found ?? offset
            }
        }
        return found
    }

    mutating func readCentral(_ bytes: Span<UInt8>, end: Int) -> Bool {
        guard var count = bytes.littleEndian16(at: end + 10), var size = bytes.littleEndian32(at: end + 12),
            var start = bytes.littleEndian32(at: end + 16)
        else { return false }
        var directoryEnd = end
        // QUIRK: zip in a pipe writes the record although the old fields have room.
        if let record = Self.zip64Record(bytes, end: end, before: before) {
            directoryEnd = record
            take(&count, allOnes: 0xFFFF, bytes.littleEndian64(at: record + 32))
            take(&size, allOnes: 0xFFFF_FFFF, bytes.littleEndian64(at: record + 40))
            take(&start, allOnes: 0xFFFF_FFFF, bytes.littleEndian64(at: record + 48))
        }
        guard let position = position(bytes, start: start, size: size, end: directoryEnd, count: count) else {
            return false
        }
        directoryStart = before + position
        readEntries(bytes, position..<directoryEnd, count: count)
        if let first = directory.entries.first, first.name == "mimetype", let offset = local.first?.offset, before == 0
        {
            readDeclaredType(bytes, at: offset)
        }
        return true
    }

    /// Takes the larger field's value; a smaller field that says something else speaks to other unpackers.
    private mutating func take(_ value: inout Int, allOnes: Int, _ larger: Int?) {
        let larger = larger ?? .max
        if value != allOnes, value != larger { directory.isInconsistent = true }
        value = larger
    }

    static func zip64Record(_ bytes: Span<UInt8>, end: Int, before: Int) -> Int? {
        guard bytes.hasOctets(locatorSignature, at: end - 20) else { return nil }
        // The declared place, and the usual one when something lies in front of the archive.
        for candidate in [bytes.littleEndian64(at: end - 12).map { $0 - before }, end - 20 - 56] {
            if let candidate, candidate < end, bytes.hasOctets(zip64Signature, at: candidate) { return candidate }
        }
        return nil
    }

    /// Where the directory begins: in front of its end, else where the end record says.
    private mutating func position(
        _ bytes: Span<UInt8>,
        start: Int,
        size: Int,
        end: Int,
        count: Int
    ) -> Int? {
        if count == 0, size == 0 {
            directory.isInconsistent = before + end > 0
            return end
        }
        if size <= end, bytes.hasOctets(Self.centralSignature, at: end - size) {
            directory.prefixSize = max(0, before + end - size - start)
            if start > before + end - size { directory.isInconsistent = true }
            return end - size
        }
        let declared = start - before
        guard declared < end, bytes.hasOctets(Self.centralSignature, at: declared) else { return nil }
        directory.isInconsistent = true
        return declared
    }

    private mutating func readEntries(_ bytes: Span<UInt8>, _ range: Range<Int>, count: Int) {
        var offset = range.lowerBound
        while offset < range.upperBound, bytes.hasOctets(Self.centralSignature, at: offset) {
            guard directory.entries.count < ZipDirectory.maximumEntries else {
                directory.isComplete = false
                return
            }
            guard let next = readEntry(bytes, at: offset, end: range.upperBound) else {
                directory.isComplete = false
                directory.isInconsistent = true
                return
            }
            offset = next
        }
        // The count is kept modulo 65,536 by writers that know no zip64.
        if directory.entries.count & 0xFFFF != count & 0xFFFF { directory.isInconsistent = true }
    }

    /// Reads a file header (APPNOTE section 4.3.12).
    ///
    /// - Returns: the offset behind it; `nil` when it is not whole.
    private mutating func readEntry(_ bytes: Span<UInt8>, at offset: Int, end: Int) -> Int? {
        guard offset + 46 <= end, let flags = bytes.littleEndian16(at: offset + 8),
            let method = bytes.littleEndian16(at: offset + 10), var packed = bytes.littleEndian32(at: offset + 20),
            var size = bytes.littleEndian32(at: offset + 24), let nameLength = bytes.littleEndian16(at: offset + 28),
            let extraLength = bytes.littleEndian16(at: offset + 30),
            let commentLength = bytes.littleEndian16(at: offset + 32),
            var header = bytes.littleEndian32(at: offset + 42)
        else { return nil }
        let name = offset + 46..<offset + 46 + nameLength
        let extra = name.upperBound..<name.upperBound + extraLength
        guard extra.upperBound + commentLength <= end else { return nil }
        Self.readZip64(bytes, extra, size: &size, packed: &packed, header: &header)
        append(
            ZipDirectory.Entry(
                name: Self.name(bytes, name),
                size: size,
                packedSize: packed,
                isEncrypted: Self.isEncrypted(flags: flags, method: method)
            )
        )
        let isStored = method == 0 && packed == size
        local.append(
            LocalHeader(offset: header, entry: directory.entries.count - 1, nameRange: name, isStored: isStored)
        )
        readUnicodePath(bytes, extra)
        return extra.upperBound + commentLength
    }

    /// APPNOTE section 4.5.3: the values that are all ones follow in this order.
    private static func readZip64(
        _ bytes: Span<UInt8>,
        _ range: Range<Int>,
        size: inout Int,
        packed: inout Int,
        header: inout Int
    ) {
        guard let field = extraField(bytes, range, id: 1) else { return }
        var offset = field.lowerBound
        func next(_ value: inout Int) {
            guard value == 0xFFFF_FFFF, offset + 8 <= field.upperBound else { return }
            value = bytes.littleEndian64(at: offset) ?? .max
            offset += 8
        }
        next(&size)
        next(&packed)
        next(&header)
    }

    /// APPNOTE section 4.6.9: a name in UTF-8 that some unpackers prefer.
    private mutating func readUnicodePath(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        guard let field = Self.extraField(bytes, range, id: 0x7075), field.count > 5, let last = directory.entries.last
        else { return }
        var other = last
        other.name = Self.name(bytes, field.lowerBound + 5..<field.upperBound)
        guard other.name != last.name else { return }
        other.isHidden = true
        append(other)
    }

    private static func extraField(_ bytes: Span<UInt8>, _ range: Range<Int>, id: Int) -> Range<Int>? {
        var offset = range.lowerBound
        while offset + 4 <= range.upperBound, let found = bytes.littleEndian16(at: offset),
            let length = bytes.littleEndian16(at: offset + 2)
        {
            let field = offset + 4..<offset + 4 + length
            guard field.upperBound <= range.upperBound else { return nil }
            if found == id { return field }
            offset = field.upperBound
        }
        return nil
    }

    // MARK: Local headers

    /// Holds the local headers against the directory, and looks between them for files that it does not name.
    private mutating func readLocal(_ bytes: Span<UInt8>, end: Int) {
        local.sort { $0.offset < $1.offset }
        // A wrong prefix shows at the first header; then the offsets count from the file's beginning.
        var prefix = directory.prefixSize
        if let first = local.first, !isHeader(bytes, first.offset, prefix), isHeader(bytes, first.offset, 0) {
            prefix = 0
        }
        var covered = 0
        for (position, item) in local.enumerated() {
            let (start, overflow) = item.offset.addingReportingOverflow(prefix)
            guard !overflow, start < end, bytes.hasOctets(Self.localSignature, at: start) else {
                directory.isInconsistent = true
                continue
            }
            if position > 0, local[position - 1].offset == item.offset {
                directory.isInconsistent = true
                continue
            }
            if start > covered { scanLocalHeaders(bytes, covered..<start, isHidden: true) }
            let isOverlapping = start < covered
            if isOverlapping { directory.isInconsistent = true }
            guard let data = checkHeader(bytes, at: start, item) else { continue }
            let (behind, tooFar) = data.addingReportingOverflow(directory.entries[item.entry].packedSize)
            let dataEnd = tooFar ? end : min(behind, end)
            // What overlaps is not read twice, so that the work stays within the size.
            if item.isStored, !isOverlapping, data < dataEnd { readNested(bytes, data..<dataEnd, of: item.entry) }
            covered = max(covered, dataEnd)
        }
        if covered < end { scanLocalHeaders(bytes, covered..<end, isHidden: true) }
    }

    private func isHeader(_ bytes: Span<UInt8>, _ offset: Int, _ prefix: Int) -> Bool {
        let (start, overflow) = offset.addingReportingOverflow(prefix)
        return !overflow && bytes.hasOctets(Self.localSignature, at: start)
    }

    /// Compares a local header's name with the directory's (APPNOTE section 4.3.7).
    ///
    /// - Returns: where the file's octets begin.
    private mutating func checkHeader(
        _ bytes: Span<UInt8>,
        at start: Int,
        _ item: LocalHeader
    ) -> Int? {
        guard let name = Self.localName(bytes, start), let extraLength = bytes.littleEndian16(at: start + 28) else {
            directory.isInconsistent = true
            return nil
        }
        guard budget > 0 else {
            directory.isComplete = false
            return nil
        }
        budget -= name.count
        if !bytes.isEqual(name, item.nameRange) {
            appendHidden(Self.name(bytes, name), like: item.entry)
        }
        return name.upperBound + extraLength
    }

    /// Lists the other name of an entry.
    mutating func appendHidden(_ name: String, like entry: Int) {
        directory.isInconsistent = true
        var other = directory.entries[entry]
        other.name = name
        other.isHidden = true
        append(other)
    }

    /// Lists what lies in an archive that is stored within this one.
    private mutating func readNested(_ bytes: Span<UInt8>, _ data: Range<Int>, of entry: Int) {
        guard depth < Self.maximumDepth, bytes.hasOctets(Self.localSignature, at: data.lowerBound) else { return }
        var reader = ZipReader(depth: depth + 1)
        guard reader.read(bytes.extracting(data)) else { return }
        // Every name bears it, so that a long one would cost more than the archive.
        let container = PlainText.cut(Array(FileExtension.fileName(of: directory.entries[entry].name).utf8), 100)
        for var nested in reader.directory.entries {
            nested.name = container + "/" + nested.name
            nested.isNested = true
            append(nested)
        }
        if reader.directory.isInconsistent { directory.isInconsistent = true }
        if !reader.directory.isComplete { directory.isComplete = false }
    }

    private static func localName(_ bytes: Span<UInt8>, _ start: Int) -> Range<Int>? {
        guard let length = bytes.littleEndian16(at: start + 26), start + 30 + length <= bytes.count else { return nil }
        return start + 30..<start + 30 + length
    }

    /// Lists the headers in a range that no entry of the directory covers.
    mutating func scanLocalHeaders(_ bytes: Span<UInt8>, _ range: Range<Int>, isHidden: Bool) {
        var offset = range.lowerBound
        while offset + 30 <= range.upperBound {
            guard bytes[offset] == 0x50, bytes.hasOctets(Self.localSignature, at: offset),
                let name = Self.localName(bytes, offset), name.upperBound <= range.upperBound,
                let flags = bytes.littleEndian16(at: offset + 6), let method = bytes.littleEndian16(at: offset + 8),
                let packed = bytes.littleEndian32(at: offset + 18), let size = bytes.littleEndian32(at: offset + 22),
                Self.isPlausible(bytes, at: offset, method: method, name)
            else {
                offset += 1
                continue
            }
            if isHidden { directory.isInconsistent = true }
            append(
                ZipDirectory.Entry(
                    name: Self.name(bytes, name),
                    size: size,
                    packedSize: packed,
                    isEncrypted: Self.isEncrypted(flags: flags, method: method),
                    isHidden: isHidden
                )
            )
            guard directory.entries.count < 2 * ZipDirectory.maximumEntries else { return }
            // The declared size may lie in order to hide what follows, so the octets of the file are searched too.
            offset = name.upperBound
        }
    }

    /// Whether this is a header and not its signature in other octets, such as those of an unpacking program.
    private static func isPlausible(_ bytes: Span<UInt8>, at offset: Int, method: Int, _ name: Range<Int>) -> Bool {
        guard let version = bytes.littleEndian16(at: offset + 4), version & 0xFF <= 100, method <= 99,
            (1...maximumNameLength).contains(name.count)
        else { return false }
        return !name.contains { bytes[$0] < Octet.space }
    }

    // MARK: Entries

    private mutating func append(_ entry: ZipDirectory.Entry) {
        guard directory.entries.count < 2 * ZipDirectory.maximumEntries else {
            directory.isComplete = false
            return
        }
        directory.entries.append(entry)
        if entry.isEncrypted { directory.isEncrypted = true }
    }

    /// APPNOTE section 4.4.4: bits 0, 6 and 13; 99 is the method of AES encryption.
    private static func isEncrypted(flags: Int, method: Int) -> Bool {
        flags & (1 | 1 << 6 | 1 << 13) != 0 || method == 99
    }

    /// A name in UTF-8, whatever its flag says, else in code page 437 (APPNOTE appendix D).
    static func name(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        let span = bytes.extracting(range.lowerBound..<min(range.upperBound, range.lowerBound + maximumNameLength))
        var decoded: [UInt8] = []
        let charset: Charset = CharsetDecoder.isUTF8(span) ? .utf8 : .iconv("IBM437")
        _ = CharsetDecoder.decode(span, as: charset, appendingTo: &decoded)
        return String(decoding: decoded, as: UTF8.self)
    }

    /// OpenDocument 1.3 part 2 section 3.3: the first file is stored and holds the media type.
    mutating func readDeclaredType(_ bytes: Span<UInt8>, at offset: Int) {
        guard bytes.hasOctets(Self.localSignature, at: offset), bytes.littleEndian16(at: offset + 8) == 0,
            let name = Self.localName(bytes, offset), bytes.hasOctets(Array("mimetype".utf8), at: name.lowerBound),
            name.count == 8, let extraLength = bytes.littleEndian16(at: offset + 28),
            let size = bytes.littleEndian32(at: offset + 22), size <= 128
        else { return }
        let start = name.upperBound + extraLength
        guard start + size <= bytes.count else { return }
        directory.declaredType = HeaderText.cleaned(bytes.copied(start..<start + size))
    }
}
