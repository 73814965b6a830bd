internal import Mail

/// What a zip archive says of its content, read without unpacking (PKWARE APPNOTE 6.3.10).
///
/// An archive that is stored in it as it is, is read too; of one that is packed only the name is known.
/// Unpackers disagree on which of a zip's two lists counts. So the central directory is read first and the local
/// headers are held against it: a name that only one of the two has is listed too, and the archive is marked.
public struct ZipDirectory: Sendable, Hashable {
    /// A file in the archive.
    public struct Entry: Sendable, Hashable {
        /// The name with its path, decoded; not a safe path.
        public var name: String
        /// The size before packing, as declared.
        public var size: Int
        /// The size in the archive, as declared.
        public var packedSize: Int
        /// Whether a password is needed to read it.
        public var isEncrypted: Bool
        /// Whether the name is not one of the central directory's.
        public var isHidden = false
        /// Whether the file lies in an archive that is stored within this one; its name begins with that archive's.
        public var isNested = false

        /// Whether this is a folder (APPNOTE section 4.4.17).
        public var isFolder: Bool { name.utf8.last == UInt8(ascii: "/") }

        /// Whether the name is that of another archive.
        public var isArchive: Bool { FileExtension.isArchive(FileExtension.last(of: name)) }
    }

    /// The files in the order of the directory, those without an entry there last.
    public internal(set) var entries: [Entry] = []
    /// Whether at least one file needs a password, or the directory itself does.
    public internal(set) var isEncrypted = false
    /// Whether the archive contradicts itself: its lists differ, its offsets lie, or its directory is missing.
    public internal(set) var isInconsistent = false
    /// Whether all entries were read; false over the limits and for a damaged archive.
    public internal(set) var isComplete = true
    /// How many octets lie in front of the archive, as in one that unpacks itself.
    public internal(set) var prefixSize = 0
    /// The media type that an OpenDocument or EPUB names in its first file.
    var declaredType: String?

    /// The number of entries that are read.
    public static let maximumEntries = 10_000

    /// The same archive, of which its names alone are to tell what it is.
    var trustedNames: ZipDirectory {
        var directory = self
        directory.isInconsistent = false
        directory.isComplete = true
        return directory
    }

    /// Reads the directory; `nil` when the octets are no zip archive.
    public init?(_ bytes: Span<UInt8>) {
        var reader = ZipReader()
        guard reader.read(bytes) else { return nil }
        self = reader.directory
    }

    init() {}

    /// Whether a project of macros is in the document (ECMA-376 part 1).
    public var hasMacros: Bool {
        entries.contains { FileExtension.fileName(of: $0.name).lowercasedASCII == "vbaproject.bin" }
    }

    /// What kind of document or program the archive is, by the names in it; `zip` for any other.
    public var format: FileFormat {
        switch declaredType {
        case "application/epub+zip": return .epub
        case "application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text-template":
            return .openDocumentText
        case "application/vnd.oasis.opendocument.spreadsheet": return .openDocumentSheet
        case "application/vnd.oasis.opendocument.presentation": return .openDocumentSlides
        case let type? where type.hasPrefix("application/vnd.oasis.opendocument."): return .openDocument
        default: break
        }
        var hasContentTypes = false
        var hasManifest = false
        var office: FileFormat?
        for entry in entries where !entry.isHidden && !entry.isNested {
            switch entry.name {
            case "[Content_Types].xml": hasContentTypes = true
            case "AndroidManifest.xml": return .androidPackage
            case "META-INF/MANIFEST.MF": hasManifest = true
            default: office = office ?? Self.office(entry.name)
            }
        }
        if hasContentTypes { return office ?? .openXML }
        return hasManifest ? .javaArchive : .zip
    }

    private static func office(_ name: String) -> FileFormat? {
        if name.hasPrefix("word/") { return .wordOpenXML }
        if name.hasPrefix("xl/") { return .excelOpenXML }
        return name.hasPrefix("ppt/") ? .powerPointOpenXML : nil
    }
}
