internal import Mail

/// Tells a file's format from its octets.
public enum MediaTypeDetector {
    /// What the octets are; `nil` for plain text and for what is not known.
    ///
    /// - Parameter zip: the directory, when it was read already.
    public static func format(of bytes: Span<UInt8>, zip: ZipDirectory? = nil) -> FileFormat? {
        // Last, since an archive may lie behind anything; a zip is read from its end.
        format(ofBeginning: bytes) ?? (zip ?? ZipDirectory(bytes))?.format
    }

    /// What the first octets of a content are; `nil` for plain text, for a zip, and for what is not known.
    static func format(ofBeginning bytes: Span<UInt8>) -> FileFormat? {
        if let format = program(bytes) ?? fixed(bytes) ?? container(bytes) { return format }
        if let file = CompoundFile(bytes) { return file.format }
        return text(bytes)
    }

    // MARK: Programs

    private static func program(_ bytes: Span<UInt8>) -> FileFormat? {
        guard bytes.count >= 4 else { return nil }
        switch (bytes[0], bytes[1]) {
        case (0x4D, 0x5A), (0x5A, 0x4D): return windowsProgram(bytes)
        case (0x7F, 0x45): return bytes.hasOctets([0x7F, 0x45, 0x4C, 0x46], at: 0) ? .elf : nil
        case (0xCA, 0xFE): return universalOrJava(bytes)
        case (0xFE, 0xED), (0xCE, 0xFA), (0xCF, 0xFA):
            let marks: [[UInt8]] = [
                [0xFE, 0xED, 0xFA, 0xCE], [0xFE, 0xED, 0xFA, 0xCF], [0xCE, 0xFA, 0xED, 0xFE], [0xCF, 0xFA, 0xED, 0xFE],
            ]
            return marks.contains { bytes.hasOctets($0, at: 0) } ? .machO : nil
        default: return nil
        }
    }

    /// A program of DOS or Windows: `MZ`, and a header that the offset at 60 points to.
    private static func windowsProgram(_ bytes: Span<UInt8>) -> FileFormat? {
        if let header = bytes.littleEndian32(at: 60), bytes.hasOctets([0x50, 0x45, 0, 0], at: header) {
            return .windowsProgram
        }
        // A text may begin with these two letters; a program has a NUL soon.
        for index in 2..<min(bytes.count, 64) where bytes[index] == 0 { return .dosProgram }
        return nil
    }

    /// The same four octets begin a Java class, whose version is 45 or more, and a Mach-O of few architectures.
    private static func universalOrJava(_ bytes: Span<UInt8>) -> FileFormat? {
        guard bytes[2] == 0xBA, bytes[3] == 0xBE || bytes[3] == 0xBF, let number = bytes.bigEndian32(at: 4) else {
            return nil
        }
        return number & 0xFFFF < 45 && number < 45 ? .machO : .javaClass
    }

    // MARK: Fixed octets

    private static func fixed(_ bytes: Span<UInt8>) -> FileFormat? {
        for (offset, octets, format) in signatures where bytes.hasOctets(octets, at: offset) { return format }
        return nil
    }

