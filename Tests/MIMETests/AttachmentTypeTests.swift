import Foundation
import MIME
import Testing

@Suite struct AttachmentTypeTests {
    static func format(_ bytes: [UInt8]) -> FileFormat? { MediaTypeDetector.format(of: bytes.span) }

    static func padded(_ head: [UInt8], _ size: Int = 600) -> [UInt8] {
        head + [UInt8](repeating: 0, count: max(0, size - head.count))
    }

    static func placed(_ octets: [UInt8], at offset: Int) -> [UInt8] {
        [UInt8](repeating: 0x41, count: offset) + octets + [UInt8](repeating: 0x41, count: 16)
    }

    static let program: [UInt8] =
        [0x4D, 0x5A] + [UInt8](repeating: 0, count: 58) + le32(64) + [0x50, 0x45, 0, 0]
        + [UInt8](repeating: 0, count: 20)

    static let binary: [(FileFormat, [UInt8])] = [
        (.windowsProgram, program), (.dosProgram, padded([0x4D, 0x5A, 0x90, 0], 40)),
        (.elf, padded([0x7F, 0x45, 0x4C, 0x46, 2, 1])), (.machO, padded([0xCF, 0xFA, 0xED, 0xFE])),
        (.machO, [0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 2, 1, 0]),
        (.javaClass, [0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 52, 0, 1]),
        (.windowsShortcut, padded([0x4C, 0, 0, 0, 1, 0x14, 2, 0])), (.compiledHelp, Array("ITSF\u{3}".utf8)),
        (.webAssembly, [0, 0x61, 0x73, 0x6D, 1, 0, 0, 0]), (.flash, Array("CWS\u{a}abcdef".utf8)),
        (.png, padded([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])), (.jpeg, padded([0xFF, 0xD8, 0xFF, 0xE0])),
        (.gif, Array("GIF89a...".utf8)), (.tiff, padded([0x49, 0x49, 0x2A, 0])),
        (.bmp, Array("BM".utf8) + le32(70) + le32(0) + le32(54) + le32(40) + [0, 0, 0, 0]),
        (.webp, Array("RIFF".utf8) + le32(20) + Array("WEBPVP8 ".utf8)), (.icon, padded([0, 0, 1, 0, 1, 0])),
        (.heif, le32(0) + Array("ftypheic".utf8) + le32(0)), (.avif, le32(0) + Array("ftypavif".utf8) + le32(0)),
        (.wave, Array("RIFF".utf8) + le32(20) + Array("WAVEfmt ".utf8)), (.mp3, Array("ID3\u{3}....".utf8)),
        (.mp3, [0xFF, 0xFB, 0x90, 0x44, 0, 0]), (.ogg, Array("OggS....".utf8)), (.flac, Array("fLaC....".utf8)),
        (.mpeg4, le32(0) + Array("ftypisom".utf8) + le32(0)), (.mpeg4Audio, le32(0) + Array("ftypM4A ".utf8) + le32(0)),
        (.avi, Array("RIFF".utf8) + le32(20) + Array("AVI LIST".utf8)), (.gzip, [0x1F, 0x8B, 8, 0]),
        (.sevenZip, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, 0, 4]), (.rar, Array("Rar!\u{1a}\u{7}\u{1}\u{0}".utf8)),
        (.tar, placed(Array("ustar".utf8), at: 257)), (.iso9660, placed(Array("CD001".utf8), at: 32_769)),
        (.cabinet, Array("MSCF\0\0\0\0".utf8)), (.oneNote, padded([0xE4, 0x52, 0x5C, 0x7B, 0x8C, 0xD8, 0xA7, 0x4D])),
        (.tnef, [0x78, 0x9F, 0x3E, 0x22, 0, 0]), (.sqlite, Array("SQLite format 3\0....".utf8)),
        (.word, CompoundFileWriter.bytes(["WordDocument", "1Table"])), (.excel, CompoundFileWriter.bytes(["Workbook"])),
        (.powerPoint, CompoundFileWriter.bytes(["a", "b", "c", "d", "e", "PowerPoint Document"])),
        (.outlookMessage, CompoundFileWriter.bytes(["__properties_version1.0"])),
        (.encryptedOffice, CompoundFileWriter.bytes(["EncryptionInfo", "EncryptedPackage"])),
        (.windowsInstaller, CompoundFileWriter.bytes([], rootClass: [0x84, 0x10, 0x0C, 0] + padded([], 12))),
        (.compoundFile, CompoundFileWriter.bytes(["Something"])),
    ]

    @Test(arguments: binary.indices) func binaryFormats(index: Int) {
        let (expected, bytes) = Self.binary[index]
        #expect(Self.format(bytes) == expected)
    }

    @Test(arguments: [
        ("%PDF-1.7\n", FileFormat.pdf), ("rubbish\r\n%PDF-1.4\r\n", .pdf), ("%!PS-Adobe-3.0", .postScript),
        ("{\\rtf1\\ansi", .rtf), ("#!/bin/sh\necho", .script), ("#!AMR\n", .amr), ("@ECHO OFF\r\ndel", .batchFile),
        ("<?php echo 1;", .php), ("\u{FEFF}<!DOCTYPE html>", .html), ("  \n<HTML><head>", .html),
        ("<!-- x -->\n<html>", .html), ("<html><hta:application id=x>", .html), ("<?xml version='1.0'?><a/>", .xml),
        ("<?xml version='1.0'?><svg/>", .svg), ("<svg xmlns=''>", .svg), ("BEGIN:VCALENDAR\r\n", .calendar),
        ("begin:vcard\r\n", .vCard), ("-----BEGIN PGP MESSAGE-----\n", .pgpMessage),
        ("Windows Registry Editor Version 5.00", .registryFile), ("[InternetShortcut]\r\nURL=x", .internetShortcut),
    ])
    func textFormats(text: String, expected: FileFormat) {
        #expect(Self.format(Array(text.utf8)) == expected)
        if expected != .rtf && expected != .amr && expected != .pgpMessage && !text.hasPrefix("rubbish") {
            let octets = [0xFF, 0xFE] + wide(text.replacingOccurrences(of: "\u{FEFF}", with: ""))
            #expect(Self.format(octets) == expected, "UTF-16")
        }
    }

    @Test(arguments: [
        "", "M", "MZ is the start of this sentence, and no program follows in all of it, however long.",
        "BM is a company", "plain text", "ID, name\n1, a", "This is about %PDF-1.7 and <svg> and <html>.",
        "\u{FF}\u{FB}", "PK is an abbreviation",
    ])
    func plainTextIsNoFormat(text: String) {
        #expect(Self.format(Array(text.utf8)) == nil)
    }

    static let packages: [(FileFormat, [String])] = [
        (.wordOpenXML, ["[Content_Types].xml", "_rels/.rels", "word/document.xml"]),
        (.excelOpenXML, ["[Content_Types].xml", "xl/workbook.xml"]),
        (.powerPointOpenXML, ["ppt/presentation.xml", "[Content_Types].xml"]),
        (.openXML, ["[Content_Types].xml", "visio/document.xml"]),
        (.javaArchive, ["META-INF/MANIFEST.MF", "a/B.class"]),
        (.androidPackage, ["META-INF/MANIFEST.MF", "AndroidManifest.xml", "classes.dex"]),
        (.zip, ["word/document.xml"]), (.zip, ["a.txt", "b.txt"]),
    ]

    @Test(arguments: packages.indices) func packagesByTheirNames(index: Int) {
        let (expected, names) = Self.packages[index]
        #expect(Self.format(ZipWriter(names).bytes) == expected)
    }

    @Test(arguments: [
        ("application/vnd.oasis.opendocument.text", FileFormat.openDocumentText),
        ("application/vnd.oasis.opendocument.spreadsheet", .openDocumentSheet),
        ("application/vnd.oasis.opendocument.presentation", .openDocumentSlides),
        ("application/vnd.oasis.opendocument.graphics", .openDocument), ("application/epub+zip", .epub),
        ("text/plain", .zip),
    ])
    func packagesThatNameTheirType(type: String, expected: FileFormat) {
        var zip = ZipWriter()
        zip.add("mimetype", type)
        zip.add("content.xml")
        #expect(Self.format(zip.bytes) == expected)
    }

    @Test func archiveBehindAProgramIsAProgram() {
        var zip = ZipWriter(["a.txt"])
        zip.prefix = Self.program
        #expect(Self.format(zip.bytes) == .windowsProgram)
    }

    @Test func everyFormatHasItsFacts() {
        for format in FileFormat.allCases {
            #expect(format.mediaType.split(separator: "/").count == 2)
            #expect(format.mediaType != "application/octet-stream", "\(format)")
            #expect(!format.extensions.isEmpty)
            #expect(FileFormat.formats(withExtension: format.extensions[0]).contains(format))
        }
    }
}
