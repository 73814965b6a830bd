/// Reading an archive that is not held whole: its end first, then the headers that the directory speaks of, then what
/// lies between the files.
extension ZipReader {
    /// The most octets of an archive's end that are collected; a larger directory counts as incomplete.
    static let maximumEndSize = 2_097_152
    /// The most octets of local headers that are collected.
    private static let maximumHeadersSize = 4_194_304
    /// The most octets between files that are searched.
    private static let maximumGapsSize = 1_048_576
    /// How much of a name is collected, whatever the directory says of its length.
    private static let usualNameLength = 96

    /// How many octets the directory and what stands behind it take; `nil` when no archive ends here.
    ///
    /// - Parameters:
    ///   - end: the last octets of the file.
    ///   - before: how many octets lie before them.
    static func sizeOfEnd(_ end: Span<UInt8>, before: Int) -> Int? {
        guard let record = endRecord(end), let size = end.littleEndian32(at: record + 12) else { return nil }
        guard let larger = zip64Record(end, end: record, before: before) else { return end.count - record + size }
        let (sum, overflow) = (end.littleEndian64(at: larger + 40) ?? .max).addingReportingOverflow(end.count - larger)
        return overflow ? .max : sum
    }

    /// Reads the central directory from the file's last octets.
    ///
    /// - Returns: whether this is an archive.
    mutating func readEnd(_ end: Span<UInt8>, before: Int, beginning: Span<UInt8>) -> Bool {
        self.before = before
        if let record = Self.endRecord(end), readCentral(end, end: record) {
            if directory.entries.first?.name == "mimetype" { readDeclaredType(beginning, at: 0) }
            return true
        }
        guard beginning.hasOctets(Self.localSignature, at: 0) else { return false }
        directory.isInconsistent = true
        directory.isComplete = false
        scanLocalHeaders(beginning, 0..<beginning.count, isHidden: false)
        readDeclaredType(beginning, at: 0)
        return true
    }

    /// Where the local headers lie that the directory speaks of; `nil` when there are none to look at.
    mutating func localRanges(prefix: Int) -> [Range<Int>]? {
        guard !local.isEmpty else { return nil }
        local.sort { $0.offset < $1.offset }
        var ranges: [Range<Int>] = []
        var room = Self.maximumHeadersSize
        for item in local {
            let count = 30 + max(item.nameRange.count, Self.usualNameLength)
            room -= count
            guard room >= 0 else {
                directory.isComplete = false
                return nil
            }
            let (start, overflow) = item.offset.addingReportingOverflow(prefix)
            // One that lies behind the files is none, which shows by its octets.
            ranges.append(overflow || start >= directoryStart ? 0..<count : start..<start + count)
        }
        return ranges
    }

    /// Holds the local headers against the directory.
    ///
    /// - Parameters:
    ///   - headers: the octets of ``localRanges(prefix:)``.
    ///   - isLast: whether no other prefix is tried.
    /// - Returns: whether the headers lie there.
    mutating func compareLocal(_ headers: Span<UInt8>, end: Span<UInt8>, prefix: Int, isLast: Bool) -> Bool {
        guard isLast || headers.hasOctets(Self.localSignature, at: 0) else { return false }
        var window = 0
        var covered = 0
        var last = -1
        for item in local {
            let header = headers.extracting(window..<window + 30 + max(item.nameRange.count, Self.usualNameLength))
            window += header.count
            let (start, overflow) = item.offset.addingReportingOverflow(prefix)
            guard !overflow, start < directoryStart, item.offset != last,
                header.hasOctets(Self.localSignature, at: 0), let nameLength = header.littleEndian16(at: 26),
                let extraLength = header.littleEndian16(at: 28)
            else {
                directory.isInconsistent = true
                continue
            }
            last = item.offset
            if start < covered { directory.isInconsistent = true }
            addGap(covered, start)
            let data = start + 30 + nameLength + extraLength
            let (behind, isTooFar) = data.addingReportingOverflow(directory.entries[item.entry].packedSize)
            covered = max(covered, isTooFar ? directoryStart : min(behind, directoryStart))
            let name = 30..<min(30 + nameLength, header.count)
            guard nameLength != item.nameRange.count || !isSame(header, name, end, item.nameRange) else { continue }
            appendHidden(Self.name(header, name), like: item.entry)
        }
        addGap(covered, directoryStart)
        return true
    }

    /// Remembers what lies between files, if a local header has room there.
    private mutating func addGap(_ start: Int, _ end: Int) {
        if end - start >= 30 { gaps.append(start..<end) }
    }

    /// What lies between the files and is to be searched; `nil` when there is nothing, or too much to be collected.
    mutating func rangesBetweenFiles() -> [Range<Int>]? {
        guard gaps.reduce(0, { $0 + $1.count }) <= Self.maximumGapsSize else {
            directory.isComplete = false
            return nil
        }
        return gaps.isEmpty ? nil : gaps
    }

    /// Lists the files that only a local header names.
    ///
    /// - Parameter octets: those of ``rangesBetweenFiles()``.
    mutating func searchBetweenFiles(_ octets: Span<UInt8>) {
        var start = 0
        for gap in gaps {
            scanLocalHeaders(octets, start..<start + gap.count, isHidden: true)
            start += gap.count
        }
    }

    private func isSame(_ header: Span<UInt8>, _ name: Range<Int>, _ end: Span<UInt8>, _ other: Range<Int>) -> Bool {
        for index in 0..<name.count where header[name.lowerBound + index] != end[other.lowerBound + index] {
            return false
        }
        return true
    }
}
