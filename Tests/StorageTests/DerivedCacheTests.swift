import Faults
import Storage
import Testing

/// Derived data: kept, replaced and trimmed, and nothing that anything depends on.
@Suite struct DerivedCacheTests {
    private static func digest(_ first: UInt8) -> [UInt8] { [first] + [UInt8](repeating: 7, count: 31) }

    private static func withCache(maximumSize: Int = 1000, _ body: (DerivedCache, Store.Layout) throws -> Void) throws {
        let directory = try FaultyDirectory("derived")
        let layout = Store.Layout(directory: directory.path)
        try body(DerivedCache(layout, maximumSize: maximumSize), layout)
    }

    @Test func whatIsKeptIsFoundByMessageAndName() throws {
        try Self.withCache { cache, _ in
            #expect(cache.value("readable", of: Self.digest(1)) == nil)
            cache.keep([1, 2, 3], "readable", of: Self.digest(1))
            #expect(cache.value("readable", of: Self.digest(1)) == [1, 2, 3])
            #expect(cache.value("other", of: Self.digest(1)) == nil)
            #expect(cache.value("readable", of: Self.digest(2)) == nil)
            cache.keep([4], "readable", of: Self.digest(1))
            #expect(cache.value("readable", of: Self.digest(1)) == [4])
        }
    }

    @Test func noFileOfTheWritingStays() throws {
        try Self.withCache { cache, layout in
            for octet in UInt8(0)..<5 { cache.keep([octet], "readable", of: Self.digest(1)) }
            let names = try LocalFileSystem().list("\(layout.derived)/01")
            #expect(names.count == 1)
        }
    }

    @Test func trimmingLeavesNoMoreThanTheLimit() throws {
        try Self.withCache { cache, _ in
            for number in 0..<10 {
                cache.keep([UInt8](repeating: 0, count: 300), "readable", of: Self.digest(UInt8(number)))
            }
            #expect(cache.trim() == 7)
            let left = (0..<10).count { cache.value("readable", of: Self.digest(UInt8($0))) != nil }
            #expect(left == 3)
            #expect(cache.trim() == 0)
        }
    }

    @Test func withoutRoomNothingIsKept() throws {
        try Self.withCache(maximumSize: 0) { cache, layout in
            cache.keep([1], "readable", of: Self.digest(1))
            #expect(cache.value("readable", of: Self.digest(1)) == nil)
            #expect(throws: StoreError.self) { try LocalFileSystem().list(layout.derived) }
            #expect(cache.trim() == 0)
        }
    }

    @Test func aDirectoryThatIsMissingIsNoFault() {
        let cache = DerivedCache(Store.Layout(directory: "/nonexistent/mailwicket"), maximumSize: 1000)
        cache.keep([1], "readable", of: Self.digest(1))
        #expect(cache.value("readable", of: Self.digest(1)) == nil)
        #expect(cache.trim() == 0)
    }
}
