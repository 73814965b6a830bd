import MIME

/// Forms of subjects that automatic messages have: weak evidence, since people quote them.
enum SubjectForms {
    struct Meaning: OptionSet, Sendable {
        let rawValue: UInt8
        static let outOfOffice = Meaning(rawValue: 1)
        static let autoReply = Meaning(rawValue: 2)
        static let deliveryReport = Meaning(rawValue: 4)
    }

    static let table = MeaningTable<Meaning>([
        (
            .outOfOffice,
            [
                "out of office", "out of the office", "out-of-office", "ooo:", "away from the office", "away from my",
                "away until", "on vacation", "vacation reply", "on annual leave", "on leave", "absence notice",
                "abwesenheit", "abwesend", "im urlaub", "nicht im büro", "nicht im haus", "außer haus",
                "absence du bureau", "absent du bureau", "absence :", "en congé", "notification d'absence",
                "fuera de la oficina", "fuera de oficina", "ausente", "ausencia", "ausência", "fora do escritório",
                "fuori ufficio", "fuori sede", "assenza", "assente", "afwezig", "niet aanwezig", "frånvaro", "fravær",
                "poissa", "nieobecn", "mimo kancelář", "mimo kancelar", "házon kívül", "távollét", "в отпуске",
                "вне офиса", "отсутств", "поза офісом", "不在", "休暇", "外出中", "休假", "不在办公室", "부재",
                "ofis dışında",
            ]
        ),
        (
            .autoReply,
            [
                "auto reply", "auto-reply", "autoreply", "auto response", "auto-response", "autoresponse",
                "autorespons", "automatic reply", "automatic response", "automated reply", "automated response",
                "automatische antwort", "automatisch antwoord", "automatische mitteilung", "autom. antwort",
                "réponse automatique", "reponse automatique", "respuesta automática", "respuesta automatica",
                "respuesta automàtica", "risposta automatica", "resposta automática", "autosvar", "automatisk svar",
                "automatiskt svar", "automaattinen vastaus", "automatyczna odpowied",
                "odpowiedź automatyczna", "autoodpowied", "automatická odpov", "automatikus válasz", "автоответ",
                "автоматический ответ", "автовідповідь", "автоматична відповідь",
                "自動返信", "自動応答", "自动回复", "自动答复", "自動回覆", "자동 회신", "자동 응답", "otomatik yanıt",
                "otomatik cevap", "αυτόματη απάντηση", "תשובה אוטומטית", "رد تلقائي",
            ]
        ),
        (
            .deliveryReport,
            [
                "undeliver", "delivery status notification", "delivery notification", "delivery failure",
                "delivery report", "delivery problem", "delivery error", "delivery warning", "delivery delayed",
                "delivery failed", "delivery has failed", "delivery unsuccessful", "delivery has been delayed",
                "failed delivery", "failure delivery", "failure notice", "returned mail", "returned to sender",
                "returning to sender", "returning message to sender", "mail delivery", "mail error", "mail failed",
                "mail failure", "failed mail", "mail not delivered", "not be delivered", "not yet been delivered",
                "nondeliverable", "non-deliver", "non delivery", "message status", "processing error",
                "bounce notification", "rejected mail", "mail rejected", "message rejected", "user unknown",
                "error sending your mail", "smtp server: errors", "delayed mail", "message delayed", "warning: message",
                "could not send message", "unzustellbar", "nicht zustellbar", "kan ikke leveres", "kan niet worden",
                "zustellung fehlgeschlagen", "nicht zugestellt",
                "unzustellbare", "échec de la remise", "non remis", "non distribuable", "no se pudo entregar",
                "no se puede entregar", "devuelto", "devolvido", "não entregue", "não é possível entregar",
                "mancato recapito", "non recapitabile", "onbestelbaar", "kan inte levereras", "olevererbar",
                "niedostarczon", "nedoručiteln", "kézbesíthetetlen", "не доставлено", "недоставлен",
                "не удается доставить", "не вдалося доставити", "teslim edilemedi", "gick inte att leverera",
                "ei voi toimittaa", "μη παραδοτέο", "no se ha podido entregar", "falha na entrega",
                "不達", "配信不能", "配信エラー", "未送达", "退信", "系统退信", "無法傳遞", "전달되지 않", "배달되지 않", "반송",
            ]
        ),
    ])

