internal import Mail

/// A list of tags and values, `v=1; a=rsa-sha256`, as signatures and key records have it (RFC 6376 section 3.2).
package struct TagList: Hashable, Sendable {
    /// One tag with its value.
    package struct Tag: Hashable, Sendable {
        /// The name in the case in which it is written: names are told apart by it.
        package let name: String
        /// The value without white space at its ends; what is within it stays, folds and all.
        package let value: String
    }

    /// Why a text is no list of tags.
    package enum SyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
        /// Something stands where a name is due.
        case malformedName(String)
        /// A name has no equals sign behind it.
        case missingEquals(String)
        /// A value holds an octet that none may: a control, or one that is no UTF-8.
        case malformedValue(String)
        /// A name comes twice, which makes the whole list invalid.
        case duplicate(String)
        /// There is no tag.
        case empty

        /// What is wrong, in words.
        package var description: String {
            switch self {
            case .malformedName(let text): "\"\(text)\" is no name of a tag"
            case .missingEquals(let name): "the tag \(name) has no equals sign"
            case .malformedValue(let name): "the value of \(name) holds octets that it must not"
            case .duplicate(let name): "the tag \(name) comes twice"
            case .empty: "there is no tag"
            }
        }
    }

    /// The tags in their order.
    package let tags: [Tag]

    /// Reads a list; anything that the grammar does not allow makes all of it invalid.
    package init(_ octets: some Sequence<UInt8>) throws(SyntaxError) {
        let (tags, error) = Self.read(Array(octets)[...], stopsAtError: true)
        if let error { throw error }
        guard !tags.isEmpty else { throw .empty }
        self.tags = tags
    }

    /// Reads what can be read: each tag that is not well-formed is passed over, and of two of a name the first counts.
    ///
    /// - Returns: the list, and the first thing that is wrong.
    package static func tolerant(_ octets: some Sequence<UInt8>) -> (list: TagList, error: SyntaxError?) {
        let (tags, error) = read(Array(octets)[...], stopsAtError: false)
        return (TagList(tags: tags), error)
    }

    private init(tags: [Tag]) {
        self.tags = tags
    }

    /// The value of a tag.
    package subscript(_ name: String) -> String? { tags.first { $0.name == name }?.value }

    // MARK: Reading

    private static func read(_ octets: ArraySlice<UInt8>, stopsAtError: Bool) -> ([Tag], SyntaxError?) {
        var tags: [Tag] = []
        var names: Set<String> = []
        var first: SyntaxError?
        let pieces = octets.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
        for (index, piece) in pieces.enumerated() {
            // One semicolon may end the list.
            if index == pieces.count - 1, trimmed(piece).isEmpty { continue }
            do throws(SyntaxError) {
                let tag = try tag(piece)
                guard names.insert(tag.name).inserted else { throw .duplicate(tag.name) }
                tags.append(tag)
            } catch {
                first = first ?? error
                if stopsAtError { break }
            }
        }
        return (tags, first)
    }

    private static func tag(_ piece: ArraySlice<UInt8>) throws(SyntaxError) -> Tag {
        let equals = piece.firstIndex(of: UInt8(ascii: "="))
        let octets = trimmed(piece[..<(equals ?? piece.endIndex)])
        // Of what is no name, a little is shown.
        let name = String(decoding: octets.prefix(32), as: UTF8.self)
        guard let first = octets.first, first.isASCIILetter, octets.count <= 32,
            octets.allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "_") })
        else { throw .malformedName(name) }
        guard let equals else { throw .missingEquals(name) }
        let value = trimmed(piece[(equals + 1)...])
        guard isValue(value), let text = String(validating: value, as: UTF8.self) else { throw .malformedValue(name) }
        return Tag(name: name, value: text)
    }

    /// Whether a value has no control but those of folds (RFC 6376 section 2.8, `FWS`).
    private static func isValue(_ octets: ArraySlice<UInt8>) -> Bool {
        octets.indices.allSatisfy { index in
            switch octets[index] {
            // A line end is a fold when white space follows it; one of LF alone is what a store may have made of it.
            case 0x0A: index + 1 < octets.endIndex && isBlank(octets[index + 1])
            case 0x0D: index + 1 < octets.endIndex && octets[index + 1] == 0x0A
            case 0x09, 0x20...0x7E, 0x80...0xFF: true
            default: false
            }
        }
    }

    private static func isBlank(_ octet: UInt8) -> Bool { octet == 0x20 || octet == 0x09 }

    /// A piece without white space and folds at its ends.
    private static func trimmed(_ piece: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var piece = piece
        while let first = piece.first, isBlank(first) || first == 0x0D || first == 0x0A { piece.removeFirst() }
        while let last = piece.last, isBlank(last) || last == 0x0D || last == 0x0A { piece.removeLast() }
        return piece
    }
}
