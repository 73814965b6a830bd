import Foundation
import MIME
import Mail
import Testing

/// Parts, boundaries, limits and digests.
@Suite struct StructureTests {
    @Test func emptyMessage() {
        let parsed = Parsed([])
        #expect(parsed.message.parts.count == 1)
        #expect(parsed.summary.text == "")
        #expect(parsed.summary.subject == "")
        #expect(parsed.digest == digest(of: []))
    }

    @Test func lengthOfEveryShortInputOverAnAlphabet() {
        // All sequences of up to five of these octets: every edge of line ends, folds and colons.
        let alphabet = Array("A: \n\r-".utf8)
        var inputs: [[UInt8]] = [[]]
        for _ in 0..<5 {
            inputs = inputs.flatMap { input in alphabet.map { input + [$0] } }
            for input in inputs {
                let parsed = Parsed(input)
                #expect(parsed.message.bodyRange.upperBound <= input.count)
                #expect(parsed.digest.count == 32)
            }
        }
    }

    @Test func boundaryMayEndInPaddingAndPreviousLineEndIsItsOwn() {
        let parsed = Parsed("Content-Type: multipart/mixed; boundary=b\n\n--b \t\n\none\n\n--b\n\ntwo\n--b--  \nrest")
        #expect(parsed.content(of: 1) == Array("one\r\n".utf8))
        #expect(parsed.content(of: 2) == Array("two".utf8))
        #expect(parsed.summary.defects.isEmpty)
    }

    @Test func boundariesThatBeginAlikeAreToldApart() {
        let parsed = Parsed(
            """
            Content-Type: multipart/mixed; boundary=b

            --b
            Content-Type: multipart/mixed; boundary=bb

            --bb

            inner
            --bbb
            --b-
            --bb--
            --b

            outer
            --b--
            """
        )
        #expect(parsed.message.parts.map(\.depth) == [0, 1, 2, 1])
        #expect(parsed.content(of: 2) == Array("inner\r\n--bbb\r\n--b-".utf8))
        #expect(parsed.content(of: 3) == Array("outer".utf8))
        #expect(parsed.message.parts.map(\.parent) == [nil, 0, 1, 0])
    }

    @Test func outerBoundaryEndsInnerMultiparts() {
        let parsed = Parsed(
            """
            Content-Type: multipart/mixed; boundary=a

            --a
            Content-Type: multipart/mixed; boundary=b

            --b
            Content-Type: multipart/mixed; boundary=c

            --c

            deep
            --a

            after
            --a--
            """
        )
        #expect(parsed.message.parts.map(\.depth) == [0, 1, 2, 3, 1])
        #expect(parsed.summary.text == "deep\nafter")
        #expect(parsed.summary.defects.filter { $0.kind == .unterminatedMultipart }.map(\.part).sorted() == [1, 2])
    }

    @Test func sameBoundaryWithinItselfEndsTheInnerFirst() {
        let parsed = Parsed(
            "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; boundary=b\n\n"
                + "--b\n\none\n--b--\n--b\n\ntwo\n--b--\n"
        )
        #expect(parsed.summary.text == "one\ntwo")
    }

    @Test func dashesAreNoBoundaries() {
        let dashes = String(repeating: "-", count: 1000)
        let parsed = Parsed("Content-Type: multipart/mixed; boundary=\"-\"\n\n---\n\n\(dashes)\n--\n---x\n-----\n")
        #expect(parsed.summary.text == "\(dashes)\n--\n---x")
    }

    @Test func multipartWithoutItsBoundaryIsText() {
        let parsed = Parsed("Content-Type: multipart/mixed; boundary=nope\n\nread me\n")
        #expect(parsed.summary.text == "read me\n")
        #expect(parsed.defectKinds == [.boundaryNotFound])
    }

    @Test func encodingOfAMultipartIsIgnored() {
        let parsed = Parsed(
            "Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n\n--b\n\nread me\n--b--\n"
        )
        #expect(parsed.summary.text == "read me")
        #expect(parsed.defectKinds == [.unknownTransferEncoding])
    }

