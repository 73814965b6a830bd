/// Names of months and zones by the first three octets of their words, in lower case.
extension DateParser {
    /// The key of a word.
    static func key(_ text: String) -> UInt32 { text.utf8.prefix(3).reduce(0) { $0 << 8 | UInt32($1) } }

    /// The key of a word in a charset of one octet for each character.
    private static func key(_ octets: UInt8...) -> UInt32 { octets.reduce(0) { $0 << 8 | UInt32($1) } }

    /// Months in English and, since scripts print dates in the language of their computer, in the languages around.
    static let months: [UInt32: Int] = {
        let names = [
            "jan gen ene sty", "feb fev fév lut", "mar mär mrz mrt", "apr avr abr kwi", "may mai mei mag maj",
            "jun giu cze", "jul lug lip", "aug ago aoû sie", "sep set wrz", "oct okt ott out paź", "nov lis",
            "dec dez déc dic des gru",
        ]
        var months: [UInt32: Int] = [
            // März, févr., août and déc. in ISO-8859-1.
            key(0x6D, 0xE4, 0x72): 3, key(0x66, 0xE9, 0x76): 2, key(0x61, 0x6F, 0xFB): 8, key(0x64, 0xE9, 0x63): 12,
        ]
        for (month, list) in names.enumerated() {
            for name in list.split(separator: " ") { months[key(String(name))] = month + 1 }
        }
        return months
    }()

    /// The French June and July differ in their fourth letter.
    static let ambiguousMonth = key("jui")

    /// The words that follow year and month in Chinese, Japanese and Korean dates; what is left is the day.
    static let yearMarks: Set<UInt32> = [key("年"), key("년")]
    static let monthMarks: Set<UInt32> = [key("月"), key("월")]

    /// Hours from Greenwich by the names of three letters: those of RFC 5322 section 4.3, and others that are seen.
    static let zones: [UInt32: Int] = [
        key("gmt"): 0, key("utc"): 0, key("est"): -5, key("edt"): -4, key("cst"): -6, key("cdt"): -5, key("mst"): -7,
        key("mdt"): -6, key("pst"): -8, key("pdt"): -7, key("hst"): -10, key("brt"): -3, key("cet"): 1, key("mez"): 1,
        key("met"): 1, key("bst"): 1, key("wet"): 0, key("eet"): 2, key("msk"): 3, key("msd"): 4, key("hkt"): 8,
        key("sgt"): 8, key("jst"): 9, key("kst"): 9,
    ]

    /// The same by the first three of four letters.
    static let longZones: [UInt32: Int] = [
        key("cest"): 2, key("mesz"): 2, key("west"): 1, key("eest"): 3, key("sast"): 2, key("akst"): -9,
        key("akdt"): -8, key("awst"): 8, key("aest"): 10, key("aedt"): 11, key("nzst"): 12, key("nzdt"): 13,
    ]
}
