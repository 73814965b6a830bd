/// The words by which signatures and disclaimers are known, in lower case.
enum SignatureWords {
    /// How the line begins that a phone or a program puts below a text.
    static let sentFrom = PhraseTable([
        "composed on", "diese nachricht wurde von", "dihantar dari", "dikirim dari", "download the proton",
        "elküldve", "enviado a partir", "enviado com", "enviado con", "enviado de", "enviado desde", "enviado do",
        "enviado por", "enviat des", "envoyé avec", "envoyé de", "envoyé depuis", "envoyé par", "envoyé à partir",
        "få outlook", "gesendet mit", "gesendet von", "get outlook for", "gönderildi", "gửi từ", "hanki outlook",
        "hent outlook", "hämta outlook", "inviato con", "inviato da", "inviato dal", "iphone-omról küldve",
        "išsiųsta iš", "küldve", "lähetetty", "nosūtīts no", "obtener outlook", "obtenir outlook", "obter o outlook",
        "odesláno z", "odesláno ze", "odoslané z", "ottieni outlook", "outlook für", "outlook voor",
        "pobierz outlook", "poslano iz", "poslano z", "poslato iz", "poslato sa", "saadetud minu", "scarica outlook",
        "sendt fra", "sendt med", "sent from", "sent securely from", "sent using", "sent via", "sent with", "sent úr",
        "skickad från", "skickat från", "skickat med", "trimis de pe", "trimis din", "télécharger outlook",
        "verstuurd met", "verstuurd vanaf", "verzonden met", "verzonden vanaf", "verzonden vanuit", "von meinem",
        "von unterwegs gesendet", "written on my", "wysłane z", "wysłano z", "yahoo mail -", "yahoo mail:",
        "získat outlook", "získať outlook", "đã gửi từ", "στάλθηκε από", "відправлено з", "изпратено от",
        "надіслано з", "отправлено из", "отправлено с", "послано с", "נשלח מ", "נשלח מה", "أرسلت من", "أُرسلت من",
        "تم الإرسال من", "ส่งจาก", "从我的", "发自", "发送自", "從我的", "發自", "發送自",
    ])

    /// The same with a word for one's own, which needs no known device.
    static let sentFromMine = PhraseTable([
        "enviado a partir do meu", "enviado desde mi", "enviado do meu", "enviat des del meu", "envoyé de mon",
        "envoyé depuis mon", "gesendet von meinem", "gesendet von meiner", "inviato dal mio", "odesláno z mého",
        "odoslané z môjho", "poslano iz mojega", "poslano s mog", "sendt fra min", "sendt fra mit", "sent from my",
        "skickat från min", "trimis de pe", "verstuurd vanaf mijn", "verzonden vanaf mijn", "written on my",
        "wysłane z moje", "wysłane z mojego", "στάλθηκε από το", "надіслано з мого", "отправлено с моего", "从我的",
        "发自我的", "從我的", "發自我的",
    ])

    /// How such a line ends where the verb comes last.
    static let sentFromEndings = PhraseTable([
        "dan gönderildi", "den gönderildi", "gesendet", "gesendet.", "küldve", "tan gönderildi", "ten gönderildi",
        "から送信", "傳送", "发送", "發送", "에서 발송", "에서 보냄",
    ])

    /// Devices and programs: a line that ends as a sentence does must name one.
    static let devices = PhraseTable([
        "acompli", "airmail", "android", "aol", "blackberry", "bluemail", "boxer", "canary", "cloudmagic", "edison",
        "em client", "fairemail", "galaxy", "gmail", "gmx", "handy", "hotmail", "huawei", "ipad", "iphon", "ipod",
        "k-9", "lumia", "mailbird", "missive", "mobiel", "mobil", "mobile", "motorola", "movil", "móvil", "newton",
        "nokia", "oneplus", "outlook", "phone", "pixel", "postbox", "proton", "redmi", "samsung", "smartphone",
        "sony", "spark", "sparrow", "spike", "superhuman", "tablet", "tablette", "telefon", "telefoon", "teléfono",
        "thunderbird", "typeapp", "téléphone", "web.de", "wiko", "windows", "xiaomi", "yahoo", "zoho", "смартфон",
        "телефон", "手机", "手機",
    ])

    /// The systems that Outlook names beside itself.
    static let platforms = PhraseTable(["android", "ios", "mac", "windows"])

