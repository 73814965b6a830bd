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
    ///
    /// - Parameter octets: how much of what is read and written is in the trace.
    static func wrapper(output: String, octets: Int = 256) -> [String] {
        [
            "strace", "-D", "-f", "-y", "-s", "\(octets)", "-e", "signal=none", "-e",
            "trace=\(names.joined(separator: ","))",
        ]
            + ["-o", output]
    }

    init(_ text: String) {
        var unfinished: [Substring: Int] = [:]
        // By octets: a trace with everything that was written is long.
        for (place, octets) in text.utf8.split(separator: 0x0A).enumerated() {
            let line = Substring(octets)
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

extension SystemCallTrace {
    /// More than a read of the server's or a write of SQLite's takes.
    static let wholeData = 262_144

    /// Which positive replies were written before the disk had their message, and why it is known.
    ///
    /// A message is known by its subject: it is read from the reply's socket, and the first write to the WAL that holds it
    /// is that of its own commit. Behind the end of that write, a sync of the same file must have begun and ended before
    /// the reply. Needs a trace of ``wholeData``.
    var earlyReplies: [String] {
        var commits: [String: Call] = [:]
        for write in writes(to: "-wal") {
            for subject in Self.subjects(in: write.data) where commits[subject] == nil { commits[subject] = write }
        }
        let syncs = syncs { $0.isOn("-wal") }
        var lastReplies: [String: Int] = [:]
        return finalReplies.compactMap { reply in
            let received = calls.filter {
                $0.file == reply.file && $0.begin > lastReplies[reply.file] ?? -1 && $0.begin < reply.begin
                    && $0.result > 0 && Self.reads.contains($0.name)
            }
            lastReplies[reply.file] = reply.begin
            let subjects = Self.subjects(in: received.map(\.data).joined())
            guard let subject = subjects.first, subjects.count == 1 else {
                return "line \(reply.begin): answers \(subjects.count) messages"
            }
            guard let write = commits[subject], write.end < reply.begin else {
                return "line \(reply.begin): \(subject) was not written before"
            }
            let isSynced = syncs.contains { $0.file == write.file && $0.begin > write.end && $0.end < reply.begin }
            return isSynced
                ? nil : "line \(reply.begin): \(subject), written in line \(write.end), was not synced before"
        }
    }

    private static let reads = ["read", "recvfrom", "recvmsg", "readv"]

    /// The subjects of the load generator's messages (`Load SEED-NUMBER`).
    private static func subjects(in data: some StringProtocol) -> Set<String> {
        let octets = Array(data.utf8)
        let word = Array("Load ".utf8)
        var subjects: Set<String> = []
        var index = 0
        while index + word.count < octets.count {
            guard octets[index] == word[0], octets[index..<index + word.count].elementsEqual(word) else {
                index += 1
                continue
            }
            index += word.count
            let name = octets[index...].prefix { $0 == UInt8(ascii: "-") || $0 >= 0x30 && $0 <= 0x39 }.prefix(32)
            let halves = name.split(separator: UInt8(ascii: "-"))
            // Ten digits: one that the end of a page or of a read cuts off is none.
            guard halves.count == 2, halves[1].count >= 10 else { continue }
            subjects.insert(String(decoding: halves[0] + [UInt8(ascii: "-")] + halves[1].prefix(10), as: UTF8.self))
        }
        return subjects
    }
}

extension SystemCallTrace.Call {
    /// What was read or written, as strace writes it between quotes.
    var data: Substring {
        guard let start = arguments.utf8.firstIndex(of: 0x22), let end = arguments.utf8.lastIndex(of: 0x22), start < end
        else { return "" }
        return arguments[arguments.utf8.index(after: start)..<end]
    }
}
