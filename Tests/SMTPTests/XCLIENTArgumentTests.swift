import Mail
import SMTP
import Testing

/// WIRE 98: what a proxy says of the client.
@Suite("WIRE 98: the argument of XCLIENT")
struct XCLIENTArgumentTests {
    private typealias Defect = XCLIENTArgument.Defect

    private static func defect(_ text: String) -> Defect? {
        do {
            _ = try XCLIENTArgument(text)
            return nil
        } catch {
            return error
        }
    }

    @Test("all attributes of a client are read")
    func all() throws {
        let argument = try XCLIENTArgument(
            "NAME=spike.example ADDR=192.0.2.7 PORT=56324 PROTO=ESMTP HELO=spike LOGIN=ann DESTADDR=198.51.100.1 "
                + "DESTPORT=25"
        )
        #expect(argument.name == Domain("spike.example").map { .known($0) })
        #expect(argument.address == IPAddress("192.0.2.7").map { .known($0) })
        #expect(argument.port == .known(56_324))
        #expect(argument.clientProtocol == .esmtp)
        #expect(argument.helo == .known("spike"))
        #expect(argument.login == .known("ann"))
        #expect(argument.destinationAddress == IPAddress("198.51.100.1").map { .known($0) })
        #expect(argument.destinationPort == .known(25))
    }

    @Test("what is not named is not there")
    func none() throws {
        let argument = try XCLIENTArgument("proto=smtp")
        #expect(argument.clientProtocol == .smtp)
        #expect(argument.name == nil && argument.address == nil && argument.port == nil && argument.helo == nil)
        #expect(argument.login == nil && argument.destinationAddress == nil && argument.destinationPort == nil)
    }

    @Test("names, words and prefixes are read in any case, with any spaces between")
    func cases() throws {
        let argument = try XCLIENTArgument("  addr=ipv6:2001:DB8::7  Name=[Unavailable] destADDR=IPV6:::1 ")
        #expect(argument.address == IPAddress("2001:db8::7").map { .known($0) })
        #expect(argument.name == .unavailable)
        #expect(argument.destinationAddress == IPAddress("::1").map { .known($0) })
        let mapped = try XCLIENTArgument("ADDR=IPV6:::ffff:192.0.2.7")
        #expect(mapped.address == IPAddress("192.0.2.7").map { .known($0) })
    }

    @Test("what the proxy does not know is told so")
    func unavailable() throws {
        let argument = try XCLIENTArgument(
            "NAME=[TEMPUNAVAIL] ADDR=[UNAVAILABLE] PORT=[UNAVAILABLE] HELO=[UNAVAILABLE] LOGIN=[UNAVAILABLE] "
                + "DESTADDR=[UNAVAILABLE] DESTPORT=[UNAVAILABLE]"
        )
        #expect(argument.name == .temporarilyUnavailable)
        #expect(argument.address == .unavailable && argument.port == .unavailable)
        #expect(argument.helo == .unavailable && argument.login == .unavailable)
        #expect(argument.destinationAddress == .unavailable && argument.destinationPort == .unavailable)
    }

    @Test("values are decoded from xtext")
    func xtext() throws {
        let argument = try XCLIENTArgument("LOGIN=ann+20lee+2B+3D+C3+A9 ADDR=+5BUNAVAILABLE+5D")
        #expect(argument.login == .known("ann lee+=é"))
        #expect(argument.address == .unavailable)
        #expect(try XCLIENTArgument("HELO=my+20house").helo == .known("my house"))
    }

