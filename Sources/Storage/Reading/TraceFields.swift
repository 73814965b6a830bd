internal import Mail

extension DeliveryRow {
    /// The trace fields that this arrival puts before its message, for export: Return-Path, Delivered-To and Received
    /// (RFC 5321 section 4.4).
    ///
    /// They belong to the delivery; what is stored is what was received. With several recipients none is named, since
    /// each would see the others.
    ///
    /// - Parameter host: the name of this server.
    /// - Returns: whole lines that end in CRLF.
    public func traceFields(by host: String) -> String {
        let recipient = recipients.count == 1 ? recipients[0] : nil
        var text = "Return-Path: <\(reversePath)>\r\n"
        if let recipient { text += "Delivered-To: \(recipient)\r\n" }
        text += "Received: from \(helo.isEmpty ? "unknown" : helo) (\(peerComment))\r\n"
        text += "\tby \(host) with \(protocolKeyword) id \(id)"
        if let recipient { text += "\r\n\tfor <\(recipient)>" }
        return text + "; \(receivedAt.mailDate)\r\n"
    }

    /// The other end without its port: `[192.0.2.1]`, `[IPv6:2001:db8::1]` or `uid 1000`.
    private var peerComment: String {
        guard let colon = peer.lastIndex(of: ":") else { return peer }
        let address = peer[..<colon].filter { $0 != "[" && $0 != "]" }
        return address.contains(":") ? "[IPv6:\(address)]" : "[\(address)]"
    }
}
