import MIME
import Testing

/// What people write in the words of legal notices, and below their names.
@Suite struct ReplyOfPeopleTests {
    // MARK: Disclaimers

    /// The only paragraphs of mails, in which customers write of mistakes and secrets.
    static let paragraphs = [
        "I received an email from you by mistake that contains confidential data of another customer.\nPlease tell me what to do with it.",
        "I received this e-mail by mistake. It is confidential and intended for another addressee, so I will delete it.",
        "yesterday I got a confidential letter in error. Whom shall I send it to?",
        "Our virus scanner monitored the upload and blocked it by mistake. What can I do?",
        "Our virus scanner monitored the upload of this morning and blocked the file by mistake.",
        "This message was blocked by mistake, since it is confidential.",
        "The parcel was intended for the neighbour and came to us in error, a confidential letter lay in it.",
        "Ich habe irrtümlich eine vertrauliche E-Mail von Ihnen erhalten. Was soll ich damit tun?",
        "Diese E-Mail habe ich irrtümlich erhalten, sie enthält vertrauliche Daten eines anderen Kunden.",
        "Versehentlich kam ein vertraulicher Brief für unsere Nachbarn zu uns. Wohin damit?",
        "Die Haftung für den Schaden wurde irrtümlich abgelehnt. Bitte prüfen Sie den Vorgang noch einmal.",
        "J'ai reçu par erreur un message confidentiel d'un autre client. Que dois-je faire ?",
        "Par erreur, votre service a envoyé un dossier confidentiel à notre adresse. Merci de nous rappeler.",
    ]

    @Test(arguments: paragraphs) func theOnlyParagraphIsShown(paragraph: String) {
        for (greeting, name) in [
            ("Hello,", "Ann"), ("Guten Tag,", "Anna"), ("Bonjour Madame,", "Anne"), ("Dear Sir or Madam", "Ann"),
        ] {
            let text = "\(greeting)\n\n\(paragraph)\n\n\(name)"
            #expect(ReplyExtraction(text, subject: "Letter").hiddenCount == 0, "\(paragraph)")
            #expect(ReplyExtraction(text, subject: "Letter", isAnswer: false).hiddenCount == 0, "\(paragraph)")
        }
    }

    /// Below other text a question, or a paragraph in the first person, is no notice.
    @Test(arguments: [
        "I received this e-mail by mistake. It is confidential and the addressee is another customer.",
        "Was this e-mail confidential, and was it sent in error?",
        "A confidential letter for the neighbours came to our address by mistake, and it was open.",
        "Diese Nachricht habe ich irrtümlich erhalten, sie ist wohl vertraulich.",
        "Ist diese E-Mail vertraulich, und kam sie irrtümlich zu uns?",
        "Ce message m'est parvenu par erreur ; il est confidentiel et je ne l'ai pas lu.",
        "PS: This message is confidential, the last one came in error.",
    ])
    func paragraphsBelowTextAreShown(paragraph: String) {
        let text = "My contract has the number 4711.\n\n\(paragraph)"
        #expect(ReplyExtraction(text, subject: "Re: Letter").hiddenCount == 0)
    }

    /// A short notice is known by the message that it speaks of, or by what it stands below.
    static let notices = [
        ReplyTests.Marked(
            "two subjects and the message itself",
            "n|It works now.\nn|\nd|This e-mail is confidential. If it reached you in error, please inform the sender."
        ),
        ReplyTests.Marked(
            "the same in German",
            "n|Es geht.\nn|\nd|Diese Nachricht ist vertraulich. Sollten Sie sie irrtümlich erhalten haben, melden Sie sich bitte."
        ),
        ReplyTests.Marked(
            "the same in French",
            "n|Cela marche.\nn|\nd|Ce message est confidentiel. Si vous l'avez reçu par erreur, merci d'avertir son auteur."
        ),
        ReplyTests.Marked(
            "two subjects below a rule",
            "n|It works now.\nn|\nd|----------\nd|The content is confidential. Please inform us where it was sent in error."
        ),
        ReplyTests.Marked(
            "two subjects below a signature",
            """
            n|Es geht.
            n|
            s|Mit freundlichen Grüßen
            s|Bob Roe
            s|
            d|Der Inhalt ist vertraulich. Bei Empfang durch Dritte wird keine Haftung übernommen.
            """
        ),
        ReplyTests.Marked(
            "three subjects",
            """
            n|It works now.
            n|
            d|The content is confidential and intended only for the person named above. Any other use is unlawful.
            """
        ),
        ReplyTests.Marked(
            "a link is no question",
            """
            n|It works now.
            n|
            d|This e-mail is confidential and may have reached you in error: https://example.org/legal?lang=en
            """
        ),
    ]

