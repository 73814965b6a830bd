import MIME
import Mail
import Testing
import Ticketing

/// Mail that came by another, and senders whom a list rewrote.
@Suite("Forwarding and rewritten senders")
struct ClassificationForwardingTests {
    private static func parsed(_ header: String) -> (Message, MessageSummary, [UInt8]) {
        let bytes = Array("\(header)\nSubject: Printer\n\nHello\n".utf8)
        let message = Message(parsing: bytes.span)
        return (message, message.summary(of: bytes.span), bytes)
    }

    private static func forwarding(_ header: String) -> ForwardingEvidence {
        let (message, _, bytes) = parsed(header)
        return ForwardingEvidence(of: message, in: bytes.span)
    }

    private static func rewritten(_ header: String) -> RewrittenSender? {
        let (message, summary, bytes) = parsed(header)
        return RewrittenSender(of: message, summary, in: bytes.span)
    }

    @Test("read who resent a message, and to whom (RFC 5322 section 3.6.6)")
    func resent() {
        let found = Self.forwarding(
            "Resent-From: Bob <bob@x.example>\nResent-To: desk@desk.example\nResent-Cc: c@desk.example\n"
                + "From: ann@y.example"
        )
        #expect(found.isForwarded)
        #expect(found.resentFrom.map(\.description) == ["Bob <bob@x.example>"])
        #expect(found.resentTo.map(\.address.description) == ["desk@desk.example", "c@desk.example"])
        #expect(found.facts.contains(Trace.Fact("Resent-From", "Bob <bob@x.example>")))
        #expect(Self.forwarding("Resent-Sender: bob@x.example").resentFrom.count == 1)
        #expect(!Self.forwarding("From: ann@y.example\nTo: desk@desk.example").isForwarded)
    }

    @Test("list the recipients by which a mailbox is found, the surest first, each once (P35)")
    func recipients() {
        let found = Self.forwarding(
            "X-Forwarded-To: desk@desk.example\nX-Forwarded-For: ann@gmail.example desk@desk.example\n"
                + "Delivered-To: desk+web@desk.example\nDelivered-To: alias@desk.example\nX-Original-To: Alias@desk.example"
        )
        #expect(
            found.recipients.map { "\($0.field) \($0.address)" } == [
                "X-Original-To Alias@desk.example", "Delivered-To desk+web@desk.example",
                "X-Forwarded-To desk@desk.example",
            ]
        )
        #expect(found.forwardedFor.map(\.description) == ["ann@gmail.example", "desk@desk.example"])
        #expect(found.isForwarded)
        #expect(Self.forwarding("Envelope-To: a@desk.example").recipients.map(\.field) == ["Envelope-To"])
        let many = Self.forwarding((0..<2000).map { "Delivered-To: a\($0)@x.example\n" }.joined() + "X: y")
        #expect(many.recipients.count <= 201)
    }

    @Test(
        "find the person behind a list's From (P29)",
        arguments: [
            // Google Groups.
            (
                "From: 'Ann Lee' via Support <support@desk.example>\nX-Original-Sender: ann@x.example\n"
                    + "X-Original-From: Ann Lee <ann@x.example>\nList-Id: <support.desk.example>",
                "Ann Lee <ann@x.example>"
            ),
            // Mailman: the person is in Reply-To, perhaps beside the list.
            (
                "From: Ann Lee via Support <support@lists.example>\nReply-To: support@lists.example, Ann <ann@x.example>\n"
                    + "List-Post: <mailto:support@lists.example>",
                "Ann <ann@x.example>"
            ),
            (
                "From: \"Ann Lee (via Support)\" <support@lists.example>\nReply-To: ann@x.example\nList-Id: <support.lists.example>",
                "Ann Lee <ann@x.example>"
            ),
            // groups.io.
            (
                "From: Ann Lee via groups.io <ann=x.example@groups.example>\nList-Id: <s.groups.example>",
                "Ann Lee <ann@x.example>"
            ),
            // No name at all: From is the list's own address.
            ("From: support@lists.example\nReply-To: ann@x.example\nList-Id: <support.lists.example>", "ann@x.example"),
            // In another language, with the list's field.
            (
                "From: Ann Lee über Support <support@lists.example>\nX-Original-Sender: ann@x.example\n"
                    + "List-Id: <support.lists.example>",
                "Ann Lee <ann@x.example>"
            ),
        ]
    )
    func author(header: String, author: String) {
        let found = Self.rewritten(header)
        #expect(found?.author.description == author)
        #expect(found?.facts.first?.name == "From")
    }

    @Test(
        "believe no field where From is a person's own",
        arguments: [
            // Anyone can write such a field.
            "From: Ann <ann@x.example>\nX-Original-From: boss@desk.example",
            "From: Ann <ann@x.example>\nX-Original-Sender: boss@desk.example\nReply-To: eve@y.example",
            // A list that leaves From alone.
            "From: Ann <ann@x.example>\nReply-To: support@lists.example\nList-Id: <support.lists.example>",
            // Nobody is named.
            "From: Ann via Support <support@lists.example>\nList-Id: <support.lists.example>",
            "From: Ann via Support <support@lists.example>\nReply-To: support@lists.example\nList-Id: <support.lists.example>",
            // A person's name that holds such a word, no list.
            "From: Maria par Hasard <maria@x.example>\nReply-To: other@x.example", "X: y",
        ]
    )
    func noAuthor(header: String) {
        #expect(Self.rewritten(header) == nil)
    }
}
