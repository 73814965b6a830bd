import Foundation
import FuzzChecks
import Testing

/// What the fuzzer found stays repaired, and what it begins with is read as the targets expect it.
@Suite struct FindTests {
    private static let folder = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fuzz")

    /// The inputs of a target that are kept in a folder.
    private static func inputs(_ kind: String, _ target: FuzzTarget) throws -> [(name: String, octets: [UInt8])] {
        let place = folder.appending(path: kind).appending(path: target.rawValue)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
        return try names.sorted().filter { !$0.hasPrefix(".") }.map { name in
            (name, [UInt8](try Data(contentsOf: place.appending(path: name))))
        }
    }

    @Test(arguments: FuzzTarget.allCases) func findsHold(target: FuzzTarget) throws {
        for input in try Self.inputs("finds", target) {
            #expect(throws: Never.self, "\(input.name)") { try target.check(input.octets) }
        }
    }

    /// The seeds, and what becomes of them when they are cut.
    @Test(arguments: FuzzTarget.allCases) func seedsHold(target: FuzzTarget) throws {
        let seeds = try Self.inputs("seeds", target)
        #expect(!seeds.isEmpty)
        for seed in seeds {
            for end in stride(from: 0, through: seed.octets.count, by: 1 + seed.octets.count / 64) {
                #expect(throws: Never.self, "\(seed.name) cut at \(end)") {
                    try target.check(Array(seed.octets[..<end]))
                }
            }
            #expect(throws: Never.self, "\(seed.name)") { try target.check(seed.octets) }
        }
    }
}
