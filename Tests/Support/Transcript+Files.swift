import Foundation
public import Testing

extension Transcript {
    /// The package's root, found from this file's place.
    public static var packageRoot: String {
        let here = URL(filePath: #filePath).resolvingSymlinksInPath()
        return here.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
    }

    /// Every golden dialogue in `Tests/Transcripts`, in the order of their names.
    public static func all() throws -> [Transcript] {
        let folder = packageRoot + "/Tests/Transcripts"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        return try names.filter { $0.hasSuffix(".smtp") || $0.hasSuffix(".lmtp") }.sorted()
            .map { try Transcript(name: $0, text: String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8)) }
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
