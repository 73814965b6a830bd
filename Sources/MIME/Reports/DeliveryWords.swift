/// What the words of a report's text say, as far as phrases that mail systems use tell it.
public struct DeliveryWords: OptionSet, Hashable, Sendable {
    /// The set as bits.
    public let rawValue: UInt8

    /// Makes a set of bits.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// The message was not delivered.
    public static let failure = DeliveryWords(rawValue: 1)
    /// Delivery is late and goes on.
    public static let delay = DeliveryWords(rawValue: 2)
    /// Nobody tries again.
    public static let permanence = DeliveryWords(rawValue: 4)
    /// The message arrived.
    public static let success = DeliveryWords(rawValue: 8)
    /// The cause is of the kind that passes.
    public static let temporaryCause = DeliveryWords(rawValue: 16)

    /// The phrases, none of them one sender's own; languages beyond English as reports were seen in them.
    static let table = MeaningTable<DeliveryWords>([
        (.failure, failureStatements), (.failure, failureCauses), (.failure, failuresInOtherLanguages),
        (.delay, delayStatements), (.delay, delaysInOtherLanguages),
        (.permanence, permanenceStatements), (.success, successStatements), (.temporaryCause, temporaryCauses),
    ])

    private static let failureStatements = [
        "not be delivered", "cannot be delivered", "can't be delivered", "couldn't be delivered", "not been delivered",
        "was not delivered", "were not delivered", "wasn't delivered", "not delivered to", "not deliver ",
        "couldn't deliver", "undeliverable", "undelivered", "non-delivery", "nondeliverable", "not be sent",
        "unable to deliver", "not able to deliver", "wasn't able to deliver", "unable to send", "unable to complete",
        "delivery failed", "delivery has failed", "delivery failure", "delivery failures", "mail failed",
        "delivery to the following", "delevery to the following", "delivery of the following",
        "did not reach", "didn't reach", "not reach ", "could not be reached", "couldn't be reached",
        "address(es) failed", "addresses failed", "address failed", "recipient(s) failed", "recipients failed",
        "failed recipient", "failed addresses", "failure reasons", "fatal error", "fatal delivery error",
        "delivery error", "delivery problem", "error delivering", "did not like our", "trouble delivering",
        "errors in delivering", "trying to deliver",
        "attempting to deliver", "error during delivery", "error while sending", "error sending your mail",
        "did not receive", "has been returned", "being returned", "returned to sender", "returning message to sender",
        "was rejected", "been rejected", "automatically rejected", "message rejected", "rejected recipient",
        "returned permanent errors", "returned an error", "error-for:", "undeliverable address", "bounced",
        "failure notice", "failed permanently", "couldn't be found", "problem with the e-mail address",
        "did not exactly match", "encountered an error", "not accepting mail", "has not been collected",
        "were unable to", "failed to deliver", "not successfully delivered",
    ]

    private static let failureCauses = [
        "user unknown", "unknown user", "user not found", "user not known", "no such user", "no such recipient",
        "no such address", "no such mailbox", "unknown recipient", "recipient unknown", "unknown or illegal",
        "recipient name is not recognized", "address unknown", "addressee unknown", "unknown address",
        "invalid recipient", "invalid user", "invalid address", "invalid mailbox", "invalid final delivery",
        "mailbox unavailable", "mailbox not found", "no mailbox here", "mailbox is full", "mailbox full",
        "mailbox exceeds", "mailbox size exceeded", "mailfolder is full", "over quota", "overquota",
        "over disk quota", "quota exceed", "quota violation", "exceeding their quota", "disk quota",
        "box space not enough", "exceeded the local limit", "address rejected", "recipient rejected",
        "account has been disabled", "account is disabled", "user doesn't have", "does not have a final",
        "not listed in", "unknown host", "host unknown", "host not found", "host or domain name not found",
        "name service error", "too many hops", "message looping", "mail loop", "does not like recipient",
        "relaying denied", "relay access denied", "no valid recipients", "is unavailable", "command died",
        "service unavailable", "address is wrong", "no longer valid", "no valid user",
    ]

