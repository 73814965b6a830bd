import Foundation

/// What `strace -f -y` saw, in the order in which it saw it.
struct SystemCallTrace {
    struct Call {
        let name: String
        /// The arguments as strace prints them.
        var arguments: String
        /// The path or socket behind the first argument, when that is a descriptor.
        let file: String
        /// Places in the trace: a call that is interrupted by another thread's has two lines.
        let begin: Int
        var end: Int
        var result: Int

        func isOn(_ suffix: String) -> Bool { file.hasSuffix(suffix) }
    }

    private(set) var calls: [Call] = []
    /// Whether the traced program has ended, so that the trace is whole.
    private(set) var isComplete = false

    /// The calls whose end tells something about order.
    static let names = [
        "read", "recvfrom", "recvmsg", "readv", "write", "writev", "sendto", "sendmsg", "pwrite64", "pwritev", "fsync",
        "fdatasync", "sync_file_range", "link", "linkat", "rename", "renameat", "renameat2",
    ]

    /// strace as the program in front of another: it detaches itself, so that the child is the traced program.
    static func wrapper(output: String) -> [String] {
        ["strace", "-D", "-f", "-y", "-s", "256", "-e", "signal=none", "-e", "trace=\(names.joined(separator: ","))"]
            + ["-o", output]
    }

    init(_ text: String) {
        var unfinished: [Substring: Int] = [:]
        for (place, line) in text.split(separator: "\n").enumerated() {
            guard let space = line.firstIndex(of: " ") else { continue }
            let thread = line[..<space]
            let rest = line[space...].drop { $0 == " " }
            if rest.hasPrefix("+++") {
                isComplete = true
            } else if rest.hasPrefix("<... ") {
                guard let index = unfinished.removeValue(forKey: thread),
                    let end = rest.range(of: "resumed>")?.upperBound
                else { continue }
                calls[index].arguments += rest[end...]
                calls[index].end = place
                calls[index].result = Self.result(of: rest)
            } else if let open = rest.firstIndex(of: "(") {
                let arguments = rest[rest.index(after: open)...]
                if rest.hasSuffix("<unfinished ...>") { unfinished[thread] = calls.count }
                calls.append(
                    Call(
                        name: String(rest[..<open]),
                        arguments: String(arguments),
                        file: Self.file(arguments),
                        begin: place,
                        end: rest.hasSuffix("<unfinished ...>") ? Int.max : place,
                        result: Self.result(of: rest)
                    )
                )
            }
        }
    }

    /// `7</path>` or `7<socket:[1]>`.
    private static func file(_ arguments: Substring) -> String {
        let digits = arguments.prefix { $0.isNumber }
        guard !digits.isEmpty, arguments[digits.endIndex...].hasPrefix("<") else { return "" }
        let start = arguments.index(after: digits.endIndex)
        return String(arguments[start...].prefix { $0 != ">" })
    }

    private static func result(of line: Substring) -> Int {
        guard let equals = line.range(of: " = ", options: .backwards) else { return -1 }
        return Int(line[equals.upperBound...].prefix { $0 == "-" || $0.isNumber }) ?? -1
    }

    // MARK: - What the tests ask

    /// The writes of final positive replies to a message.
    var finalReplies: [Call] {
        calls.filter {
            ["write", "writev", "sendto", "sendmsg"].contains($0.name) && $0.file.hasPrefix("socket:")
                && $0.arguments.contains("250 2.0.0 ")
        }
    }

    /// The last octets that came from the peer of a socket before a call.
    func lastRead(before reply: Call) -> Call? {
        calls.last {
            $0.file == reply.file && $0.begin < reply.begin && $0.result > 0
                && ["read", "recvfrom", "recvmsg", "readv"].contains($0.name)
        }
    }

    func writes(to suffix: String) -> [Call] {
        calls.filter { ["write", "pwrite64", "pwritev", "writev"].contains($0.name) && $0.isOn(suffix) }
    }

    func syncs(where isWanted: (Call) -> Bool) -> [Call] {
        calls.filter { ["fsync", "fdatasync"].contains($0.name) && $0.result == 0 && isWanted($0) }
    }
}
