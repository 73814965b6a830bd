public import Foundation
import Synchronization

/// A child process: its output goes to files, its end is awaited without a thread, and it does not outlive its object.
public final class ChildProcess: Sendable {
    /// How a process ended.
    public enum Ending: Sendable, Equatable {
        /// By itself, with this status.
        case exited(Int32)
        /// By this signal.
        case killed(Int32)
    }

    /// A finished process.
    public struct Outcome: Sendable {
        /// How it ended.
        public let ending: Ending
        /// What it wrote to its standard output.
        public let output: String
        /// What it wrote to its standard error.
        public let errors: String

        /// Whether it exited with status 0.
        public var succeeded: Bool { ending == .exited(0) }
    }

    private struct State {
        var ending: Ending?
        var waiting: [CheckedContinuation<Ending, Never>] = []
    }

    /// The process's id.
    public let id: Int32
    private let program: String
    private let inputWriter: FileHandle?
    private let outputPath: String
    private let errorPath: String
    private let folder: TemporaryFolder
    private let state: SharedState

    private final class SharedState: Sendable {
        let value = Mutex(State())

        /// Waits for the end, on a thread that has nothing else to do.
        func waitForEnd(of id: Int32) {
            // Seen first and reaped under the lock: a signal never goes to another process that got the same id.
            var information = unsafe siginfo_t()
            while unsafe waitid(P_PID, id_t(id), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
            let (ending, waiting) = value.withLock { state in
                var status: Int32 = 0
                while unsafe waitpid(id, &status, 0) < 0, errno == EINTR {}
                let ending = status & 0x7F == 0 ? Ending.exited(status >> 8 & 0xFF) : .killed(status & 0x7F)
                state.ending = ending
                defer { state.waiting = [] }
                return (ending, state.waiting)
            }
            for continuation in waiting { continuation.resume(returning: ending) }
        }
    }

    /// Starts a program; `program` is a path or a name on the search path.
    ///
    /// With `hasInput` the child's standard input stays open until `closeInput`; without it is empty.
    public init(
        _ program: String,
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        hasInput: Bool = false
    ) throws {
        guard let path = PeerProgram.path(of: program) else {
            throw DeadlineExceeded(description: "there is no program \(program); `make test` builds and installs all")
        }
        self.program = program
        folder = try TemporaryFolder()
        outputPath = try folder.write("", to: "output")
        errorPath = try folder.write("", to: "errors")
        let pipe = hasInput ? Pipe() : nil
        inputWriter = pipe?.fileHandleForWriting
        // Another child must not hold this one's input open.
        if let inputWriter { _ = fcntl(inputWriter.fileDescriptor, F_SETFD, FD_CLOEXEC) }
        var request = SpawnRequest(path: path, arguments: arguments, outputPath: outputPath, errorPath: errorPath)
        request.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        request.input = pipe?.fileHandleForReading.fileDescriptor
        id = try request.spawn()
        try pipe?.fileHandleForReading.close()
        let state = SharedState()
        self.state = state
        let id = id
        Thread.detachNewThread { state.waitForEnd(of: id) }
    }

    deinit {
        signal(SIGKILL)
    }

    /// Whether the process lives.
    public var isRunning: Bool { state.value.withLock { $0.ending == nil } }

    /// What the process has written to its standard output so far.
    public var output: String { Self.text(outputPath) }

    /// What the process has written to its standard output so far, as octets.
    public var outputOctets: Data { FileManager.default.contents(atPath: outputPath) ?? Data() }

    /// What the process has written to its standard error so far.
    public var errors: String { Self.text(errorPath) }

    /// Sends a signal.
    public func signal(_ number: Int32) {
        state.value.withLock { state in
            if state.ending == nil { kill(id, number) }
        }
    }

    /// Writes to the standard input.
    public func write(_ text: String) throws {
        try inputWriter?.write(contentsOf: Data(text.utf8))
    }

    /// Ends the standard input.
    public func closeInput() {
        try? inputWriter?.close()
    }

    /// Waits for the end, and kills the process when it does not come in time.
    public func ending(within seconds: Double = 120) async throws -> Ending {
        let watchdog = Task {
            try await Task.sleep(for: .seconds(seconds))
            signal(SIGKILL)
            return true
        }
        let ending = await withCheckedContinuation { continuation in
            let known = state.value.withLock { state -> Ending? in
                if state.ending == nil { state.waiting.append(continuation) }
                return state.ending
            }
            if let known { continuation.resume(returning: known) }
        }
        watchdog.cancel()
        if (try? await watchdog.value) == true {
            throw DeadlineExceeded(description: "\(program) ran for more than \(seconds) s; it wrote: \(errors)")
        }
        return ending
    }

    /// Asks the process to end (SIGTERM) and waits for it.
    @discardableResult
    public func stop(within seconds: Double = 30) async throws -> Ending {
        signal(SIGTERM)
        return try await ending(within: seconds)
    }

    /// Runs a program to its end.
    public static func run(
        _ program: String,
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        input: String? = nil,
        within seconds: Double = 120
    ) async throws -> Outcome {
        let child = try ChildProcess(
            program,
            arguments,
            environment: environment,

            hasInput: input != nil
        )
        if let input {
            try child.write(input)
            child.closeInput()
        }
        let ending = try await child.ending(within: seconds)
        return Outcome(ending: ending, output: child.output, errors: child.errors)
    }

    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
}
