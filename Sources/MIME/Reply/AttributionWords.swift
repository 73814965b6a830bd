/// The words of attribution lines, such as `On … Jane wrote:`, in lower case.
///
/// They make recognition surer; where a language is missing, date, address and shape of the line do (``Attribution``).
enum AttributionWords {
    /// Verbs of writing in the forms that clients use, as whole words.
    static let verbs = PhraseTable([
        "ecrit", "escreveste", "escreveu", "escribio", "escribiste", "escribiu", "escribió", "escrigué", "escrit",
        "escriure", "geschreven", "geschrieben", "geskryf", "idatzi", "kirjoitti", "kirjutas", "menulis", "napisal",
        "napisala", "napisana", "napisane", "napisao", "napisał", "napisała", "napsal", "napsala", "napísal",
        "napísala", "parašė", "rakstīja", "rašė", "schreef", "schrieb", "schrieben", "scris", "scrisse", "scritto",
        "scríobh", "sent", "shkroi", "skrev", "skrifaði", "skrivað", "sumulat", "viết", "writes", "wrote", "yazdi",
        "yazdı", "yazmış", "ysgrifennodd", "écrit", "écrivait", "írta", "έγραψε", "έγραψες", "γράφει", "написа",
        "написав", "написал", "написала", "написао", "напісаў", "писал", "пише", "пишет", "כתב", "כתבה", "كتب",
        "كتبت", "نوشت",
    ])

    /// Verbs of languages that put no spaces between words.
    static let unspacedVerbs = PhraseTable([
        "ने लिखा", "เขียน", "เขียนว่า", "のメッセージ", "のメール", "來信", "写入", "写道", "寫道", "書いています", "書きました", "来信", "썼습니다",
        "썼음", "작성", "작성함",
    ])

    /// Words behind a time of day.
    static let timesOfDay = PhraseTable(["a.m.", "am", "h", "p.m.", "pm", "uhr"])

    /// Words before a verb that make it prose: people write of themselves so, clients do not.
    static let firstPersons = PhraseTable([
        "eu", "i", "i've", "ich", "ik", "io", "j'ai", "jag", "je", "jeg", "minä", "nous", "we", "we've", "wij", "wir",
        "yo", "мы", "я",
    ])
}
