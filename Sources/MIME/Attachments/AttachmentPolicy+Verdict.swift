extension AttachmentPolicy {
    /// Judges the files of one message in their order.
    ///
    /// - Parameter count: how many files of the message are kept already.
    public func verdicts(for files: [Facts], after count: Int = 0) -> [Verdict] {
        var verdicts: [Verdict] = []
        verdicts.reserveCapacity(files.count)
        var total = 0
        var kept = count
        for file in files {
            var findings = findings(on: file)
            if file.size > maximumFileSize { findings.append((overLimit, .fileTooLarge(limit: maximumFileSize))) }
            // Only what would be kept counts towards the message.
            if findings.allSatisfy({ $0.action != .strip }) {
                let (sum, overflow) = total.addingReportingOverflow(max(0, file.size))
                if overflow || sum > maximumMessageSize {
                    findings.append((overLimit, .messageTooLarge(limit: maximumMessageSize)))
                } else if kept >= maximumCount {
                    findings.append((overLimit, .tooManyFiles(limit: maximumCount)))
                } else {
                    total = sum
                    kept += 1
                }
            }
            verdicts.append(
                Verdict(
                    action: findings.map(\.action).max() ?? .allow,
                    reasons: findings.map(\.reason),
                    name: AttachmentName(file.name, format: file.format).text
                )
            )
        }
        return verdicts
    }

    private typealias Finding = (action: Action, reason: Reason)

    private func findings(on file: Facts) -> [Finding] {
        var findings: [Finding] = []
        let names = [AttachmentName(file.name).text] + file.otherNames.map { AttachmentName($0).text }
        let last = FileExtension.last(of: names[0])
        let ends = ([file.name ?? ""] + file.otherNames).reduce(into: Set<String>()) {
            $0.formUnion(FileExtension.ends(of: $1))
        }
        if let program = ends.sorted().first(where: programExtensions.contains) {
            findings.append((programs, .programName(extension: program)))
        }
        if let format = file.format, format.group == .program { findings.append((programs, .programContent(format))) }
        if file.hasMacros || !FileExtension.macro.isDisjoint(with: ends) { findings.append((macros, .macros)) }
        if file.format == .encryptedOffice || file.zip?.isEncrypted == true {
            findings.append((encrypted, .encrypted))
        }
        if let zip = file.zip { findings += self.findings(in: zip) }
        if !file.isLookedThrough { findings.append((unopened, .notLookedThrough)) }
        if let format = file.format, AttachmentName.contradicts(last, format) {
            findings.append((contradictions, .contradiction(format)))
        }
        for pattern in blockedNames where names.contains(where: { Self.matches($0, pattern) }) {
            findings.append((blocked, .blockedName(pattern: pattern)))
        }
        if let type = blockedType(file) { findings.append((blocked, .blockedType(type))) }
        return findings
    }

    /// The first name of each kind is enough for the note.
    private func findings(in zip: ZipDirectory) -> [Finding] {
        var findings: [Finding] = []
        let isProgram: (ZipDirectory.Entry) -> Bool = { entry in
            // Unpackers keep the names as they are but for the folder, so no other cleaning is needed to tell.
            !entry.isFolder && programExtensions.contains(FileExtension.last(of: entry.name))
        }
        // A program that is itself a zip, such as a Java archive, was judged as a whole.
        if zip.format.group != .program, let program = zip.entries.first(where: isProgram) {
            findings.append((programs, .programInArchive(name: AttachmentName(program.name).text)))
        }
        if let nested = zip.entries.first(where: \.isArchive) {
            findings.append((nestedArchives, .nestedArchive(name: AttachmentName(nested.name).text)))
        }
        if zip.isInconsistent || !zip.isComplete { findings.append((inconsistentArchives, .inconsistentArchive)) }
        return findings
    }

    private func blockedType(_ file: Facts) -> String? {
        for type in [file.declaredType, file.format?.mediaType ?? ""] where !type.isEmpty {
            if blockedTypes.contains(where: { Self.matches(type, $0) }) { return type }
        }
        return nil
    }

    /// Whether the whole text matches a pattern with `*` and `?`, whatever the case of US-ASCII letters.
    ///
    /// Only the last star is tried again, so that the work is at most the product of the two lengths.
    static func matches(_ text: String, _ pattern: String) -> Bool {
        let text = Array(text.lowercasedASCII.unicodeScalars)
        let pattern = Array(pattern.lowercasedASCII.unicodeScalars)
        var index = 0
        var position = 0
        var star: (position: Int, index: Int)?
        while index < text.count {
            if position < pattern.count, pattern[position] == "*" {
                star = (position, index)
                position += 1
            } else if position < pattern.count, pattern[position] == "?" || pattern[position] == text[index] {
                index += 1
                position += 1
            } else if let (last, tried) = star {
                star = (last, tried + 1)
                index = tried + 1
                position = last + 1
            } else {
                return false
            }
        }
        return pattern[position...].allSatisfy { $0 == "*" }
    }
}
