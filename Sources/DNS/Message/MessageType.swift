import Mail

/// The numbers of record types (RFC 1035 section 3.2.2, RFC 3596 section 2.1).
enum MessageType {
    static let a: UInt16 = 1
    static let cname: UInt16 = 5
    static let soa: UInt16 = 6
    static let ptr: UInt16 = 12
    static let mx: UInt16 = 15
    static let txt: UInt16 = 16
    static let aaaa: UInt16 = 28
    static let opt: UInt16 = 41

    static let internet: UInt16 = 1

    static func number(_ type: DNSQuestion.RecordType) -> UInt16 {
        switch type {
        case .a: a
        case .aaaa: aaaa
        case .mx: mx
        case .txt: txt
        case .ptr: ptr
        }
    }
}

extension DNSQuestion {
    /// The name's labels as they go over the wire, without length octets and without the root.
    ///
    /// Every octet goes as it is: there is no escape by which a name could mean another one.
    var labels: [ArraySlice<UInt8>] {
        Array(name.utf8).split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    }
}
