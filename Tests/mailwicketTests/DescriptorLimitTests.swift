internal import Testing
internal import mailwicket

/// When the administrator is told that his connections do not fit.
@Suite struct DescriptorLimitTests {
    @Test(arguments: [(1024, 824, false), (1024, 825, true), (1024, 8000, true), (.max, 1_000_000, false)])
    func warning(_ limit: Int, _ connections: Int, _ isDue: Bool) {
        let warning = DescriptorLimit.warning(limit: limit, connections: connections)
        #expect((warning != nil) == isDue)
        if let warning {
            #expect(warning.contains("come to \(connections + 200) descriptors"))
            #expect(warning.contains("may open \(limit):"))
            #expect(warning.contains("LimitNOFILE="))
        }
    }
}
