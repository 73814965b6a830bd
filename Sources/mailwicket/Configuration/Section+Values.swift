internal import Yams

/// One element of a list of words, with its place.
struct PlacedText {
    let text: String
    let path: String
    let mark: Mark?
}

extension Section {
    /// A text; plain words count as such even where YAML sees a number or `yes`.
    func text(_ key: String, default fallback: String) -> String {
        node(key).flatMap { text(of: $0, path: path(of: key)) } ?? fallback
    }

    /// A text that must be there and hold something.
    func requiredText(_ key: String) -> String? {
        guard let node = node(key, required: true), let value = text(of: node, path: path(of: key)) else { return nil }
        guard !value.isEmpty else {
            fail(key, "must not be empty")
            return nil
        }
        return value
    }

    /// A stable identifier that must be there and that no other thing of the kind may have.
    func requiredIdentifier(_ key: String, of kind: String, taken: inout Set<String>) -> String? {
        guard let text = requiredText(key) else { return nil }
        guard let identifier = parseIdentifier(text) else {
            fail(key, "expected \(identifierGrammar), found \"\(text)\"")
            return nil
        }
        guard taken.insert(identifier).inserted else {
            fail(key, "there is another \(kind) \"\(identifier)\"")
            return nil
        }
        return identifier
    }

    /// The values of a list that nobody has claimed; the others are reported.
    ///
    /// - Parameters:
    ///   - taken: who claimed what, to which `owner` is added.
    ///   - problem: tells that the owner named has the value already.
    func claim<Value>(
        _ values: [(value: Value, place: PlacedText)],
        by key: (Value) -> String,
        for owner: String,
        taken: inout [String: String],
        _ problem: (Value, String) -> String
    ) -> [Value] {
        values.compactMap { value, place in
            if let other = taken[key(value)] {
                findings.report(place.mark, "\(place.path): \(problem(value, other))")
                return nil
            }
            taken[key(value)] = owner
            return value
        }
    }

    /// A whole number within a range.
    func integer(_ key: String, in range: ClosedRange<Int>, default fallback: Int) -> Int {
        number(key, in: range, default: fallback, expected: "a whole number", parseInteger)
    }

    /// A whole number within a range, or `auto`, which is `nil`.
    func integerOrAuto(_ key: String, in range: ClosedRange<Int>, default fallback: Int?) -> Int? {
        guard let node = node(key) else { return fallback }
        guard plainText(of: node) != "auto" else { return nil }
        let expected = "a whole number or auto"
        return number(key, in: range, default: fallback ?? range.lowerBound, expected: expected, parseInteger)
    }

    /// A number of octets, with or without a unit.
    func size(_ key: String, in range: ClosedRange<Int>, default fallback: Int) -> Int {
        number(key, in: range, default: fallback, expected: "a size such as 1048576, 64KiB or 50MiB", parseSize)
    }

    /// A span of time in seconds, with or without a unit.
    func duration(_ key: String, in range: ClosedRange<Int>, default fallback: Int) -> Int {
        number(key, in: range, default: fallback, expected: "a duration such as 300, 90s, 5m, 1h or 7d", parseDuration)
    }

    /// `true` or `false`, and nothing else that YAML takes for it.
    func flag(_ key: String, default fallback: Bool) -> Bool {
        guard let node = node(key) else { return fallback }
        switch plainText(of: node) {
        case "true": return true
        case "false": return false
        default:
            fail(key, "expected true or false, found \(node.kind)")
            return fallback
        }
    }

    /// One word of a set.
    func choice<Value>(_ key: String, _ words: KeyValuePairs<String, Value>, default fallback: Value) -> Value {
        guard let node = node(key) else { return fallback }
        return choose(node, key, words) ?? fallback
    }

    /// One word of a set that must be there.
    func requiredChoice<Value>(_ key: String, _ words: KeyValuePairs<String, Value>) -> Value? {
        node(key, required: true).flatMap { choose($0, key, words) }
    }

