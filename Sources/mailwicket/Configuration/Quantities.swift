/// Reads a number of octets: a whole number, alone or with a unit (`64KiB`, `50 MiB`, `1GB`).
package func parseSize(_ text: String) -> Int? {
    parseQuantity(
        text,
        units: [
            "": 1, "b": 1, "kb": 1000, "mb": 1_000_000, "gb": 1_000_000_000, "kib": 1 << 10, "mib": 1 << 20,
            "gib": 1 << 30,
        ]
    )
}

/// Reads a span of time as seconds: a whole number, alone or with a unit (`90s`, `5m`, `1h`, `7d`).
package func parseDuration(_ text: String) -> Int? {
    parseQuantity(text, units: ["": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800])
}

/// Reads a whole number in decimal digits, with a sign before it if need be.
func parseInteger(_ text: String) -> Int? {
    let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
        return nil
    }
    return Int(text)
}

private func parseQuantity(_ text: String, units: [String: Int]) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let unit = text.dropFirst(digits.count).drop { $0 == " " }.lowercased()
    guard !digits.isEmpty, let number = Int(digits), let factor = units[unit] else { return nil }
    let (result, overflow) = number.multipliedReportingOverflow(by: factor)
    return overflow ? nil : result
}
