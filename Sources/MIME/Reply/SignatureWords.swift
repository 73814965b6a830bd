/// The words by which signatures and disclaimers are known, in lower case.
enum SignatureWords {
    /// How the line begins that a phone or a program puts below a text.
    static let sentFrom = PhraseTable([
        "sent from", "sent with", "sent via", "sent using", "get outlook for", "composed on", "written on my",
        "gesendet von", "gesendet mit", "von meinem", "von unterwegs gesendet", "diese nachricht wurde von",
        "outlook für", "envoyé de", "envoyé depuis", "envoyé à partir", "envoyé par", "envoyé avec",
        "télécharger outlook",
        "obtenir outlook", "enviado desde", "enviado de", "enviado do", "enviado a partir", "enviado con",
        "enviado com",
        "enviado por", "obtener outlook", "obter o outlook", "enviat des", "inviato da", "inviato dal", "inviato con",
        "ottieni outlook", "scarica outlook", "verzonden vanaf", "verzonden vanuit", "verzonden met", "verstuurd vanaf",
        "verstuurd met", "outlook voor", "sendt fra", "sendt med", "hent outlook", "få outlook", "skickat från",
        "skickad från", "skickat med", "hämta outlook", "sent úr", "lähetetty", "hanki outlook", "saadetud minu",
        "nosūtīts no", "išsiųsta iš", "wysłane z", "wysłano z", "pobierz outlook", "odesláno z", "odesláno ze",
        "odoslané z", "získať outlook", "získat outlook", "poslano z", "poslano iz", "poslato sa", "poslato iz",
        "послано с", "отправлено с", "отправлено из", "надіслано з", "відправлено з", "изпратено от", "trimis de pe",
        "trimis din", "elküldve", "küldve", "iphone-omról küldve", "gönderildi", "στάλθηκε από", "נשלח מ", "أرسلت من",
        "أُرسلت من", "تم الإرسال من", "发自", "發自", "从我的", "從我的", "發送自", "发送自", "ส่งจาก", "gửi từ", "đã gửi từ",
        "dikirim dari", "dihantar dari",
        "download the proton", "sent securely from", "yahoo mail:", "yahoo mail -",
    ])

    /// The same with a word for one's own, which needs no known device.
    static let sentFromMine = PhraseTable([
        "sent from my", "written on my", "gesendet von meinem", "gesendet von meiner", "envoyé de mon",
        "envoyé depuis mon",
        "enviado desde mi", "enviado do meu", "enviado a partir do meu", "enviat des del meu", "inviato dal mio",
        "verzonden vanaf mijn", "verstuurd vanaf mijn", "sendt fra min", "sendt fra mit", "skickat från min",
        "wysłane z mojego", "wysłane z moje", "odesláno z mého", "odoslané z môjho", "poslano iz mojega",
        "poslano s mog",
        "отправлено с моего", "надіслано з мого", "trimis de pe", "στάλθηκε από το", "发自我的", "發自我的", "从我的", "從我的",
    ])

    /// How such a line ends where the verb comes last.
    static let sentFromEndings = PhraseTable([
        "gesendet", "gesendet.", "dan gönderildi", "den gönderildi", "tan gönderildi", "ten gönderildi", "küldve",
        "から送信",
        "에서 보냄", "에서 발송", "发送", "發送", "傳送",
    ])

    /// Devices and programs: a line that ends as a sentence does must name one.
    static let devices = PhraseTable([
        "iphon", "ipad", "ipod", "android", "samsung", "galaxy", "blackberry", "nokia", "huawei", "xiaomi", "redmi",
        "pixel",
        "windows", "lumia", "motorola", "wiko", "oneplus", "sony", "mobile", "mobil", "móvil", "movil", "mobiel",
        "telefon",
        "téléphone", "teléfono", "telefoon", "phone", "handy", "smartphone", "tablet", "tablette", "outlook", "gmail",
        "yahoo", "k-9", "proton", "thunderbird", "aol", "hotmail", "bluemail", "typeapp", "spark", "sparrow",
        "acompli", "cloudmagic", "newton", "airmail", "edison", "zoho", "boxer", "fairemail",
        "телефон", "смартфон", "手机", "手機",
    ])

