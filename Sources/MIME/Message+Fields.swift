public import Mail

extension Message {
    /// The readable text of a field's value: unfolded, encoded words decoded, controls removed.
    public func text(of field: HeaderField, in bytes: Span<UInt8>) -> String {
        requireParsed(bytes)
        var work = work
        return HeaderText.decode(bytes, field.valueRange, work: &work).text
    }

    /// The addresses of a field's value.
    public func addresses(of field: HeaderField, in bytes: Span<UInt8>) -> [NamedAddress] {
        requireParsed(bytes)
        var work = work
        return AddressParser.parse(bytes, field.valueRange, work: &work).addresses
    }

    /// The name of a field as it is written.
    public func nameText(of field: HeaderField, in bytes: Span<UInt8>) -> String {
        requireParsed(bytes)
        var octets: [UInt8] = []
        octets.append(copying: bytes.extracting(field.nameRange))
        return String(decoding: octets, as: UTF8.self)
    }
}
