internal import MIME
internal import Mail

/// The fields of a message's header by name, so that a signature's list is found without searching for each.
struct FieldIndex: Sendable {
    private let fields: [HeaderField]
    private let places: [String: [Int]]

    init(_ message: Message, _ bytes: Span<UInt8>) {
        fields = Array(message.fields)
        var places: [String: [Int]] = [:]
        for (index, field) in fields.enumerated() {
            places[Self.name(of: field, bytes), default: []].append(index)
        }
        self.places = places
    }

    /// All fields of a name in lower case, from the top.
    func fields(named name: String) -> [HeaderField] { (places[name] ?? []).map { fields[$0] } }

    /// The number of fields of a name in lower case.
    func count(of name: String) -> Int { places[name]?.count ?? 0 }

    /// The fields that a list of names in lower case stands for: of a name that comes again the next one further up, and
    /// none where there is none left (RFC 6376 section 5.4.2).
    ///
    /// - Parameter own: the field that holds the signature, which was not there when it was made.
    func selection(_ names: [String], without own: HeaderField?) -> [HeaderField] {
        // How many fields of each name are left.
        var left: [String: Int] = [:]
        var selected: [HeaderField] = []
        for name in names {
            guard let places = places[name] else { continue }
            var count = left[name] ?? places.count
            while count > 0 {
                count -= 1
                let field = fields[places[count]]
                guard field != own else { continue }
                selected.append(field)
                break
            }
            left[name] = count
        }
        return selected
    }

    private static func name(of field: HeaderField, _ bytes: Span<UInt8>) -> String {
        var octets: [UInt8] = []
        octets.reserveCapacity(field.nameRange.count)
        for index in field.nameRange { octets.append(bytes[index].asciiLowercased) }
        return String(decoding: octets, as: UTF8.self)
    }
}