    /// Closings above a name.
    static let closings = PhraseTable([
        "regards", "best regards", "kind regards", "kindest regards", "warm regards", "warmest regards", "best",
        "best wishes",
        "all the best", "cheers", "thanks", "many thanks", "thank you", "thanks and regards", "thanks & regards",
        "thanks in advance", "thx", "sincerely", "sincerely yours", "yours sincerely", "yours faithfully",
        "yours truly",
        "respectfully", "cordially", "take care", "br", "rgds", "kr",
        "mit freundlichen grüßen", "mit freundlichen grüssen", "mit freundlichem gruß", "mit freundlichem gruss",
        "freundliche grüße", "freundliche grüsse", "viele grüße", "viele grüsse", "beste grüße", "beste grüsse",
        "liebe grüße", "liebe grüsse", "schöne grüße", "herzliche grüße", "herzliche grüsse", "gruß", "gruss", "grüße",
        "mfg", "lg", "vg", "danke", "vielen dank", "hochachtungsvoll",
        "cordialement", "bien cordialement", "très cordialement", "bien à vous", "salutations",
        "meilleures salutations",
        "sincères salutations", "cdlt", "merci", "merci d'avance", "bonne journée", "amicalement",
        "saludos", "un saludo", "saludos cordiales", "un cordial saludo", "atentamente", "gracias", "muchas gracias",
        "cumprimentos", "melhores cumprimentos", "com os melhores cumprimentos", "atenciosamente", "att", "abraços",
        "obrigado", "obrigada", "grato", "salutacions", "gràcies", "atentament",
        "saluti", "cordiali saluti", "distinti saluti", "un saluto", "grazie", "a presto",
        "met vriendelijke groet", "met vriendelijke groeten", "vriendelijke groeten", "groeten", "groetjes", "mvg",
        "bedankt",
        "alvast bedankt", "hartelijke groet",
        "med venlig hilsen", "venlig hilsen", "mvh", "hilsen", "med vennlig hilsen", "vennlig hilsen", "tak", "takk",
        "med vänliga hälsningar", "med vänlig hälsning", "vänliga hälsningar", "vänligen", "hälsningar", "tack",
        "kveðja",
        "bestu kveðjur", "ystävällisin terveisin", "terveisin", "terv", "kiitos", "parimate soovidega",
        "lugupidamisega",
        "tervitades", "ar cieņu", "pagarbiai", "pozdrawiam", "z poważaniem", "dziękuję", "z wyrazami szacunku",
        "s pozdravem", "s přátelským pozdravem", "děkuji", "díky", "s pozdravom", "ďakujem", "lep pozdrav",
        "lijep pozdrav", "pozdrav", "srdačan pozdrav", "hvala", "s poštovanjem", "поздрав", "с уважением", "спасибо",
        "всего доброго", "з повагою", "дякую", "поздрави", "с уважение", "cu stimă", "cu respect", "mulțumesc",
        "multumesc",
        "üdvözlettel", "üdv", "tisztelettel", "köszönöm", "köszönettel", "saygılarımla", "saygılar", "iyi çalışmalar",
        "teşekkürler", "με εκτίμηση", "ευχαριστώ", "בברכה", "תודה", "מע التحية", "مع التحية", "شكرا", "此致", "祝好", "谢谢",
        "謝謝", "よろしくお願いします", "よろしくお願いいたします", "敬具", "감사합니다", "trân trọng", "cảm ơn", "salam", "terima kasih",
        "hormat saya",
    ])

    /// The subjects of disclaimers; a paragraph that touches two of them is one.
    static let disclaimers: [PhraseTable] = [
        // What it is.
        PhraseTable([
            "confidential", "privileged", "proprietary information", "vertraulich", "confidentiel", "confidencial",
            "riservat", "confidenziale", "vertrouwelijk", "fortrolig", "konfidensiell", "konfidentiell",
            "luottamuksell",
            "poufn", "důvěrn", "dôvern", "povjerljiv", "конфиденциальн", "конфіденційн", "confidențial", "bizalmas",
            "gizli",
            "εμπιστευτικ", "חסוי", "סודי", "سري", "机密", "機密", "保密", "기밀",
        ]),
        // Whom it is for.
        PhraseTable([
            "intended recipient", "intended only", "intended solely", "intended for", "addressee", "solely for the use",
            "bestimmungsgemäß", "der richtige adressat", "nicht der vorgesehene", "vorgesehene empfänger",
            "destinataire", "destinatario", "destinatário", "destinatari", "geadresseerde", "beoogde ontvanger",
            "tiltænkt", "tiltenkt", "avsedda mottagar", "avsedd", "tarkoitettu", "adresat", "adresát", "primatelj",
            "получател",
            "адресат", "одержувач", "destinatarul", "címzett", "alıcı", "παραλήπτη", "הנמען", "المستلم", "收件人", "受信者",
            "수신인",
        ]),
        // What not to do.
        PhraseTable([
            "prohibited", "unauthorized", "unauthorised", "unlawful", "do not disclose", "dissemination",
            "nicht gestattet",
            "unbefugt", "untersagt", "interdit", "prohibid", "proibid", "vietat", "verboden", "niet toegestaan",
            "forbudt",
            "ikke tillat", "förbjud", "kielletty", "zabronion", "zakázán", "запрещ", "заборон", "interzis", "tilos",
            "yasak",
            "απαγορεύεται", "אסור", "يحظر", "禁止", "금지",
        ]),
        // What to do.
        PhraseTable([
            "in error", "by mistake", "delete it", "delete this", "permanently delete", "notify the sender",
            "irrtümlich",
            "versehentlich", "par erreur", "por error", "por engano", "por erro", "per errore", "ten onrechte",
            "abusievelijk",
            "ved en fejl", "ved en feil", "av misstag", "vahingossa", "omyłkow", "pomyłk", "omylem", "по ошибке",
            "помилково",
            "din greșeală", "tévedés", "yanlışlıkla", "εκ παραδρομής", "בטעות", "بالخطأ", "错误", "誤って", "잘못",
        ]),
        // Whose word it is, and what else companies print.
        PhraseTable([
            "do not necessarily represent", "views or opinions", "views expressed", "legally binding", "liability",
            "virus", "e-mail transmission cannot be guaranteed", "monitored", "consider the environment",
            "before printing",
            "registered office", "registered in england", "haftung", "umwelt", "ausdrucken", "responsabilité",
            "imprimer",
            "responsabilidad", "responsabilità", "stampare", "medio ambiente", "aansprakelijk", "ansvar",
            "trattamento dei dati",
        ]),
    ]
}
