internal import OpenSSL

/// Decodes attached contents and finds the facts about them, without holding a large one.
///
/// A content is decoded once. Of a large archive or compound file the directory is collected by decoding it again, since
/// where that lies is known only at its end.
package struct AttachmentReader {
    /// What was found of one content.
    package struct Content {
        package var size = 0
        package var sha256: [UInt8] = []
        /// Octets that the transfer encoding does not know.
        package var junk = 0
        package var format: FileFormat?
        /// The directory, for a zip or for what ends in one.
        package var zip: ZipDirectory?
        package var hasMacros = false
    }

    private var decoder: TransferDecoder
    private var sample: ContentSample
    /// How often the last content was decoded.
    package private(set) var passes = 0

    /// Makes a reader.
    ///
    /// - Parameters:
    ///   - chunkSize: the size of the pieces in which contents are decoded, which changes nothing that is found.
    ///   - sample: how much is held.
    package init(chunkSize: Int = 32_768, sample: ContentSample = ContentSample()) {
        decoder = TransferDecoder(chunkSize: chunkSize)
        self.sample = sample
    }

    /// Reads a part's content.
    package mutating func read(_ part: Part, _ bytes: Span<UInt8>) -> Content {
        passes = 1
        guard part.transferEncoding != .identity else {
            return Content(bytes.extracting(part.bodyRange))
        }
        var content = Content()
        var digest = SHA256()
        sample.reset(TransferDecoder.maximumSize(part.transferEncoding, part.bodyRange.count))
        let result = decoder.decode(part.transferEncoding, bytes, part.bodyRange) { piece in
            digest.update(piece)
            sample.append(piece)
        }
        content.junk = result.junk
        content.size = sample.size
        content.sha256 = digest.finalize()
        if sample.isWhole {
            content.inspect(sample.beginning.span)
        } else if sample.beginning.span.hasOctets(CompoundFile.signature, at: 0) {
            let file = compoundFile(part, bytes)
            content.format = file.format
            // Which of two formats in one file is read depends on the reader.
            content.zip = zipDirectory(part, bytes)?.trustedNames
            content.hasMacros = file.hasMacros || content.zip?.hasMacros == true
        } else {
            content.zip = zipDirectory(part, bytes)
            content.format = MediaTypeDetector.format(ofBeginning: sample.beginning.span) ?? content.zip?.format
            content.hasMacros = content.zip?.hasMacros ?? false
        }
        return content
    }

    /// Decodes the content again for some of its octets.
    private mutating func collect(_ ranges: [Range<Int>], _ part: Part, _ bytes: Span<UInt8>) -> [UInt8] {
        passes += 1
        var collector = RangeCollector(ranges)
        _ = decoder.decode(part.transferEncoding, bytes, part.bodyRange) { collector.append($0) }
        return collector.octets
    }

    private mutating func compoundFile(_ part: Part, _ bytes: Span<UInt8>) -> CompoundFile {
        var file = CompoundFile()
        guard let layout = CompoundFile.Layout(sample.beginning.span, size: sample.size) else { return file }
        let table = collect(layout.tableRanges, part, bytes)
        let directory = collect(layout.directoryRanges(by: table.span), part, bytes)
        file.readEntries(directory.span)
        return file
    }

    private mutating func zipDirectory(_ part: Part, _ bytes: Span<UInt8>) -> ZipDirectory? {
        var end = sample.end
        var before = sample.size - end.count
        var reader = ZipReader()
        if let needed = ZipReader.sizeOfEnd(end.span, before: before), needed > end.count {
            before = max(0, sample.size - min(needed, ZipReader.maximumEndSize))
            end = collect([before..<sample.size], part, bytes)
        }
        guard reader.readEnd(end.span, before: before, beginning: sample.beginning.span) else { return nil }
        // The offsets count from the archive's beginning, or by some writers from the file's.
        for prefix in Set([reader.directory.prefixSize, 0]).sorted(by: >) {
            guard let ranges = reader.localRanges(prefix: prefix) else { break }
            let headers = collect(ranges, part, bytes)
            if reader.compareLocal(headers.span, end: end.span, prefix: prefix, isLast: prefix == 0) { break }
        }
        if let gaps = reader.rangesBetweenFiles() {
            let octets = collect(gaps, part, bytes)
            reader.searchBetweenFiles(octets.span)
        }
        return reader.directory
    }
}

extension AttachmentReader.Content {
    /// Reads a content that is there decoded.
    package init(_ octets: Span<UInt8>) {
        size = octets.count
        sha256 = SHA256.digest(of: octets)
        inspect(octets)
    }

    /// Finds the facts about a content that is held whole.
    fileprivate mutating func inspect(_ octets: Span<UInt8>) {
        let facts = AttachmentPolicy.Facts(name: nil, declaredType: "", content: octets)
        format = facts.format
        zip = facts.zip
        hasMacros = facts.hasMacros
    }
}
