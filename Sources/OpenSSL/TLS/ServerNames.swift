/// Which of several certificates a client gets that asks for a host (RFC 6066 section 3).
///
/// Pure: certificates are places in the list of the configuration.
struct ServerNames: Sendable {
    /// What a client gets that asks for nothing, or for a host that no certificate is for.
    let fallback: [Int]
    private var exact: [String: [Int]] = [:]
    /// By what follows the asterisk's label: `example.com` for `*.example.com`.
    private var wildcards: [String: [Int]] = [:]

    /// Sorts the names of certificates, the first of which is the default.
    ///
    /// - Parameter names: the DNS names of each certificate. Those with the same names as the first are the default
    ///   together with it: they differ by the kind of their keys.
    init(_ names: [[String]]) {
        fallback = names.indices.filter { Set(names[$0]) == Set(names[0]) }
        for (index, names) in names.enumerated() {
            for name in Set(names.compactMap(Self.normalized)) {
                if name.hasPrefix("*.") {
                    wildcards[String(name.dropFirst(2)), default: []].append(index)
                } else {
                    exact[name, default: []].append(index)
                }
            }
        }
    }

    /// The certificates for a host: those that name it, else those whose wildcard covers it, else the default.
    func choose(_ host: String?) -> [Int] {
        guard let host = host.flatMap(Self.normalized) else { return fallback }
        if let found = exact[host] { return found }
        // An asterisk stands for exactly one label, the leftmost (RFC 9525 section 6.3).
        guard let dot = host.firstIndex(of: "."), dot > host.startIndex else { return fallback }
        return wildcards[String(host[host.index(after: dot)...])] ?? fallback
    }

    /// The form in which names are compared: lower case, without the dot at the end; `nil` for what is no host name.
    static func normalized(_ name: String) -> String? {
        var octets = Array(name.utf8.prefix(255))
        guard octets.count == name.utf8.count else { return nil }
        if octets.last == UInt8(ascii: ".") { octets.removeLast() }
        guard !octets.isEmpty else { return nil }
        for index in octets.indices {
            switch octets[index] {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): octets[index] |= 0x20
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "*"):
                break
            default: return nil
            }
        }
        return String(decoding: octets, as: UTF8.self)
    }
}
