import Foundation
import Testing

/// The binary seeds of the fuzzer: the inputs of ``AttachmentHostileTests``, written as files.
@Suite struct FuzzSeedTests {
    private static let targets = [
        "zip": "FuzzZip", "zip64": "FuzzZip", "tnef": "FuzzTNEF", "calendar": "FuzzCalendar",
        "compound": "FuzzCryptography", "cms": "FuzzCryptography", "cms in a stream": "FuzzCryptography",
        "program": "FuzzCryptography", "pgp": "FuzzCryptography",
    ]

    /// Writes them anew when `MAILWICKET_WRITE_SEEDS` is set.
    @Test func seedsAreWhatTheWritersMake() throws {
        let isWriting = ProcessInfo.processInfo.environment["MAILWICKET_WRITE_SEEDS"] != nil
        for input in AttachmentHostileTests.inputs {
            let target = try #require(Self.targets[input.name], "\(input.name) is no target's")
            let folder = Places.root.appending(path: "Tests/Fuzz/seeds/\(target)")
            let file = folder.appending(path: input.name.replacingOccurrences(of: " ", with: "-"))
            if isWriting {
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                try Data(input.bytes).write(to: file)
            }
            let kept = try [UInt8](Data(contentsOf: file))
            #expect(kept == input.bytes, "\(input.name)")
        }
    }
}
