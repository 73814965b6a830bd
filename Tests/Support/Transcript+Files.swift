import Foundation
public import Testing

extension Transcript {
    /// The package's root, found from this file's place.
    public static var packageRoot: String {
        let here = URL(filePath: #filePath).resolvingSymlinksInPath()
        return here.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
    }

    /// Every golden dialogue in `Tests/Transcripts` that runs in clear, in the order of their names.
    public static func all() throws -> [Transcript] {
        try dialogues(in: "/Tests/Transcripts")
    }

    /// Every golden dialogue with TLS or AUTH.
    public static func secured() throws -> [Transcript] {
        try dialogues(in: "/Tests/Transcripts/Secured")
    }

    private static func dialogues(in folder: String) throws -> [Transcript] {
        let folder = packageRoot + folder
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        return try names.filter { $0.hasSuffix(".smtp") || $0.hasSuffix(".lmtp") }.sorted()
            .map { try Transcript(name: $0, text: String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8)) }
    }

    /// The numbers in the check list that tests bear in their names, as in `"WIRE 64, 73: …"` or `"WIRE 51-54: …"`.
    public static func itemsOfTests() throws -> Set<Int> {
        var items: Set<Int> = []
        let folder = URL(filePath: packageRoot + "/Tests")
        for case let file as URL in FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
            ?? .init()
        where file.lastPathComponent.hasSuffix("Tests.swift") {
            let text = try String(contentsOf: file, encoding: .utf8)
            for name in text.components(separatedBy: "\"WIRE ").dropFirst() {
                for part in name.prefix(while: { $0 != ":" }).split(separator: ",") {
                    let bounds = part.split(separator: "-").compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
                    if let first = bounds.first, let last = bounds.last, first <= last { items.formUnion(first...last) }
                }
            }
        }
        return items
    }
}

extension Transcript: CustomTestStringConvertible {
    /// The name, as a test shows it.
    public var testDescription: String { name }
}

extension Transcript: CustomStringConvertible {
    /// The text form.
    public var description: String { name }
}
