import Desk
import Faults
import MIME
import Mail
import Storage
import Testing

/// Stored messages made readable: on demand, kept by version and options, the same with and without what is kept.
@Suite struct ReadableMessagesTests {
    private static let octets = Array(
        """
        From: a@client.example
        Subject: Re: x
        Content-Type: text/plain

        New words.

        On Mon, 2 Mar 2026 at 10:00, Desk <desk@example.com> wrote:
        > Old words.
        """.replacing("\n", with: "\r\n").utf8
    )

    /// A store with one message, and what reads it.
    private static func withMessage(
        _ body: (StoreReader, DerivedCache, UniqueID, [UInt8]) throws -> Void
    ) async throws {
        let fixture = try StoreFixture()
        let id = UniqueID.make(at: .now)
        let digest = try await fixture.withStore { try await $0.keep(octets, as: id).digest }
        let layout = Store.Layout(directory: fixture.directory.path)
        let reader = try StoreReader(directory: fixture.directory.path)
        try body(reader, DerivedCache(layout, maximumSize: 1_000_000), id, digest)
    }

    @Test func itIsMadeOnceAndThenKept() async throws {
        try await Self.withMessage { (store, cache, id, digest) throws in
            let messages = ReadableMessages(store, cache: cache, options: .init())
            let made = try #require(try messages.message(id))
            let fresh = ReadableMessage(Self.octets.span)
            #expect(made == fresh)
            let kept = try #require(cache.value("readable", of: digest))
            // What is kept is what is given from now on.
            let other = String(decoding: kept, as: UTF8.self).replacing("New words.", with: "Kept words.")
            cache.keep(Array(other.utf8), "readable", of: digest)
            let given = try #require(try messages.message(id))
            #expect(given.sections[0].text.hasPrefix("Kept words."))
        }
    }

    @Test func anotherVersionIsMadeAgain() async throws {
        try await Self.withMessage { (store, cache, id, digest) throws in
            let messages = ReadableMessages(store, cache: cache, options: .init())
            let made = try messages.message(id)
            let kept = try #require(cache.value("readable", of: digest))
            let old = String(decoding: kept, as: UTF8.self)
                .replacing("\"version\":\(ReadableMessage.version)", with: "\"version\":0")
                .replacing("New words.", with: "Kept words.")
            #expect(old.contains("\"version\":0"))
            cache.keep(Array(old.utf8), "readable", of: digest)
            let again = try messages.message(id)
            #expect(again == made)
        }
    }

    @Test(arguments: ["", "{", "null", "[1]"]) func aTornFileIsMadeAgain(content: String) async throws {
        try await Self.withMessage { (store, cache, id, digest) throws in
            let messages = ReadableMessages(store, cache: cache, options: .init())
            let made = try messages.message(id)
            cache.keep(Array(content.utf8), "readable", of: digest)
            let again = try messages.message(id)
            #expect(again == made)
            #expect(cache.value("readable", of: digest)?.count ?? 0 > 10)
        }
    }

    @Test func otherOptionsAreMadeAgain() async throws {
        try await Self.withMessage { (store, cache, id, _) throws in
            _ = try ReadableMessages(store, cache: cache, options: .init()).message(id)
            var options = ReadableMessage.Options()
            options.limits.maxText = 3
            let cut = try ReadableMessages(store, cache: cache, options: options).message(id)
            #expect(cut?.sections.first?.text == "New")
        }
    }

    @Test func withoutCacheItIsTheSame() async throws {
        try await Self.withMessage { (store, _, id, _) throws in
            let cache = DerivedCache(store.layout, maximumSize: 0)
            let messages = ReadableMessages(store, cache: cache, options: .init())
            let made = ReadableMessage(Self.octets.span)
            let again = try messages.message(id)
            #expect(again == made)
            let none = try messages.message(UniqueID.make(at: .now))
            #expect(none == nil)
        }
    }
}
