internal import Glibc

/// How many descriptors the process may have open: each connection takes one.
package enum DescriptorLimit {
    /// What is open beside connections: the database and its readers, spool files, sockets, the event loops' own.
    static let reserve = 200

    /// Raises the soft limit to the hard one; the soft one is low for programs that use select(2), which we do not.
    ///
    /// - Returns: the limit in force.
    static func raise() -> Int {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard unsafe getrlimit(resource, &limit) == 0 else { return .max }
        var raised = limit
        raised.rlim_cur = raised.rlim_max
        if raised.rlim_cur > limit.rlim_cur, unsafe setrlimit(resource, &raised) == 0 { limit = raised }
        return Int(clamping: limit.rlim_cur)
    }

    /// What to tell the administrator when so many connections do not fit; `nil` when they do.
    package static func warning(limit: Int, connections: Int) -> String? {
        let needed = connections + reserve
        guard needed > limit else { return nil }
        return
            "max_connections of all listeners and \(reserve) for files come to \(needed) descriptors, and the process may "
            + "open \(limit): connections beyond that wait, and large messages are put off; raise the hard limit (LimitNOFILE= of the systemd unit, "
            + "or ulimit -H -n) or lower max_connections"
    }
}
