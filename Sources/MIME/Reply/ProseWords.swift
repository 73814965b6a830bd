/// Words that tell what people write from what programs and companies append, in lower case.
enum ProseWords {
    /// Words and pairs of words with which people write of themselves; notices say `we`, and `you`.
    ///
    /// English `I` has its verb with it: alone it is a word in Italian, Polish and the languages of the North.
    static let firstPersons = PhraseTable([
        "bana", "benim", "eu", "he recibido", "ho ricevuto", "i am", "i asked", "i believe", "i can", "i can't",
        "i cannot", "i could", "i did", "i didn't", "i do", "i don't", "i found", "i got", "i had", "i have",
        "i hope", "i know", "i need", "i opened", "i received", "i saw", "i sent", "i shall", "i should", "i think",
        "i want", "i was", "i will", "i would", "i'd", "i'll", "i'm", "i've", "ich", "ik", "i’d", "i’ll", "i’m",
        "i’ve", "j'ai", "j'avais", "jag", "je", "jeg", "jsem", "j’ai", "m'avez", "me", "meg", "mein", "meine",
        "meinem", "meinen", "meiner", "meines", "mes", "meu", "meus", "mia", "mich", "mig", "mijn", "mine", "minha",
        "minulle", "minun", "minä", "mio", "mir", "mis", "mnie", "moi", "moje", "mon", "my", "myself", "mój",
        "m’avez", "nekem", "otrzymałam", "otrzymałem", "yo", "én", "εγώ", "μου", "мене", "меня", "мені", "мне",
        "мой", "мою", "моя", "моё", "я",
    ])

    /// How greetings begin.
    static let greetings = PhraseTable([
        "ahoj", "beste", "boa tarde", "bom dia", "bon dia", "bonjour", "bonsoir", "buenas", "buenas tardes",
        "buenos días", "bună", "bună ziua", "buonasera", "buongiorno", "cara", "caro", "cher", "chers", "chère",
        "ciao", "cześć", "dag", "dear", "dobar dan", "dober dan", "dobrý den", "dobrý deň", "dzień dobry",
        "egregio", "estimada", "estimado", "estimados", "geachte", "gentile", "gentili", "god dag", "goddag",
        "goedemiddag", "goedemorgen", "goedendag", "good afternoon", "good day", "good evening", "good morning",
        "greetings", "grüezi", "grüß gott", "guten abend", "guten morgen", "guten tag", "hallo", "halo", "hei",
        "hej", "hejsan", "hello", "hey", "hi", "hola", "iyi günler", "jó napot", "kedves", "kjære", "kære",
        "kính gửi", "labas", "liebe", "lieber", "liebes", "madame", "merhaba", "moin", "monsieur", "olá",
        "pozdravljeni", "poštovani", "prezada", "prezado", "prezados", "salut", "salve", "sayın", "sehr geehrte",
        "sehr geehrter", "selamat pagi", "servus", "stimate", "stimată", "sveiki", "szanowna", "szanowni",
        "szanowny", "szia", "tere", "tisztelt", "vážená", "vážení", "vážený", "werte", "witam", "xin chào",
        "αγαπητέ", "αγαπητή", "γεια σας", "καλημέρα", "вітаю", "добрий день", "добрый день", "здравейте",
        "здравствуйте", "поздрав", "привет", "уважаемая", "уважаемые", "уважаемый", "шановні", "שלום",
        "السلام عليكم", "مرحبا", "สวัสดี", "お世話になっております", "こんにちは", "你好", "尊敬的", "您好", "안녕하세요",
    ])

    /// How what is added below a name begins.
    static let postscripts = PhraseTable([
        "n.b.", "nachtrag", "nb", "p. s.", "p.-s.", "p.d.", "p.p.s.", "p.s", "p.s.", "pd", "post scriptum",
        "postscript", "pps", "ps", "ps.", "з.ы.",
    ])

