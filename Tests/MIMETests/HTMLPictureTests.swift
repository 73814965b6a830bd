import MIME
import Testing

/// Pictures in their place: within the message, from elsewhere, and behind other things.
@Suite struct HTMLPictureTests {
    /// The parts of a message, by their `Content-ID`.
    static let contentAddress: @Sendable (String) -> String? = { identifier in
        switch identifier {
        case "a@b.example": "/parts/7?a&b"
        case "50% (off)@b.example": "/parts/8"
        case "odd": "/parts/o'd (d)\\"
        default: nil
        }
    }

    static func policy(_ remoteImages: HTMLPolicy.RemoteImages = .blocked) -> HTMLPolicy {
        var policy = HTMLPolicy()
        policy.remoteImages = remoteImages
        policy.contentAddress = contentAddress
        return policy
    }

    static let embedded: [(String, String)] = [
        ("<img src='cid:a@b.example'>", "<img src=\"/parts/7?a&amp;b\">"),
        ("<img src=' CID:a%40b.example'>", "<img src=\"/parts/7?a&amp;b\">"),
        ("<img src='cid:50%25%20(off)@b.example' alt=x>", "<img alt=\"x\" src=\"/parts/8\">"),
        ("<img src='cid:50%25 &#40;off)@b.example'>", "<img src=\"/parts/8\">"),
        // Without a part of that name: its text, if it has one.
        ("a<img src=cid:other alt='A chart' width=9>", "a<img alt=\"A chart\" width=\"9\">"),
        ("a<img src=cid:other>", "a"),
        ("a<img src=cid: alt=x>", "a<img alt=\"x\">"),
        // Behind other things.
        (
            "<table background=cid:a@b.example><tr><td background='cid:other'>x</table>",
            "<table style=\"background-image:url('/parts/7?a&amp;b')\"><tbody><tr><td>x</td></tr></tbody></table>"
        ),
        (
            "<body background=cid:a%40b.example bgcolor=red style='color:blue'>x",
            "<div style=\"background-image:url('/parts/7?a&amp;b');background-color:red;color:blue\">x</div>"
        ),
        (
            "<p style='background-image:url(cid:a@b.example);background-repeat:no-repeat'>x",
            "<p style=\"background-image:url('/parts/7?a&amp;b');background-repeat:no-repeat\">x</p>"
        ),
        (
            "<p style='background:#FFF URL( \"cid:a%40b.example\" ) no-repeat'>x",
            "<p style=\"background:#fff url('/parts/7?a&amp;b') no-repeat\">x</p>"
        ),
        ("<p style='background:url(cid:other) red'>x", "<p style=\"background:red\">x</p>"),
        ("<p style='background-image:url(cid:other)'>x", "<p>x</p>"),
        ("<p style='background:u\\72l(cid:a@b.example)'>x", "<p>x</p>"),
        ("<p style='background:url(cid:a@b.example\\29) red'>x", "<p style=\"background:red\">x</p>"),
        ("<p style='list-style:url(cid:a@b.example)'>x", "<p>x</p>"),
        // An address cannot leave its quotes.
        ("<p style='background:url(cid:odd)'>x", "<p style=\"background:url('/parts/o%27d%20%28d%29%5C')\">x</p>"),
    ]

    @Test(arguments: embedded)
    func embeddedPicturesAreInTheirPlace(html: String, expected: String) {
        let output = SanitizedHTML(sanitizing: Array(html.utf8).span, policy: Self.policy())
        #expect(output.html == expected)
        #expect(output.blockedImages == 0)
        #expect(HTMLScanner(output.html).violations == [])
    }

    @Test func withoutAddressesOnlyImagesKeepTheirs() {
        #expect(sanitized("<img src=cid:x%40y>") == "<img src=\"cid:x%40y\">")
        #expect(
            sanitized("<p style='background:url(cid:x) red' background=cid:x>y") == "<p style=\"background:red\">y</p>"
        )
    }

    /// What would have been fetched from elsewhere, and how many pictures that is.
    static let remote: [(html: String, count: Int, shown: String)] = [
        ("<img src='http://a.example/1'>", 1, "<img src=\"http://a.example/1\">"),
        ("<img src=//a.example/1 alt=x>", 1, "<img alt=\"x\" src=\"https://a.example/1\">"),
        ("<img src=http://a.example/1 srcset='http://a.example/2 2x'>", 1, "<img src=\"http://a.example/1\">"),
        ("<img srcset='http://a.example/2 2x' alt=x>", 1, "<img alt=\"x\">"),
        ("<img src=cid:a@b.example srcset='http://a.example/2 2x'>", 0, "<img src=\"/parts/7?a&amp;b\">"),
        (
            "<table background='https://a.example/3'><td>x</table>", 1,
            "<table style=\"background-image:url('https://a.example/3')\"><tbody><tr><td>x</td></tr></tbody></table>"
        ),
        (
            "<p style='background-image:url(\"https://a.example/4\")'>x", 1,
            "<p style=\"background-image:url('https://a.example/4')\">x</p>"
        ),
        (
            "<p style='background:url(http://a.example/5),url(http://a.example/6) red'>x", 2,
            "<p style=\"background:url('http://a.example/5'),url('http://a.example/6') red\">x</p>"
        ),
        ("<img src=data:image/gif;base64,AAAA>", 0, "<img src=\"data:image/gif;base64,AAAA\">"),
        ("<img src=x.png alt=y>", 0, "<img alt=\"y\">"),
    ]

    @Test(arguments: remote)
    func remotePicturesAreCountedAndShownWhenAskedFor(html: String, count: Int, shown: String) {
        let octets = Array(html.utf8)
        for remoteImages in [HTMLPolicy.RemoteImages.blocked, .blockedWithAddress] {
            let output = SanitizedHTML(sanitizing: octets.span, policy: Self.policy(remoteImages))
            #expect(output.blockedImages == count)
            let withoutNote = output.html.replacing("data-blocked-src=\"", with: "")
            #expect(output.html.contains("a.example/") == (withoutNote != output.html))
            #expect(withoutNote == output.html || remoteImages == .blockedWithAddress)
            #expect(HTMLScanner(output.html).violations == [])
        }
        #expect(SanitizedHTML(sanitizing: octets.span, policy: Self.policy(.shown)).html == shown)
    }

    /// A list of sources has no place in the output, and other pictures than those of lists and backgrounds neither.
    @Test func picturesThatCannotBeShownAreStillCounted() {
        let html = Array("<ul style='list-style:url(http://a.example/1)'><li>x</ul><img srcset='//a.example/2'>".utf8)
        let output = SanitizedHTML(sanitizing: html.span, policy: Self.policy(.shown))
        #expect(output.html == "<ul><li>x</li></ul>")
        #expect(output.blockedImages == 2)
    }

    @Test func blockedPicturesKeepTheirTextAndTheirAddressIfAskedFor() {
        let html = "<img src=\"http://a.example/1.png\" alt=\"One\" width=5>"
        #expect(sanitized(html) == "<img alt=\"One\" width=\"5\">")
        #expect(
            sanitized(html, Self.policy(.blockedWithAddress))
                == "<img alt=\"One\" width=\"5\" data-blocked-src=\"http://a.example/1.png\">"
        )
    }
}
