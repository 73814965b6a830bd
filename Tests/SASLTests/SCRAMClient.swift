import OpenSSL
import SASL

/// The client side of SCRAM-SHA-256 (RFC 5802 section 3), enough to test the server with.
struct SCRAMClient {
    enum Fault: Error {
        case nonce, signature, message
    }

    var username: String
    var password: String
    var nonce: String
    var header = "n,,"
    var bindingData: [UInt8] = []
    /// What the final message says behind the nonce, and signs.
    var nonceSuffix = ""

    private var serverSignature = ""

    init(username: String, password: String, nonce: String, header: String = "n,,", bindingData: [UInt8] = []) {
        self.username = username
        self.password = password
        self.nonce = nonce
        self.header = header
        self.bindingData = bindingData
    }

    private var bare: String {
        let name = username.replacing("=", with: "=3D").replacing(",", with: "=2C")
        return "n=\(name),r=\(nonce)"
    }

    var first: [UInt8] { Array((header + bare).utf8) }

    /// The answer to the server's challenge.
    mutating func final(to challenge: [UInt8]) throws -> [UInt8] {
        let challenge = String(decoding: challenge, as: UTF8.self)
        let values = challenge.split(separator: ",").map { $0.dropFirst(2) }
        guard values.count == 3, let iterations = Int(values[2]) else { throw Fault.message }
        guard values[0].hasPrefix(nonce), values[0].count > nonce.count else { throw Fault.nonce }
        guard let salt = Base64.standard.decode(Array(values[1].utf8).span) else { throw Fault.message }

        let salted = PBKDF2.deriveKey(
            from: SecretBytes(Array(password.utf8).span),
            salt: salt.span,
            iterations: iterations
        )
        let clientKey = HMACSHA256.code(of: Array("Client Key".utf8).span, key: salted)
        let serverKey = HMACSHA256.code(of: Array("Server Key".utf8).span, key: salted)
        let binding = Array(header.utf8) + bindingData
        let withoutProof = "c=\(encoded(binding)),r=\(values[0])\(nonceSuffix)"
        let message = Array("\(bare),\(challenge),\(withoutProof)".utf8)
        let storedKey = SHA256.digest(of: clientKey.span)
        let signature = HMACSHA256.code(of: message.span, key: storedKey.span)
        let proof = zip(clientKey, signature).map { $0 ^ $1 }
        serverSignature = encoded(HMACSHA256.code(of: message.span, key: serverKey.span))
        return Array("\(withoutProof),p=\(encoded(proof))".utf8)
    }

    /// Checks the server's signature.
    func check(_ message: [UInt8]) throws {
        guard String(decoding: message, as: UTF8.self) == "v=\(serverSignature)" else { throw Fault.signature }
    }

    private func encoded(_ octets: [UInt8]) -> String {
        String(decoding: Base64.standard.encode(octets.span), as: UTF8.self)
    }
}

/// The client's message of PLAIN (RFC 4616).
func plainMessage(_ username: String, _ password: String, actingAs identity: String = "") -> [UInt8] {
    Array("\(identity)\0\(username)\0\(password)".utf8)
}
