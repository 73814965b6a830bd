internal import Mail

extension SPFRecord.Directive {
    /// Reads one term that is no modifier.
    init(_ term: ArraySlice<UInt8>) throws(SPFSyntaxError) {
        let qualifier = term.first.flatMap(SPFRecord.Qualifier.init(rawValue:))
        let rest = qualifier == nil ? term : term.dropFirst()
        let name = rest.prefix { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "/") }
        let argument = Argument(term: term, text: rest[name.endIndex...])
        mechanism =
            switch String(decoding: name.map(\.asciiLowercased), as: UTF8.self) {
            case "all": try argument.nothing()
            case "include": .include(try argument.domain())
            case "exists": .exists(try argument.domain())
            case "ptr": .ptr(argument.text.isEmpty ? nil : try argument.domain())
            case "ip4": try argument.network4()
            case "ip6": try argument.network6()
            case "a": try argument.host(SPFRecord.Mechanism.a)
            case "mx": try argument.host(SPFRecord.Mechanism.mx)
            default: throw SPFSyntaxError(.unknownMechanism, in: term)
            }
        self.qualifier = qualifier ?? .pass
        text = String(decoding: term, as: UTF8.self)
    }
}

/// What stands behind a mechanism's name, the colon or slash included.
private struct Argument {
    let term: ArraySlice<UInt8>
    let text: ArraySlice<UInt8>

    func nothing() throws(SPFSyntaxError) -> SPFRecord.Mechanism {
        guard text.isEmpty else { throw error(.unexpectedArgument) }
        return .all
    }

    func domain() throws(SPFSyntaxError) -> SPFMacroString {
        guard let domain = try optionalDomain(text) else { throw error(.missingArgument) }
        return domain
    }

    func host(
        _ mechanism: (SPFMacroString?, SPFRecord.PrefixLengths) -> SPFRecord.Mechanism
    ) throws(SPFSyntaxError) -> SPFRecord.Mechanism {
        var rest = text
        var lengths = SPFRecord.PrefixLengths()
        if let length = try takePrefix(behind: "//", from: &rest, maximum: 128) { lengths.version6 = length }
        if let length = try takePrefix(behind: "/", from: &rest, maximum: 32) { lengths.version4 = length }
        return mechanism(try optionalDomain(rest), lengths)
    }

    func network4() throws(SPFSyntaxError) -> SPFRecord.Mechanism {
        var rest = try value()
        let length = try takePrefix(behind: "/", from: &rest, maximum: 32) ?? 32
        guard let address = IPAddress(String(decoding: rest, as: UTF8.self)), !address.isVersion6,
            let network = IPNetwork(address, prefixLength: length), !rest.contains(UInt8(ascii: ":"))
        else { throw error(.malformedAddress) }
        return .ip4(network)
    }

    func network6() throws(SPFSyntaxError) -> SPFRecord.Mechanism {
        var rest = try value()
        let length = try takePrefix(behind: "/", from: &rest, maximum: 128) ?? 128
        guard rest.contains(UInt8(ascii: ":")), let address = IPAddress(String(decoding: rest, as: UTF8.self)) else {
            throw error(.malformedAddress)
        }
        guard !address.isVersion6 else { return .ip6(IPNetwork(address, prefixLength: length)) }
        // `::ffff:0:0/96` holds only what counts as version 4; a shorter prefix holds others too.
        guard length < 96 else { return .ip6(nil) }
        let octets = (0..<16).map { index -> UInt8 in
            index == 10 || index == 11 ? ~UInt8(truncatingIfNeeded: 0xFF >> min(8, max(0, length - index * 8))) : 0
        }
        return .ip6(IPAddress(octets: octets).flatMap { IPNetwork($0, prefixLength: length) })
    }

    private func error(_ kind: SPFSyntaxError.Kind) -> SPFSyntaxError { SPFSyntaxError(kind, in: term) }

    /// What stands behind the colon.
    private func value() throws(SPFSyntaxError) -> ArraySlice<UInt8> {
        guard text.first == UInt8(ascii: ":"), text.count > 1 else { throw error(.missingArgument) }
        return text.dropFirst()
    }

    private func optionalDomain(_ text: ArraySlice<UInt8>) throws(SPFSyntaxError) -> SPFMacroString? {
        guard let first = text.first else { return nil }
        guard first == UInt8(ascii: ":") else { throw error(.unexpectedArgument) }
        guard text.count > 1 else { throw error(.missingArgument) }
        guard let domain = SPFMacroString(text.dropFirst(), in: .domain) else { throw error(.malformedMacro) }
        guard domain.endsAsDomain else { throw error(.malformedDomain) }
        return domain
    }

    /// Takes the length of a prefix from the end of an argument; `nil` when there is none.
    private func takePrefix(
        behind mark: String,
        from text: inout ArraySlice<UInt8>,
        maximum: Int
    ) throws(SPFSyntaxError) -> Int? {
        let digits = text.suffix(while: \.isASCIIDigit)
        let rest = text[..<digits.startIndex]
        guard rest.suffix(mark.utf8.count).elementsEqual(mark.utf8) else { return nil }
        // Without digits, the slash may end something that is no domain either.
        guard let first = digits.first, digits.count <= 3, first != UInt8(ascii: "0") || digits.count == 1,
            let length = Int(String(decoding: digits, as: UTF8.self)), length <= maximum
        else { throw error(.malformedPrefix) }
        text = rest.dropLast(mark.utf8.count)
        return length
    }
}

extension ArraySlice<UInt8> {
    /// The last octets that all satisfy a condition.
    fileprivate func suffix(while condition: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        var start = endIndex
        while start > startIndex, condition(self[start - 1]) { start -= 1 }
        return self[start...]
    }
}
