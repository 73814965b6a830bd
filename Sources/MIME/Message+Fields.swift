public import Mail

extension Message {
    /// The addresses of a field's value.
    public func addresses(of field: HeaderField, in bytes: Span<UInt8>) -> [NamedAddress] {
        precondition(bytes.count == size, "these are not the octets that were parsed")
        var work = work
        return AddressParser.parse(bytes, field.valueRange, work: &work).addresses
    }

    /// The name of a field as it is written.
    public func nameText(of field: HeaderField, in bytes: Span<UInt8>) -> String {
        precondition(bytes.count == size, "these are not the octets that were parsed")
        var octets: [UInt8] = []
        octets.append(copying: bytes.extracting(field.nameRange))
        return String(decoding: octets, as: UTF8.self)
    }
}
