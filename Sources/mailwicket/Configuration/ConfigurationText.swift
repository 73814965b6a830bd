internal import Yams

/// The text of a configuration file as a tree with places, before anyone asks what its keys mean.
struct ConfigurationText {
    /// The tree; `nil` for a file without content.
    let root: Node?
    /// The real names of keys that were renamed because they appear twice in one mapping.
    let renamedKeys: [String: String]

    /// How many repeated keys are looked for before the rest is left to the next run.
    static let maximumRepeatedKeys = 100

    /// Reads YAML.
    ///
    /// The parser gives up at the first repeated key. Each is therefore given another name, of as many characters so
    /// that all places stay, and the parser is asked again; the walker tells of them with everything else.
    init(yaml: String, file: String) throws(ConfigurationError) {
        var text = yaml
        var renamedKeys: [String: String] = [:]
        while true {
            do {
                root = try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
                self.renamedKeys = renamedKeys
                return
            } catch YamlError.duplicatedKeysInMapping(let names, let context) {
                let problem = ConfigurationProblem(
                    file: file,
                    line: context.mark.line,
                    column: context.mark.column,
                    text: "the key \"\(names.first ?? "")\" appears twice in one place"
                )
                guard renamedKeys.count < Self.maximumRepeatedKeys, let name = names.first,
                    let (renamed, alias) = Self.rename(name, at: context.mark, in: text, number: renamedKeys.count)
                else { throw ConfigurationError([problem]) }
                text = renamed
                renamedKeys[alias] = name
            } catch {
                throw ConfigurationError([Self.problem(for: error, file: file)])
            }
        }
    }

    /// Replaces the plain scalar `name` at a mark by private-use characters that no key of ours holds.
    private static func rename(
        _ name: String,
        at mark: Mark,
        in text: String,
        number: Int
    ) -> (text: String, alias: String)? {
        var scalars = Array(text.unicodeScalars)
        let wanted = Array(name.unicodeScalars)
        guard !wanted.isEmpty, let start = offset(of: mark, in: scalars),
            start + wanted.count <= scalars.count, Array(scalars[start..<(start + wanted.count)]) == wanted,
            let alias = Unicode.Scalar(0xE000 + UInt32(number))
        else { return nil }
        for index in start..<(start + wanted.count) { scalars[index] = alias }
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return (String(view), String(repeating: Character(alias), count: wanted.count))
    }

    private static func offset(of mark: Mark, in scalars: [Unicode.Scalar]) -> Int? {
        var line = 1
        var index = 0
        while line < mark.line {
            guard let newline = scalars[index...].firstIndex(of: "\n") else { return nil }
            index = newline + 1
            line += 1
        }
        let result = index + mark.column - 1
        return result < scalars.count ? result : nil
    }

    private static func problem(for error: any Error, file: String) -> ConfigurationProblem {
        func at(_ line: Int, _ column: Int, _ text: String) -> ConfigurationProblem {
            ConfigurationProblem(file: file, line: line, column: column, text: "this is not YAML: \(text)")
        }
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return at(mark.line, mark.column, problem)
        case .reader(let problem, let offset, _, let yaml):
            let before = yaml.unicodeScalars.prefix(offset ?? 0)
            let line = before.count { $0 == "\n" } + 1
            let column =
                before.count
                - (before.lastIndex(of: "\n").map { before.distance(from: before.startIndex, to: $0) + 1 } ?? 0)
            return at(line, column + 1, problem)
        default:
            return at(1, 1, "\(error)")
        }
    }
}
