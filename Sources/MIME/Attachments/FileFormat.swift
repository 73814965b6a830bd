/// The format of a file, told from its octets.
public enum FileFormat: String, Sendable, Hashable, CaseIterable {
    // Documents.
    case pdf, postScript, rtf, compoundFile, word, excel, powerPoint, visio, outlookMessage, encryptedOffice,
        wordOpenXML,
        excelOpenXML, powerPointOpenXML, openXML, openDocumentText, openDocumentSheet, openDocumentSlides, openDocument,
        epub, oneNote, djvu
    // Archives.
    case zip, gzip, bzip2, xz, zstandard, lzip, compress, sevenZip, rar, tar, cabinet, arj, lzh, ace, ar, rpm
    // Images of disks.
    case iso9660, virtualDisk
    // Programs.
    case windowsProgram, dosProgram, elf, machO, javaClass, javaArchive, androidPackage, dalvik, webAssembly,
        windowsInstaller, windowsShortcut, compiledHelp, flash
    // Programs as text.
    case script, batchFile, php, htmlApplication, registryFile, internetShortcut
    // Pictures, sound, film.
    case png, jpeg, gif, bmp, tiff, webp, heif, avif, icon, photoshop, jpeg2000, enhancedMetafile, windowsMetafile, svg
    case mp3, wave, flac, ogg, midi, aac, amr, mpeg4Audio, aiff
    case mpeg4, quickTime, avi, matroska, mpeg, windowsMedia
    // Others.
    case html, xml, calendar, vCard, tnef, pgpMessage, pgpSignature, pgpKey, sqlite, font

    /// What a format is to a reader.
    public enum Group: Sendable, Hashable {
        /// Text with layout, tables, slides.
        case document
        /// Other files in one.
        case archive
        /// A file system in a file.
        case diskImage
        /// Runs when it is opened.
        case program
        /// A picture.
        case image
        /// Sound.
        case audio
        /// Film.
        case video
        /// A page or data in markup.
        case markup
        /// Anything else.
        case other
    }

    /// What is known of one format.
    struct Facts: Sendable {
        let group: Group
        let mediaType: String
        /// The usual extensions in lower case, the commonest first.
        let extensions: [String]
    }

    /// What the format is to a reader.
    public var group: Group { facts.group }

    /// The registered or customary media type.
    public var mediaType: String { facts.mediaType }

    /// The usual extensions in lower case, the commonest first.
    public var extensions: [String] { facts.extensions }

    private var facts: Facts {
        Self.table[self] ?? Facts(group: .other, mediaType: "application/octet-stream", extensions: [])
    }

    /// The first format with a media type.
    package init?(mediaType: String) {
        guard let format = Self.allCases.first(where: { $0.mediaType == mediaType }) else { return nil }
        self = format
    }

    /// The formats that files with an extension have.
    package static func formats(withExtension name: String) -> [FileFormat] { byExtension[name] ?? [] }

    private static let byExtension: [String: [FileFormat]] = {
        var formats: [String: [FileFormat]] = [:]
        for format in allCases {
            for name in format.extensions { formats[name, default: []].append(format) }
        }
        return formats
    }()

    private static let table: [FileFormat: Facts] = {
        var table: [FileFormat: Facts] = [:]
        for (group, rows) in lists {
            for (format, type, extensions) in rows {
                table[format] = Facts(
                    group: group,
                    mediaType: type,
                    extensions: extensions.split(separator: " ").map(String.init)
                )
            }
        }
        return table
    }()

    private typealias Row = (FileFormat, String, String)

    private static let lists: [(Group, [Row])] = [
        (.document, documents), (.archive, archives), (.program, programs), (.image, images), (.audio, sounds),
        (.video, films), (.diskImage, disks), (.markup, markup), (.other, others),
    ]

    private static let documents: [Row] = [
        (.pdf, "application/pdf", "pdf ai"),
        (.postScript, "application/postscript", "ps eps"),
        // QUIRK: web applications export RTF as .doc.
        (.rtf, "application/rtf", "rtf doc"),
        (.compoundFile, "application/x-ole-storage", "doc dot xls xlt xla ppt pps pot msg mpp pub vsd wps db"),
        (.word, "application/msword", "doc dot wiz"),
        (.excel, "application/vnd.ms-excel", "xls xlt xla xlm xlw"),
        (.powerPoint, "application/vnd.ms-powerpoint", "ppt pps pot ppa"),
        (.visio, "application/vnd.visio", "vsd vss vst"),
        (.outlookMessage, "application/vnd.ms-outlook", "msg oft"),
        (
            .encryptedOffice, "application/x-ole-storage",
            "docx docm dotx dotm xlsx xlsm xltx xltm xlsb xlam pptx pptm ppsx ppsm potx potm"
        ),
        (
            .wordOpenXML, "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "docx docm dotx dotm"
        ),
        (
            .excelOpenXML, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "xlsx xlsm xltx xltm xlsb xlam"
        ),
        (
            .powerPointOpenXML, "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            "pptx pptm ppsx ppsm potx potm ppam"
        ),
        (.openXML, "application/vnd.openxmlformats-package", "vsdx vsdm xps oxps 3mf nupkg vsix"),
        (.openDocumentText, "application/vnd.oasis.opendocument.text", "odt ott"),
        (.openDocumentSheet, "application/vnd.oasis.opendocument.spreadsheet", "ods ots"),
        (.openDocumentSlides, "application/vnd.oasis.opendocument.presentation", "odp otp"),
        (.openDocument, "application/vnd.oasis.opendocument.graphics", "odg odf odc odb otg"),
        (.epub, "application/epub+zip", "epub"),
        (.oneNote, "application/onenote", "one onetoc2"),
        (.djvu, "image/vnd.djvu", "djvu djv"),
    ]

