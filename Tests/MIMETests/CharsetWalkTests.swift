import Foundation
import MIME
import Testing

/// Every charset of the allow-list by a sample of its letters, and every name that stands for one.
@Suite struct CharsetWalkTests {
    /// The system's name, octets in hexadecimal digits, and what they say.
    static let samples: [(name: String, octets: String, text: String)] = [
        ("ARMSCII-8", "b2b3", "Աա"),
        ("BIG5-HKSCS", "a741a66ea540acc9", "你好世界"),
        ("CP1125", "808c98a4e0ec", "АМШдрь"),
        ("CP1250", "8aaac4d1dfec", "ŠŞÄŃßě"),
        ("CP1251", "80a2bfceddec", "ЂўїОЭм"),
        ("CP1252", "83c0ccd9e5f1", "ƒÀÌÙåñ"),
        ("CP1253", "83c2cdd9e4ef", "ƒΒΝΩδο"),
        ("CP1254", "83c2cedbe7f3", "ƒÂÎÛçó"),
        ("CP1255", "83d6e4e9eef3", "ƒײהימף"),
        ("CP1256", "819cc7d2dee9", "پœازقé"),
        ("CP1257", "8ec3cedae5f0", "ˇĆĪŚåš"),
        ("CP1258", "83c2cdd9e4ef", "ƒÂÍÙäï"),
        ("CP737", "808b96a1ace7", "ΑΜΨκυύ"),
        ("CP775", "808b97a5d0e2", "ĆŗŚźąŌ"),
        ("CP858", "808b96a3d1e3", "ÇïûúÐÒ"),
        ("CP874", "a1aab3bcc5ce", "กชณผลฮ"),
        ("CP932", "93fa967b8cea836583588367", "日本語テスト"),
        ("EUC-JP-MS", "c6fccbdcb8eca5c6a5b9a5c8", "日本語テスト"),
        ("EUC-TW", "c4e3", "中"),
        ("GB18030", "c4e3bac3cac0bde7", "你好世界"),
        ("GBK", "c4e3bac3cac0bde7", "你好世界"),
        ("GEORGIAN-ACADEMY", "c0c1", "აბ"),
        ("GEORGIAN-PS", "c0c1", "აბ"),
        ("IBM037", "809badcedeee", "ØºÝóúÓ"),
        ("IBM1047", "81ad", "a["),
        ("IBM437", "80889098a4e4", "ÇêÉÿñΣ"),
        ("IBM500", "809badcedeee", "ØºÝóúÓ"),
        ("IBM850", "808b96a3d1e2", "ÇïûúÐÔ"),
        ("IBM852", "808d9aa8d0e2", "ÇŹÜĘđÔ"),
        ("IBM855", "808f9eadd6ea", "ђЈъГоЖ"),
        ("IBM857", "808a949fb6d7", "ÇèöşÂÎ"),
        ("IBM860", "80889098a3e2", "ÇêÉÌúΓ"),
        ("IBM861", "80889098a2e2", "ÇêÉýóΓ"),
        ("IBM862", "80889098a4e4", "אטנרñΣ"),
        ("IBM863", "80889199a8e6", "ÇêÈÔÎµ"),
        ("IBM864", "9092999a9d9e", "βφﻷﻸﻻﻼ"),
        ("IBM865", "80889098a2e2", "ÇêÉÿóΓ"),
        ("IBM866", "808c98a4e0ec", "АМШдрь"),
        ("IBM869", "869ea9c7dde9", "ΆήΖΡδο"),
        ("ISO-2022-CN", "1b2429410e56500f", "中"),
        ("ISO-2022-CN-EXT", "1b2429410e56500f", "中"),
        ("ISO-2022-JP-2", "1b2442467c4b5c386c2546253925481b2842", "日本語テスト"),
        ("ISO-2022-JP-3", "1b2442467c4b5c386c2546253925481b2842", "日本語テスト"),
        ("ISO-2022-KR", "1b2429430e475131393e6e0f", "한국어"),
        ("ISO-8859-10", "a1b3c4d3e2f1", "ĄģÄÓâņ"),
        ("ISO-8859-13", "a8c4cfdbe6f1", "ØÄĻŪęń"),
        ("ISO-8859-14", "a1b4c3d1dfed", "ḂṀÃÑßí"),
        ("ISO-8859-15", "a6c2cedbe7f3", "ŠÂÎÛçó"),
        ("ISO-8859-16", "a1b9c7d4e1ee", "ĄčÇÔáî"),
        ("ISO-8859-2", "a1b6c5d2e0ed", "ĄśĹŇŕí"),
        ("ISO-8859-3", "a1bbcad8e5f2", "ĦğÊĜċò"),
        ("ISO-8859-4", "a1b6c4d1dfec", "ĄļÄŅßė"),
        ("ISO-8859-5", "a1b1c0cfdeed", "ЁБРЯоэ"),
        ("ISO-8859-6", "c1c7cdd3d9e4", "ءاحسعل"),
        ("ISO-8859-7", "aac3cedae5f0", "ͺΓΞΪεπ"),
        ("ISO-8859-8", "b5e3e7ebeff3", "µדחכןף"),
        ("JOHAB", "d0658a82b4e1", "한국어"),
        ("KOI8-R", "a3c9d4dfeaf5", "ёитъЙУ"),
        ("KOI8-T", "80b5ccd9e6f3", "қӢлыФС"),
        ("KOI8-U", "a3c2cedae6f2", "ёбнзФР"),
        ("MAC-CENTRALEUROPE", "808f9ebcdaed", "ÄŹěľŕŪ"),
        ("MAC-CYRILLIC", "8090a2bedfef", "АРҐЊяп"),
        ("MAC-UK", "80e0", "Аа"),
        ("MACINTOSH", "808b96aecce8", "ÄãñÆÃË"),
        ("PT154", "809bb4cadcee", "ҖӣҙКЬо"),
        ("TCVN5712-1", "a8b8", "ăá"),
        ("TSCII", "ab", "அ"),
        ("UHC", "c7d1b1b9beee", "한국어"),
        ("UTF-16", "4f60597d4e16754c", "你好世界"),
        ("UTF-16BE", "4f60597d4e16754c", "你好世界"),
        ("UTF-16LE", "604f7d59164e4c75", "你好世界"),
        ("UTF-32", "00004f600000597d00004e160000754c", "你好世界"),
        ("UTF-32BE", "00004f600000597d00004e160000754c", "你好世界"),
        ("UTF-32LE", "604f00007d590000164e00004c750000", "你好世界"),
        ("UTF-7", "2b5a65552d", "日"),
        ("VISCII", "e5e1", "ăá"),
    ]

