internal import ArgumentParser
internal import Foundation
internal import Glibc
internal import Logging
internal import Storage

/// What a command's end tells its caller (sysexits.h).
enum ExitStatus: Int32 {
    /// Something is wrong, or a part failed.
    case failed = 1
    /// The command line is wrong.
    case usage = 64
    /// The input is wrong.
    case badData = 65
    /// The input is not there.
    case noInput = 66
    /// The server does not run or does not answer, or the data directory has another owner.
    case unavailable = 69
    /// The data directory, or a file that a command writes, cannot be made.
    case cannotCreate = 73
    /// Reading or writing failed.
    case inputOutput = 74
    /// It may succeed later.
    case temporary = 75
    /// The configuration is wrong.
    case configuration = 78

    /// The table for the help of the whole command.
    static let help = """
        EXIT CODES:
          0   all is well
          1   something is wrong, or a part of the work failed
          64  the command line is wrong
          65  the input is not what it should be
          66  a file or a stored entry is not there
          69  no server answers, or another process owns the data directory
          73  the data directory or a file cannot be made
          74  reading or writing failed
          75  it failed for now; the same may succeed later
          78  the configuration is wrong
        """

    /// Says on the standard error what is wrong, as an event where that is a log.
    ///
    /// - Returns: what the command is to throw.
    static func fail(_ status: ExitStatus, _ message: String) -> ExitCode {
        if StandardErrorLogHandler.isInUse {
            Logger(label: "mailwicket").critical("\(message)")
        } else {
            StandardErrorLogHandler.standardError("mailwicket: \(message)")
        }
        return ExitCode(status.rawValue)
    }

    /// The same for a data directory that cannot be had.
    static func fail(_ failure: Store.OpenFailure, directory: String) -> ExitCode {
        switch failure {
        case .locked(let failure):
            return fail(.unavailable, "\(directory): \(failure)")
        case .unusable(let error):
            let exists = FileManager.default.fileExists(atPath: directory)
            let verb = exists ? "used" : "made"
            return fail(exists ? .inputOutput : .cannotCreate, "\(directory) cannot be \(verb): \(error)")
        }
    }

    /// The same for an error of the store.
    static func fail(_ error: StoreError) -> ExitCode {
        let status: ExitStatus =
            switch error {
            case .busy, .overloaded, .timedOut, .outcomeUnknown, .closed, .conflict: .temporary
            case .full, .io: .inputOutput
            case .corrupt: .badData
            case .constraint: .failed
            }
        return fail(status, "\(error)")
    }
}