    @Test func headerEndsAtTheLastOctet() {
        for text in ["Subject: x", "Subject: x\n", "Subject: x\n ", "Subject: x\n\n", "Subject:x\n\ty\n"] {
            #expect(Parsed(text).summary.subject.hasPrefix("x"))
        }
        #expect(Parsed("Subject:").summary.subject == "")
        #expect(Parsed("Subject:\n\nx").summary.text == "x")
    }

    @Test func identifiersAreCappedAtBothEnds() {
        let all = (0..<1000).map { "<\($0)@x.example>" }.joined(separator: " ")
        let references = Parsed("References: \(all)\n\n").summary.references.map(\.value)
        #expect(references.count == 200)
        #expect(references.first == "0@x.example")
        #expect(references[100] == "900@x.example")
        #expect(references.last == "999@x.example")
        let few = Parsed("References: <1@x> <2@x> <bad id<3@x>> <> <4@x\n\n").summary.references.map(\.value)
        #expect(few == ["1@x", "2@x", "3@x"])
    }

    // MARK: Limits

    @Test func limitsAreDefectsAndNoFailures() {
        var limits = Message.Limits()
        limits.maxHeaders = 3
        var parsed = Parsed("A: 1\nB: 2\nC: 3\nD: 4\nSubject: x\n\nbody", limits: limits)
        #expect(parsed.message.fields.count == 3)
        #expect(parsed.defectKinds == [.tooManyHeaders])
        #expect(parsed.summary.text == "body")

        limits = Message.Limits()
        limits.maxHeaderSize = 10
        parsed = Parsed("Subject: x\nFrom: a@x.example\nTo: b@x.example\n\nbody", limits: limits)
        #expect(parsed.summary.subject == "x")
        #expect(parsed.summary.from.isEmpty)
        #expect(parsed.defectKinds == [.headerTooLarge])
        #expect(parsed.summary.text == "body")

        limits = Message.Limits()
        limits.maxParts = 3
        parsed = Parsed(
            "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo\n--b\n\nthree\n--b--\n",
            limits: limits
        )
        #expect(parsed.message.parts.count == 3)
        #expect(parsed.summary.text == "one\ntwo")
        #expect(parsed.defectKinds.contains(.tooManyParts))

        limits = Message.Limits()
        limits.maxDepth = 2
        parsed = Parsed(Pathological.nested(depth: 5), limits: limits)
        #expect(parsed.message.parts.map(\.depth).max() == 2)
        #expect(parsed.defectKinds.contains(.tooDeep))

        parsed = Parsed("Content-Type: text/plain; \((0...100).map { "a\($0)=b;" }.joined())\n\nbody")
        #expect(parsed.message.parts[0].contentType.parameters.count == 100)
        #expect(parsed.defectKinds == [.tooManyParameters])

        limits.maxHeaders = 0
        limits.maxHeaderSize = 0
        limits.maxParts = 0
        limits.maxDepth = 0
        limits.maxText = 0
        parsed = Parsed(Pathological.nested(depth: 5), limits: limits)
        #expect(parsed.message.parts.count == 1)
        #expect(parsed.summary.text == "")
    }

    @Test func lineLengthIsALimit() {
        var limits = Message.Limits()
        limits.maxLineLength = 20
        let lines = "Subject: \(String(repeating: "a", count: 11))\n \(String(repeating: "b", count: 19))\nX: 1\n\n"
        #expect(Parsed(lines + "short\nlines", limits: limits).summary.defects.isEmpty)

        var parsed = Parsed(
            "Subject: \(String(repeating: "a", count: 30))\n bbb\nFrom: a@x.example\n\nbody",
            limits: limits
        )
        #expect(parsed.summary.subject == String(repeating: "a", count: 11))
        #expect(parsed.summary.from.count == 1)
        #expect(parsed.defectKinds == [.lineTooLong])

        parsed = Parsed("Subject: aaa\n \(String(repeating: "b", count: 30))\n\nbody", limits: limits)
        #expect(parsed.summary.subject == "aaa " + String(repeating: "b", count: 19))

        for (length, isTooLong) in [(20, false), (21, true), (200, true)] {
            let long = String(repeating: "x", count: length)
            for text in [long, "a\n\(long)", "\(long)\nb", "a\n\(long)\nb"] {
                parsed = Parsed("X: y\n\n\(text)", limits: limits)
                #expect(parsed.summary.text == text)
                #expect(parsed.defectKinds == (isTooLong ? [.lineTooLong] : []), "\(length)")
            }
        }
        limits.maxLineLength = 0
        #expect(Parsed("Subject: x\n\nbody", limits: limits).summary.subject == "")
    }