    @Test(
        "what is wrong is told",
        arguments: [
            ("", Defect.syntax), ("   ", .syntax), ("NAME", .syntax), ("=x", .unknownAttribute),
            ("NAME=a.example PORT", .syntax), ("TTL=1", .unknownAttribute), ("ADDR\u{0}=192.0.2.7", .unknownAttribute),
            ("ADDR=192.0.2.7 addr=192.0.2.7", .duplicate(.address)), ("PORT=1 PORT=[UNAVAILABLE]", .duplicate(.port)),
            ("LOGIN=", .badText(.login)), ("LOGIN=a=b", .badText(.login)), ("LOGIN=+", .badText(.login)),
            ("LOGIN=a+4", .badText(.login)), ("LOGIN=a+4x", .badText(.login)), ("LOGIN=a+c3+a9", .badText(.login)),
            ("LOGIN=é", .badText(.login)), ("LOGIN=+C3", .badText(.login)), ("LOGIN=a\tb", .badText(.login)),
            ("LOGIN=a+0D+0AQUIT", .badText(.login)), ("LOGIN=+00", .badText(.login)), ("LOGIN=+7F", .badText(.login)),
            ("LOGIN=+C2+85", .badText(.login)), ("HELO=a\u{0}", .badText(.helo)),
            ("NAME=-a", .badValue(.name)), ("NAME=a..b", .badValue(.name)), ("NAME=[192.0.2.7]", .badValue(.name)),
            ("NAME=+C3+A9.example", .badValue(.name)), ("NAME=a+20b", .badValue(.name)),
            ("ADDR=2001:db8::7", .badValue(.address)), ("ADDR=IPV6:192.0.2.7", .badValue(.address)),
            ("ADDR=192.0.2.07", .badValue(.address)), ("ADDR=[TEMPUNAVAIL]", .badValue(.address)),
            ("ADDR=[192.0.2.7]", .badValue(.address)), ("DESTADDR=IPV6:", .badValue(.destinationAddress)),
            ("DESTADDR=a.example", .badValue(.destinationAddress)),
            ("PORT=65536", .badValue(.port)), ("PORT=025", .badValue(.port)), ("PORT=-1", .badValue(.port)),
            ("PORT=+2B1", .badValue(.port)), ("DESTPORT=x", .badValue(.destinationPort)),
            ("PROTO=LMTP", .badValue(.clientProtocol)), ("PROTO=+C5+BFMTP", .badValue(.clientProtocol)),
            ("PROTO=[UNAVAILABLE]", .badValue(.clientProtocol)),
        ] as [(String, XCLIENTArgument.Defect)]
    )
    func defects(text: String, expected: XCLIENTArgument.Defect) {
        #expect(Self.defect(text) == expected)
        #expect(expected.description.hasSuffix("."))
    }

    @Test("a value has at most 255 octets once it is decoded")
    func longValue() throws {
        let longest = String(repeating: "+41", count: 255)
        #expect(try XCLIENTArgument("HELO=\(longest)").helo == .known(String(repeating: "A", count: 255)))
        #expect(Self.defect("HELO=\(longest)x") == .badText(.helo))
        #expect(Self.defect("LOGIN=\(String(repeating: "x", count: 256))") == .badText(.login))
    }

    @Test("pieces by chance are read or refused, and no control comes through", arguments: 0..<4)
    func chance(seed: UInt64) {
        var numbers = SplitMix(state: seed)
        let pieces = [
            " ", "=", "+", "+0D", "+41", "+C3", "+C3+A9", "\u{0}", "é", "[UNAVAILABLE]", "[TEMPUNAVAIL]", "IPV6:",
            "::1",
            "192.0.2.7", "25", "65536", "a.example", "ESMTP", "smtp",
        ]
        var read = 0
        for _ in 0..<2_000 {
            let attributes = XCLIENTArgument.Attribute.allCases.shuffled(using: &numbers)
            let text = attributes.prefix(Int.random(in: 1...3, using: &numbers)).map { attribute in
                let count = Int.random(in: 1...2, using: &numbers)
                let value = (0..<count).map { _ in pieces.randomElement(using: &numbers) ?? "" }.joined()
                return attribute.rawValue + "=" + value
            }.joined(separator: " ")
            guard let argument = try? XCLIENTArgument(text) else { continue }
            read += 1
            for case .known(let value)? in [argument.login, argument.helo] {
                #expect((1...255).contains(value.utf8.count))
                #expect(value.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
            }
        }
        #expect(read > 50)
    }
}
