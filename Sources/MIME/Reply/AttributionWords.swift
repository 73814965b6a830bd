/// The words of attribution lines, such as `On … Jane wrote:`, in lower case.
///
/// They make recognition surer; where a language is missing, date, address and shape of the line do (``Attribution``).
enum AttributionWords {
    /// Verbs of writing in the forms that clients use, as whole words.
    static let verbs: Set<String> = [
        "wrote", "writes", "sent",  // English
        "schrieb", "schrieben", "geschrieben",  // German
        "écrit", "ecrit", "écrivait",  // French
        "escribió", "escribio", "escribiste",  // Spanish
        "escreveu", "escreveste",  // Portuguese
        "escrigué", "escriure", "escrit",  // Catalan
        "escribiu",  // Galician
        "scritto", "scrisse",  // Italian
        "schreef", "geschreven", "geskryf",  // Dutch, Afrikaans
        "skrev", "skrifaði", "skrivað",  // Danish, Norwegian, Swedish, Icelandic, Faroese
        "kirjoitti",  // Finnish
        "kirjutas",  // Estonian
        "rakstīja",  // Latvian
        "rašė", "parašė",  // Lithuanian
        "napisał", "napisała",  // Polish
        "napsal", "napsala",  // Czech
        "napísal", "napísala",  // Slovak
        "napisao", "napisala", "napisal", "написао",  // Croatian, Serbian, Bosnian, Slovenian
        "написал", "написала", "писал", "пишет",  // Russian
        "написав", "пише",  // Ukrainian
        "напісаў",  // Belarusian
        "написа",  // Bulgarian, Macedonian
        "scris",  // Romanian
        "írta",  // Hungarian
        "yazdı", "yazmış", "yazdi",  // Turkish
        "έγραψε", "έγραψες", "γράφει",  // Greek
        "כתב", "כתבה",  // Hebrew
        "كتب", "كتبت", "نوشت",  // Arabic, Persian
        "viết",  // Vietnamese
        "menulis", "sumulat",  // Indonesian, Malay, Filipino
        "idatzi", "shkroi", "ysgrifennodd", "scríobh",  // Basque, Albanian, Welsh, Irish
    ]

    /// Verbs of languages that put no spaces between words.
    static let unspacedVerbs = PhraseTable([
        "写道", "寫道", "写入", "來信", "来信", "のメール", "書きました", "書いています", "のメッセージ",
        "작성", "작성함", "썼습니다", "썼음", "เขียนว่า", "เขียน", "ने लिखा",
    ])

    /// Words before a verb that make it prose: people write of themselves so, clients do not.
    static let firstPersons: Set<String> = [
        "i", "we", "i've", "we've", "ich", "wir", "je", "nous", "j'ai", "yo", "io", "eu", "ik", "wij", "jeg", "jag",
        "minä",
        "я", "мы",
    ]
}
