import MIME
import Testing

/// Replies as the clients and gateways of these years write them, that no published list of cases has.
@Suite struct ReplyOfTodayTests {
    /// Apple Mail on a Mac and on a phone.
    static let apple = [
        "On 20 Nov 2026, at 10:15, Jane Doe <jane@example.org> wrote:",
        "On Nov 20, 2026, at 10:15\u{202F}AM, Jane Doe <jane@example.org> wrote:",
        "On 20 Nov 2026, at 10:15, \u{2068}Jane Doe\u{2069} <\u{2068}jane@example.org\u{2069}> wrote:",
        "Am 20.11.2026 um 10:15 schrieb Jane Doe <jane@example.org>:",
        "Le 20 nov. 2026 à 10:15, Jane Doe <jane@example.org> a écrit :",
        "El 20 nov 2026, a las 10:15, Jane Doe <jane@example.org> escribió:",
        "Il giorno 20 nov 2026, alle ore 10:15, Jane Doe <jane@example.org> ha scritto:",
        "Em 20 de nov. de 2026, à(s) 10:15, Jane Doe <jane@example.org> escreveu:",
        "No dia 20/11/2026, às 10:15, Jane Doe <jane@example.org> escreveu:",
        "Op 20 nov 2026, om 10:15 heeft Jane Doe <jane@example.org> het volgende geschreven:",
        "20 nov. 2026 kl. 10:15 skrev Jane Doe <jane@example.org>:",
        "Den 20. nov. 2026 kl. 10.15 skrev Jane Doe <jane@example.org>:",
        "Jane Doe <jane@example.org> kirjoitti 20.11.2026 kello 10.15:",
        "Wiadomość napisana przez Jane Doe <jane@example.org> w dniu 20.11.2026, o godz. 10:15:",
        "20. 11. 2026 v 10:15, Jane Doe <jane@example.org>:",
        "20 нояб. 2026 г., в 10:15, Jane Doe <jane@example.org> написал(а):",
        "2026/11/20 10:15、Jane Doe <jane@example.org>のメール：",
        "2026年11月20日 上午10:15，Jane Doe <jane@example.org> 写道：",
        "Jane Doe <jane@example.org> 於 2026年11月20日 上午10:15 寫道：",
        "2026. 11. 20. 오전 10:15, Jane Doe <jane@example.org> 작성:",
        "Jane Doe <jane@example.org> şunları yazdı (20 Kas 2026 10:15):",
        "‏20 בנוב׳ 2026, בשעה 10:15, ‏Jane Doe <jane@example.org> כתב/ה:",
        "في ٢٠ نوفمبر ٢٠٢٦، الساعة ١٠:١٥ ص، كتب Jane Doe <jane@example.org>:",
        // Gmail on a phone.
        "On Fri, 20 Nov 2026, 10:15 Jane Doe, <jane@example.org> wrote:",
        "Am Fr., 20. Nov. 2026 um 10:15 Uhr schrieb Jane Doe <jane@example.org>:",
        "Le ven. 20 nov. 2026, 10:15, Jane Doe <jane@example.org> a écrit :",
        "Dne pá 20. 11. 2026 10:15 uživatel Jane Doe <jane@example.org> napsal:",
    ]

    @Test(arguments: apple) func attributions(line: String) {
        ReplyTests.expectMarks(ReplyTests.Marked(line, "n|It works.\nn|\na|\(line)\na|\nq|> Does it print?\nq|> Jane"))
        ReplyTests.expectMarks(
            ReplyTests.Marked(
                line,
                "n|It works.\nn|\ns|Sent from my iPhone\ns|\na|\(line)\na|\nq|Does it print?\nq|Jane"
            )
        )
    }