    private static let archives: [Row] = [
        (.zip, "application/zip", "zip zipx cbz kmz"),
        (.gzip, "application/gzip", "gz tgz svgz"),
        (.bzip2, "application/x-bzip2", "bz2 tbz tbz2"),
        (.xz, "application/x-xz", "xz txz"),
        (.zstandard, "application/zstd", "zst tzst"),
        (.lzip, "application/lzip", "lz"),
        (.compress, "application/x-compress", "z taz"),
        (.sevenZip, "application/x-7z-compressed", "7z cb7"),
        (.rar, "application/vnd.rar", "rar cbr r00"),
        (.tar, "application/x-tar", "tar"),
        (.cabinet, "application/vnd.ms-cab-compressed", "cab"),
        (.arj, "application/x-arj", "arj"),
        (.lzh, "application/x-lzh-compressed", "lzh lha"),
        (.ace, "application/x-ace-compressed", "ace"),
        (.ar, "application/x-archive", "deb a ar udeb"),
        (.rpm, "application/x-rpm", "rpm"),
    ]

    private static let disks: [Row] = [
        (.iso9660, "application/x-iso9660-image", "iso img udf"),
        (.virtualDisk, "application/x-virtual-disk", "vhd vhdx vmdk qcow2 dmg"),
    ]

    private static let programs: [Row] = [
        (
            .windowsProgram, "application/vnd.microsoft.portable-executable",
            "exe dll scr cpl sys ocx drv efi xll com pif mui ax"
        ),
        (.dosProgram, "application/x-dosexec", "exe com pif"),
        (.elf, "application/x-elf", "elf so o bin run ko axf"),
        (.machO, "application/x-mach-binary", "dylib bundle macho"),
        (.javaClass, "application/java-vm", "class"),
        (.javaArchive, "application/java-archive", "jar war ear"),
        (.androidPackage, "application/vnd.android.package-archive", "apk aab xapk"),
        (.dalvik, "application/x-dex", "dex"),
        (.webAssembly, "application/wasm", "wasm"),
        (.windowsInstaller, "application/x-msi", "msi msp mst msm"),
        (.windowsShortcut, "application/x-ms-shortcut", "lnk"),
        (.compiledHelp, "application/vnd.ms-htmlhelp", "chm"),
        (.flash, "application/x-shockwave-flash", "swf"),
        (.script, "text/x-script", "sh bash zsh csh ksh py pl rb lua tcl command"),
        (.batchFile, "application/bat", "bat cmd"),
        (.php, "application/x-httpd-php", "php phtml php5 phar"),
        (.htmlApplication, "application/hta", "hta"),
        (.registryFile, "text/x-ms-regedit", "reg"),
        (.internetShortcut, "application/internet-shortcut", "url"),
    ]

    private static let images: [Row] = [
        (.png, "image/png", "png apng"), (.jpeg, "image/jpeg", "jpg jpeg jpe jfif"), (.gif, "image/gif", "gif"),
        (.bmp, "image/bmp", "bmp dib"), (.tiff, "image/tiff", "tif tiff dng"), (.webp, "image/webp", "webp"),
        (.heif, "image/heif", "heic heif hif"), (.avif, "image/avif", "avif"),
        (.icon, "image/vnd.microsoft.icon", "ico cur"), (.photoshop, "image/vnd.adobe.photoshop", "psd psb"),
        (.jpeg2000, "image/jp2", "jp2 j2k jpx"), (.enhancedMetafile, "image/emf", "emf"),
        (.windowsMetafile, "image/wmf", "wmf"), (.svg, "image/svg+xml", "svg"),
    ]

    private static let sounds: [Row] = [
        (.mp3, "audio/mpeg", "mp3 mp2"), (.wave, "audio/vnd.wave", "wav wave"), (.flac, "audio/flac", "flac"),
        (.ogg, "audio/ogg", "ogg oga opus ogv ogx spx"), (.midi, "audio/midi", "mid midi"),
        (.aac, "audio/aac", "aac"), (.amr, "audio/amr", "amr 3ga"), (.mpeg4Audio, "audio/mp4", "m4a m4b"),
        (.aiff, "audio/aiff", "aif aiff aifc"),
    ]

    private static let films: [Row] = [
        (.mpeg4, "video/mp4", "mp4 m4v 3gp 3g2"), (.quickTime, "video/quicktime", "mov qt"),
        (.avi, "video/vnd.avi", "avi"), (.matroska, "video/matroska", "mkv webm mka"),
        (.mpeg, "video/mpeg", "mpg mpeg vob"), (.windowsMedia, "video/x-ms-asf", "wmv wma asf"),
    ]

    private static let markup: [Row] = [
        // QUIRK: web applications export tables as .xls that is HTML or XML.
        (.html, "text/html", "html htm xhtml shtml xls mht mhtml"),
        (.xml, "application/xml", "xml xsl xslt rss atom kml gpx plist xsd xhtml xls doc rels svg"),
    ]

    private static let others: [Row] = [
        (.calendar, "text/calendar", "ics ical ifb vcs"), (.vCard, "text/vcard", "vcf vcard"),
        (.tnef, "application/ms-tnef", "tnef dat"), (.pgpMessage, "application/pgp-encrypted", "asc pgp gpg"),
        (.pgpSignature, "application/pgp-signature", "asc sig"), (.pgpKey, "application/pgp-keys", "asc key gpg"),
        (.sqlite, "application/vnd.sqlite3", "sqlite sqlite3 db"), (.font, "font/sfnt", "ttf otf ttc woff woff2 eot"),
    ]
}
