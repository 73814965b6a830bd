internal import Yams

/// What one reading of a configuration file finds out besides the values: problems, and which keys exist.
final class ConfigurationFindings {
    /// The file as problems name it.
    let file: String
    /// The real names of keys that were renamed because they appear twice.
    let renamedKeys: [String: String]
    /// What is wrong.
    private(set) var problems: [ConfigurationProblem] = []
    /// Every key that was asked for, list positions left out: `listeners[].address`.
    private(set) var knownKeys: Set<String> = []
    /// The keys without a default.
    private(set) var requiredKeys: Set<String> = []

    init(file: String, renamedKeys: [String: String] = [:]) {
        self.file = file
        self.renamedKeys = renamedKeys
    }

    func report(_ mark: Mark?, _ text: String) {
        problems.append(
            ConfigurationProblem(file: file, line: mark?.line ?? 1, column: mark?.column ?? 1, text: text)
        )
    }

    func know(_ pattern: String, required: Bool = false) {
        knownKeys.insert(pattern)
        if required { requiredKeys.insert(pattern) }
    }
}

/// One mapping of the configuration while it is read: every key is asked for by name, with its default.
///
/// A key that nobody asked for is unknown, which ``finish()`` reports. All problems are collected; a wrong value counts
/// as its default meanwhile, so that reading goes on.
final class Section {
    let findings: ConfigurationFindings
    /// The keys that lead here, as a problem names them: `listeners[0]`; empty at the top.
    let path: String
    /// The same without list positions: `listeners[]`.
    let pattern: String
    /// Where the mapping stands.
    let mark: Mark?

    private var entries: [String: (key: Node, value: Node)] = [:]
    private var asked: Set<String> = []

    init(_ node: Node?, path: String = "", pattern: String = "", mark: Mark? = nil, findings: ConfigurationFindings) {
        self.findings = findings
        self.path = path
        self.pattern = pattern
        self.mark = node?.mark ?? mark
        guard let node, !node.isEmptyValue else { return }
        guard case .mapping(let mapping) = node else {
            findings.report(
                node.mark,
                "\(path.isEmpty ? "the file" : path): expected keys with values, found \(node.kind)"
            )
            return
        }
        var repeated: [String: [Mark]] = [:]
        for (key, value) in mapping {
            guard let name = key.scalar?.string else {
                findings.report(key.mark, "\(path.isEmpty ? "" : path + ": ")a key must be a word, found \(key.kind)")
                continue
            }
            if let realName = findings.renamedKeys[name] {
                repeated[realName, default: []] += [key.mark].compactMap(\.self)
            } else {
                entries[name] = (key, value)
            }
        }
        for (name, others) in repeated {
            let marks = (others + [entries[name]?.key.mark].compactMap(\.self)).sorted {
                ($0.line, $0.column) < ($1.line, $1.column)
            }
            for mark in marks.dropFirst() {
                findings.report(mark, "key \"\(name)\" is given twice\(place); first in line \(marks[0].line)")
            }
        }
    }

    /// ` in listeners[0]`, or nothing at the top.
    private var place: String { path.isEmpty ? "" : " in \(path)" }

    /// The path of one of the section's keys.
    func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// The pattern of one of the section's keys.
    func pattern(of key: String) -> String { pattern.isEmpty ? key : "\(pattern).\(key)" }

    /// Whether the file gives the key.
    func has(_ key: String) -> Bool { entries[key] != nil }

    /// The keys that the file gives, in its order.
    var givenKeys: [String] {
        entries.sorted {
            ($0.value.key.mark?.line ?? 0, $0.value.key.mark?.column ?? 0)
                < ($1.value.key.mark?.line ?? 0, $1.value.key.mark?.column ?? 0)
        }
        .map(\.key)
    }

    /// Asks for a key.
    func node(_ key: String, required: Bool = false) -> Node? {
        asked.insert(key)
        findings.know(pattern(of: key), required: required)
        if required, entries[key] == nil {
            findings.report(mark, "\(path.isEmpty ? "" : path + ": ")the key \"\(key)\" is missing")
        }
        return entries[key]?.value
    }

    /// Asks for a key whose name is free, as the names of defaults are: known, but no part of the fixed set.
    func namedNode(_ key: String) -> Node? {
        asked.insert(key)
        return entries[key]?.value
    }

    /// Where a key's value stands, or else the section itself.
    func mark(of key: String) -> Mark? { entries[key]?.value.mark ?? mark }

    /// Reports a problem with a key's value.
    func fail(_ key: String, _ text: String) {
        findings.report(mark(of: key), "\(path(of: key)): \(text)")
    }

    /// Reports the keys that nobody asked for.
    func finish() {
        for (name, entry) in entries where !asked.contains(name) {
            let hint =
                nearest(to: name, among: Array(asked)).map { "; did you mean \"\($0)\"?" }
                ?? "; allowed: \(asked.sorted().joined(separator: ", "))"
            findings.report(entry.key.mark, "unknown key \"\(name)\"\(place)\(hint)")
        }
    }
}

extension Node {
    /// Whether nothing is written where a value should be: an empty plain scalar, `~` or `null`.
    var isEmptyValue: Bool {
        guard case .scalar(let scalar) = self, scalar.style == .plain else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    /// What the node is, for a problem's text.
    var kind: String {
        switch self {
        case .mapping: "keys with values"
        case .sequence: "a list"
        case .scalar(let scalar): isEmptyValue ? "nothing" : "\"\(scalar.string)\""
        case .alias: "an alias"
        }
    }
}
