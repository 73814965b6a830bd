import DNS
import Mail
import Testing

private typealias Record = MessageBuilder.Record
private let own = MessageBuilder.question

private func query(_ name: String, _ type: DNSQuestion.RecordType) throws -> DNSQuery {
    DNSQuery(try #require(DNSQuestion(name, type)), id: 0x1234)
}

private func read(_ octets: [UInt8], _ query: DNSQuery) throws(DNSFault) -> DNSResponse {
    try DNSResponse(octets.span, to: query)
}

private func address(_ text: String) -> IPAddress {
    guard let address = IPAddress(text) else { preconditionFailure(text) }
    return address
}

@Suite struct QueryTests {
    @Test func asksForOneNameWithRecursion() throws {
        let query = try query("Mail.Example.", .mx)
        let question = Array("\u{4}mail\u{7}example\u{0}".utf8) + [0, 15, 0, 1]
        let header: [UInt8] = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1]
        #expect(query.octets == header + question + [0, 0, 41, 4, 0xD0, 0, 0, 0, 0, 0, 0])
        let plain = DNSQuery(query.question, id: 0x1234, isExtended: false)
        #expect(plain.octets == header.dropLast() + [0] + question)
    }

    /// No octet of a label has a meaning of its own, so that a name asks for nothing else.
    @Test(arguments: [
        #"a\.b.example"#, "a b.example", "a\"b.example", "a@b.example", "bücher.example", "a\u{0}.example",
    ])
    func sendsLabelsAsTheyAre(name: String) throws {
        let query = try query(name, .txt)
        let first = Array(name.utf8).prefix { $0 != 0x2E }
        #expect(query.octets[12] == UInt8(first.count))
        #expect(query.octets[13..<(13 + first.count)] == first)
    }
}

@Suite struct ResponseTests {
    private static let table: [(DNSQuestion.RecordType, [Record], DNSAnswer)] = [
        (.a, [Record(own, 1, [192, 0, 2, 1])], .records([.address(address("192.0.2.1"))])),
        (
            .aaaa, [Record(own, 28, [0x20, 1, 0xD, 0xB8] + Array(repeating: 0, count: 11) + [1])],
            .records([.address(address("2001:db8::1"))])
        ),
        (
            .mx,
            [
                Record(own, 15, [0, 20] + MessageBuilder.string("B") + own),
                Record(own, 15, [0, 10] + MessageBuilder.name("mx.other.test")),
                Record(own, 15, [0, 0, 0]),
            ],
            .records([
                .mailExchange(preference: 20, host: "b.name.example"),
                .mailExchange(preference: 10, host: "mx.other.test"), .mailExchange(preference: 0, host: ""),
            ])
        ),
        (
            .txt,
            [
                Record(own, 16, MessageBuilder.string("v=spf1 ") + MessageBuilder.string("-all")),
                Record(own, 16, [0]), Record(own, 16, []), Record(own, 16, [2, 0xFF, 0]),
            ],
            .records([.text(Array("v=spf1 -all".utf8)), .text([]), .text([]), .text([0xFF, 0])])
        ),
        (.ptr, [Record(own, 12, MessageBuilder.name("Host.Example"))], .records([.pointer("host.example")])),
        // Records of another type, class or name are not asked for.
        (
            .a,
            [
                Record(own, 1, [192, 0, 2, 1], kind: 3), Record(own, 16, [0]), Record(own, 46, [9, 9]),
                Record(MessageBuilder.name("other.example"), 1, [192, 0, 2, 9]), Record(own, 1, [192, 0, 2, 2]),
            ],
            .records([.address(address("192.0.2.2"))])
        ),
        // What is no host's name is as if it were not there.
        (
            .ptr,
            [
                Record(own, 12, MessageBuilder.string("a.b") + [0]),
                Record(own, 12, MessageBuilder.string("a\nb") + [0]),
                Record(own, 12, [1, 0xE4, 0]), Record(own, 12, [0]), Record(own, 12, MessageBuilder.name("x_y-1")),
            ],
            .records([.pointer("x_y-1")])
        ),
    ]

    @Test(arguments: table.indices) func readsRecords(row: Int) throws {
        let (type, answers, expected) = Self.table[row]
        let query = try query("name.example", type)
        let response = try read(MessageBuilder.response(to: query, answers), query)
        #expect(response == DNSResponse(expected, lifetime: 300))
    }

    @Test func comparesNamesWithoutRegardToCase() throws {
        let query = try query("name.example", .a)
        let record = Record(MessageBuilder.name("NAME.eXample"), 1, [192, 0, 2, 1])
        let response = try read(MessageBuilder.response(to: query, [record]), query)
        #expect(response.answer.records?.count == 1)
    }

    @Test func followsAliasesAndTakesTheShortestLifetime() throws {
        let query = try query("name.example", .txt)
        let answers = [
            Record(MessageBuilder.name("c.example"), 16, [1, 0x63], lifetime: 500),
            Record(MessageBuilder.name("b.example"), 5, MessageBuilder.name("c.example"), lifetime: 70),
            Record(own, 5, MessageBuilder.name("b.example"), lifetime: 400),
        ]
        let response = try read(MessageBuilder.response(to: query, answers), query)
        #expect(response == DNSResponse(.records([.text([0x63])]), lifetime: 70))
    }