    private static let failuresInOtherLanguages = [
        // German, French, Spanish, Portuguese, Italian, Dutch.
        "nicht zugestellt", "nicht zustellbar", "unzustellbar", "nicht erreicht", "nicht übermittelt",
        "zustellung ist fehlgeschlagen", "zustellung fehlgeschlagen",
        "n'a pas pu etre", "n'a pas pu être", "n'a pas été remis", "n'ont pas pu être", "échec de la remise",
        "no pudo ser entregado", "no se pudo entregar", "no se ha podido entregar", "no ha podido ser entregado",
        "nao pode ser enviada", "não pôde ser entregue", "não pode ser entregue", "não foi possível entregar",
        "recapito non riuscito", "non è stato recapitato", "impossibile recapitare", "non è stato possibile recapitare",
        "no entregado", "no se puede entregar", "kan ikke leveres", "kan inte levereras", "kan niet worden bezorgd",
        "kon niet worden bezorgd", "niet worden afgeleverd", "kunde inte levereras",
        "kunne ikke leveres", "ei voitu toimittaa", "nie może być dostarczona", "nie mogła zostać dostarczona",
        "nelze doručit", "teslim edilemedi",
        // How Exchange begins its reports.
        "fehler bei der nachrichtenzustellung", "error de entrega", "error en la entrega", "falha na entrega",
        "is mislukt", "gick inte att leverera", "mislykkedes", "mislyktes", "epäonnistui", "nie powiodło się",
        "se nezdařilo", "nem sikerült", "απέτυχε", "сбой доставки", "не удается доставить", "传递邮件失败", "時失敗",
        // Russian, Ukrainian, Japanese, Chinese, Korean.
        "не может быть доставлено", "не доставлено", "недоставлен", "не удалось доставить", "не вдалося доставити",
        "送信できません", "配信できません", "配送できません", "配信に失敗", "配送に失敗", "送信に失敗", "配信不能",
        "届けできません", "届けることができません", "配信することができません", "配送することができません",
        "无法投递", "无法发送", "无法传递", "投递失败", "无法送达", "被退回", "無法傳遞", "無法投遞", "전송하지 못했",
        "배달하지 못했", "배달되지 않았",
    ]

    private static let delayStatements = [
        "not yet been delivered", "not been delivered yet", "has been delayed", "is delayed", "was delayed",
        "delivery delayed", "delayed mail", "message delayed", "will be retried", "still being retried",
        "still being tried", "will continue to be", "attempts will continue", "will continue trying",
        "continue to try", "continue to attempt", "will keep trying", "been postponed", "just a warning",
        "warning message only", "warning only", "temporarily deferred", "delivery attempts will", "(delay)",
        "delayed by", "will retry", "problem delivering your message", "delivery incomplete",
        "you do not need to resend", "no need to resend", "will be attempted again",
    ]

    private static let delaysInOtherLanguages = [
        "verzögert", "noch nicht zugestellt", "a été retardé", "se ha retrasado", "está atrasada", "in ritardo",
        "ещё не доставлено", "еще не доставлено", "задержана", "遅延", "遅れています", "延迟",
    ]

    private static let permanenceStatements = [
        "permanent error", "permanent fatal", "permanent failure", "permanent delivery", "failed permanently",
        "given up", "not going to try again", "no longer try", "will not be retried", "no further attempts",
        "message will be deleted from queue", "message expired", "too old",
        "was aborted after", "unrecoverable error",
    ]

    private static let successStatements = [
        "successfully delivered", "successfully relayed", "delivery was successful", "delivered successfully",
        "delivery to the following recipient succeeded", "delivery report (success)", "(success)", "(relay)",
        "has been delivered to", "was delivered to", "were delivered to", "been relayed", "was relayed",
    ]

    private static let temporaryCauses = [
        "timed out", "timeout", "time out", "try again later", "temporar", "connection refused",
        "too many connections", "deferred", "too long in the queue", "in the queue too long", "could not connect",
        "unable to connect", "unavailable or busy", "connection to mail exchanger failed", "queue expired",
    ]
}
