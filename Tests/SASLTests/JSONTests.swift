import SASL
import Testing

@Suite("JSON")
struct JSONTests {
    @Test(
        "values are read",
        arguments: [
            ("null", JSONValue.null), (" true ", .bool(true)), ("\tfalse\r\n", .bool(false)), ("0", .number(0)),
            ("-0.5e+2", .number(-50)), ("12E-1", .number(1.2)), (#""""#, .string("")), (#""é""#, .string("é")),
            (#""\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00""#, .string("\"\\/\u{8}\u{C}\n\r\té😀")), ("[]", .array([])),
            ("[ 1 , [ ] , {} ]", .array([.number(1), .array([]), .object([:])])),
            (#"{"a":1,"b":{"a":2}}"#, .object(["a": .number(1), "b": .object(["a": .number(2)])])),
            ("[[[[[[[[]]]]]]]]", (0..<7).reduce(.array([])) { value, _ in .array([value]) }),
        ]
    )
    func read(text: String, expected: JSONValue) {
        #expect(JSONValue(octets(text), maximumLength: 100) == expected)
    }

    @Test(
        "what is no value is not read",
        arguments: [
            "", " ", "nul", "nulll", "True", "'a'", "01", "-", "+1", ".5", "1.", "1e", "1e+", "0x1", "1e999", "NaN",
            "Infinity", "\"", "\"a", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12G4\"", "\"\\uD800\"", "\"\\uDC00\"",
            "\"\\uD800\\u0041\"", "\"\\uD800x\"", "\"a\nb\"", "\"\t\"", "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]",
            "[1}",
            "]", "{", "{}}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{1:1}", "{\"a\":1 \"b\":2}",
            "{\"a\":1,\"a\":1}", "{\"a\":1,\"\\u0061\":1}", "1 2", "[[[[[[[[[]]]]]]]]]", "\u{FEFF}1",
            "\"" + String(repeating: "a", count: 100) + "\"",
        ]
    )
    func refused(text: String) {
        #expect(JSONValue(octets(text), maximumLength: 100) == nil)
    }

    @Test("strings are UTF-8")
    func encoding() {
        #expect(JSONValue([0x22, 0xFF, 0x22], maximumLength: 100) == nil)
        #expect(JSONValue([0x22, 0xED, 0xA0, 0x80, 0x22], maximumLength: 100) == nil)
    }
}