    @Test(arguments: notices) func shortNotices(marked: ReplyTests.Marked) { ReplyTests.expectMarks(marked) }

    // MARK: Closings

    /// What people add below their names.
    static let additions = [
        "New delivery address:\nMain street 7\n12345 Town",
        "Neue Lieferanschrift:\nHauptstraße 7\n12345 Stadt",
        "Nouvelle adresse de livraison :\n7, rue Haute\n12345 Ville",
        "The key is with the neighbour.",
        "Der Schlüssel liegt beim Nachbarn.",
        "La clé est chez le voisin.",
        "please call me before you come",
        "Bitte rufen Sie vorher kurz an.",
        "Can you come on Monday?",
        "Geht es auch am Montag?",
        "My number is 0123 456789",
        "Meine Nummer ist 0123 456789",
        "PS: room 7",
        "P.S. Zimmer 7",
        "- printer in room 7\n- screen in room 8",
    ]

    @Test(arguments: additions) func whatFollowsANameIsShown(addition: String) {
        let closings = [
            "Best regards\nAnn", "Best regards,\n\nAnn Lee\nExample Ltd.", "Viele Grüße\nAnn", "Merci, Ann",
        ]
        for closing in closings {
            let lines = "It is broken.\n\n\(closing)".split(separator: "\n", omittingEmptySubsequences: false)
            let marks = lines.enumerated().map { ($0.offset < 2 ? "n|" : "s|") + $0.element }
            let added = addition.split(separator: "\n").map { "n|" + $0 }
            ReplyTests.expectMarks(
                ReplyTests.Marked(closing + addition, (marks + ["s|"] + added).joined(separator: "\n"))
            )
        }
    }

    /// A paragraph behind a word of thanks is no name.
    @Test(arguments: [
        "Thanks\n\nCall back today", "Danke\n\nBitte rufen Sie vorher an", "Merci\n\nRappelez demain matin",
    ])
    func aParagraphIsNoName(text: String) {
        #expect(ReplyExtraction("It is broken.\n\n" + text).hiddenCount == 0)
    }

    static let signatures = [
        ReplyTests.Marked(
            "address and number behind empty lines",
            """
            n|It is broken.
            n|
            s|Kind regards,
            s|
            s|Ann Lee
            s|Head of Purchasing
            s|
            s|Example Ltd.
            s|1 High Street, London
            s|
            s|T +44 20 7946 0000
            s|ann@example.org
            """
        ),
        ReplyTests.Marked(
            "a German one",
            """
            n|Er ist kaputt.
            n|
            s|Mit freundlichen Grüßen
            s|
            s|Anna Lee
            s|Leiterin des Einkaufs und der Logistik
            s|
            s|Beispiel GmbH, Hauptstraße 7, 12345 Stadt
            s|Amtsgericht Stadt, HRB 4711
            s|
            s|Tel. 0123 456789 | www.example.org
            """
        ),
        ReplyTests.Marked(
            "a French one",
            """
            n|Elle est en panne.
            n|
            s|Cordialement,
            s|
            s|Anne Lee
            s|Responsable des achats et de la logistique
            s|
            s|Exemple S.A.
            s|7, rue Haute
            """
        ),
    ]

    @Test(arguments: signatures) func wholeSignatures(marked: ReplyTests.Marked) { ReplyTests.expectMarks(marked) }
}
