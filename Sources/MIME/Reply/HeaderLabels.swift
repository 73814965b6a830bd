/// The fields of a header block that a client prints above a message that it quotes or forwards.
enum HeaderLabel: Hashable, Sendable {
    case from, date, to, cc, subject
    /// Fields that belong to a block but that nobody asks for: Reply-To, importance, attachments.
    case other

    /// The field that a label names, whatever its case.
    init?(_ text: String) {
        guard let label = Self.byText[text] ?? Self.byText[text.lowercased()] else { return nil }
        self = label
    }

    /// The longest label that a text ends with, and its length in octets; only one that begins with a capital.
    static func suffix(of text: String) -> (label: HeaderLabel, length: Int)? {
        let lowered = text.lowercased()
        // A text whose length changes in lower case (Turkish `İ`) has no offsets in common with it.
        guard lowered.utf8.count == text.utf8.count, let phrase = table.suffix(of: lowered), let label = byText[phrase]
        else { return nil }
        let start = text.utf8.index(text.endIndex, offsetBy: -phrase.utf8.count)
        let first = text.unicodeScalars[start]
        guard !first.properties.isLowercase else { return nil }
        return (label, phrase.utf8.count)
    }

    /// No label is longer, in characters.
    static let maximumLength = 32

    private static let table = PhraseTable(Array(byText.keys))

    private static let byText: [String: HeaderLabel] = {
        var result: [String: HeaderLabel] = [:]
        for (label, texts) in texts { for text in texts { result[text] = label } }
        return result
    }()