    private static func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }

    private static let signatures: [(Int, [UInt8], FileFormat)] = [
        (0, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], .png), (0, [0xFF, 0xD8, 0xFF], .jpeg),
        (0, ascii("GIF87a"), .gif), (0, ascii("GIF89a"), .gif), (0, [0x49, 0x49, 0x2A, 0], .tiff),
        (0, [0x4D, 0x4D, 0, 0x2A], .tiff), (0, [0, 0, 1, 0], .icon), (0, [0, 0, 2, 0], .icon),
        (0, ascii("8BPS"), .photoshop), (0, [0, 0, 0, 0x0C, 0x6A, 0x50, 0x20, 0x20], .jpeg2000),
        (0, [0xFF, 0x4F, 0xFF, 0x51], .jpeg2000), (0, [0xD7, 0xCD, 0xC6, 0x9A], .windowsMetafile),
        (40, ascii(" EMF"), .enhancedMetafile),
        (0, ascii("{\\rtf"), .rtf), (0, ascii("AT&TFORM"), .djvu), (0, [0xC5, 0xD0, 0xD3, 0xC6], .postScript),
        (0, [0xE4, 0x52, 0x5C, 0x7B, 0x8C, 0xD8, 0xA7, 0x4D], .oneNote),
        (0, [0xA1, 0x2F, 0xFF, 0x43, 0xD9, 0xEF, 0x76, 0x4C], .oneNote),
        (0, [0x1F, 0x8B], .gzip), (0, ascii("BZh"), .bzip2), (0, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], .xz),
        (0, [0x28, 0xB5, 0x2F, 0xFD], .zstandard), (0, ascii("LZIP"), .lzip), (0, [0x1F, 0x9D], .compress),
        (0, [0x1F, 0xA0], .compress), (0, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], .sevenZip),
        (0, [0x52, 0x61, 0x72, 0x21, 0x1A, 7], .rar), (0, ascii("MSCF"), .cabinet), (0, [0x60, 0xEA], .arj),
        (7, ascii("**ACE**"), .ace), (0, ascii("!<arch>\n"), .ar), (0, [0xED, 0xAB, 0xEE, 0xDB], .rpm),
        (257, ascii("ustar"), .tar), (32_769, ascii("CD001"), .iso9660), (0, ascii("conectix"), .virtualDisk),
        (0, ascii("vhdxfile"), .virtualDisk), (0, ascii("KDMV"), .virtualDisk),
        (0, [0x51, 0x46, 0x49, 0xFB], .virtualDisk),
        (0, [0x4C, 0, 0, 0, 1, 0x14, 2, 0], .windowsShortcut), (0, ascii("ITSF"), .compiledHelp),
        (0, ascii("dex\n"), .dalvik), (0, [0, 0x61, 0x73, 0x6D], .webAssembly),
        (0, ascii("ID3"), .mp3), (0, ascii("fLaC"), .flac), (0, ascii("OggS"), .ogg), (0, ascii("MThd"), .midi),
        (0, ascii("#!AMR"), .amr), (0, [0x1A, 0x45, 0xDF, 0xA3], .matroska), (0, [0, 0, 1, 0xBA], .mpeg),
        (0, [0, 0, 1, 0xB3], .mpeg), (0, [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11], .windowsMedia),
        (0, [0x78, 0x9F, 0x3E, 0x22], .tnef), (0, ascii("SQLite format 3\0"), .sqlite),
        (0, [0, 1, 0, 0, 0], .font), (0, ascii("OTTO"), .font), (0, ascii("ttcf"), .font), (0, ascii("wOFF"), .font),
        (0, ascii("wOF2"), .font), (0, ascii("-----BEGIN PGP MESSAGE-----"), .pgpMessage),
        (0, ascii("-----BEGIN PGP SIGNATURE-----"), .pgpSignature),
        (0, ascii("-----BEGIN PGP SIGNED MESSAGE-----"), .pgpMessage),
        (0, ascii("-----BEGIN PGP PUBLIC KEY BLOCK-----"), .pgpKey),
    ]

    // MARK: Formats with a second mark

    private static func container(_ bytes: Span<UInt8>) -> FileFormat? {
        if bytes.hasOctets(ascii("RIFF"), at: 0) { return riff(bytes) }
        if bytes.hasOctets(ascii("FORM"), at: 0), bytes.hasOctets(ascii("AIF"), at: 8) { return .aiff }
        if bytes.hasOctets(ascii("ftyp"), at: 4) { return isoMedia(bytes) }
        if bytes.hasOctets(ascii("-lh"), at: 2), bytes.count > 6, bytes[6] == Octet.dash { return .lzh }
        if bytes.hasOctets(ascii("BM"), at: 0), bytes.littleEndian32(at: 6) == 0,
            let size = bytes.littleEndian32(at: 14),
            (12...256).contains(size)
        {
            return .bmp
        }
        if bytes.count > 3, [0x43, 0x46, 0x5A].contains(bytes[0]), bytes.hasOctets(ascii("WS"), at: 1), bytes[3] < 64 {
            return .flash
        }
        return audioFrame(bytes)
    }

    private static func riff(_ bytes: Span<UInt8>) -> FileFormat? {
        if bytes.hasOctets(ascii("WEBP"), at: 8) { return .webp }
        if bytes.hasOctets(ascii("WAVE"), at: 8) { return .wave }
        return bytes.hasOctets(ascii("AVI "), at: 8) ? .avi : nil
    }

    /// The brand of a file of ISO/IEC 14496-12.
    private static func isoMedia(_ bytes: Span<UInt8>) -> FileFormat? {
        guard bytes.count >= 12 else { return nil }
        switch String(decoding: bytes.copied(8..<12), as: UTF8.self) {
        case "avif", "avis": return .avif
        case "heic", "heix", "hevc", "heim", "heis", "mif1", "msf1": return .heif
        case "M4A ", "M4B ": return .mpeg4Audio
        case "qt  ": return .quickTime
        default: return .mpeg4
        }
    }

    /// The header of a frame of MPEG audio (ISO/IEC 11172-3 section 2.4.1.3).
    private static func audioFrame(_ bytes: Span<UInt8>) -> FileFormat? {
        guard bytes.count >= 4, bytes[0] == 0xFF, bytes[1] & 0xE0 == 0xE0 else { return nil }
        if bytes[1] & 0xF6 == 0xF0 { return .aac }
        let hasVersion = bytes[1] & 0x18 != 0x08
        let isLayer2Or3 = bytes[1] & 0x06 == 0x02 || bytes[1] & 0x06 == 0x04
        return hasVersion && isLayer2Or3 && bytes[2] & 0xF0 != 0xF0 && bytes[2] & 0x0C != 0x0C ? .mp3 : nil
    }

    // MARK: Text

    /// How far the beginning of a text is searched for a mark.
    private static let textWindow = 1024

    private static func text(_ bytes: Span<UInt8>) -> FileFormat? {
        let window = beginning(of: bytes)
        // Readers of PDF accept the mark within the first 1,024 octets (ISO 32000-1 annex H.3.4.1).
        if begins(window, "%pdf-") || contains(window, "\n%pdf-") || contains(window, "\r%pdf-") { return .pdf }
        if begins(window, "%!") { return .postScript }
        if begins(window, "#!") { return .script }
        for (mark, format) in marks where begins(window, mark) { return format }
        if contains(window, "<hta:application") { return .htmlApplication }
        let isMarkup = begins(window, "<?xml") || begins(window, "<!--") || begins(window, "<!doctype svg")
        if begins(window, "<svg") || (isMarkup && contains(window, "<svg")) { return .svg }
        if isMarkup, contains(window, "<html") { return .html }
        return begins(window, "<?xml") ? .xml : nil
    }

    private static func begins(_ window: [UInt8], _ mark: String) -> Bool { window.starts(with: mark.utf8) }

    private static func contains(_ window: [UInt8], _ mark: String) -> Bool {
        let mark = Array(mark.utf8)
        let octets = window.span
        guard let first = mark.first, mark.count <= octets.count else { return false }
        for offset in 0...octets.count - mark.count where octets[offset] == first && octets.hasOctets(mark, at: offset)
        {
            return true
        }
        return false
    }

    private static let marks: [(String, FileFormat)] = [
        ("<?php", .php), ("@echo off", .batchFile), ("windows registry editor version", .registryFile),
        ("regedit4", .registryFile), ("[internetshortcut]", .internetShortcut), ("<!doctype html", .html),
        ("<html", .html), ("<head", .html), ("<body", .html), ("<script", .html), ("<iframe", .html),
        ("<job", .script), ("<scriptlet", .script), ("begin:vcalendar", .calendar), ("begin:vcard", .vCard),
    ]

    /// The beginning in lower case, behind a byte order mark and white space.
    ///
    /// Of UTF-16 only the octets that are not zero are taken, which is enough for marks in US-ASCII.
    private static func beginning(of bytes: Span<UInt8>) -> [UInt8] {
        let isWide = bytes.hasOctets([0xFF, 0xFE], at: 0) || bytes.hasOctets([0xFE, 0xFF], at: 0)
        var window: [UInt8] = []
        window.reserveCapacity(textWindow)
        var index = isWide ? 2 : bytes.hasOctets([0xEF, 0xBB, 0xBF], at: 0) ? 3 : 0
        let end = min(bytes.count, index + 2 * textWindow)
        while index < end, bytes[index].isFoldingSpace || (isWide && bytes[index] == 0) { index += 1 }
        if isWide {
            while index < end, window.count < textWindow {
                if bytes[index] != 0 { window.append(bytes[index].asciiLowercased) }
                index += 1
            }
        } else {
            for offset in index..<min(end, index + textWindow) { window.append(bytes[offset].asciiLowercased) }
        }
        return window
    }
}
