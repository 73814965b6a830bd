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

    /// Labels in lower case and in the order of their characters: English, German, French, Spanish, Portuguese, Catalan,
    /// Italian, Dutch, Danish, Norwegian, Swedish, Icelandic, Finnish, Estonian, Latvian, Lithuanian, Polish, Czech,
    /// Slovak, Slovenian, Croatian and Serbian, Russian, Ukrainian, Bulgarian, Romanian, Hungarian, Turkish, Greek,
    /// Hebrew, Arabic, Persian, Chinese, Japanese, Korean, Thai, Vietnamese, Indonesian.
    static let texts: [(HeaderLabel, [String])] = [
        (
            .from,
            [
                "absender", "afsender", "afzender", "avsender", "avsändare", "da", "dari", "de", "de la", "expeditor",
                "expeditorul", "expéditeur", "feladó", "fra", "from", "frá", "från", "gönderen", "kellelt", "kimden",
                "lähettäjä", "mittente", "nadawca", "người gửi", "nuo", "od", "odesilatel", "odesílatel",
                "odosielateľ", "pengirim", "pošiljalac", "pošiljatelj", "remetente", "remitente", "saatja", "sender",
                "siuntėjas", "sūtītājs", "từ", "van", "von", "šalje", "αποστολέας", "από", "від", "відправник", "од",
                "от", "от кого", "отправитель", "подател", "шаље", "מאת", "از", "المرسل", "من", "จาก", "发件人", "寄件人",
                "寄件者", "差出人", "發件人", "送信者", "발신", "보낸 사람", "보낸사람",
            ]
        ),
        (
            .date,
            [
                "dagsetning", "data", "data de envio", "data di invio", "data wysłania", "date", "date d'envoi",
                "dato", "datum", "datum slanja", "datums", "dată", "dikirim", "dátum", "elküldve", "enviada",
                "enviada em", "enviado", "enviado el", "enviado em", "enviat", "enviat el", "envoyé", "envoyé le",
                "fecha", "fecha de envío", "gesendet", "gesendet am", "gönderildi", "gönderilme tarihi",
                "gönderme tarihi", "inviato", "inviato il", "išsiųsta", "kuupäev", "küldve", "küldés dátuma",
                "lähetetty", "message du", "ngày", "nosūtīts", "odesláno", "odoslané", "poslano", "poslato",
                "posláno", "päivämäärä", "päiväys", "saadetud", "saatmisaeg", "sendt", "sendt den", "sent", "sent on",
                "sent þann", "skickat", "skickat den", "tanggal", "tarih", "trimis", "trimis la", "verzonden",
                "verzonden op", "wysłane", "wysłano", "đã gửi", "ημερομηνία", "στάλθηκε", "відправлено", "дата",
                "дата отправки", "изпратено", "надіслано", "отправлено", "послато", "נשלח", "תאריך", "التاريخ",
                "تاريخ", "تاريخ الإرسال", "تم الإرسال", "วันที่", "ส่ง", "傳送時間", "发送日期", "发送时间", "寄件日期", "日付", "日時",
                "日期", "發送時間", "送信日", "送信日時", "날짜", "발신일", "보낸 날짜",
            ]
        ),
        (
            .to,
            [
                "a", "aan", "adresat", "adresatas", "adresāts", "alıcı", "an", "catre", "címzett", "către",
                "destinataire", "destinataires", "destinatario", "destinatarul", "destinatário", "do", "empfänger",
                "geadresseerde", "kam", "ke", "kellele", "kepada", "kime", "komu", "modtager", "mottagare",
                "mottaker", "odbiorca", "para", "per a", "pour", "pre", "prejemnik", "prima", "primatelj", "príjemca",
                "saaja", "til", "till", "to", "tới", "vast.ottaja", "vastaanottaja", "za", "à", "đến", "προς", "до",
                "за", "кому", "получател", "получатель", "אל", "إلى", "الى", "به", "ถึง", "宛先", "收件人", "收件者", "받는 사람",
                "받는사람", "수신",
            ]
        ),
        (
            .cc,
            [
                "afrit", "bcc", "bilgi", "blindkopi", "blindkopie", "cc", "cci", "ccn", "cco", "con copia", "copia",
                "copie", "copie à", "còpia", "cópia", "do wiadomości", "dw", "koopia", "kopi", "kopia", "kopie",
                "kopie an", "kopija", "kopio", "kp", "kópia", "másolat", "másolatot kap", "skrytá kopie", "tembusan",
                "udw", "đồng kính gửi", "κοιν", "κοινοποίηση", "копие", "копия", "копія", "скрытая копия", "עותק",
                "رونوشت", "نسخة", "نسخة إلى", "สำเนา", "副本", "密送", "抄送", "참조",
            ]
        ),
        (
            .subject,
            [
                "aihe", "assumpte", "assunto", "asunto", "betreff", "chủ đề", "efni", "emne", "konu", "naslov",
                "objet", "oggetto", "onderwerp", "otsikko", "pealkiri", "perihal", "predmet", "předmět", "subiect",
                "subiectul", "subject", "subjek", "sujet", "teema", "tema", "temat", "temats", "tiêu đề", "tárgy",
                "tēma", "zadeva", "ämne", "θέμα", "относно", "предмет", "тема", "נושא", "الموضوع", "موضوع",
                "หัวเรื่อง", "เรื่อง", "主旨", "主題", "主题", "件名", "标题", "제목",
            ]
        ),
        (
            .other,
            [
                "allegati", "anexos", "anhänge", "anlagen", "antwoord aan", "antwoordadres", "antwort an",
                "attachments", "bijlagen", "bilagor", "datos adjuntos", "importance", "importancia", "importância",
                "list-id", "mailed-by", "message-id", "newsgroups", "odpověď komu", "odpowiedz do", "organization",
                "pièces jointes", "prioritet", "priority", "priorità", "priorität", "přílohy", "reply to", "reply-to",
                "resent-from", "resent-to", "responder a", "responder para", "rispondi a", "risposta", "répondre à",
                "sensitivity", "signed-by", "svar til", "svara till", "urgentie", "vastausosoite", "vedhæftede filer",
                "vedlegg", "válaszcím", "ważność", "wichtigkeit", "yanıtla", "załączniki", "важность", "вложения",
                "ответить", "回复", "添付ファイル", "返信先", "附件",
            ]
        ),
    ]
}
