import MIME
import Mail

/// How far the name of a sender speaks for a mail system: a mailbox by its local part, a phrase by the display name,
/// and nothing by the domain.
struct MailSystemName {
    enum Rank: Int, Comparable {
        case none
        /// People who look after mail have such a name too, and firms that deliver parcels.
        case keeper
        /// A mail system's, and sometimes a person's who reads its mailbox.
        case system
        /// A mail system's and nobody else's.
        case daemon

        static func < (one: Rank, other: Rank) -> Bool { one.rawValue < other.rawValue }
    }

    /// The best rank that the mailbox or the display name has.
    let rank: Rank
    /// Whether nothing in the field is a person's, or a firm's that delivers other things.
    let isUnmixed: Bool

    /// Reads a From or Sender field.
    init(_ field: HeaderField, of message: Message, in bytes: Span<UInt8>) {
        let text = message.text(of: field, in: bytes)
        let addresses = message.addresses(of: field, in: bytes)
        if text.hasSuffix("<>") {
            // An empty path where a person has an address.
            rank = .daemon
            isUnmixed = true
        } else if addresses.isEmpty {
            // `MAILER-DAEMON` without a domain, and what is no address at all.
            rank = max(Self.rank(ofPhrase: text), Self.rank(ofMailbox: text))
            isUnmixed = rank >= .system
        } else {
            let names = addresses.compactMap(\.name).map(Self.rank(ofPhrase:))
            let mailbox = addresses.map { Self.rank(ofMailbox: $0.address.localPart) }.max() ?? .none
            rank = max(mailbox, names.max() ?? .none)
            isUnmixed = !names.contains(.none) && (rank >= .system || mailbox == .keeper)
        }
    }

    private static func rank(ofPhrase text: String) -> Rank {
        let found = phrases.meanings(in: words(text))
        return max(rank(found), found.contains(.carrier) ? .keeper : .none)
    }

    private static func rank(ofMailbox text: String) -> Rank {
        let words = words(text)
        let whole = mailboxes.first { $0.words == words }
        return max(rank(phrases.meanings(in: words)), whole?.rank ?? .none)
    }

    private static func rank(_ found: Meaning) -> Rank {
        if found.contains(.daemon) { return .daemon }
        if found.contains(.system) { return .system }
        return found.contains(.keeper) ? .keeper : .none
    }

    /// The words of a text in lower case with one space around each; of an address within it the local part.
    private static func words(_ text: String) -> [UInt8] {
        let lower = text.utf8.allSatisfy { $0 < 0x80 } ? text : text.lowercased()
        var words: [UInt8] = [UInt8(ascii: " ")]
        words.reserveCapacity(lower.utf8.count + 2)
        var isWithinDomain = false
        for scalar in lower.unicodeScalars {
            let isWord = isWordCharacter(scalar)
            if scalar == "@" {
                isWithinDomain = true
            } else if isWithinDomain, !isWord, scalar != ".", scalar != "-" {
                isWithinDomain = false
            }
            if !isWord || isWithinDomain {
                if words.last != UInt8(ascii: " ") { words.append(UInt8(ascii: " ")) }
            } else if scalar.isASCII {
                words.append(UInt8(ascii: scalar).asciiLowercased)
            } else {
                words += Array(String(scalar).utf8)
            }
        }
        if words.last != UInt8(ascii: " ") { words.append(UInt8(ascii: " ")) }
        return words
    }

    private static func isWordCharacter(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.isASCII else { return scalar.properties.isAlphabetic }
        let octet = UInt8(ascii: scalar)
        return octet.isASCIILetter || octet.isASCIIDigit
    }

    private struct Meaning: OptionSet {
        let rawValue: UInt8
        static let daemon = Meaning(rawValue: 1)
        static let system = Meaning(rawValue: 2)
        static let keeper = Meaning(rawValue: 4)
        /// A phrase that those have too who carry parcels.
        static let carrier = Meaning(rawValue: 8)
    }

    /// Whole words, as a name or a mailbox has them, whatever separates them.
    private static let phrases = MeaningTable<Meaning>([
        (
            .daemon,
            [
                " mailer daemon ", " mailerdaemon ", " mail daemon ", " maildaemon ", " mdaemon ",
                " double bounce ",
            ]
        ),
        (
            .system,
            [
                " mail delivery ", " maildelivery ", " delivery subsystem ", " postmaster ",
                " post master ",
                " ndr administrator ",
            ]
        ),
        (
            .keeper,
            [
                " mail administrator ", " system administrator ",
                " mailadm ", " mail system ", " mail service ", " mailserver ", " mail server ",
                " smtp gateway ",
                " for smtp ", " smtp service ",
            ]
        ),
        (.carrier, [" delivery system ", " delivery service "]),
    ])

    /// Words that mean a mail system only where they are the whole local part.
    private static let mailboxes: [(words: [UInt8], rank: Rank)] = [
        (Array(" ndr ".utf8), .system), (Array(" imss ".utf8), .system), (Array(" bounce ".utf8), .keeper),
    ]
}
