internal import Mail

/// A charset that the project decodes, or the lack of one.
package enum Charset: Hashable, Sendable {
    /// None is declared, or US-ASCII, which is not to be trusted.
    case unspecified
    /// A name that is on no list.
    case unknown
    case utf8
    /// Windows-1252, which also stands for ISO-8859-1 (WHATWG Encoding).
    case windows1252
    /// ISO-2022-JP with what Microsoft adds to it.
    case iso2022JP
    /// One that iconv decodes, by a name of our own list and never by the sender's text.
    case iconv(String)

    /// Looks up a declared name.
    package init(name: some Collection<UInt8>) {
        var key: [UInt8] = []
        key.reserveCapacity(name.count)
        for octet in name {
            // RFC 2231 section 5: a language may follow a star.
            if octet == UInt8(ascii: "*") { break }
            if octet > Octet.space, octet != Octet.quote, octet != UInt8(ascii: "'") {
                key.append(octet.asciiLowercased)
            }
            guard key.count <= 64 else { break }
        }
        self = Self.named(String(decoding: key, as: UTF8.self))
    }

    /// Whether each character takes two octets or four, so that nearly every text has a NUL.
    var isWide: Bool {
        switch self {
        case .iconv(let name): name.hasPrefix("UTF-16") || name.hasPrefix("UTF-32")
        default: false
        }
    }

    init(name bytes: Span<UInt8>, _ range: Range<Int>) {
        if range.count == 5, bytes.hasASCII(Self.utf8Name, at: range.lowerBound) {
            self = .utf8
            return
        }
        var name: [UInt8] = []
        name.append(copying: bytes.extracting(range))
        self.init(name: name)
    }

    private static let utf8Name = Array("utf-8".utf8)

    private static func named(_ name: String) -> Charset {
        switch name {
        case "", "us-ascii", "ascii", "ansi_x3.4-1968", "iso646-us", "646", "7bit", "8bit", "default", "unknown-8bit",
            "x-unknown", "unknown", "none", "x-user-defined", "binary":
            return .unspecified
        case "utf-8", "utf8", "unicode-1-1-utf-8", "utf-8-sig", "utf8mb4", "cp65001", "x-utf-8", "utf_8", "unicode":
            return .utf8
        case "iso-8859-1", "windows-1252", "iso8859-1", "iso_8859-1", "iso88591", "latin1", "latin-1", "l1",
            "cp1252", "cp-1252", "x-cp1252", "iso-ir-100", "iso_8859-1:1987", "ibm819", "cp819", "windows1252",
            "win-1252", "ansi", "iso-8859-1-windows-3.1-latin-1", "iso-latin-1", "iso 8859-1", "8859-1":
            return .windows1252
        case "iso-2022-jp", "iso2022jp", "iso-2022-jp-ms", "iso-2022-jp-1", "csiso2022jp", "jis", "cp50220", "cp50221",
            "cp50222":
            return .iso2022JP
        default:
            if let listed = aliases[name] { return .iconv(listed) }
            return family(name).map { .iconv($0) } ?? .unknown
        }
    }

    /// Names that end in a number of a family: `cp866`, `windows1251`, `iso8859_5`.
    private static func family(_ name: String) -> String? {
        let digits = name.utf8.reversed().prefix { $0.isASCIIDigit }.reversed()
        guard !digits.isEmpty, digits.count <= 5 else { return nil }
        let number = String(decoding: Array(digits), as: UTF8.self)
        let stem = name.utf8.dropLast(digits.count).filter { $0 != 0x2D && $0 != 0x5F && $0 != 0x20 }
        switch String(decoding: Array(stem), as: UTF8.self) {
        case "cp", "windows", "win", "ms", "xcp", "ibm", "dos", "csibm", "oem": return codePages[number]
        case "iso8859", "isolatin", "8859", "csisolatin": return isoParts[number]
        default: return nil
        }
    }

    /// All names that may be given to iconv.
    package static var listed: Set<String> {
        Set(aliases.values).union(codePages.values).union(isoParts.values)
    }

    /// All names of charsets that iconv decodes, as senders write them.
    package static var declaredNames: [String] {
        aliases.keys.sorted() + codePages.keys.map { "windows-\($0)" }.sorted()
            + isoParts.keys.map { "iso-8859-\($0)" }
            .sorted()
    }

    private static let isoParts: [String: String] = [
        "2": "ISO-8859-2", "3": "ISO-8859-3", "4": "ISO-8859-4", "5": "ISO-8859-5", "6": "ISO-8859-6",
        "7": "ISO-8859-7", "8": "ISO-8859-8",
        // WHATWG Encoding: what is sent as ISO-8859-9 and ISO-8859-11 is the Windows code page.
        "9": "CP1254", "10": "ISO-8859-10", "11": "CP874", "13": "ISO-8859-13", "14": "ISO-8859-14",
        "15": "ISO-8859-15", "16": "ISO-8859-16",
    ]

    private static let codePages: [String: String] = [
        "437": "IBM437", "737": "CP737", "775": "CP775", "850": "IBM850", "852": "IBM852", "855": "IBM855",
        "857": "IBM857", "858": "CP858", "860": "IBM860", "861": "IBM861", "862": "IBM862", "863": "IBM863",
        "864": "IBM864", "865": "IBM865", "866": "IBM866", "869": "IBM869", "874": "CP874", "932": "CP932",
        "936": "GBK", "949": "UHC", "950": "BIG5-HKSCS", "1250": "CP1250", "1251": "CP1251", "1253": "CP1253",
        "1254": "CP1254", "1255": "CP1255", "1256": "CP1256", "1257": "CP1257", "1258": "CP1258", "1361": "JOHAB",
        "037": "IBM037", "500": "IBM500", "1047": "IBM1047", "1125": "CP1125", "10000": "MACINTOSH",
        "10007": "MAC-CYRILLIC", "20127": "CP1252", "20866": "KOI8-R", "21866": "KOI8-U", "28592": "ISO-8859-2",
        "28605": "ISO-8859-15", "51932": "EUC-JP-MS", "51949": "UHC", "54936": "GB18030", "65000": "UTF-7",
    ]

    private static let aliases: [String: String] = [
        "latin2": "ISO-8859-2", "latin3": "ISO-8859-3", "latin4": "ISO-8859-4", "latin5": "CP1254",
        "latin6": "ISO-8859-10", "latin9": "ISO-8859-15", "latin-9": "ISO-8859-15", "l2": "ISO-8859-2",
        "cyrillic": "ISO-8859-5", "arabic": "ISO-8859-6", "greek": "ISO-8859-7", "hebrew": "ISO-8859-8",
        "iso-8859-8-i": "ISO-8859-8", "iso-8859-8-e": "ISO-8859-8", "iso-8859-6-i": "ISO-8859-6",
        "iso-8859-6-e": "ISO-8859-6", "logical": "ISO-8859-8", "visual": "ISO-8859-8",
        "koi8-r": "KOI8-R", "koi8r": "KOI8-R", "koi8": "KOI8-R", "koi": "KOI8-R", "cskoi8r": "KOI8-R",
        "koi8-u": "KOI8-U", "koi8-ru": "KOI8-U", "koi8u": "KOI8-U", "koi8-t": "KOI8-T",
        "x-mac-roman": "MACINTOSH", "mac": "MACINTOSH", "macintosh": "MACINTOSH", "macroman": "MACINTOSH",
        "x-mac-cyrillic": "MAC-CYRILLIC", "x-mac-ukrainian": "MAC-UK", "x-mac-ce": "MAC-CENTRALEUROPE",
        "x-mac-centraleurroman": "MAC-CENTRALEUROPE",
        "tis-620": "CP874", "tis620": "CP874", "viscii": "VISCII", "tcvn": "TCVN5712-1",
        "shift_jis": "CP932", "shift-jis": "CP932", "sjis": "CP932", "x-sjis": "CP932", "csshiftjis": "CP932",
        "ms_kanji": "CP932", "windows-31j": "CP932", "ms932": "CP932",
        "euc-jp": "EUC-JP-MS", "eucjp": "EUC-JP-MS", "x-euc-jp": "EUC-JP-MS", "x-euc": "EUC-JP-MS",
        "iso-2022-jp-2": "ISO-2022-JP-2", "iso-2022-jp-3": "ISO-2022-JP-3", "iso-2022-jp-2004": "ISO-2022-JP-3",
        "euc-kr": "UHC", "euckr": "UHC", "ks_c_5601-1987": "UHC", "ks_c_5601-1989": "UHC", "ksc5601": "UHC",
        "ksc_5601": "UHC", "ks_c_5601": "UHC", "korean": "UHC", "uhc": "UHC", "x-windows-949": "UHC",
        "iso-2022-kr": "ISO-2022-KR", "johab": "JOHAB",
        // GBK holds all of GB2312, and GB18030 all of GBK; senders name the smaller and use the larger.
        "gb2312": "GB18030", "gb_2312-80": "GB18030", "gb2312-80": "GB18030", "euc-cn": "GB18030", "gbk": "GB18030",
        "x-gbk": "GB18030", "chinese": "GB18030", "csgb2312": "GB18030", "gb18030": "GB18030", "gb-2312": "GB18030",
        "gb_2312": "GB18030", "cn-gb": "GB18030",
        "iso-2022-cn": "ISO-2022-CN", "iso-2022-cn-ext": "ISO-2022-CN-EXT",
        "big5": "BIG5-HKSCS", "big-5": "BIG5-HKSCS", "big5-hkscs": "BIG5-HKSCS", "cn-big5": "BIG5-HKSCS",
        "x-x-big5": "BIG5-HKSCS", "csbig5": "BIG5-HKSCS", "big5hkscs": "BIG5-HKSCS", "euc-tw": "EUC-TW",
        "utf-7": "UTF-7", "utf7": "UTF-7", "unicode-1-1-utf-7": "UTF-7", "x-unicode-2-0-utf-7": "UTF-7",
        "utf-16": "UTF-16", "utf16": "UTF-16", "utf-16le": "UTF-16LE", "utf-16be": "UTF-16BE", "ucs-2": "UTF-16",
        "iso-10646-ucs-2": "UTF-16", "utf-32": "UTF-32", "utf-32le": "UTF-32LE", "utf-32be": "UTF-32BE",
        "armscii-8": "ARMSCII-8", "georgian-academy": "GEORGIAN-ACADEMY", "georgian-ps": "GEORGIAN-PS",
        "pt154": "PT154", "tscii": "TSCII",
    ]
}
