import MIME
import Testing

/// Attributions, header blocks and appended lines in many languages.
@Suite struct ReplyLanguageTests {
    /// Attributions as clients write them in many languages, some of which no table names.
    static let attributions = [
        "Am 20.11.2026 um 10:15 schrieb Jane Doe:",
        "Jane Doe <jane@example.org> schrieb am Fr., 20. Nov. 2026, 10:15:",
        "Le ven. 20 nov. 2026 à 10:15, Jane Doe <jane@example.org> a écrit :",
        "El vie, 20 nov 2026 a las 10:15, Jane Doe (<jane@example.org>) escribió:",
        "Il giorno ven 20 nov 2026 alle ore 10:15 Jane Doe <jane@example.org> ha scritto:",
        "Em sex., 20 de nov. de 2026 às 10:15, Jane Doe <jane@example.org> escreveu:",
        "El dv., 20 de nov. 2026, 10:15, Jane Doe <jane@example.org> va escriure:",
        "Op vr 20 nov 2026 om 10:15 schreef Jane Doe <jane@example.org>:",
        "Den fre 20 nov. 2026 kl 10:15 skrev Jane Doe <jane@example.org>:",
        "fre. 20. nov. 2026 kl. 10.15 skrev Jane Doe <jane@example.org>:",
        "pe 20. marrask. 2026 klo 10.15 Jane Doe (jane@example.org) kirjoitti:",
        "Kontakt Jane Doe (<jane@example.org>) kirjutas kuupäeval R, 20. november 2026 kell 10:15:",
        "piektd., 2026. g. 20. nov., plkst. 10:15 — lietotājs Jane Doe (<jane@example.org>) rakstīja:",
        "pt., 20 lis 2026 o 10:15 Jane Doe <jane@example.org> napisał(a):",
        "pá 20. 11. 2026 v 10:15 odesílatel Jane Doe <jane@example.org> napsal:",
        "pi 20. 11. 2026 o 10:15 Jane Doe <jane@example.org> napísal(a):",
        "pet, 20. stu 2026. u 10:15 Jane Doe <jane@example.org> napisao je:",
        "пт, 20 нояб. 2026 г. в 10:15, Jane Doe <jane@example.org>:",
        "пт, 20 лист. 2026 р. о 10:15 Jane Doe <jane@example.org> пише:",
        "На пт, 20.11.2026 г. в 10:15 Jane Doe <jane@example.org> написа:",
        "vin., 20 nov. 2026 la 10:15, Jane Doe <jane@example.org> a scris:",
        "Jane Doe <jane@example.org> ezt írta (időpont: 2026. nov. 20., P, 10:15):",
        "Jane Doe <jane@example.org>, 20 Kas 2026 Cum, 10:15 tarihinde şunu yazdı:",
        "Στις Παρ 20 Νοε 2026 στις 10:15 π.μ., ο χρήστης Jane Doe <jane@example.org> έγραψε:",
        "‫בתאריך יום ו׳, 20 בנוב׳ 2026 ב-10:15 מאת ‪Jane Doe‬‏ <‪jane@example.org‬‏>:‬",
        "في الجمعة، ٢٠ نوفمبر ٢٠٢٦ في ١٠:١٥ ص تمت كتابة ما يلي بواسطة Jane Doe <jane@example.org>:",
        "在 2026年11月20日，上午10:15，Jane Doe <jane@example.org> 写道：",
        "Jane Doe <jane@example.org> 於 2026年11月20日 週五 上午10:15寫道：",
        "2026年11月20日(金) 10:15 Jane Doe <jane@example.org>:",
        "2026년 11월 20일 (금) 오전 10:15, Jane Doe <jane@example.org>님이 작성:",
        "ในวันที่ ศ. 20 พ.ย. 2026 เวลา 10:15 Jane Doe <jane@example.org> เขียนว่า:",
        "Vào Th 6, 20 thg 11, 2026 vào lúc 10:15 Jane Doe <jane@example.org> đã viết:",
        "Pada Jum, 20 Nov 2026 pukul 10.15 Jane Doe <jane@example.org> menulis:",
        "On Fri, Nov 20, 2026 at 10:15 AM, Jane Doe <jane@example.org>wrote:",
        // In no table: Maltese, Swahili, Georgian.
        "Nhar il-Ġimgħa, 20 ta’ Nov 2026 fl-10:15 Jane Doe <jane@example.org> kitbet:",
        "Mnamo Ij, 20 Nov 2026 saa 10:15 Jane Doe <jane@example.org> aliandika:",
        "პარ, 20 ნოე. 2026 10:15 Jane Doe <jane@example.org> დაწერა:",
    ]

