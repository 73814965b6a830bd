import Mail
import Storage
import Testing

@Suite("Trace fields")
struct TraceFieldsTests {
    @Test(
        "WIRE 64: an export says whence, how, to whom and when a message came",
        arguments: [
            (
                "192.0.2.1:4711", "mx.customer.example", "ESMTP", ["support@example.com"],
                "Return-Path: <ann@customer.example>\r\nDelivered-To: support@example.com\r\n"
                    + "Received: from mx.customer.example ([192.0.2.1])\r\n"
                    + "\tby desk.example.com with ESMTP id 00000000-03e8-7000-8000-000000000000\r\n"
                    + "\tfor <support@example.com>; Thu, 1 Jan 1970 00:00:01 +0000\r\n"
            ),
            (
                "[2001:db8::1]:4711", "", "UTF8SMTP", ["a@example.com", "b@example.com"],
                "Return-Path: <ann@customer.example>\r\nReceived: from unknown ([IPv6:2001:db8::1])\r\n"
                    + "\tby desk.example.com with UTF8SMTP id 00000000-03e8-7000-8000-000000000000"
                    + "; Thu, 1 Jan 1970 00:00:01 +0000\r\n"
            ),
            (
                "uid 101", "localhost", "LMTP", [],
                "Return-Path: <ann@customer.example>\r\nReceived: from localhost (uid 101)\r\n"
                    + "\tby desk.example.com with LMTP id 00000000-03e8-7000-8000-000000000000"
                    + "; Thu, 1 Jan 1970 00:00:01 +0000\r\n"
            ),
        ]
    )
    func traceFields(peer: String, helo: String, keyword: String, recipients: [String], expected: String) {
        let moment = Timestamp(seconds: 1)
        let delivery = DeliveryRow(
            id: UniqueID(at: moment, random: (0, 0)),
            receivedAt: moment,
            listener: "smtp",
            session: "s",
            peer: peer,
            helo: helo,
            protocolKeyword: keyword,
            reversePath: "ann@customer.example",
            recipients: recipients,
            isRepeated: false
        )
        #expect(delivery.traceFields(by: "desk.example.com") == expected)
    }
}
