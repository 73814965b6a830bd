internal import MIME
internal import Mail

extension Configuration {
    mutating func readAttachments(_ top: Section) {
        top.section("attachments") { section in
            readActions(section)
            readBlocked(section)
            attachments.maximumFileSize = section.size(
                "max_file_size",
                in: 0...(1 << 40),
                default: attachments.maximumFileSize
            )
            attachments.maximumMessageSize = section.size(
                "max_message_size",
                in: 0...(1 << 40),
                default: attachments.maximumMessageSize
            )
            attachments.maximumCount = section.integer(
                "max_files",
                in: 0...1_000_000,
                default: attachments.maximumCount
            )
            signatureImages = section.integer("signature_images", in: 0...1_000_000, default: signatureImages)
            embeddedMessages = section.choice(
                "embedded_messages",
                ["keep": .keep, "unwrap": .unwrap],
                default: embeddedMessages
            )
        }
    }

    private mutating func readActions(_ section: Section) {
        let words: KeyValuePairs<String, AttachmentPolicy.Action> = [
            "allow": .allow, "quarantine": .quarantine, "strip": .strip,
        ]
        attachments.programs = section.choice("programs", words, default: attachments.programs)
        attachments.macros = section.choice("macros", words, default: attachments.macros)
        attachments.encrypted = section.choice("encrypted", words, default: attachments.encrypted)
        attachments.nestedArchives = section.choice("nested_archives", words, default: attachments.nestedArchives)
        attachments.inconsistentArchives = section.choice(
            "inconsistent_archives",
            words,
            default: attachments.inconsistentArchives
        )
        attachments.unopened = section.choice("unopened", words, default: attachments.unopened)
        attachments.contradictions = section.choice("contradictions", words, default: attachments.contradictions)
        attachments.blocked = section.choice("blocked", words, default: attachments.blocked)
        attachments.overLimit = section.choice("over_limit", words, default: attachments.overLimit)
    }

    private mutating func readBlocked(_ section: Section) {
        let extensions = section.parsedList(
            "program_extensions",
            expected: "an extension such as exe, without period",
            parseFileExtension
        )
        attachments.programExtensions.formUnion(extensions.map(\.value))
        attachments.blockedNames = section.parsedList(
            "blocked_names",
            expected: "a file name without folder, with * for any text and ? for any character, such as invoice*.doc",
            parseNamePattern
        )
        .map(\.value)
        attachments.blockedTypes = section.parsedList(
            "blocked_types",
            expected: "a media type such as video/mp4 or video/*",
            parseTypePattern
        )
        .map(\.value)
    }
}

/// The end of a file's name behind its last period, in lower case.
func parseFileExtension(_ text: String) -> String? {
    let octets = text.utf8
    guard (1...32).contains(octets.count),
        octets.allSatisfy({
            $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                || $0 == UInt8(ascii: "$") || $0 == UInt8(ascii: "+")
        })
    else { return nil }
    return text.lowercased()
}

/// A pattern that can match a harmless file name, and not every one.
func parseNamePattern(_ text: String) -> String? {
    let never: Set<Unicode.Scalar> = ["/", "\\", "<", ">", ":", "\"", "|"]
    guard (1...256).contains(text.utf8.count), text.unicodeScalars.contains(where: { $0 != "*" && $0 != "?" }),
        text.unicodeScalars.allSatisfy({ !never.contains($0) && $0.properties.generalCategory != .control })
    else { return nil }
    return text
}

/// A pattern for media types: both halves are tokens in which `*` and `?` stand for others (RFC 6838 section 4.2).
func parseTypePattern(_ text: String) -> String? {
    let halves = text.split(separator: "/", omittingEmptySubsequences: false)
    guard halves.count == 2, text.utf8.count <= 256, text != "*/*" else { return nil }
    let marks = Set("!#$&-^_.+*?".utf8)
    for half in halves {
        guard !half.isEmpty, half.utf8.allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit || marks.contains($0) }) else {
            return nil
        }
    }
    return text.lowercased()
}