    @Test func everyCharsetOfTheListHasASample() {
        #expect(Set(Self.samples.map(\.name)) == Charset.listed)
        #expect(Self.samples.count == Charset.listed.count)
    }

    /// Through a whole message: the name in the field, the octets in base64.
    @Test func everyNameDecodesItsSample() throws {
        var decoded: Set<String> = []
        for name in Charset.declaredNames {
            guard case .iconv(let listed) = Charset(name: name.utf8) else {
                // Code pages that are windows-1252, or known by a decoder of our own.
                #expect(Charset(name: name.utf8) != .unknown, "\(name)")
                continue
            }
            let sample = try #require(Self.samples.first { $0.name == listed })
            let encoded = Data(Self.octets(sample.octets)).base64EncodedString()
            let parsed = Parsed(
                "Subject: =?\(name)?B?\(encoded)?=\nContent-Type: text/plain; charset=\"\(name)\"\n"
                    + "Content-Transfer-Encoding: base64\n\n\(encoded)\n"
            )
            #expect(parsed.summary.text == sample.text, "\(name) as \(listed)")
            #expect(parsed.summary.subject == sample.text, "\(name) as \(listed)")
            #expect(parsed.summary.defects.isEmpty, "\(name) as \(listed)")
            decoded.insert(listed)
        }
        #expect(decoded == Charset.listed)
        print("charsets: \(decoded.count) of \(Charset.listed.count) by \(Charset.declaredNames.count) names")
    }

    /// No octets of any charset fail, and none cost more than their number says.
    @Test func everyOctetGivesText() throws {
        let octets = (0...255).map { UInt8($0) } + (0...255).flatMap { [0xC4, UInt8($0)] } + [0x1B, 0x24]
        let encoded = Data(octets).base64EncodedString()
        for name in Charset.declaredNames + ["utf-8", "iso-8859-1", "iso-2022-jp", "us-ascii", "x-nonsense"] {
            let parsed = Parsed(
                "Content-Type: text/plain; charset=\"\(name)\"\nContent-Transfer-Encoding: base64\n\n\(encoded)\n"
            )
            #expect(!parsed.summary.text.isEmpty, "\(name)")
            #expect(!parsed.summary.text.unicodeScalars.contains("\0"), "\(name)")
            #expect(parsed.effort < 20, "\(name)")
        }
    }

    static func octets(_ digits: String) -> [UInt8] {
        let digits = Array(digits)
        return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
    }
}
