extension StringProtocol {
    /// The text as it can stand in a reason: in one line, without controls, and no longer than a domain.
    var inOneLine: String {
        var result = ""
        var length = 0
        for scalar in unicodeScalars {
            guard length < 253 else { return result + "…" }
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned:
                result.unicodeScalars.append("\u{FFFD}")
            default:
                result.unicodeScalars.append(scalar)
            }
            length += 1
        }
        return result
    }
}