    /// The message itself, as notices call it.
    static let thisMessage = PhraseTable([
        "a presente mensagem", "acest e-mail", "acest email", "acest mesaj", "aquest correu", "aquest missatge",
        "bu e-posta", "bu eposta", "bu ileti", "bu mesaj", "ce courriel", "ce courrier", "ce document", "ce mail",
        "ce message", "cet e-mail", "cet email", "cette communication", "cette transmission", "denna e-post",
        "denne besked", "denne e-mail", "denne e-post", "denne email", "denne epost", "denne mail",
        "denne meddelelse", "denne melding", "desta mensagem", "deste e-mail", "deste email", "det här meddelandet",
        "detta e-post", "detta mail", "detta meddelande", "detta mejl", "deze e-mail", "deze email", "deze mail",
        "diese e-mail", "diese email", "diese information", "diese mail", "diese mitteilung", "diese nachricht",
        "dieser e-mail", "dieser email", "dieser mail", "dieser nachricht", "dieses dokument", "dieses e-mail",
        "dieses schreiben", "dit bericht", "dit e-mail bericht", "dit e-mailbericht", "e-mail này",
        "el presente correo", "el presente mensaje", "email ini", "email này", "esta comunicación",
        "esta comunicação", "esta mensagem", "esta transmisión", "este correo", "este documento", "este e-mail",
        "este email", "este mensaje", "ez az e-mail", "ez az üzenet", "ezen üzenet", "ezt az e-mail",
        "ezt az üzenet", "jelen e-mail", "jelen üzenet", "käesolev", "le présent courriel", "le présent message",
        "nesta mensagem", "neste e-mail", "niniejsza wiadomość", "niniejszej", "niniejszy", "ova elektronička",
        "ova poruka", "ovaj e-mail", "ove poruke", "ovu poruku", "pesan ini", "presente comunicazione",
        "presente e-mail", "presente email", "presente mail", "presente messaggio", "prezentul mesaj",
        "questa comunicazione", "questa e-mail", "questa email", "questa mail", "questo messaggio", "see kiri",
        "ta e-poruka", "ta wiadomość", "tato e-mailová", "tato zpráva", "tej wiadomości", "tejto správy",
        "ten e-mail", "tento e-mail", "tento email", "these messages", "this and any attachment",
        "this communication", "this correspondence", "this document", "this e mail", "this e-mail",
        "this electronic", "this email", "this mail", "this message", "this transmission", "thư này",
        "to sporočilo", "tuto zprávu", "táto e-mailová", "táto správa", "tämä sähköposti", "tämä viesti",
        "tämän sähköposti", "tämän viestin", "této zprávy", "túto správu", "tę wiadomość", "þessi tölvupóstur",
        "šiame", "šis e-pasts", "šis elektroninis", "šis laiškas", "šis ziņojums", "αυτό το email",
        "αυτό το μήνυμα", "το μήνυμα αυτό", "το παρόν", "το παρόν μήνυμα", "данное письмо", "данное сообщение",
        "настоящее письмо", "настоящее сообщение", "настоящото", "ова порука", "това съобщение", "този имейл",
        "це повідомлення", "цей лист", "цього повідомлення", "это письмо", "это сообщение", "это электронное",
        "этого сообщения", "דואר זה", "הודעה זו", "هذا البريد", "هذه الرسالة", "อีเมลนี้", "このメッセージ", "このメール",
        "本メッセージ", "本メール", "本电子邮件", "本邮件", "本郵件", "本電子郵件", "此电子邮件", "此邮件", "此郵件", "该邮件", "본 메일", "본 이메일", "이 메시지",
        "이 메일", "이 이메일",
    ])

    /// Whether a text in lower case has a word of ``firstPersons``.
    static func isFirstPerson(_ text: String) -> Bool {
        var previous = ""
        for part in text.split(separator: " ") where part.utf8.count <= 40 {
            let word = part.trimmingMarks
            if firstPersons.contains(word) || firstPersons.contains(previous + " " + word) { return true }
            previous = word
        }
        return false
    }
}
