/// The words of the line above a quoted or forwarded message, and the prefixes of a forward's subject.
enum SeparatorWords {
    /// Of a forward, as beginnings of words: `---------- Forwarded message ---------`, `Begin forwarded message:`.
    static let forwarded = PhraseTable([
        "forwarded", "fwd message", "weitergeleitet", "transféré", "transfere", "transmis", "réexpédié", "reenviad",
        "reexpedid",
        "reenviat", "reencaminhad", "encaminhad", "inoltrat", "doorgestuurd", "videresend", "vidaresend",
        "vidarebefordra",
        "áframsend", "edelleenlähetetty", "välitetty", "välitetyn", "edastatud", "pārsūtīt", "persiųst", "przekazan",
        "przekazywan", "przesłan", "přeposlan", "přeposílan", "předan", "preposlan", "posredovan", "proslijeđen",
        "prosleđen",
        "прослеђен", "переслан", "пересыла", "пересила", "перенаправлен", "переадресован", "препратен", "redirecționat",
        "redirectionat", "továbbított", "továbbítva", "iletilen", "iletilmiş", "yönlendirilen", "yönlendirilmiş",
        "προωθημέν",
        "הועבר", "שהועברה", "מועבר", "معاد توجيه", "المعاد", "معاد", "محول", "هدایت", "转发", "轉寄", "轉發", "転送", "전달",
        "ส่งต่อ", "chuyển tiếp", "diteruskan", "terusan",
    ])

    /// Of a reply, whole: `-----Original Message-----`.
    static let original = PhraseTable([
        "original message", "original email", "original mail", "reply message", "originalnachricht", "originalmail",
        "ursprüngliche nachricht", "original-nachricht", "original nachricht", "message original", "message d'origine",
        "message d’origine", "message initial", "mensaje original", "mensagem original", "missatge original",
        "messaggio originale", "messaggio originario", "oorspronkelijk bericht", "origineel bericht",
        "originele bericht",
        "oprindelig meddelelse", "oprindelig besked", "original besked", "original meddelelse", "opprinnelig melding",
        "original melding", "ursprungligt meddelande", "originalmeddelande", "original meddelande",
        "upprunaleg skilaboð",
        "alkuperäinen viesti", "algne kiri", "algne sõnum", "originaalkiri", "sākotnējais ziņojums",
        "originalus laiškas",
        "pradinis laiškas", "wiadomość oryginalna", "oryginalna wiadomość", "wiadomość pierwotna", "původní zpráva",
        "původní e-mail", "pôvodná správa", "izvirno sporočilo", "izvorna poruka", "originalna poruka",
        "izvorna poruka",
        "оригинална порука", "исходное сообщение", "первоначальное сообщение", "оригинальное сообщение",
        "вихідне повідомлення", "оригінальне повідомлення", "початкове повідомлення", "оригинално съобщение",
        "mesaj original", "mesajul original", "eredeti üzenet", "eredeti levél", "orijinal mesaj", "özgün ileti",
        "orjinal mesaj", "αρχικό μήνυμα", "הודעה מקורית", "الرسالة الأصلية", "رسالة أصلية", "پیام اصلی", "原始邮件", "原始郵件",
        "原邮件", "原始信件", "原始消息", "元のメッセージ", "オリジナル メッセージ", "元のメール", "원본 메시지", "원본 메일", "ข้อความต้นฉบับ",
        "thư gốc", "tin nhắn gốc", "pesan asli",
    ])

    /// Prefixes of a forward's subject, without the colon.
    static let subjectPrefixes: Set<String> = [
        "fw", "fwd", "wg", "tr", "rv", "i", "enc", "pd", "vb", "vl", "vs", "vidb", "vd", "doorst", "fs", "yml", "ilt",
        "yön", "továbbítás", "tov", "továbbított", "přep", "prep", "posr", "prosl", "edasi", "pārs", "пересл",
        "πρθ", "הועבר", "إعادة توجيه", "转发", "转寄", "轉寄", "轉發", "転送", "전달", "fyi", "res-fw", "trans",
    ]

    /// The subject without a forward's prefix, where it has one in front of every other.
    static func subjectOfForward(_ subject: String) -> String? {
        guard let colon = subject.firstIndex(where: { $0 == ":" || $0 == "：" }) else { return nil }
        guard subjectPrefixes.contains(String(subject[..<colon]).trimmingBlanks.folded) else { return nil }
        return subject[subject.index(after: colon)...].trimmingBlanks
    }
}