    @Test(arguments: [(8, true), (9, false)]) func followsEightAliases(count: Int, isRead: Bool) throws {
        let query = try query("n0", .a)
        let aliases = (0..<count).map { Record(MessageBuilder.name("n\($0)"), 5, MessageBuilder.name("n\($0 + 1)")) }
        let octets = MessageBuilder.response(
            to: query,
            aliases + [Record(MessageBuilder.name("n\(count)"), 1, [192, 0, 2, 1])]
        )
        if isRead {
            #expect(try read(octets, query).answer.records?.count == 1)
        } else {
            #expect(throws: DNSFault.aliases) { try read(octets, query) }
        }
    }

    @Test func namesThatStandForEachOtherEnd() throws {
        let query = try query("name.example", .a)
        let other = MessageBuilder.name("other.example")
        let octets = MessageBuilder.response(to: query, [Record(own, 5, other), Record(other, 5, own)])
        #expect(throws: DNSFault.aliases) { try read(octets, query) }
        #expect(throws: DNSFault.aliases) {
            try read(MessageBuilder.response(to: query, [Record(own, 5, own)]), query)
        }
    }

    /// RFC 2308 section 5, RFC 2181 section 8.
    @Test(arguments: [
        (0x8180, 60, 3600, 60), (0x8183, 60, 3600, 60), (0x8183, 900, 30, 30), (0x8183, 0, 30, 0),
    ])
    func tellsNoNameFromNoRecords(flags: Int, minimum: Int, lifetime: Int, expected: Int) throws {
        let query = try query("name.example", .mx)
        let authority = MessageBuilder.authority(minimum: UInt16(minimum), lifetime: UInt16(lifetime))
        let octets = MessageBuilder.response(to: query, authorities: [authority], flags: UInt16(flags))
        let answer = flags == 0x8183 ? DNSAnswer.noSuchName : .records([])
        #expect(try read(octets, query) == DNSResponse(answer, lifetime: UInt32(expected)))
    }

    @Test func sayingNothingOfALifetimeGivesNone() throws {
        let query = try query("name.example", .mx)
        let servers = Record(own, 2, MessageBuilder.name("ns.example"))
        let octets = MessageBuilder.response(to: query, authorities: [servers])
        #expect(try read(octets, query) == DNSResponse(.records([]), lifetime: nil))
    }

    @Test func anAliasWithoutANameBehindItIsNoName() throws {
        let query = try query("name.example", .a)
        let octets = MessageBuilder.response(
            to: query,
            [Record(own, 5, MessageBuilder.name("gone.example"), lifetime: 10)],
            authorities: [MessageBuilder.authority(minimum: 60)],
            flags: 0x8183
        )
        #expect(try read(octets, query) == DNSResponse(.noSuchName, lifetime: 10))
    }

    @Test func aLifetimeWithItsFirstBitSetIsNone() throws {
        let query = try query("name.example", .a)
        let octets = MessageBuilder.response(to: query, [Record(own, 1, [192, 0, 2, 1], lifetime: 0x8000_0000)])
        #expect(try read(octets, query).lifetime == 0)
    }

    @Test(arguments: [
        (0x8182, DNSFault.refused(code: 2)), (0x8185, .refused(code: 5)), (0x8184, .refused(code: 4)),
        (0x8181, .notUnderstood), (0x8380, .truncated), (0x0100, .foreign), (0x8980, .foreign),
    ])
    func tellsFaults(flags: Int, fault: DNSFault) throws {
        let query = try query("name.example", .a)
        let octets = MessageBuilder.response(to: query, [Record(own, 1, [192, 0, 2, 1])], flags: UInt16(flags))
        #expect(throws: fault) { try read(octets, query) }
    }

    @Test func aFaultNeedsNoQuestion() throws {
        let query = try query("name.example", .a)
        let code = MessageBuilder(to: query, flags: 0x8181, questions: 0)
        #expect(throws: DNSFault.notUnderstood) { try read(code.octets, query) }
        #expect(throws: DNSFault.foreign) { try read(MessageBuilder(to: query, questions: 0).octets, query) }
    }

    @Test func aResponseToAnotherQueryIsForeign() throws {
        let query = try query("name.example", .a)
        let record = Record(own, 1, [192, 0, 2, 1])
        for other in [
            DNSQuery(query.question, id: 0x1235), try .init(#require(DNSQuestion("name.exampl3", .a)), id: query.id),
            try .init(#require(DNSQuestion("name.example", .aaaa)), id: query.id),
        ] {
            let octets = MessageBuilder.response(to: other, [record])
            #expect(throws: DNSFault.foreign) { try read(octets, query) }
        }
    }

    /// Data that is not of its type's form, and names that lead astray.
    @Test(arguments: [
        (DNSQuestion.RecordType.a, [192, 0, 2]), (.a, [192, 0, 2, 1, 1]), (.aaaa, [192, 0, 2, 1]), (.txt, [3, 0x61]),
        (.mx, [0]), (.mx, [0, 1, 0, 0]), (.ptr, [0x40, 0]), (.ptr, [0x80, 0]), (.ptr, [0xFF, 0xFF]), (.ptr, []),
        // To itself, to what lies behind it, and to a pointer that comes back.
        (.ptr, [0xC0, 42]), (.ptr, [0xC0, 44]), (.ptr, [1, 0x61, 0xC0, 42]),
    ])
    func refusesMalformedData(type: DNSQuestion.RecordType, data: [Int]) throws {
        let query = try query("name.example", type)
        let octets = MessageBuilder.response(to: query, [Record(own, DNSTypes.number(type), data.map(UInt8.init))])
        #expect(octets.count == 42 + data.count)
        #expect(throws: DNSFault.malformed) { try read(octets, query) }
    }

    /// Pointers to pointers, each of them backward.
    @Test(arguments: [(126, true), (127, false)]) func aNameHasAtMost127Pointers(count: Int, isRead: Bool) throws {
        let query = try query("name.example", .ptr)
        // The data of the first record begins behind its name of two octets and ten more.
        let start = query.octets.count - 11 + 12
        let chain = (0..<count).map { UInt16(0xC000 + ($0 == 0 ? 12 : start + 2 * ($0 - 1))) }
        let last = MessageBuilder.words([UInt16(0xC000 + start + 2 * (count - 1))])
        let octets = MessageBuilder.response(
            to: query,
            [Record(own, 99, MessageBuilder.words(chain)), Record(own, 12, last)]
        )
        if isRead {
            #expect(try read(octets, query).answer == .records([.pointer("name.example")]))
        } else {
            #expect(throws: DNSFault.malformed) { try read(octets, query) }
        }
    }

    @Test func aNameHasAtMost255Octets() throws {
        let query = try query("name.example", .ptr)
        let label = [63] + [UInt8](repeating: 0x61, count: 63)
        let most = label + label + label + [61] + [UInt8](repeating: 0x61, count: 61) + [0]
        #expect(most.count == 255)
        let octets = MessageBuilder.response(to: query, [Record(own, 12, most)])
        #expect(try read(octets, query).answer.records?.count == 1)
        let more = MessageBuilder.response(to: query, [Record(own, 12, [1, 0x61] + most)])
        #expect(throws: DNSFault.malformed) { try read(more, query) }
    }

    /// Counts that promise more than there is.
    @Test func promisesAreNotBelieved() throws {
        let query = try query("name.example", .a)
        let octets = MessageBuilder(to: query, answers: 0xFFFF, authorities: 0xFFFF).octets
        #expect(throws: DNSFault.malformed) { try read(octets, query) }
    }

    private static let whole: [(DNSQuestion.RecordType, [Record])] = [
        (
            .mx,
            [
                Record(own, 5, MessageBuilder.string("b") + own),
                Record(MessageBuilder.string("b") + own, 15, [0, 1] + own), Record(own, 16, MessageBuilder.string("x")),
            ]
        ),
        (.txt, [Record(own, 16, MessageBuilder.string("a") + MessageBuilder.string("b"))]),
        (.aaaa, [Record(own, 28, Array(0..<16))]),
    ]

    /// A response that ends too early is none.
    @Test(arguments: whole.indices) func noTruncationIsRead(row: Int) throws {
        let query = try query("name.example", Self.whole[row].0)
        let octets = MessageBuilder.response(
            to: query,
            Self.whole[row].1,
            authorities: [MessageBuilder.authority(minimum: 5)]
        )
        #expect(throws: Never.self) { try read(octets, query) }
        // The authority is read only where there are no records.
        let end = octets.count - MessageBuilder.authority(minimum: 5).octets.count
        for count in 0..<end { #expect(throws: DNSFault.malformed) { try read(Array(octets[..<count]), query) } }
    }

    /// Whatever an octet is changed to, the reader ends, and what it reads keeps within the message.
    @Test(arguments: whole.indices) func everyOctetMayBeAnything(row: Int) throws {
        let query = try query("name.example", Self.whole[row].0)
        let octets = MessageBuilder.response(
            to: query,
            Self.whole[row].1,
            authorities: [MessageBuilder.authority(minimum: 5)]
        )
        for index in octets.indices {
            for value in UInt8.min...UInt8.max {
                var altered = octets
                altered[index] = value
                guard let response = try? read(altered, query) else { continue }
                #expect(response.answer != .failure && (response.answer.records ?? []).count <= 2)
            }
        }
    }

    /// A response of the largest size, all of whose records have the longest names, made of pointers.
    @Test func theLargestResponseIsRead() throws {
        let query = try query("name.example", .mx)
        let count = (65_535 - 30) / 16
        let record = Record(own, 15, [0, 1] + own)
        let octets = MessageBuilder.response(to: query, Array(repeating: record, count: count))
        #expect(try read(octets, query).answer.records?.count == count)
    }
}

enum DNSTypes {
    static func number(_ type: DNSQuestion.RecordType) -> UInt16 {
        switch type {
        case .a: 1
        case .aaaa: 28
        case .mx: 15
        case .txt: 16
        case .ptr: 12
        }
    }
}