    /// Labels in lower case, in the order English, German, French, Spanish, Portuguese, Catalan, Italian, Dutch, Danish,
    /// Norwegian, Swedish, Icelandic, Finnish, Estonian, Latvian, Lithuanian, Polish, Czech, Slovak, Slovenian,
    /// Croatian and Serbian, Russian, Ukrainian, Bulgarian, Romanian, Hungarian, Turkish, Greek, Hebrew, Arabic,
    /// Persian, Chinese, Japanese, Korean, Thai, Vietnamese, Indonesian.
    private static let texts: [(HeaderLabel, [String])] = [
        (
            .from,
            [
                "from", "sender", "von", "absender", "de", "expéditeur", "remitente", "remetente", "da", "mittente",
                "van",
                "afzender", "fra", "afsender", "avsender", "från", "avsändare", "frá", "lähettäjä", "saatja", "kellelt",
                "sūtītājs", "nuo", "siuntėjas", "od", "nadawca", "odesílatel", "odesilatel", "odosielateľ",
                "pošiljatelj", "šalje", "pošiljalac", "шаље", "од", "от", "от кого", "отправитель", "від", "відправник",
                "подател", "expeditorul", "expeditor", "de la", "feladó", "kimden", "gönderen", "από", "αποστολέας",
                "מאת",
                "من", "المرسل", "از", "发件人", "發件人", "寄件者", "寄件人", "差出人", "送信者", "보낸 사람", "보낸사람",
                "발신", "จาก", "từ", "người gửi", "dari", "pengirim",
            ]
        ),
        (
            .date,
            [
                "date", "sent", "sent on", "datum", "gesendet", "gesendet am", "envoyé", "envoyé le", "date d'envoi",
                "message du", "fecha", "enviado", "enviado el", "fecha de envío", "data", "enviada", "enviada em",
                "enviado em", "data de envio", "enviat", "enviat el", "inviato", "inviato il", "data di invio",
                "verzonden",
                "verzonden op", "dato", "sendt", "sendt den", "skickat", "skickat den", "dagsetning", "sent þann",
                "lähetetty", "päivämäärä", "päiväys", "kuupäev", "saadetud", "saatmisaeg", "datums", "nosūtīts",
                "išsiųsta", "wysłano", "wysłane", "data wysłania", "odesláno", "posláno", "dátum", "odoslané",
                "poslano",
                "poslato", "datum slanja", "послато", "дата", "отправлено", "дата отправки", "надіслано", "відправлено",
                "изпратено", "dată", "trimis", "trimis la", "elküldve", "küldve", "küldés dátuma", "tarih",
                "gönderildi",
                "gönderilme tarihi", "gönderme tarihi", "ημερομηνία", "στάλθηκε", "תאריך", "נשלח", "التاريخ", "تاريخ",
                "تاريخ الإرسال", "تم الإرسال", "日期", "发送时间", "发送日期", "發送時間", "寄件日期", "傳送時間", "日時", "日付",
                "送信日時", "送信日", "날짜", "보낸 날짜", "발신일", "วันที่", "ส่ง", "ngày", "đã gửi", "tanggal", "dikirim",
            ]
        ),
        (
            .to,
            [
                "to", "an", "empfänger", "à", "pour", "destinataire", "destinataires", "para", "a", "destinatario",
                "destinatário",
                "per a", "aan", "geadresseerde", "til", "modtager", "mottaker", "till", "mottagare", "vastaanottaja",
                "vast.ottaja",
                "saaja", "kellele", "kam", "adresāts", "adresatas", "do", "odbiorca", "adresat", "komu",
                "príjemca", "pre", "za", "prima", "prejemnik", "primatelj", "за", "кому", "получатель", "до",
                "получател",
                "destinatarul", "către", "catre", "címzett", "kime", "alıcı", "προς", "אל", "إلى", "الى", "به", "收件人",
                "收件者", "宛先", "받는 사람", "받는사람", "수신", "ถึง", "đến", "tới", "kepada", "ke",
            ]
        ),
        (
            .cc,
            [
                "cc", "kopie", "kopie an", "copie", "copie à", "copia", "cópia", "còpia", "con copia", "kopi", "kopia",
                "afrit",
                "kopio", "koopia", "kopija", "dw", "do wiadomości", "udw", "kópia", "kp", "копия", "копія", "копие",
                "másolat", "másolatot kap", "bilgi", "κοιν", "κοινοποίηση", "עותק", "نسخة", "نسخة إلى", "رونوشت", "抄送",
                "副本",
                "참조", "สำเนา", "đồng kính gửi", "tembusan", "bcc", "blindkopie", "cci", "cco", "ccn", "blindkopi",
                "skrytá kopie",
                "скрытая копия", "密送",
            ]
        ),
        (
            .subject,
            [
                "subject", "betreff", "objet", "sujet", "asunto", "assunto", "assumpte", "oggetto", "onderwerp", "emne",
                "ämne", "efni", "aihe", "otsikko", "teema", "pealkiri", "temats", "tēma", "tema", "temat", "předmět",
                "predmet", "zadeva", "naslov", "предмет", "тема", "относно", "subiect", "subiectul", "tárgy", "konu",
                "θέμα",
                "נושא", "الموضوع", "موضوع", "主题", "主題", "主旨", "标题", "件名", "제목", "เรื่อง", "หัวเรื่อง", "chủ đề",
                "tiêu đề", "subjek", "perihal",
            ]
        ),
        (
            .other,
            [
                "reply-to", "reply to", "antwort an", "répondre à", "responder a", "responder para", "rispondi a",
                "risposta",
                "antwoord aan", "antwoordadres", "svar til", "svara till", "vastausosoite", "odpowiedz do",
                "odpověď komu",
                "ответить", "válaszcím", "yanıtla", "返信先", "回复", "importance", "priority", "wichtigkeit", "priorität",
                "importancia", "importância", "priorità", "urgentie", "prioritet", "ważność", "важность",
                "attachments", "anlagen", "anhänge", "pièces jointes", "datos adjuntos", "anexos", "allegati",
                "bijlagen",
                "vedhæftede filer", "vedlegg", "bilagor", "załączniki", "přílohy", "вложения", "organization",
                "sensitivity",
                "mailed-by", "signed-by", "resent-from", "resent-to", "message-id", "list-id", "newsgroups", "附件",
                "添付ファイル",
            ]
        ),
    ]
}
