internal import Glibc
package import MIME
internal import Mail
internal import OpenSSL
package import Storage

/// Writes attached files out of stored messages, octet by octet as they were sent.
package struct AttachmentExport {
    /// Why a file could not be written.
    package enum Failure: Error, CustomStringConvertible {
        /// The store cannot be read.
        case store(StoreError)
        /// There is a file of the name.
        case exists(String)
        /// The file cannot be made.
        case cannotCreate(String, reason: String)
        /// Writing failed.
        case cannotWrite(String, reason: String)
        /// The message has no such part.
        case missing(path: String)
        /// The content has another digest than when it came.
        case changed(path: String)

        package var description: String {
            switch self {
            case .store(let error): error.description
            case .exists(let path):
                "\(path) exists already; name another file with --output, or overwrite it with --force"
            case .cannotCreate(let path, let reason): "\(path) cannot be made: \(reason)"
            case .cannotWrite(let path, let reason): "\(path) cannot be written: \(reason)"
            case .missing(let path):
                "the message has no part \(path); were the limits under parser lowered since it came?"
            case .changed(let path):
                "part \(path) of the message is not what it was when it came, so nothing was written; `log raw` shows the message"
            }
        }
    }

    private let store: StoreReader
    private let limits: Message.Limits
    /// What was taken out of a message together, since each walk reads all of it.
    private var taken: [String: [UInt8]] = [:]
    private var takenOf: UniqueID?

    /// Makes an export.
    ///
    /// - Parameter limits: those by which messages are parsed when they come, since they decide which parts there are.
    package init(store: StoreReader, limits: Message.Limits) {
        self.store = store
        self.limits = limits
    }

    /// Takes files out of a message in one walk, for the writing that follows.
    ///
    /// - Parameter files: files of a thread in their order; as many as belong together and are not too large are taken.
    package mutating func take(_ files: some Collection<AttachmentRow>) {
        guard let first = files.first, takenOf != first.message || taken[first.path] == nil else { return }
        var size = 0
        let together = files.prefix { file in
            size += file.size
            return file.message == first.message && (size <= Self.maximumTaken || file == first)
        }
        // A large one goes piece by piece.
        guard first.isWithinFile || first.size <= Self.maximumTaken else { return }
        let paths = Set(together.map(\.path))
        takenOf = first.message
        // What cannot be read is told when the file is written.
        taken =
            (try? store.withOctets(of: first.message) { octets in
                ReadableMessage.contents(ofFiles: paths, in: octets, limits: limits)
            }) ?? [:]
    }

    /// What is taken at once, in octets.
    private static let maximumTaken = 67_108_864

    /// Writes a file under a name, which it gets only when it is whole and right.
    package func write(_ file: AttachmentRow, to path: String, overwriting: Bool) throws(Failure) {
        let temporary = Self.temporaryPath(beside: path)
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .cannotCreate(path, reason: Self.systemReason) }
        defer { _ = unsafe unlink(temporary) }
        do {
            try write(file, to: descriptor, path)
        } catch {
            _ = close(descriptor)
            throw error
        }
        guard close(descriptor) == 0 else { throw .cannotWrite(path, reason: Self.systemReason) }
        try Self.name(temporary, path, overwriting: overwriting)
    }

    /// Writes a file to the standard output, after it was held against its digest.
    package func writeToStandardOutput(_ file: AttachmentRow) throws(Failure) {
        try stream(file) { _ in }
        try write(file, to: STDOUT_FILENO, "the output")
    }

    private func write(_ file: AttachmentRow, to descriptor: Int32, _ path: String) throws(Failure) {
        try stream(file) { piece throws(Failure) in
            var written = 0
            while written < piece.count {
                let rest = piece.extracting(written..<piece.count)
                let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw .cannotWrite(path, reason: Self.systemReason) }
                written += count
            }
        }
    }

    /// Decodes a file's content piece by piece, and holds it against its digest.
    private func stream(
        _ file: AttachmentRow,
        into sink: (Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        let result: Result<Void, Failure>?
        do {
            result = try store.withOctets(of: file.message) { octets in
                Result { () throws(Failure) in try decode(file, octets, into: sink) }
            }
        } catch let error as StoreError {
            throw .store(error)
        } catch {
            throw .store(.io("\(error)"))
        }
        guard let result else { throw .store(.corrupt("there is no message \(file.message)")) }
        try result.get()
    }

    private func decode(
        _ file: AttachmentRow,
        _ octets: Span<UInt8>,
        into sink: (Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        guard !file.isWithinFile, takenOf != file.message || taken[file.path] == nil else {
            return try writeTaken(file, octets, into: sink)
        }
        let message = Message(parsing: octets, limits: limits)
        guard let index = Int(file.path), message.parts.indices.contains(index) else {
            throw .missing(path: file.path)
        }
        var digest = SHA256()
        var failure: Failure?
        message.decodedContent(of: message.parts[index], in: octets) { piece in
            digest.update(piece)
            do throws(Failure) {
                if failure == nil { try sink(piece) }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        guard digest.finalize() == file.sha256 else { throw .changed(path: file.path) }
    }

    /// Gives a file that was taken or lies within another one, where it is whole.
    private func writeTaken(
        _ file: AttachmentRow,
        _ octets: Span<UInt8>,
        into sink: (Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        var content = takenOf == file.message ? taken[file.path] : nil
        if content == nil {
            content = ReadableMessage.contents(ofFiles: [file.path], in: octets, limits: limits)[file.path]
        }
        guard let content else { throw .missing(path: file.path) }
        guard SHA256.digest(of: content.span) == file.sha256 else { throw .changed(path: file.path) }
        try sink(content.span)
    }

    // MARK: Names

    private static func temporaryPath(beside path: String) -> String {
        let start = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        return "\(path[..<start]).mailwicket-\(UniqueID.make())"
    }

    /// Gives a file its name.
    private static func name(_ temporary: String, _ path: String, overwriting: Bool) throws(Failure) {
        if overwriting {
            guard unsafe rename(temporary, path) == 0 else { throw .cannotCreate(path, reason: systemReason) }
            return
        }
        // Unlike a rename, a link never takes another file's place.
        if unsafe link(temporary, path) == 0 { return }
        switch errno {
        case EEXIST: throw .exists(path)
        case EPERM, EOPNOTSUPP, ENOSYS:
            // A file system without links.
            guard unsafe access(path, F_OK) != 0 else { throw .exists(path) }
            guard unsafe rename(temporary, path) == 0 else { throw .cannotCreate(path, reason: systemReason) }
        default: throw .cannotCreate(path, reason: systemReason)
        }
    }

    private static var systemReason: String { unsafe String(cString: strerror(errno)) }
}
