import MIME
import Testing

/// Mails that answer nothing: what looks like the beginning of a quote is mostly what somebody writes.
@Suite struct FirstMailTests {
    /// What contact forms and people write.
    static let texts = [
        "You have a new message from your contact form.\n\nFrom: Ann Lee <ann@example.org>\nSubject: Heating broken\nDate: 3 May 2026\n\nMy heating is broken.",
        "Neue Nachricht aus dem Kontaktformular\n\nVon: Anna Lee <anna@example.org>\nBetreff: Heizung\nDatum: 3. Mai 2026 10:15\n\nDie Heizung ist kaputt.",
        "Nouveau message du site\n\nDe : Anne Lee <anne@example.org>\nObjet : Chauffage\nDate : 3 mai 2026 10:15\n\nLe chauffage est en panne.",
        "A new message\n----------------------------------------\nFrom: Ann Lee <ann@example.org>\nDate: 3 May 2026\nSubject: Heating\n----------------------------------------\nMy heating is broken.",
        "A new message\n\nDate: 3 May 2026 10:15\nE-mail: Ann Lee <ann@example.org>\nMessage:\n\nMy heating is broken.",
        "A new message\n\nSent: 3 May 2026 10:15\nBy: <ann@example.org>\nMessage:\n\nMy heating is broken.",
        "A new message\n\nHenkilö: Ann Lee <ann@example.org>\nAika: 3.5.2026 10:15\nAihepiiri: Lämmitys\n\nSe on rikki.",
        "Hello,\n\nOn 2 May 2026, your technician wrote:\n\nThe heating needs a new pump.\n\nWhen will it come?",
        "Hello,\n\nOn 2 May 2026 at 10:15 your technician wrote:\n\nThe heating needs a new pump.",
        "On 2 May 2026 Mr Miller wrote:\nThe heating needs a new pump.\n\nWhen will it come?",
        "Guten Tag,\n\nam 2. Mai 2026 schrieb Herr Müller:\n\nDie Heizung braucht eine neue Pumpe.\n\nWann kommt sie?",
        "Guten Tag,\n\nAm 2.5.2026 um 10:15 Uhr schrieb mein Nachbar:\n\nDie Heizung braucht eine neue Pumpe.",
        "Bonjour,\n\nLe 2 mai 2026, votre technicien a écrit :\n\nIl faut une pompe.\n\nQuand arrive-t-elle ?",
        "Your request was updated\n\n##- Please type your reply above this line -##\n\nWe have news of your heating.",
    ]

    @Test(arguments: texts) func whatIsNewIsShown(text: String) {
        let extraction = ReplyExtraction(text, subject: "Heating", isAnswer: false)
        #expect(extraction.spans.map(\.kind) == [.new])
        #expect(extraction.shownText(of: text) == text)
    }

    /// The same texts are quotes in an answer, so that it is the fields of the message which decide.
    @Test(arguments: [texts[0], texts[1], texts[2], texts[7], texts[10], texts[12], texts[13]])
    func inAnAnswerTheyAreQuotes(text: String) {
        #expect(ReplyExtraction(text, subject: "Heating").hiddenCount > 0)
    }

    /// What only programs write is a quote wherever it stands: some lose the fields of their answers.
    @Test(arguments: [
        "On Fri, 20 Nov 2026 at 10:15, Jane Doe <jane@example.org> wrote:\n\nDoes it print?",
        "On 20/11/2026 10:15, Jane Doe wrote:\n\nDoes it print?",
        "On 20 November 2026 my neighbour wrote:\n> Does it print?",
        "Am 20.11.2026 um 10:15 Uhr schrieb Jane Doe:\n\nDruckt er?",
        "Le ven. 20 nov. 2026 à 10:15, Jane Doe <jane@example.org> a écrit :\n\nImprime-t-elle ?",
        "---- Jane wrote ----\n\nDoes it print?",
        "-----Original Message-----\nFrom: Jane Doe <jane@example.org>\nSent: 20 November 2026\nSubject: x\n\nDoes it print?",
        "________________________________\nVon: Jane Doe <jane@example.org>\nGesendet: 20. November 2026\nBetreff: x\n\nDruckt er?",
    ])
    func whatProgramsWriteIsAQuote(quote: String) {
        let text = "It works now.\n\n" + quote
        let extraction = ReplyExtraction(text, subject: "Printer", isAnswer: false)
        #expect(extraction.spans.map(\.kind) == [.new, .attribution, .quoted])
        #expect(extraction.shownText(of: text) == "It works now.")
    }

    /// A forward is one, whether the mail answers or not.
    @Test(arguments: [
        "See below.\n\nFrom: Jane Doe <jane@example.org>\nSent: 20 November 2026\nSubject: Printer\n\nDoes it print?",
        "On 11/20/26, 10:15 AM, \"Jane Doe\" <jane@example.org> wrote:\n\n    Does it print?",
        "On 20 November 2026 Jane Doe wrote:\n\n    Does it print?",
    ])
    func forwards(text: String) throws {
        let forward = try #require(ReplyExtraction(text, subject: "FW: Printer", isAnswer: false).forward)
        #expect(forward.bodyText(of: text) == "Does it print?")
        #expect(forward == ForwardedHeader(in: text, subject: "FW: Printer"))
    }

    /// In-Reply-To or References tell an answer.
    @Test func theFieldsDecide() throws {
        for (fields, isShown) in [
            ("", true), ("In-Reply-To: <1@example.com>\n", false), ("References: <1@example.com>\n", false),
        ] {
            let mail = "From: form@example.org\n\(fields)Subject: Heating\n\n\(Self.texts[0])\n"
            let section = try #require(ReadableMessageTests.read(mail).sections.first)
            #expect(ReadableMessageTests.shown(section).contains("My heating is broken.") == isShown, "\(fields)")
        }
    }
}
