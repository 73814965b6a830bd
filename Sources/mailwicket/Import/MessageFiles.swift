internal import Foundation
internal import MIME
internal import Mail

/// Where old messages lie: a file with one message, an mbox file, a Maildir, or a folder of `.eml` files.
package struct MessageFiles {
    /// One message that was found, or why it was not.
    package struct Found: Sendable {
        /// The file, and for an mbox the message's position in it.
        package let name: String
        /// The message with the line ends of mail, or what is wrong.
        package let octets: Result<[UInt8], Problem>
        /// How much of all files has been read, in octets.
        package let progress: Int
    }

    /// Why a message cannot be read.
    package struct Problem: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    private enum Source {
        case message(URL)
        case mbox(URL)
    }

    /// The size of all files together, in octets.
    package let totalSize: Int
    private let sources: [(source: Source, size: Int)]
    private let quoting: MboxReader.Quoting
    private let maximumSize: Int

    /// Looks at paths.
    ///
    /// - Throws: for the first path that is nothing of the kind.
    package init(paths: [String], quoting: MboxReader.Quoting, maximumSize: Int) throws(Problem) {
        var sources: [(source: Source, size: Int)] = []
        for path in paths { sources += try Self.sources(at: path) }
        self.sources = sources
        self.quoting = quoting
        self.maximumSize = maximumSize
        totalSize = sources.reduce(0) { $0 + $1.size }
    }

    /// Hands all messages over, file by file.
    package func forEach(_ body: (Found) async throws -> Void) async rethrows {
        var done = 0
        for (source, size) in sources {
            switch source {
            case .message(let url):
                done += size
                try await body(Found(name: url.path, octets: readMessage(url, size: size), progress: done))
            case .mbox(let url):
                try await forEach(in: url, before: done, body)
                done += size
            }
        }
    }

    private func readMessage(_ url: URL, size: Int) -> Result<[UInt8], Problem> {
        guard size <= maximumSize else { return .failure(tooLarge) }
        do {
            return .success(LineEnds.restoringCRLF(Array(try Data(contentsOf: url))))
        } catch {
            return .failure(Problem(description: "cannot be read: \(error.reason)"))
        }
    }

    private func forEach(in url: URL, before: Int, _ body: (Found) async throws -> Void) async rethrows {
        let handle: FileHandle
        do {
            handle = try FileHandle(forReadingFrom: url)
        } catch {
            let problem = Problem(description: "cannot be read: \(error.reason)")
            try await body(Found(name: url.path, octets: .failure(problem), progress: before))
            return
        }
        defer { try? handle.close() }
        let position = Position()
        var reader = MboxReader(quoting: quoting, maximumSize: maximumSize) {
            let data = try handle.read(upToCount: 1 << 18) ?? Data()
            position.octets += data.count
            return Array(data)
        }
        var number = 0
        while true {
            let octets: Result<[UInt8], Problem>
            do {
                switch try reader.next() {
                case nil: return
                case .message(let message): octets = .success(message)
                case .tooLarge: octets = .failure(tooLarge)
                }
            } catch {
                let problem = Problem(description: "cannot be read: \(error.reason)")
                try await body(Found(name: url.path, octets: .failure(problem), progress: before + position.octets))
                return
            }
            number += 1
            try await body(Found(name: "\(url.path)#\(number)", octets: octets, progress: before + position.octets))
        }
    }

    /// How far an mbox has been read.
    private final class Position {
        var octets = 0
    }

    private var tooLarge: Problem { Problem(description: "is larger than \(maximumSize) octets") }

    // MARK: - Finding

    private static func sources(at path: String) throws(Problem) -> [(source: Source, size: Int)] {
        let url = URL(filePath: path)
        guard FileManager.default.fileExists(atPath: path) else {
            throw Problem(description: "\(path): there is no such file")
        }
        guard isFolder(url) else {
            return [(isMbox(url) ? .mbox(url) : .message(url), size(of: url))]
        }
        let folders = ["cur", "new"].map { url.appending(path: $0) }.filter(isFolder)
        // Files in tmp are being delivered, and are no messages yet.
        let files = inOrder(folders.isEmpty ? messages(in: url) : folders.flatMap { contents(of: $0) })
        if folders.isEmpty, files.isEmpty {
            throw Problem(description: "\(path): this folder is no Maildir and holds no .eml files")
        }
        return files.map { (.message($0), size(of: $0)) }
    }

    /// Files by the dates of their messages, so that an answer comes after what it answers.
    private static func inOrder(_ files: [URL]) -> [URL] {
        files.map { url -> (url: URL, date: Timestamp) in
            let octets = (try? FileHandle(forReadingFrom: url)).flatMap { handle -> Data? in
                defer { try? handle.close() }
                return try? handle.read(upToCount: maximumHeader)
            }
            let header = header(of: LineEnds.restoringCRLF(Array(octets ?? Data())))
            let date = Message(parsing: header.span).summary(of: header.span).date
            return (url, date ?? modificationDate(of: url))
        }.sorted { ($0.date, $0.url.lastPathComponent) < ($1.date, $1.url.lastPathComponent) }
            .map(\.url)
    }

    /// How much of a message is looked at for its header, in octets.
    private static let maximumHeader = 65_536

    /// The header of a message, as far as it is looked at.
    static func header(of octets: [UInt8]) -> [UInt8] {
        let start = octets.prefix(maximumHeader)
        var index = start.startIndex
        while let newline = start[index...].firstIndex(of: UInt8(ascii: "\n")) {
            let rest = start[(newline + 1)...]
            if rest.starts(with: "\r\n".utf8) || rest.starts(with: "\n".utf8) {
                return Array(start[...newline]) + Array("\r\n".utf8)
            }
            index = newline + 1
        }
        return Array(start)
    }

    private static func modificationDate(of url: URL) -> Timestamp {
        let date = attributes(of: url)[.modificationDate] as? Date ?? .distantPast
        return Timestamp(seconds: Int64(date.timeIntervalSince1970))
    }

    private static func messages(in folder: URL) -> [URL] {
        contents(of: folder).filter { $0.pathExtension.lowercased() == "eml" }
    }

    private static func contents(of folder: URL) -> [URL] {
        let urls = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return (urls ?? []).filter { !$0.lastPathComponent.hasPrefix(".") && !isFolder($0) }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
    }

    private static func isFolder(_ url: URL) -> Bool {
        attributes(of: url)[.type] as? FileAttributeType == .typeDirectory
    }

    private static func size(of url: URL) -> Int {
        (attributes(of: url)[.size] as? NSNumber)?.intValue ?? 0
    }

    private static func attributes(of url: URL) -> [FileAttributeKey: Any] {
        let path = url.resolvingSymlinksInPath().path
        return (try? FileManager.default.attributesOfItem(atPath: path)) ?? [:]
    }

    private static func isMbox(_ url: URL) -> Bool {
        guard let handle = try? FileHandle(forReadingFrom: url) else { return false }
        defer { try? handle.close() }
        return (try? handle.read(upToCount: 5)) == Data("From ".utf8)
    }
}