    @Test func decodedSizeIsALimit() {
        let part =
            "--b\nContent-Type: x/y\nContent-Transfer-Encoding: base64\n\n\(String(repeating: "QUJD", count: 20))\n"
        let message = "Content-Type: multipart/mixed; boundary=b\n\n\(part)\(part)\(part)--b--\n"
        var limits = Message.Limits()
        limits.maxDecodedSize = 130
        let parsed = Parsed(message, limits: limits)
        #expect(parsed.summary.attachments.map(\.size) == [60, 60])
        #expect(parsed.summary.defects == [Defect(.decodedSizeExceeded, part: 3)])
        #expect(parsed.message.parts.count == 4)
        limits.maxDecodedSize = 0
        #expect(Parsed(message, limits: limits).summary.attachments.isEmpty)
        #expect(Parsed(message).summary.attachments.count == 3)
    }

    @Test func bareReturnsAndNULsAreRead() {
        let returns = Parsed(Array("Subject: x\rFrom: a@x.example\r\rone\rtwo".utf8))
        #expect(returns.summary.subject == "x")
        #expect(returns.summary.text == "one\ntwo")
        let mixed = Parsed(Array("Subject: a\n b\r\n\tc\r d\rTo: t@x.example\n\r\none\ntwo\r\nthree\rfour".utf8))
        #expect(mixed.summary.subject == "a b c d")
        #expect(mixed.summary.to.count == 1)
        #expect(mixed.summary.text == "one\ntwo\nthree\nfour")
        let zeros = Parsed(
            Array(
                "Sub\0ject: no\nSubject: a\0b\nFrom: \0Ann <a\0nn@x.example>\nContent-Type: text/\0plain\n\none\0two"
                    .utf8
            )
        )
        #expect(zeros.summary.subject == "ab")
        #expect(zeros.summary.text == "onetwo")
    }

    @Test func emptyLinesBeforeABodyAreNoHeader() {
        #expect(Parsed("\n\nHello: it is me\n").summary.text == "\n\nHello: it is me\n".dropFirst())
        #expect(Parsed("\n\n\nSubject: x\n\nbody").summary.subject == "x")
        // A part may have no header, and its text may begin as one does.
        let part = Parsed("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nSubject: x\n--b--\n")
        #expect(part.summary.text == "Subject: x")
    }

    @Test func whatFollowsTheEndIsAPartOnlyBehindADelimiter() {
        let message = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b--\nepilogue\n"
        #expect(Parsed(message).summary.text == "one")
        #expect(Parsed(message).summary.defects.isEmpty)
        #expect(Parsed(message + "--b--\nmore\n").summary.defects.isEmpty)
        let reopened = Parsed(message + "--b\n\ntwo\n--b--\nx\n--b\n\nthree")
        #expect(reopened.summary.text == "one\ntwo\nthree")
        #expect(reopened.defectKinds == [.partAfterEnd, .unterminatedMultipart])
        #expect(reopened.message.bodyRange.upperBound == reopened.bytes.count)
    }