    /// A text that `parse` must understand; `expected` says what it would.
    func parsed<Value>(
        _ key: String,
        expected: String,
        default fallback: Value,
        _ parse: (String) -> Value?
    ) -> Value {
        guard let node = node(key), let text = text(of: node, path: path(of: key)) else { return fallback }
        guard let value = parse(text) else {
            fail(key, "expected \(expected), found \"\(text)\"")
            return fallback
        }
        return value
    }

    /// A list of texts, each with its place; one text alone counts as a list of one.
    func texts(_ key: String, required: Bool = false) -> [PlacedText] {
        guard let node = node(key, required: required), !node.isEmptyValue else { return [] }
        switch node {
        case .scalar, .alias:
            return text(of: node, path: path(of: key)).map {
                [PlacedText(text: $0, path: path(of: key), mark: node.mark)]
            }
                ?? []
        case .mapping:
            fail(key, "expected a list, found \(node.kind)")
            return []
        case .sequence(let sequence):
            return sequence.enumerated().compactMap { index, element in
                let path = "\(path(of: key))[\(index)]"
                return text(of: element, path: path).map { PlacedText(text: $0, path: path, mark: element.mark) }
            }
        }
    }

    /// A list of texts that `parse` must understand; those that it does not are reported and left out.
    func parsedList<Value>(
        _ key: String,
        expected: String,
        required: Bool = false,
        _ parse: (String) -> Value?
    ) -> [(value: Value, place: PlacedText)] {
        texts(key, required: required).compactMap { place in
            guard let value = parse(place.text) else {
                findings.report(place.mark, "\(place.path): expected \(expected), found \"\(place.text)\"")
                return nil
            }
            return (value, place)
        }
    }

    /// A mapping; where it is missing, its keys have their defaults.
    func section<Value>(_ key: String, _ read: (Section) -> Value) -> Value {
        let section = Section(
            node(key),
            path: path(of: key),
            pattern: pattern(of: key),
            mark: mark,
            findings: findings
        )
        defer { section.finish() }
        return read(section)
    }

    /// A list of mappings.
    func sections<Value>(_ key: String, required: Bool = false, _ read: (Section, Int) -> Value?) -> [Value] {
        guard let node = node(key, required: required), !node.isEmptyValue else { return [] }
        guard case .sequence(let sequence) = node else {
            fail(key, "expected a list, found \(node.kind)")
            return []
        }
        return sequence.enumerated().compactMap { index, element in
            let path = "\(path(of: key))[\(index)]"
            guard case .mapping = element else {
                findings.report(element.mark, "\(path): expected keys with values, found \(element.kind)")
                return nil
            }
            let section = Section(element, path: path, pattern: "\(pattern(of: key))[]", findings: findings)
            defer { section.finish() }
            return read(section, index)
        }
    }

    // MARK: - Scalars

    private func number(
        _ key: String,
        in range: ClosedRange<Int>,
        default fallback: Int,
        expected: String,
        _ parse: (String) -> Int?
    ) -> Int {
        guard let node = node(key) else { return fallback }
        guard let value = plainText(of: node).flatMap(parse) else {
            fail(key, "expected \(expected), found \(node.kind)")
            return fallback
        }
        guard range.contains(value) else {
            let written = plainText(of: node) ?? "\(value)"
            fail(key, "\(written) is out of range; allowed: \(range.lowerBound) to \(range.upperBound)")
            return fallback
        }
        return value
    }

    private func choose<Value>(_ node: Node, _ key: String, _ words: KeyValuePairs<String, Value>) -> Value? {
        guard let text = text(of: node, path: path(of: key)) else { return nil }
        guard let match = words.first(where: { $0.key == text }) else {
            fail(key, "\"\(text)\" is not allowed; allowed: \(words.map(\.key).joined(separator: ", "))")
            return nil
        }
        return match.value
    }

    private func text(of node: Node, path: String) -> String? {
        guard case .scalar(let scalar) = node, !node.isEmptyValue else {
            findings.report(node.mark, "\(path): expected a text, found \(node.kind)")
            return nil
        }
        return scalar.string
    }

    private func plainText(of node: Node) -> String? {
        guard case .scalar(let scalar) = node, scalar.style == .plain else { return nil }
        return scalar.string
    }
}
