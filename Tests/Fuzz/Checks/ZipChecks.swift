import MIME

/// The directory of an archive, what is told of it, and names of files.
enum ZipChecks {
    static func check(_ octets: [UInt8]) throws(BrokenInvariant) {
        try check(archive: octets)
        // As what lies behind a program that unpacks itself, and with a name that is the input.
        try check(archive: [0x4D, 0x5A, 0, 0] + octets)
        try check(name: String(decoding: octets, as: UTF8.self))
    }

    private static func check(archive octets: [UInt8]) throws(BrokenInvariant) {
        let facts = AttachmentPolicy.Facts(name: nil, declaredType: "", content: octets.span)
        try require(facts.size == octets.count, "the size is another")
        try require(AttachmentPolicy().verdicts(for: [facts, facts]).count == 2, "not one verdict for each file")
        guard let zip = facts.zip else { return }
        try require(zip.entries.count <= 2 * ZipDirectory.maximumEntries, "more entries than are kept")
        // Names may be decoded into three octets for each, and some are there twice.
        let length = zip.entries.reduce(0) { $0 + $1.name.utf8.count }
        try require(length <= 16 * octets.count + 65_536, "names grow")
        try require(zip.entries.allSatisfy { $0.size >= 0 && $0.packedSize >= 0 }, "a size below zero")
        try require(zip.isEncrypted == zip.entries.contains { $0.isEncrypted }, "encrypted without a file that is")
        try require(zip.isInconsistent || !zip.entries.contains { $0.isHidden }, "a hidden name in a true archive")
        try require(zip.prefixSize >= 0 && zip.prefixSize <= octets.count, "a prefix larger than the file")
        for entry in zip.entries.prefix(100) { try check(name: entry.name) }
    }

    private static func check(name given: String) throws(BrokenInvariant) {
        let name = AttachmentName(given).text
        try require(!name.isEmpty && name.utf8.count <= AttachmentName.maximumLength, "a name of no length")
        try requirePlain(name, "a name")
        try require(!name.unicodeScalars.contains { $0 == "/" || $0 == "\\" }, "a name with a path")
        try require(name.first != "." && name.last != "." && name.last != " ", "a name that Windows changes")
        try require(AttachmentName(name).text == name, "a harmless name is changed again")
    }
}