    /// What phones and programs put below a text, in the languages of their systems.
    static let devices = [
        "Sent from Outlook for iOS<https://aka.ms/o0ukef>", "Get Outlook for Android<https://aka.ms/AAb9ysg>",
        "Outlook für iOS beziehen<https://aka.ms/o0ukef>", "Outlook für Android herunterladen<https://aka.ms/x>",
        "Télécharger Outlook pour iOS<https://aka.ms/o0ukef>", "Obtener Outlook para iOS<https://aka.ms/o0ukef>",
        "Obtenez Outlook pour Android<https://aka.ms/x>", "Ottieni Outlook per iOS<https://aka.ms/o0ukef>",
        "Obter Outlook para Android<https://aka.ms/x>", "Baixe o Outlook para iOS<https://aka.ms/o0ukef>",
        "Outlook voor iOS downloaden<https://aka.ms/o0ukef>", "Download Outlook voor iOS<https://aka.ms/o0ukef>",
        "Hämta Outlook för iOS<https://aka.ms/o0ukef>", "Hent Outlook til iOS<https://aka.ms/o0ukef>",
        "Pobierz aplikację Outlook dla systemu iOS<https://aka.ms/o0ukef>",
        "Hanki Outlook iOSille<https://aka.ms/o0ukef>",
        "Získat Outlook pro iOS<https://aka.ms/o0ukef>", "Скачать Outlook для iOS<https://aka.ms/o0ukef>",
        "Outlook for iOS を入手<https://aka.ms/o0ukef>", "获取 Outlook for iOS<https://aka.ms/o0ukef>",
        "iOS için Outlook'u edinin<https://aka.ms/o0ukef>", "Obțineți Outlook pentru iOS<https://aka.ms/o0ukef>",
        "Sent from my iPhone", "Von meinem iPhone gesendet", "Envoyé de mon iPhone", "Enviado desde mi iPhone",
        "Enviado do meu iPhone", "Inviato da iPhone", "Verstuurd vanaf mijn iPhone", "Skickat från min iPhone",
        "Sendt fra min iPhone", "Lähetetty iPhonesta", "Wysłane z iPhone'a", "Odesláno z iPhonu", "Odoslané z iPhonu",
        "Отправлено с iPhone", "Надіслано з iPhone", "iPhone'umdan gönderildi", "Στάλθηκε από το iPhone μου",
        "iPhoneから送信", "发自我的 iPhone", "從我的iPhone傳送", "나의 iPhone에서 보냄", "נשלח מה-iPhone שלי",
        "أُرسلت من الـ iPhone", "Trimis de pe iPhone-ul meu", "Elküldve az iPhone-omról", "Dikirim dari iPhone saya",
        "Đã gửi từ iPhone của tôi", "ส่งจาก iPhone ของฉัน",
        "Von Samsung Mobile gesendet", "Gesendet von Outlook für Android", "Gesendet mit der GMX Mail App",
        "Sent from Yahoo Mail for iPhone", "Sent from Mail for Windows", "Gesendet von Mail für Windows",
        "Envoyé à partir de Courrier pour Windows", "Sent from Proton Mail for iOS", "Sent via Superhuman",
    ]

    @Test(arguments: devices) func linesOfDevices(line: String) {
        ReplyTests.expectMarks(ReplyTests.Marked(line, "n|It works now.\nn|\ns|\(line)"))
    }

    /// The lines above which ticket systems want an answer.
    static let marks = [
        "##- Please type your reply above this line -##", "-- Reply above this line --",
        "—-—-—-—\nReply above this line.", "=-=-=-= Please reply above this line =-=-=-=",
        "***** Please respond above this line *****", "[Please reply above this line]",
        "Reply above this line to respond",
        "### Please write your answer above this line ###",
        "-------------- Please reply above this line --------------",
        "--- Please enter replies above this line ---", "##- Please do not write below this line -##",
        "##- Bitte geben Sie Ihre Antwort oberhalb dieser Zeile ein. -##",
        "--- Bitte antworten Sie oberhalb dieser Linie ---", "##- Veuillez répondre au-dessus de cette ligne -##",
        "##- Escriba su respuesta por encima de esta línea -##", "##- Scrivi la tua risposta sopra questa riga -##",
        "##- Por favor, escreva sua resposta acima desta linha -##", "##- Typ uw antwoord boven deze lijn -##",
        "##- Skriv ditt svar ovanför denna rad -##", "##- Skriv dit svar over denne linje -##",
        "##- Proszę wpisać odpowiedź powyżej tej linii -##", "##- Введите ответ над этой строкой -##",
        "##- この線より上に返信を入力してください -##", "##- 请在此行上方键入您的回复 -##",
    ]

    @Test(arguments: marks) func replyAboveThisLine(mark: String) {
        let lines = mark.split(separator: "\n").map { "a|" + $0 }.joined(separator: "\n")
        ReplyTests.expectMarks(
            ReplyTests.Marked(
                mark,
                "n|It works now.\nn|\n\(lines)\na|\nq|Your request (4711) has been updated.\nq|\nq|Does it print?"
            )
        )
    }

    @Test(arguments: [
        "Please reply above this line if you can, and not below it, since our system cuts what stands there.",
        "The text above this line is new.", "Reply above the line.",
        "Your request:\n\n--- Please write your answer below this line ---\n\nThe printer is broken.",
        "--- Bitte schreiben Sie Ihre Antwort unterhalb dieser Linie ---\n\nDer Drucker ist kaputt.",
        "I wrote above this line that it works.",
        "##- Please type your reply above this line -##\n\nYour request has been updated.\n\nDoes it print?",
    ])
    func proseAboutLines(text: String) {
        #expect(ReplyExtraction(text, subject: "Re: Printer").hiddenCount == 0)
    }