    /// Closings above a name.
    static let closings = PhraseTable([
        "a presto", "abraços", "all the best", "alvast bedankt", "amicalement", "ar cieņu", "atenciosamente",
        "atentament", "atentamente", "att", "bedankt", "best", "best regards", "best wishes", "beste grüsse",
        "beste grüße", "bestu kveðjur", "bien cordialement", "bien à vous", "bonne journée", "br", "cdlt", "cheers",
        "com os melhores cumprimentos", "cordialement", "cordiali saluti", "cordially", "cu respect", "cu stimă",
        "cumprimentos", "cảm ơn", "danke", "distinti saluti", "dziękuję", "díky", "děkuji", "freundliche grüsse",
        "freundliche grüße", "gracias", "grato", "grazie", "groeten", "groetjes", "gruss", "gruß", "gràcies", "grüße",
        "hartelijke groet", "herzliche grüsse", "herzliche grüße", "hilsen", "hochachtungsvoll", "hormat saya",
        "hvala", "hälsningar", "iyi çalışmalar", "kiitos", "kind regards", "kindest regards", "kr", "kveðja",
        "köszönettel", "köszönöm", "lep pozdrav", "lg", "liebe grüsse", "liebe grüße", "lijep pozdrav",
        "lugupidamisega", "many thanks", "med venlig hilsen", "med vennlig hilsen", "med vänlig hälsning",
        "med vänliga hälsningar", "meilleures salutations", "melhores cumprimentos", "merci", "merci d'avance",
        "met vriendelijke groet", "met vriendelijke groeten", "mfg", "mit freundlichem gruss",
        "mit freundlichem gruß", "mit freundlichen grüssen", "mit freundlichen grüßen", "muchas gracias", "multumesc",
        "mulțumesc", "mvg", "mvh", "obrigada", "obrigado", "pagarbiai", "parimate soovidega", "pozdrav", "pozdrawiam",
        "regards", "respectfully", "rgds", "s pozdravem", "s pozdravom", "s poštovanjem", "s přátelským pozdravem",
        "salam", "saludos", "saludos cordiales", "salutacions", "salutations", "saluti", "saygılar", "saygılarımla",
        "schöne grüße", "sincerely", "sincerely yours", "sincères salutations", "srdačan pozdrav", "tack", "tak",
        "take care", "takk", "terima kasih", "terv", "terveisin", "tervitades", "teşekkürler", "thank you", "thanks",
        "thanks & regards", "thanks and regards", "thanks in advance", "thx", "tisztelettel", "trân trọng",
        "très cordialement", "un cordial saludo", "un saludo", "un saluto", "venlig hilsen", "vennlig hilsen", "vg",
        "viele grüsse", "viele grüße", "vielen dank", "vriendelijke groeten", "vänliga hälsningar", "vänligen",
        "warm regards", "warmest regards", "yours faithfully", "yours sincerely", "yours truly",
        "ystävällisin terveisin", "z poważaniem", "z wyrazami szacunku", "üdv", "üdvözlettel", "ďakujem", "ευχαριστώ",
        "με εκτίμηση", "всего доброго", "дякую", "з повагою", "поздрав", "поздрави", "с уважение", "с уважением",
        "спасибо", "בברכה", "מע التحية", "תודה", "شكرا", "مع التحية", "よろしくお願いいたします", "よろしくお願いします", "敬具", "此致", "祝好",
        "謝謝", "谢谢", "감사합니다",
    ])

    /// Where a mail comes from, in the warning that the recipient's own gateway puts above it.
    static let warnedOrigins = PhraseTable([
        "außerhalb der organisation", "außerhalb des unternehmens", "buiten de organisatie", "correo externo",
        "courriel externe", "dall'esterno", "de l'extérieur", "de l’extérieur", "e-mail esterna", "e-mail externe",
        "e-mail externo", "ekstern afsender", "ekstern avsender", "email esterna", "esterno all'organizzazione",
        "expéditeur externe", "extern avsändare", "external e-mail", "external email", "external mail",
        "external sender", "externe afzender", "externe e-mail", "externe mail", "externe à l'organisation",
        "externen absender", "externer absender", "externího odesílatele", "fora da organização",
        "from an external source", "fuera de la organización", "fuera de su organización", "mimo organizaci",
        "mittente esterno", "originated from outside", "originated outside", "outside of our organisation",
        "outside of our organization", "outside of the organisation", "outside of the organization",
        "outside of your organization", "outside our organization", "outside the organisation",
        "outside the organization", "outside your organisation", "outside your organization", "remetente externo",
        "remitente externo", "spoza organizacji", "uden for organisationen", "utanför organisationen",
        "utenfor organisasjonen", "van buiten", "von außerhalb", "von extern", "zewnętrznego nadawcy",
        "внешнего отправителя", "извне организации", "外部から", "外部の送信者", "外部发件人", "外部邮件", "外部郵件",
    ])