    private struct Mark: OptionSet {
        let rawValue: UInt8
        static let quoting = Mark(rawValue: 1)
    }

    /// Marks of answers and forwards, with which a person quotes a subject.
    private static let quotingPrefixes = MeaningTable<Mark>([
        (
            .quoting,
            [
                "re:", "re :", "aw:", "sv:", "vs:", "antw:", "fw:", "fwd:", "wg:", "tr:", "rv:", "rif:", "ref:", "odp:",
                "ynt:", "回复:", "回复：", "答复:", "答复：", "转发:", "转发：", "vb:", "doorst:", "enc:", "i:", "r:", "res:", "fwd :",
            ]
        )
    ])

    /// What the first words of a subject mean, or of a tag before it, or behind such a tag: `[EXT] Out of office`.
    static func beginning(_ subject: [UInt8]) -> Meaning {
        var rest = subject[...]
        for _ in 0..<maximumTags {
            let (count, isTag) = signs(before: rest)
            rest = rest.dropFirst(count)
            // QUIRK: Notes writes `AUTO: Ann is away`.
            if rest.starts(with: "auto:".utf8) { return table.meanings(in: Array(rest)) }
            let found = table.meanings(startingAt: rest)
            guard found.isEmpty, isTag, let close = end(ofTag: rest) else { return found }
            rest = rest[close...]
        }
        return []
    }

    /// How many tags of systems on the way are passed over.
    private static let maximumTags = 5

    private static let openings = ["[", "(", "【", "［", "（", "「"].map { Array($0.utf8) }
    private static let closings = ["]", ")", "】", "］", "）", "」"].map { Array($0.utf8) }

    /// How many octets of blanks, brackets and other signs a text begins with, and whether they open a tag.
    private static func signs(before text: ArraySlice<UInt8>) -> (count: Int, isTag: Bool) {
        var rest = text
        var isTag = false
        while let first = rest.first {
            if let sign = openings.first(where: { rest.starts(with: $0) }) {
                isTag = true
                rest = rest.dropFirst(sign.count)
            } else if " <*\"'-".utf8.contains(first) {
                rest = rest.dropFirst()
            } else {
                break
            }
        }
        return (text.count - rest.count, isTag)
    }

    /// Just behind the first closing bracket.
    private static func end(ofTag text: ArraySlice<UInt8>) -> Int? {
        for index in text.indices {
            if let sign = closings.first(where: { text[index...].starts(with: $0) }) { return index + sign.count }
        }
        return nil
    }

    /// Whether a subject in lower case begins with the mark of an answer or a forward.
    static func isQuoting(_ subject: [UInt8]) -> Bool {
        !quotingPrefixes.meanings(startingAt: subject[...]).isEmpty
    }
}

extension MachineEvidence {
    /// Reads what the subject suggests of automatic answers.
    mutating func readSubject(_ subject: String) {
        let octets = SubjectForms.table.comparable(subject)
        // A person who answers an absence note quotes its subject behind the mark of an answer.
        guard !SubjectForms.isQuoting(octets) else { return }
        let found = SubjectForms.table.meanings(in: octets)
        if found.contains(.outOfOffice) { add(.outOfOffice, .weak, "subject", subject) }
        if found.contains(.autoReply) { add(.autoReply, .weak, "subject", subject) }
        if found.contains(.deliveryReport) { add(.deliveryReport, .weak, "subject", subject) }
        // A program that reports may speak of absence too, though not in its first words.
        let counting = isAnswer ? found : SubjectForms.beginning(octets)
        if counting.contains(.outOfOffice) { agreeing.insert(.outOfOffice) }
        if counting.contains(.autoReply) { agreeing.insert(.autoReply) }
    }
}
