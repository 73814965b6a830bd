extension MessageChecks {
    /// Random octets seldom make a header; these do.
    static let alphabet: [[UInt8]] =
        words.map { Array($0.utf8) } + [[0xE4], [0xFF], [0xC3], [0x1B, 0x24, 0x42]]

    private static let words = [
        "a", "b", "0", "1", "Z", "=", "?", "=?", "?=", "=?utf-8?q?", "=?iso-2022-jp?b?", "=E4", "\"", "\\", "(", ")",
        "<", ">", "@", ",", ";", ":", ".", "*", "%", "'", "*0*=", "-", "--", "--b", "--b--", "--c", " ", "\t", "\r",
        "\n", "\r\n", "\r\n ", "\r\n\r\n", "\u{0}", "\u{7F}", "ä", "😀", "From: ", "To: ", "Cc: ", "Subject: ",
        "Date: ", "Message-ID: ", "References: ", "Received: ", "Content-Type: ", "Content-Disposition: ",
        "Content-Transfer-Encoding: ", "Content-ID: ", "multipart/mixed; boundary=b",
        "multipart/alternative; boundary=c", "multipart/related; boundary=b", "message/rfc822", "text/plain",
        "text/html", "; charset=", "utf-8", "utf-7", "iso-2022-jp", "gb18030", "utf-16", "base64", "quoted-printable",
        "attachment; filename=", "name=", "Jan", "2026", "09:30:00", "+0100", "GMT", "<p>", "<br>", "<script>",
        "</script>", "<!--", "-->", "&amp;", "&#", "&#x", "X-Spam-", "ARC-Seal: ", "application/ms-tnef",
        "text/calendar", "multipart/signed; boundary=b", "format=flowed", "; delsp=yes", "-- \r\n", "> ",
    ]
}