    @Test func proseUnderBase64IsKept() {
        let prose = "This file was never encoded, it only says that it was. Nobody looked, until now.\n"
        let parsed = Parsed("Content-Type: x/y\nContent-Transfer-Encoding: base64\n\n\(prose)")
        #expect(parsed.content(of: 0) == Array(prose.dropLast().utf8) + [13, 10])
        #expect(parsed.defectKinds == [.malformedEncoding])
        // Signs and blanks here and there are damage.
        let damaged = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo= \n!QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=\n"
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
        #expect(
            Parsed("Content-Type: x/y\nContent-Transfer-Encoding: base64\n\n\(damaged)").content(of: 0)
                == alphabet + alphabet
        )
    }

    // MARK: Digest

    /// The search takes eight octets at a time: each place and each neighbour of a line end.
    @Test func digestFindsBareLineFeedsAtEveryPlace() {
        for length in 1...20 {
            for place in 0..<length {
                for end in [[10], [13, 10], [10, 10], [13, 13, 10], [13, 10, 10], [10, 13]] as [[UInt8]] {
                    let head: [UInt8] = Array("A: 1\r\n\r\n".utf8)
                    let tail =
                        [UInt8](repeating: 0x8A, count: place) + end + [UInt8](repeating: 0x0B, count: length - place)
                    var expected: [UInt8] = []
                    for octet in head + tail {
                        if octet == 10, expected.last != 13 { expected.append(13) }
                        expected.append(octet)
                    }
                    #expect(Parsed(head + tail).digest == digest(of: expected), "\(tail)")
                    #expect(Parsed(head + tail).digestFromWhole == digest(of: expected), "\(tail)")
                }
            }
        }
    }

    /// A copy that lost its CRs, wholly or in part, is the same message; another octet is another message.
    @Test func digestTakesABareLineFeedForALineEnd() {
        let network = Array("Received: x\r\nA: 1\r\n folded\r\nReceived: y\r\n\r\none\r\n\r\ntwo\r\n".utf8)
        let expected = Parsed(network).digest
        #expect(expected == digest(of: Array("A: 1\r\n folded\r\n\r\none\r\n\r\ntwo\r\n".utf8)))
        #expect(Parsed(network).digestFromWhole == expected)
        let ends = network.indices.filter { network[$0] == 10 }
        // Every choice of the lines that keep their CR.
        for choice in 0..<(1 << ends.count) {
            var octets = network
            for (bit, end) in ends.enumerated().reversed() where choice & (1 << bit) == 0 { octets.remove(at: end - 1) }
            #expect(Parsed(octets).digest == expected, "\(String(decoding: octets, as: UTF8.self).debugDescription)")
        }
        #expect(Parsed(Array("A: 1\n\n".utf8)).digest != Parsed(Array("A: 1\r\r\n\n".utf8)).digest)
        #expect(Parsed(Array("A: 1\n\nx".utf8)).digest != Parsed(Array("A: 1\n\nx\n".utf8)).digest)
        #expect(Parsed(Array("A: 1\n\nx\r".utf8)).digest != Parsed(Array("A: 1\n\nx\n".utf8)).digest)
    }

    @Test func digestLeavesOutTheTrace() {
        let core = "From: a@x.example\nSubject: x\n folded\nMessage-ID: <1@x.example>\n\nbody\nReceived: not this\n"
        let plain = Parsed(core)
        #expect(plain.digest == digest(of: plain.bytes))
        let traced = Parsed(
            "Return-Path: <a@x.example>\nDelivered-To: b@x.example\nRECEIVED: from x\n by y\n\tfor z\nX-Original-To: b\n"
                + "From: a@x.example\nAuthentication-Results: x;\n dkim=pass\nSubject: x\n folded\nARC-Seal: i=1\n"
                + "X-Spam-Score: 1\nMessage-ID: <1@x.example>\narc-message-signature: x\n\nbody\nReceived: not this\n"
        )
        #expect(traced.digest == plain.digest)
        let other = Parsed(core.replacingOccurrences(of: "body", with: "Body"))
        #expect(other.digest != plain.digest)
        // These only look alike.
        let lookalike = Parsed("X-Spammer: 1\nReceived-SPF: pass\nArchived-At: x\n" + core)
        #expect(lookalike.digest == digest(of: lookalike.bytes))
    }
}
