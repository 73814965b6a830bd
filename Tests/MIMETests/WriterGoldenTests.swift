import MIME
import Mail
import Testing

/// Whole messages as they are written.
@Suite struct WriterGoldenTests {
    static func expect(_ message: Rewritten, _ expected: String, sourceLocation: SourceLocation = #_sourceLocation) {
        message.checkForm(sourceLocation: sourceLocation)
        #expect(message.text == expected.replacing("\n", with: "\r\n") + "\r\n", sourceLocation: sourceLocation)
        #expect(message.parsed.summary.defects.isEmpty, sourceLocation: sourceLocation)
    }

    @Test func shortAnswer() throws {
        var draft = try Make.draft(.plainText("It works again.\n\n-- \nSupport\n", isFlowed: true))
        draft.to = [.mailbox(try Make.mailbox("Bee, Ann", "ann@example.org"))]
        draft.subject = "Re: Printer on fire [Ticket #7]"
        draft.inReplyTo = [try Make.id("q@example.org")]
        draft.references = draft.inReplyTo
        Self.expect(
            try Rewritten(draft),
            """
            Date: Sat, 21 Nov 2026 09:30:00 +0000
            From: Support <support@example.com>
            To: "Bee, Ann" <ann@example.org>
            Subject: Re: Printer on fire [Ticket #7]
            Message-ID: <1@example.com>
            In-Reply-To: <q@example.org>
            References: <q@example.org>
            MIME-Version: 1.0
            Content-Type: text/plain; charset=utf-8; format=flowed
            Content-Transfer-Encoding: 7bit

            It works again.

            --\u{20}
            Support
            """
        )
    }

    @Test func letterWithEverything() throws {
        let png = try Make.type("image/png")
        let original = Array("From: ann@example.org\r\nSubject: Hilfe\r\n\r\nEs brennt.\r\n".utf8)
        var draft = try Make.draft(
            .letter(
                text: .plainText("Grüße aus Köln\n"),
                html: .html("<p>Grüße aus Köln <img src=\"cid:logo@example.com\"></p>"),
                inline: [.inline([1, 2, 3], type: png, name: "logo.png", contentID: try Make.id("logo@example.com"))],
                attachments: [
                    .attachment(Array("a;b\n".utf8), type: try Make.type("text/csv"), name: "Größe.csv"),
                    .message(original, name: "Hilfe"),
                ]
            )
        )
        draft.from = [try Make.mailbox("Störungsstelle", "support@köln.example")]
        draft.to = [.group(name: "Alle", members: [try Make.mailbox(nil, "ann@example.org")])]
        draft.subject = "Grüße"
        draft.additionalFields = [
            .init(try Make.fieldName("Auto-Submitted"), .structured(try #require(.init("auto-replied"))))
        ]
        Self.expect(
            try Rewritten(draft, boundarySeed: (0xA, 0xB)),
            """
            Date: Sat, 21 Nov 2026 09:30:00 +0000
            From: =?UTF-8?Q?St=C3=B6rungsstelle?= <support@xn--kln-sna.example>
            To: Alle: ann@example.org;
            Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=
            Message-ID: <1@example.com>
            Auto-Submitted: auto-replied
            MIME-Version: 1.0
            Content-Type: multipart/mixed;
             boundary="=_0.1_000000000000000a000000000000000b"
            Content-Transfer-Encoding: 7bit

            --=_0.1_000000000000000a000000000000000b
            Content-Type: multipart/alternative;
             boundary="=_0.2_000000000000000a000000000000000b"
            Content-Transfer-Encoding: 7bit

            --=_0.2_000000000000000a000000000000000b
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: quoted-printable

            Gr=C3=BC=C3=9Fe aus K=C3=B6ln

            --=_0.2_000000000000000a000000000000000b
            Content-Type: multipart/related; type="text/html";
             boundary="=_0.3_000000000000000a000000000000000b"
            Content-Transfer-Encoding: 7bit

            --=_0.3_000000000000000a000000000000000b
            Content-Type: text/html; charset=utf-8
            Content-Transfer-Encoding: quoted-printable

            <p>Gr=C3=BC=C3=9Fe aus K=C3=B6ln <img src=3D"cid:logo@example.com"></p>

            --=_0.3_000000000000000a000000000000000b
            Content-Type: image/png; name=logo.png
            Content-Transfer-Encoding: base64
            Content-Disposition: inline; filename=logo.png
            Content-ID: <logo@example.com>

            AQID
            --=_0.3_000000000000000a000000000000000b--

            --=_0.2_000000000000000a000000000000000b--

            --=_0.1_000000000000000a000000000000000b
            Content-Type: text/csv; name="=?UTF-8?Q?Gr=C3=B6=C3=9Fe=2Ecsv?="
            Content-Transfer-Encoding: base64
            Content-Disposition: attachment; filename*=utf-8''Gr%C3%B6%C3%9Fe.csv

            YTtiCg==
            --=_0.1_000000000000000a000000000000000b
            Content-Type: message/rfc822; name=Hilfe
            Content-Transfer-Encoding: 7bit
            Content-Disposition: attachment; filename=Hilfe

            From: ann@example.org
            Subject: Hilfe

            Es brennt.

            --=_0.1_000000000000000a000000000000000b--
            """
        )
    }

    @Test func eightBitOverSMTPUTF8() throws {
        var draft = try Make.draft(.plainText("日本語の本文\n"))
        draft.to = [.mailbox(try Make.mailbox("用户", "用户@例え.テスト"))]
        let message = try Rewritten(draft, for: .init(hasEightBitMIME: true, hasSMTPUTF8: true))
        #expect(message.written.needsSMTPUTF8 && message.written.needsEightBitMIME)
        Self.expect(
            message,
            """
            Date: Sat, 21 Nov 2026 09:30:00 +0000
            From: Support <support@example.com>
            To: =?UTF-8?B?55So5oi3?= <用户@例え.テスト>
            Message-ID: <1@example.com>
            MIME-Version: 1.0
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: 8bit

            日本語の本文
            """
        )
    }
}
