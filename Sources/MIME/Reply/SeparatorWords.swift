/// The words of the line above a quoted or forwarded message, and the prefixes of a forward's subject.
enum SeparatorWords {
    /// Of a forward, as beginnings of words: `---------- Forwarded message ---------`, `Begin forwarded message:`.
    static let forwarded = PhraseTable([
        "chuyển tiếp", "diteruskan", "doorgestuurd", "edastatud", "edelleenlähetetty", "encaminhad", "forwarded",
        "fwd message", "iletilen", "iletilmiş", "inoltrat", "persiųst", "posredovan", "preposlan", "prosleđen",
        "proslijeđen", "przekazan", "przekazywan", "przesłan", "pārsūtīt", "předan", "přeposlan", "přeposílan",
        "redirectionat", "redirecționat", "reencaminhad", "reenviad", "reenviat", "reexpedid", "réexpédié", "terusan",
        "továbbított", "továbbítva", "transfere", "transféré", "transmis", "vidarebefordra", "vidaresend",
        "videresend", "välitetty", "välitetyn", "weitergeleitet", "yönlendirilen", "yönlendirilmiş", "áframsend",
        "προωθημέν", "переадресован", "перенаправлен", "пересила", "переслан", "пересыла", "препратен", "прослеђен",
        "הועבר", "מועבר", "שהועברה", "المعاد", "محول", "معاد", "معاد توجيه", "هدایت", "ส่งต่อ", "転送", "轉寄", "轉發",
        "转发", "전달",
    ])

    /// Of a reply, whole: `-----Original Message-----`.
    static let original = PhraseTable([
        "algne kiri", "algne sõnum", "alkuperäinen viesti", "eredeti levél", "eredeti üzenet", "izvirno sporočilo",
        "izvorna poruka", "mensagem original", "mensaje original", "mesaj original", "mesajul original",
        "message d'origine", "message d’origine", "message initial", "message original", "messaggio originale",
        "messaggio originario", "missatge original", "oorspronkelijk bericht", "opprinnelig melding",
        "oprindelig besked", "oprindelig meddelelse", "originaalkiri", "original besked", "original email",
        "original mail", "original meddelande", "original meddelelse", "original melding", "original message",
        "original nachricht", "original-nachricht", "originalmail", "originalmeddelande", "originalna poruka",
        "originalnachricht", "originalus laiškas", "origineel bericht", "originele bericht", "orijinal mesaj",
        "orjinal mesaj", "oryginalna wiadomość", "pesan asli", "pradinis laiškas", "pôvodná správa", "původní e-mail",
        "původní zpráva", "reply message", "sākotnējais ziņojums", "thư gốc", "tin nhắn gốc", "upprunaleg skilaboð",
        "ursprungligt meddelande", "ursprüngliche nachricht", "wiadomość oryginalna", "wiadomość pierwotna",
        "özgün ileti", "αρχικό μήνυμα", "вихідне повідомлення", "исходное сообщение", "оригинална порука",
        "оригинално съобщение", "оригинальное сообщение", "оригінальне повідомлення", "первоначальное сообщение",
        "початкове повідомлення", "הודעה מקורית", "الرسالة الأصلية", "رسالة أصلية", "پیام اصلی", "ข้อความต้นฉบับ",
        "オリジナル メッセージ", "元のメッセージ", "元のメール", "原始信件", "原始消息", "原始邮件", "原始郵件", "原邮件", "원본 메시지", "원본 메일",
    ])

    /// The line above which a ticket system wants the answer, `##- Please type your reply above this line -##`.
    static let lines = PhraseTable([
        "above this line", "acima dessa linha", "acima desta linha", "al di sopra di questa riga",
        "arriba de esta línea", "au dessus de cette ligne", "au-dessus de cette ligne", "boven deze lijn",
        "boven deze regel", "bu satırın üstüne", "bu satırın üzerine", "bu çizginin üstüne", "deasupra acestei linii",
        "deasupra acestui rând", "di atas baris ini", "dòng này", "e fölé a sor fölé", "encima de esta línea",
        "ezen sor fölé", "nad tento riadok", "nad tento řádek", "nad tímto řádkem", "nad túto čiaru",
        "nicht unterhalb dieser linie", "nicht unterhalb dieser zeile", "nichts unterhalb dieser linie",
        "nichts unterhalb dieser zeile", "not edit below this line", "not reply below this line",
        "not type below this line", "not write below this line", "oberhalb dieser linie", "oberhalb dieser zeile",
        "ovanför den här raden", "ovanför denna linje", "ovanför denna rad", "over denne linje", "over denne linjen",
        "powyżej tego wiersza", "powyżej tej linii", "sobre esta línea", "sopra questa linea", "sopra questa riga",
        "tämän rivin yläpuolelle", "tämän viivan yläpuolelle", "über diese zeile", "über dieser linie",
        "über dieser zeile", "πάνω από αυτή τη γραμμή", "πάνω από αυτήν τη γραμμή", "вище цього рядка",
        "выше этой линии", "выше этой строки", "над този ред", "над цим рядком", "над этой линией",
        "над этой строкой", "מעל לשורה זו", "מעל שורה זו", "فوق هذا السطر", "この線より上", "この行の上", "この行より上", "在此线之上",
        "此线上方", "此行上方", "此行之上", "此行以上", "這一行上方", "이 선 위", "이 줄 위",
    ])

    /// What it wants there, as beginnings of words.
    static let answers = PhraseTable([
        "answer", "antwoord", "antwort", "balas", "enter", "odpoveď", "odpověz", "odpověď", "odpowied", "phản hồi",
        "reageer", "reager", "replies", "reply", "respond", "responda", "responder", "response", "respost",
        "respuesta", "rispond", "rispost", "répond", "réponse", "răspun", "schreiben", "skriv", "svar", "trả lời",
        "type", "vasta", "válasz", "write", "yanıt", "απάντ", "απαντ", "введите", "відповід", "ответ", "отговор",
        "להשיב", "תשוב", "رد", "回复", "回答", "回覆", "返信", "답장", "회신",
    ])

    /// How it may begin to ask.
    static let requests = PhraseTable([
        "bitte", "kindly", "merci", "per", "please", "prosimy", "proszę", "prosím", "veuillez", "пожалуйста",
    ])

    /// Prefixes of a forward's subject, without the colon.
    static let subjectPrefixes = PhraseTable([
        "doorst", "edasi", "enc", "fs", "fw", "fwd", "fyi", "i", "ilt", "pd", "posr", "prep", "prosl", "pārs", "přep",
        "res-fw", "rv", "tov", "továbbított", "továbbítás", "tr", "trans", "vb", "vd", "vidb", "vl", "vs", "wg",
        "yml", "yön", "πρθ", "пересл", "הועבר", "إعادة توجيه", "転送", "轉寄", "轉發", "转发", "转寄", "전달",
    ])

    /// The subject without a forward's prefix, where it has one in front of every other.
    static func subjectOfForward(_ subject: String) -> String? {
        guard let colon = subject.firstIndex(where: { $0 == ":" || $0 == "：" }) else { return nil }
        guard subjectPrefixes.contains(String(subject[..<colon]).trimmingBlanks.folded) else { return nil }
        return subject[subject.index(after: colon)...].trimmingBlanks
    }
}