    /// What to do with it; both together are a warning.
    static let warnedDeeds = PhraseTable([
        "be careful", "be cautious", "buďte opatrní", "do not click", "do not follow", "do not open", "don't click",
        "don’t click", "exercise caution", "faites preuve de prudence", "ikke klikk", "klicka inte",
        "klicken sie nicht", "klicken sie nur", "klik ikke", "klik niet", "n'ouvrez pas", "ne cliquez pas",
        "ne cliquez sur", "ne pas cliquer", "neklikejte", "neotvírejte", "nicht auf links", "nie klikaj",
        "nie otwieraj", "no abra", "no haga clic", "non aprire", "non cliccare", "non fare clic", "não abra",
        "não clique", "only open", "open geen", "prestare attenzione", "proceed with caution", "seien sie vorsichtig",
        "soyez prudent", "soyez vigilant", "tenga cuidado", "tenga precaución", "tenha cuidado", "think before",
        "unless you are expecting", "unless you know", "unless you recognise", "unless you recognize",
        "unless you trust", "use caution", "var försiktig", "vorsicht", "vær forsigtig", "vær forsiktig",
        "wees voorzichtig", "zachowaj ostrożność", "åbn ikke", "öffnen sie keine", "öffnen sie nur", "öppna inte",
        "будьте осторожны", "не открывайте", "не переходите", "クリックしないで", "不要点击", "切勿点击", "請勿點擊", "请勿点击", "開かないで",
    ])

    /// The subjects of disclaimers, of which one touches several (``DisclaimerRules``).
    static let disclaimers: [PhraseTable] = [
        // What it is.
        PhraseTable([
            "bizalmas", "confidencial", "confidential", "confidentiel", "confidenziale", "confidențial", "dôvern",
            "důvěrn", "fortrolig", "gizli", "konfidensiell", "konfidentiell", "luottamuksell", "poufn", "povjerljiv",
            "privileged", "proprietary information", "riservat", "vertraulich", "vertrouwelijk", "εμπιστευτικ",
            "конфиденциальн", "конфіденційн", "חסוי", "סודי", "سري", "保密", "机密", "機密", "기밀",
        ]),
        // Whom it is for.
        PhraseTable([
            "addressee", "adresat", "adresát", "alıcı", "avsedd", "avsedda mottagar", "beoogde ontvanger",
            "bestimmungsgemäß", "címzett", "der richtige adressat", "destinataire", "destinatari", "destinatario",
            "destinatarul", "destinatário", "geadresseerde", "intended for", "intended only", "intended recipient",
            "intended solely", "nicht der vorgesehene", "primatelj", "solely for the use", "tarkoitettu", "tiltenkt",
            "tiltænkt", "vorgesehene empfänger", "παραλήπτη", "адресат", "одержувач", "получател", "הנמען", "المستلم",
            "受信者", "收件人", "수신인",
        ]),
        // What not to do.
        PhraseTable([
            "dissemination", "do not disclose", "forbudt", "förbjud", "ikke tillat", "interdit", "interzis",
            "kielletty", "nicht gestattet", "niet toegestaan", "prohibid", "prohibited", "proibid", "tilos",
            "unauthorised", "unauthorized", "unbefugt", "unlawful", "untersagt", "verboden", "vietat", "yasak",
            "zabronion", "zakázán", "απαγορεύεται", "заборон", "запрещ", "אסור", "يحظر", "禁止", "금지",
        ]),
        // What to do.
        PhraseTable([
            "abusievelijk", "av misstag", "by mistake", "delete it", "delete this", "din greșeală", "in error",
            "irrtümlich", "notify the sender", "omylem", "omyłkow", "par erreur", "per errore", "permanently delete",
            "pomyłk", "por engano", "por erro", "por error", "ten onrechte", "tévedés", "vahingossa", "ved en feil",
            "ved en fejl", "versehentlich", "yanlışlıkla", "εκ παραδρομής", "по ошибке", "помилково", "בטעות",
            "بالخطأ", "誤って", "错误", "잘못",
        ]),
        // Whose word it is, and what else companies print.
        PhraseTable([
            "aansprakelijk", "ansvar", "ausdrucken", "before printing", "consider the environment",
            "do not necessarily represent", "e-mail transmission cannot be guaranteed", "haftung", "imprimer",
            "legally binding", "liability", "medio ambiente", "monitored", "registered in england",
            "registered office", "responsabilidad", "responsabilità", "responsabilité", "stampare",
            "trattamento dei dati", "umwelt", "views expressed", "views or opinions", "virus",
        ]),
    ]
}
