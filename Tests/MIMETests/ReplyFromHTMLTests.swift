import MIME
import Testing

/// Replies that come as HTML alone: what clients write, made text, and then divided.
@Suite struct ReplyFromHTMLTests {
    struct Mail: CustomTestStringConvertible, Sendable {
        let client: String
        let html: String
        /// What is shown at first sight.
        var shown = "It works now."

        var testDescription: String { client }
    }

    static let mails = [
        Mail(
            client: "Gmail",
            html: """
                <div dir="ltr">It works now.</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" \
                class="gmail_attr">On Fri, Nov 20, 2026 at 10:15\u{202F}AM Jane Doe &lt;<a href="mailto:jane@example.org">\
                jane@example.org</a>&gt; wrote:<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;\
                border-left:1px solid rgb(204,204,204);padding-left:1ex"><div dir="ltr">Does it print?</div></blockquote></div>
                """
        ),
        Mail(
            client: "Gmail on a phone",
            html: """
                <div dir="auto">It works now.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Fri, 20 \
                Nov 2026, 10:15 Jane Doe, &lt;<a href="mailto:jane@example.org" rel="noreferrer">jane@example.org</a>&gt; \
                wrote:<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex"><p>Does it print?</p></blockquote></div>
                """
        ),
        Mail(
            client: "Outlook on the desktop",
            html: """
                <html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style><!-- p.MsoNormal {margin:0cm} --></style>\
                </head><body lang="EN-GB"><div class="WordSection1"><p class="MsoNormal"><span>It works now.<o:p></o:p></span></p>\
                <p class="MsoNormal"><o:p>&nbsp;</o:p></p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:\
                3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b><span lang="EN-US">From:</span></b><span lang="EN-US"> Jane Doe \
                &lt;jane@example.org&gt; <br><b>Sent:</b> 20 November 2026 10:15<br><b>To:</b> Help &lt;help@example.org&gt;<br>\
                <b>Subject:</b> Printer<o:p></o:p></span></p></div></div><p class="MsoNormal">Does it print?</p></div></body></html>
                """
        ),
        Mail(
            client: "new Outlook and Outlook on the web",
            html: """
                <div class="elementToProof" style="font-family:Aptos">It works now.</div><div id="appendonsend"></div><hr \
                style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri">\
                <b>From:</b> Jane Doe &lt;jane@example.org&gt;<br><b>Sent:</b> Friday, November 20, 2026 10:15 AM<br><b>To:</b> \
                Help &lt;help@example.org&gt;<br><b>Subject:</b> Printer</font><div>&nbsp;</div></div><div>Does it print?</div>
                """
        ),
        Mail(
            client: "new Outlook in German, with a signature before the quote",
            html: """
                <div>Es geht wieder.</div><div><br></div><div id="Signature"><p>Mit freundlichen Grüßen</p><p>Bob Roe</p></div>\
                <hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg"><b>Von:</b> Jane Doe \
                &lt;jane@example.org&gt;<br><b>Gesendet:</b> Freitag, 20. November 2026 10:15<br><b>An:</b> Help<br>\
                <b>Betreff:</b> Drucker</div><div>Druckt er?</div>
                """,
            shown: "Es geht wieder."
        ),
        Mail(
            client: "Outlook on a phone",
            html: """
                <div dir="ltr">It works now.</div><div id="ms-outlook-mobile-signature"><div><br></div>Get <a \
                href="https://aka.ms/o0ukef">Outlook for iOS</a></div><hr style="display:inline-block;width:98%"><div \
                id="divRplyFwdMsg"><b>From:</b> Jane Doe &lt;jane@example.org&gt;<br><b>Sent:</b> Friday, November 20, 2026 \
                10:15:12 AM<br><b>To:</b> Help &lt;help@example.org&gt;<br><b>Subject:</b> Printer</div><div>Does it print?</div>
                """
        ),
        Mail(
            client: "Outlook for Mac",
            html: """
                <p class="MsoNormal">It works now.</p><p class="MsoNormal">&nbsp;</p><div id="mail-editor-reference-message-container">\
                <div><div style="border:none;border-top:solid #B5C4DF 1.0pt"><p class="MsoNormal"><b>From: </b>Jane Doe &lt;<a \
                href="mailto:jane@example.org">jane@example.org</a>&gt;<br><b>Date: </b>Friday, 20 November 2026 at 10:15<br>\
                <b>To: </b>Help &lt;help@example.org&gt;<br><b>Subject: </b>Printer</p></div><p>Does it print?</p></div></div>
                """
        ),
        Mail(
            client: "Apple Mail",
            html: """
                <html><body style="overflow-wrap: break-word;">It works now.<br id="lineBreakAtBeginningOfMessage"><div><br>\
                <blockquote type="cite"><div>On 20 Nov 2026, at 10:15, Jane Doe &lt;jane@example.org&gt; wrote:</div><br \
                class="Apple-interchange-newline"><div>Does it print?</div></blockquote></div><br></body></html>
                """
        ),
        Mail(
            client: "iPhone",
            html: """
                <body dir="auto">It works now.<br><div id="AppleMailSignature" dir="ltr">Sent from my iPhone</div><div dir="ltr"><br>\
                <blockquote type="cite">On 20 Nov 2026, at 10:15, Jane Doe &lt;jane@example.org&gt; wrote:<br><br></blockquote></div>\
                <blockquote type="cite"><div dir="ltr">\u{FEFF}Does it print?</div></blockquote></body>
                """
        ),
        Mail(
            client: "Thunderbird",
            html: """
                <p>It works now.</p><div class="moz-cite-prefix">On 20/11/2026 10:15, Jane Doe wrote:<br></div><blockquote \
                type="cite" cite="mid:1@example.org"><p>Does it print?</p></blockquote><pre class="moz-signature" cols="72">-- 
                Bob Roe</pre>
                """
        ),
        Mail(
            client: "Yahoo",
            html: """
                <div class="ydp1"><div dir="ltr">It works now.</div></div><div id="yahoo_quoted_1" class="yahoo_quoted"><div>\
                <div>On Friday, November 20, 2026 at 10:15:12 AM GMT+1, Jane Doe &lt;jane@example.org&gt; wrote: </div>\
                <div><br></div><div><br></div><div>Does it print?</div></div></div>
                """
        ),
        Mail(
            client: "Proton",
            html: """
                <div style="font-family: Arial">It works now.</div><div class="protonmail_signature_block"><div \
                class="protonmail_signature_block-proton">Sent with <a href="https://proton.me/mail/home">Proton Mail</a> \
                secure email.</div></div><div class="protonmail_quote">On Friday, November 20th, 2026 at 10:15 AM, Jane Doe \
                &lt;jane@example.org&gt; wrote:<br><blockquote class="protonmail_quote" type="cite">Does it print?</blockquote></div>
                """
        ),
        Mail(
            client: "Samsung",
            html: """
                <div dir="auto">It works now.</div><div><br></div><div id="composer_signature" dir="auto">Sent from my Galaxy</div>\
                <div><br></div><div align="left"><div>-------- Original message --------</div><div>From: Jane Doe \
                &lt;jane@example.org&gt; </div><div>Date: 20/11/2026  10:15  (GMT+01:00) </div><div>To: help@example.org </div>\
                <div>Subject: Printer </div><div><br></div></div>Does it print?
                """
        ),
        Mail(
            client: "GMX and Web.de",
            html: """
                <div style="font-family: Verdana">It works now.<div><div name="quote" style="margin:10px 5px;border-left:2px \
                solid #C3D9E5"><div style="margin:0 0 10px 0;"><b>Gesendet:</b> Freitag, 20. November 2026 um 10:15 Uhr<br/>\
                <b>Von:</b> "Jane Doe" &lt;jane@example.org&gt;<br/><b>An:</b> help@example.org<br/><b>Betreff:</b> Drucker</div>\
                <div name="quoted-content">Does it print?</div></div></div></div>
                """
        ),
        Mail(
            client: "a ticket system's mail, answered on top",
            html: """
                <div dir="ltr">It works now.</div><br><table><tr><td><p style="color:#b5b5b5">##- Please type your reply above \
                this line -##</p><p>Your request (4711) has been updated.</p><p>Does it print?</p></td></tr></table>
                """
        ),
        Mail(
            client: "Exchange's notice of a new correspondent",
            html: """
                <table border="0" width="100%"><tr><td></td><td><div>You don't often get email from bob@example.org. <a \
                href="https://aka.ms/LearnAboutSenderIdentification">Learn why this is important</a></div></td><td></td></tr>\
                </table><div>It works now.</div>
                """
        ),
    ]

    @Test(arguments: mails) func isDivided(mail: Mail) {
        let (octets, _, _) = readableText(of: Array(mail.html.utf8), limit: 100_000)
        let text = String(decoding: octets, as: UTF8.self)
        let extraction = ReplyExtraction(text, subject: "Re: Printer")
        #expect(extraction.shownText(of: text) == mail.shown, "\(text)\n\(extraction.spans.map(\.kind))")
        #expect(text.contains("Does it print?") || text.contains("Druckt er?") || mail.client.hasPrefix("Exchange"))
    }
}
