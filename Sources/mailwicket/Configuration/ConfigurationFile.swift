internal import Foundation

/// The file that the configuration is read from.
package struct ConfigurationFile: Sendable {
    /// Why the file cannot be read at all.
    package enum Failure: Error, CustomStringConvertible {
        /// It is not there.
        case missing(String)
        /// It cannot be read, or is no text.
        case unreadable(String)
        /// It is read, and wrong.
        case wrong(ConfigurationError)

        package var description: String {
            switch self {
            case .missing(let text), .unreadable(let text): text
            case .wrong(let error): error.description
            }
        }
    }

    /// Where it is looked for when the command line does not say.
    package static let defaultPaths = ["Config/mailwicket.yaml", "/etc/mailwicket/mailwicket.yaml"]

    /// The largest file that is read, in octets.
    static let maximumSize = 16 << 20

    /// The path.
    package let path: String

    /// Names the file that the command line asks for, or finds it at one of the usual places.
    package init(named path: String?) throws(Failure) {
        if let path {
            self.path = path
        } else if let found = Self.defaultPaths.first(where: { FileManager.default.fileExists(atPath: $0) }) {
            self.path = found
        } else {
            throw .missing(
                "there is no configuration file at \(Self.defaultPaths.joined(separator: " or ")); name one with --config"
            )
        }
    }

    /// Reads the configuration as it is in the file now.
    package func read() throws(Failure) -> Configuration {
        guard FileManager.default.fileExists(atPath: path) else { throw .missing("there is no file \(path)") }
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: path))
        } catch {
            throw .unreadable("\(path) cannot be read: \(error.reason)")
        }
        guard data.count <= Self.maximumSize, let text = String(validating: data, as: UTF8.self) else {
            throw .unreadable("\(path) is no text in UTF-8, or is larger than \(Self.maximumSize) octets")
        }
        do {
            return try Configuration(yaml: text, file: path)
        } catch {
            throw .wrong(error)
        }
    }
}
