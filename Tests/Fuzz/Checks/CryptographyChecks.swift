import MIME

/// S/MIME and OpenPGP, as far as they are read without keys, and the formats of files.
enum CryptographyChecks {
    static func check(_ octets: [UInt8]) throws(BrokenInvariant) {
        if let cms = CMSContent(octets.span) {
            try require(cms.content(in: octets.span).count == cms.size, "the pieces do not make the content")
            var end = 0
            for piece in cms.pieces {
                try require(piece.lowerBound >= end, "pieces overlap")
                end = piece.upperBound
            }
            try require(end <= octets.count, "a piece lies outside")
            try require(!cms.isEncrypted || cms.pieces.isEmpty, "content that cannot be read")
        }
        var end = 0
        for block in PGPArmor.blocks(in: octets.span) {
            try require(block.range.lowerBound >= end && block.range.upperBound <= octets.count, "blocks overlap")
            end = block.range.upperBound
        }
        _ = Protection(content: octets.span)
        if let format = MediaTypeDetector.format(of: octets.span) {
            try require(format.mediaType.utf8.contains(0x2F), "a format without a media type")
        }
    }
}
