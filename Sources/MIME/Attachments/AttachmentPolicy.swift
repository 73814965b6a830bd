/// What happens to attached files: by name, by content and by size.
///
/// A pure function of facts: the ticket is made in every case, and each verdict says what to note in it.
public struct AttachmentPolicy: Sendable, Hashable {
    /// What is done with a file, the mildest first.
    public enum Action: String, Sendable, Hashable, CaseIterable, Comparable {
        /// It is kept with the ticket.
        case allow
        /// It is kept apart until a person releases it.
        case quarantine
        /// It is dropped from the ticket; the raw message has it.
        case strip

        /// Whether the first action is the milder one.
        public static func < (first: Action, second: Action) -> Bool { first.severity < second.severity }

        private var severity: Int {
            switch self {
            case .allow: 0
            case .quarantine: 1
            case .strip: 2
            }
        }
    }

    /// What is done with programs: by extension, by content, and by name in a zip.
    public var programs = Action.quarantine
    /// What is done with Office documents that hold macros.
    public var macros = Action.quarantine
    /// What is done with archives and documents that need a password.
    public var encrypted = Action.allow
    /// What is done with archives in archives.
    public var nestedArchives = Action.allow
    /// What is done with archives that contradict themselves, so that nobody knows what they unpack to.
    public var inconsistentArchives = Action.quarantine
    /// What is done with files whose name, or what lies within, could not be read to the end.
    public var unopened = Action.quarantine
    /// What is done with files whose content is of another kind than their name.
    public var contradictions = Action.allow
    /// What is done with files that are named below.
    public var blocked = Action.strip
    /// What is done with files over a limit.
    public var overLimit = Action.strip

    /// Extensions in lower case, without period, that are those of programs.
    public var programExtensions = AttachmentPolicy.standardProgramExtensions
    /// Names that are blocked, with `*` for any text and `?` for any character.
    public var blockedNames: [String] = []
    /// Media types that are blocked, declared or detected, with the same signs.
    public var blockedTypes: [String] = []

    /// The largest file, in octets.
    public var maximumFileSize = 26_214_400
    /// The most octets that the files of one message have together.
    public var maximumMessageSize = 52_428_800
    /// The most files of one message.
    public var maximumCount = 500

    /// The extensions of files that a system runs when they are opened.
    public static let standardProgramExtensions = FileExtension.dangerous

    /// The policy without settings.
    public init() {}

    /// What is known of a file.
    public struct Facts: Sendable, Hashable {
        /// The sender's name.
        public var name: String?
        /// Other names that the sender gave to the same file, of which a program may take any.
        public var otherNames: [String] = []
        /// The declared media type.
        public var declaredType: String
        /// The format of the content.
        public var format: FileFormat?
        /// The directory, for a zip or for what ends in one.
        public var zip: ZipDirectory?
        /// Whether an Office document holds macros.
        public var hasMacros: Bool
        /// The size of the content, in octets.
        public var size: Int
        /// Whether all that lies within the file is known, as far as it holds files.
        public var isLookedThrough = true

        /// Gathers facts by hand.
        public init(
            name: String?,
            declaredType: String,
            format: FileFormat? = nil,
            zip: ZipDirectory? = nil,
            hasMacros: Bool = false,
            size: Int
        ) {
            self.name = name
            self.declaredType = declaredType
            self.format = format
            self.zip = zip
            self.hasMacros = hasMacros
            self.size = size
        }

        /// Finds the facts of a decoded content.
        public init(name: String?, declaredType: String, content: Span<UInt8>) {
            var zip = ZipDirectory(content)
            // What lies in a document is found in pieces, and only its names tell.
            if content.hasOctets(CompoundFile.signature, at: 0) { zip = zip?.trustedNames }
            self.init(
                name: name,
                declaredType: declaredType,
                format: MediaTypeDetector.format(ofBeginning: content) ?? zip?.format,
                zip: zip,
                hasMacros: zip?.hasMacros == true || CompoundFile(content)?.hasMacros == true,
                size: content.count
            )
        }
    }

    /// Why a file is not simply kept.
    public enum Reason: Sendable, Hashable {
        /// The name has a program's extension.
        case programName(extension: String)
        /// The content is a program.
        case programContent(FileFormat)
        /// A zip holds a program, by its name.
        case programInArchive(name: String)
        /// The document holds macros.
        case macros
        /// A password is needed to look into it.
        case encrypted
        /// A zip holds another archive.
        case nestedArchive(name: String)
        /// The archive contradicts itself.
        case inconsistentArchive
        /// The content is of another kind than the name.
        case contradiction(FileFormat)
        /// Within the file lies one that is not kept.
        case blockedWithin(name: String)
        /// The file lies in one that is not kept.
        case withinBlocked(name: String)
        /// The name or what lies within the file is not known to its end.
        case notLookedThrough
        /// The name is blocked.
        case blockedName(pattern: String)
        /// The type is blocked.
        case blockedType(String)
        /// The file is larger than the limit.
        case fileTooLarge(limit: Int)
        /// The files of the message are larger than the limit.
        case messageTooLarge(limit: Int)
        /// The message has more files than the limit.
        case tooManyFiles(limit: Int)

        /// The reason as a part of a sentence.
        public var text: String {
            switch self {
            case .programName(let name): "the extension .\(name) is that of a program"
            case .programContent(let format): "the content is a program (\(format.mediaType))"
            case .programInArchive(let name): "the archive holds a program (\(name))"
            case .macros: "the document holds macros"
            case .encrypted: "a password protects it"
            case .nestedArchive(let name): "the archive holds another one (\(name))"
            case .inconsistentArchive: "the archive contradicts itself"
            case .contradiction(let format): "the content is \(format.mediaType), which the name does not say"
            case .blockedWithin(let name): "it holds a file that is not kept (\(name))"
            case .withinBlocked(let name): "it lies in a file that is not kept (\(name))"
            case .notLookedThrough: "its name, or what lies in it, could not be read to the end"
            case .blockedName(let pattern): "its name is blocked (\(pattern))"
            case .blockedType(let type): "its type is blocked (\(type))"
            case .fileTooLarge(let limit): "it is larger than \(limit) octets"
            case .messageTooLarge(let limit): "the message's files are larger than \(limit) octets together"
            case .tooManyFiles(let limit): "the message has more than \(limit) files"
            }
        }
    }

    /// What is done with one file, and why.
    public struct Verdict: Sendable, Hashable {
        /// What is done: the strictest that a reason asks for.
        public var action: Action
        /// Why, also where the action is to allow.
        public var reasons: [Reason]
        /// The file's name, harmless.
        public var name: String

        /// The note for the ticket; `nil` when there is nothing to say.
        public var note: String? {
            guard !reasons.isEmpty else { return nil }
            let why = reasons.map(\.text).joined(separator: "; ")
            return switch action {
            case .allow: "The file “\(name)” was kept: \(why)."
            case .quarantine: "The file “\(name)” was put into quarantine: \(why)."
            case .strip: "The file “\(name)” was removed: \(why)."
            }
        }
    }
}
