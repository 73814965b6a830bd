/// The fuzz targets that read what strangers send, each with what must hold of every input.
///
/// The targets trap on what does not hold; the unit tests walk the finds through the same checks.
package enum FuzzTarget: String, CaseIterable, Sendable {
    case message = "FuzzMessage"
    case html = "FuzzHTML"
    case tnef = "FuzzTNEF"
    case zip = "FuzzZip"
    case calendar = "FuzzCalendar"
    case reports = "FuzzReports"
    case reply = "FuzzReply"
    case cryptography = "FuzzCryptography"
    case tls = "FuzzTLS"
    case dns = "FuzzDNS"
    case sasl = "FuzzSASL"
    case mailAuth = "FuzzMailAuth"
    case proxy = "FuzzPROXY"

    /// Reads an input in every way that the target has.
    package func check(_ octets: [UInt8]) throws(BrokenInvariant) {
        switch self {
        case .message: try MessageChecks.check(octets)
        case .html: try HTMLChecks.check(octets)
        case .tnef: try TNEFChecks.check(octets)
        case .zip: try ZipChecks.check(octets)
        case .calendar: try CalendarChecks.check(octets)
        case .reports: try ReportChecks.check(octets)
        case .reply: try ReplyChecks.check(octets)
        case .cryptography: try CryptographyChecks.check(octets)
        case .tls: try TLSChecks.check(octets)
        case .dns: try DNSChecks.check(octets)
        case .sasl: try SASLChecks.check(octets)
        case .mailAuth: try MailAuthChecks.check(octets)
        case .proxy: try PROXYChecks.check(octets)
        }
    }

    /// Reads an input, and stops the process at what does not hold, as libFuzzer expects it.
    package func run(_ octets: [UInt8]) {
        do {
            try check(octets)
        } catch {
            fatalError("\(rawValue): \(error)")
        }
    }
}