    /// A word that stands twice, or out of its order, hides that another is missing.
    @Test func tablesAreInOrder() {
        for (name, phrases) in ReplyWords.tables {
            #expect(!phrases.isEmpty, "\(name)")
            for (first, second) in zip(phrases, phrases.dropFirst()) where first >= second {
                Issue.record("\(name): \(first) stands before \(second)")
            }
            for phrase in phrases {
                let isTrimmed = phrase.first?.isWhitespace == false && phrase.last?.isWhitespace == false
                #expect(isTrimmed && phrase.lowercased() == phrase, "\(name): \(phrase)")
            }
        }
        // A label names one field.
        let labels = ReplyWords.tables.filter { $0.name.hasPrefix("HeaderLabel") }.flatMap(\.phrases)
        let twice = Dictionary(grouping: labels) { $0 }.filter { $0.value.count > 1 }.keys
        #expect(twice.isEmpty, "\(twice)")
    }

    @Test(arguments: attributions) func attributionsOfLanguages(line: String) {
        ReplyTests.expectMarks(ReplyTests.Marked(line, "n|It works.\nn|\na|\(line)\na|\nq|> Does it print?\nq|> Jane"))
        ReplyTests.expectMarks(ReplyTests.Marked(line, "n|It works.\nn|\na|\(line)\na|\nq|Does it print?\nq|Jane"))
    }

    @Test(arguments: attributions) func attributionsAreFolded(line: String) {
        let words = line.split(separator: " ")
        // Clients fold before the address or behind its bracket.
        guard let address = words.firstIndex(where: { $0.contains("@") }), address >= 4 else { return }
        let head = words[..<address].joined(separator: " ")
        let tail = words[address...].joined(separator: " ")
        ReplyTests.expectMarks(ReplyTests.Marked(line, "n|It works.\nn|\na|\(head)\na|\(tail)\na|\nq|> Does it print?"))
    }

    /// Header blocks: from, date, to, subject.
    static let blocks = [
        ["Von", "Gesendet", "An", "Betreff"], ["De", "Envoyé", "À", "Objet"], ["De", "Enviado el", "Para", "Asunto"],
        ["De", "Enviada em", "Para", "Assunto"], ["Da", "Inviato", "A", "Oggetto"],
        ["Van", "Verzonden", "Aan", "Onderwerp"], ["Fra", "Sendt", "Til", "Emne"], ["Från", "Skickat", "Till", "Ämne"],
        ["Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe"], ["Od", "Wysłano", "Do", "Temat"],
        ["Od", "Odesláno", "Komu", "Předmět"], ["Od", "Odoslané", "Komu", "Predmet"],
        ["Od", "Poslano", "Za", "Zadeva"],
        ["От", "Отправлено", "Кому", "Тема"], ["Від", "Надіслано", "Кому", "Тема"],
        ["Feladó", "Elküldve", "Címzett", "Tárgy"], ["De la", "Trimis", "Către", "Subiect"],
        ["Kimden", "Gönderildi", "Kime", "Konu"], ["Από", "Στάλθηκε", "Προς", "Θέμα"], ["מאת", "נשלח", "אל", "נושא"],
        ["من", "تم الإرسال", "إلى", "الموضوع"], ["发件人", "发送时间", "收件人", "主题"], ["差出人", "送信日時", "宛先", "件名"],
        ["보낸 사람", "보낸 날짜", "받는 사람", "제목"], ["Từ", "Đã gửi", "Đến", "Chủ đề"],
        // In no table: Maltese, Welsh.
        ["Mingħand", "Mibgħut", "Lil", "Suġġett"], ["Oddi wrth", "Anfonwyd", "At", "Pwnc"],
    ]

    @Test(arguments: blocks) func headerBlocksOfLanguages(labels: [String]) {
        let values = ["Jane Doe <jane@example.org>", "20.11.2026 10:15", "Help <help@example.org>", "Printer"]
        for colon in [": ", " : ", ":\t", "："] {
            let block = zip(labels, values).map { "a|\($0)\(colon)\($1)" }.joined(separator: "\n")
            ReplyTests.expectMarks(ReplyTests.Marked(labels[0], "n|It works.\nn|\n\(block)\na|\nq|Does it print?"))
        }
    }

    /// What phones and programs append.
    static let appended = [
        "Sent from my iPhone", "Sent from my Verizon Wireless BlackBerry", "Sent from Yahoo Mail on Android",
        "Sent from Outlook for Android<https://aka.ms/x>", "Get Outlook for iOS", "Sent from my Example X7 Ultra",
        "Von meinem iPhone gesendet", "Gesendet mit der GMX Mail App für Android", "Envoyé de mon iPhone",
        "Enviado desde mi iPhone", "Enviado do meu iPhone", "Inviato da iPhone", "Verstuurd vanaf mijn iPhone",
        "Sendt fra min iPhone", "Skickat från min iPhone", "Lähetetty iPhonesta", "Wysłane z iPhone’a",
        "Odesláno z iPhonu", "Отправлено с iPhone", "iPhone'umdan gönderildi", "Στάλθηκε από το iPhone μου",
        "发自我的 iPhone", "iPhoneから送信", "나의 iPhone에서 보냄", "Sent with Sparrow (http://www.example.com/)",
    ]

    @Test(arguments: appended) func appendedLines(line: String) {
        ReplyTests.expectMarks(ReplyTests.Marked(line, "n|It works.\nn|\ns|\(line)"))
    }
}