    static let gateways = [
        ReplyTests.Marked(
            "a warning of the own gateway above the text",
            """
            d|CAUTION: This email originated from outside of the organization. Do not click links or open attachments
            d|unless you recognize the sender and know the content is safe.
            d|
            n|It works now.
            """
        ),
        ReplyTests.Marked(
            "a short warning",
            """
            d|[EXTERNAL EMAIL] Do not click links or open attachments unless you know the sender.
            d|
            n|It works now.
            n|
            s|Regards,
            s|Bob
            """
        ),
        ReplyTests.Marked(
            "a German warning",
            """
            d|ACHTUNG: Diese E-Mail stammt von einem externen Absender. Klicken Sie nicht auf Links und öffnen Sie keine
            d|Anhänge, wenn Sie den Absender nicht kennen.
            d|
            n|Es geht.
            """
        ),
        ReplyTests.Marked(
            "Outlook's notice of a new correspondent",
            """
            d|You don't often get email from bob@example.org. Learn why this is important<https://aka.ms/LearnAboutSenderIdentification>
            d|
            n|It works now.
            """
        ),
        ReplyTests.Marked(
            "the same in German",
            """
            d|Sie erhalten nicht häufig E-Mails von bob@example.org. Erfahren Sie, warum dies wichtig ist<https://aka.ms/LearnAboutSenderIdentification>
            d|
            n|Es geht.
            """
        ),
        ReplyTests.Marked(
            "a disclaimer below the quote",
            """
            n|It works now.
            n|
            a|On 20 Nov 2026, at 10:15, Jane Doe <jane@example.org> wrote:
            q|> Does it print?
            d|
            d|This message is confidential and intended only for the addressee. If you received it in error,
            d|please notify the sender and delete it.
            """
        ),
        ReplyTests.Marked(
            "a signature and a disclaimer above the quote",
            """
            n|It works now.
            n|
            s|Kind regards,
            s|
            s|Bob Roe
            s|Head of Purchasing | Example Ltd.
            s|T +44 20 7946 0000 | www.example.org
            s|
            d|This message is confidential and intended only for the addressee. If you received it in error,
            d|please notify the sender and delete it.
            d|
            a|From: Jane Doe <jane@example.org>
            a|Sent: 20 November 2026 10:15
            a|To: Bob Roe <bob@example.org>
            a|Subject: Printer
            a|
            q|Does it print?
            """
        ),
        ReplyTests.Marked(
            "new Outlook, which has no rule above its block",
            """
            n|It works now.
            n|
            s|Sent from Outlook for iOS<https://aka.ms/o0ukef>
            a|From: Jane Doe <jane@example.org>
            a|Date: Friday, 20 November 2026 at 10:15
            a|To: Bob Roe <bob@example.org>
            a|Cc: Help <help@example.org>, Jim <jim@example.org>
            a|Subject: [EXTERNAL] Re: Printer
            a|
            q|Does it print?
            """
        ),
        ReplyTests.Marked(
            "answers within the quote, signed below",
            """
            n|Hi Jane, see below.
            n|
            a|On 20 Nov 2026, at 10:15, Jane Doe <jane@example.org> wrote:
            a|
            i|> Does it print?
            n|
            n|Yes.
            n|
            i|> In colour?
            n|
            n|Not yet.
            n|
            s|-- 
            s|Bob
            """
        ),
        ReplyTests.Marked(
            "Teams' and Exchange's notice of an external sender within the quote",
            """
            n|It works now.
            n|
            a|From: Jane Doe <jane@example.org>
            a|Sent: Friday, November 20, 2026 10:15 AM
            a|To: Bob Roe <bob@example.org>
            a|Subject: Re: Printer
            a|
            q|CAUTION: This email originated from outside of the organization. Do not click links.
            q|
            q|Does it print?
            """
        ),
    ]

    @Test(arguments: gateways) func whatGatewaysAdd(marked: ReplyTests.Marked) { ReplyTests.expectMarks(marked) }

    @Test(arguments: [
        "Caution: the printer is hot.\n\nPlease come.",
        "We get external email from customers who click links in it. How do we stop that?\n\nBob",
        "You don't often get email from us, but today you do.",
    ])
    func proseAboutMail(text: String) {
        #expect(ReplyExtraction(text).hiddenCount == 0)
    }
}
