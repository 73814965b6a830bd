public import Mail
public import OpenSSL

/// Who an issuer's token is for: a signed JSON Web Token (RFC 7519, RFC 7515) against the issuer's keys.
///
/// It is pure: the keys and the moment are given. Tokens that are not signed, and those that are signed by a secret that
/// both sides have, are refused whatever they say.
public struct TokenVerifier: Sendable {
    /// The claim that names the user.
    public enum IdentityClaim: String, Sendable, Hashable {
        /// The issuer's own identifier.
        case subject = "sub"
        /// The mail address, unless the issuer says that it is not verified.
        case email
        /// The name that the user goes by at the issuer, as Microsoft Entra has it for mail.
        case preferredUsername = "preferred_username"
    }

    /// The issuer that the token must name (`iss`), octet for octet.
    public var issuer: String
    /// The audiences of which the token must name one (`aud`).
    public var audiences: Set<String>
    /// The scopes that the token must all have (`scope`, or `scp`).
    public var requiredScopes: Set<String>
    /// The claim that names the user.
    public var identityClaim: IdentityClaim
    /// How far clocks may differ, in seconds.
    public var leeway: Int

    /// The longest token that is read, in octets: a line of SMTP (RFC 4954 section 4).
    public static let maximumLength = 12_288

    /// Says what a token must have.
    public init(
        issuer: String,
        audiences: Set<String>,
        requiredScopes: Set<String> = [],
        identityClaim: IdentityClaim = .subject,
        leeway: Int = 60
    ) {
        self.issuer = issuer
        self.audiences = audiences
        self.requiredScopes = requiredScopes
        self.identityClaim = identityClaim
        self.leeway = leeway
    }

    /// Verifies a token.
    ///
    /// It takes as long as a few signatures, and longer only with ``TokenKeySet/maximumKeys``.
    ///
    /// - Returns: the user's identity.
    public func identity(
        in token: SecretBytes,
        keys: TokenKeySet,
        at moment: Timestamp
    ) throws(TokenRefusal) -> String {
        guard token.count <= Self.maximumLength else { throw .malformed }
        var text = token.withSpan { span in span.indices.map { span[$0] } }
        defer { SecretBytes.wipe(&text) }
        let signed = try SignedToken(text)
        try signed.verify(by: keys)
        return try identity(in: signed.claims, at: Double(moment.milliseconds) / 1_000)
    }

    private func identity(in claims: JSONValue, at moment: Double) throws(TokenRefusal) -> String {
        // Strings are equal in Swift when they are canonically equivalent.
        guard let named = claims["iss"]?.string, named.utf8.elementsEqual(issuer.utf8) else { throw .issuer }
        guard let named = claims["aud"]?.strings, !audiences.isDisjoint(with: named) else { throw .audience }
        guard let expiry = claims["exp"]?.number else { throw .noExpiry }
        guard moment < expiry + Double(leeway) else { throw .expired }
        if let start = claims["nbf"] {
            guard let start = start.number else { throw .malformed }
            guard moment >= start - Double(leeway) else { throw .notYetValid }
        }
        guard requiredScopes.isSubset(of: Self.scopes(in: claims)) else { throw .scope }
        if identityClaim == .email, let isVerified = claims["email_verified"] {
            // Some issuers write the word as a string.
            guard isVerified == .bool(true) || isVerified == .string("true") else { throw .unverifiedAddress }
        }
        guard let identity = claims[identityClaim.rawValue]?.string,
            let prepared = try? SASLprep.prepare(name: identity, for: .query)
        else { throw .identity(claim: identityClaim.rawValue) }
        return prepared
    }

    /// The scopes, parted by spaces (RFC 8693 section 4.2), or in an array under the name that Microsoft gave them.
    private static func scopes(in claims: JSONValue) -> Set<String> {
        let texts = (claims["scope"]?.strings ?? []) + (claims["scp"]?.strings ?? [])
        return Set(texts.flatMap { $0.split(separator: " ").map { String($0) } })
    }
}

/// Why a token is not accepted.
///
/// No case has anything of the token.
public enum TokenRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// It is no signed token of the compact form, or too long.
    case malformed
    /// It is not signed (`none`).
    case unsigned
    /// It is signed by a secret that both sides have.
    case sharedSecret
    /// It is signed by an algorithm that is not taken.
    case algorithm
    /// It has conditions in its header that are not understood (`crit`).
    case criticalHeader
    /// It is a token of another kind, by its header (`typ`).
    case kind
    /// The set has no key that it could be signed with. Keys may have been rotated: fetching them anew may help.
    case unknownKey
    /// The signature is not the key's.
    case signature
    /// It is another issuer's.
    case issuer
    /// It is for somebody else.
    case audience
    /// It does not say when it ends.
    case noExpiry
    /// It has ended.
    case expired
    /// It has not begun.
    case notYetValid
    /// A scope is missing that is asked for.
    case scope
    /// The issuer says that the address is not verified.
    case unverifiedAddress
    /// The claim that names the user is missing, or no name.
    case identity(claim: String)

    /// What is wrong, in words.
    public var description: String {
        switch self {
        case .malformed: "this is no signed token that can be read"
        case .unsigned: "the token is not signed"
        case .sharedSecret: "the token is signed by a shared secret, which proves nothing here"
        case .algorithm: "the token is signed by none of RS256, ES256 and EdDSA"
        case .criticalHeader: "the token's header has conditions that are not understood"
        case .kind: "the token is of another kind"
        case .unknownKey: "the issuer's keys have none that the token could be signed with"
        case .signature: "the token's signature is wrong"
        case .issuer: "the token is another issuer's"
        case .audience: "the token is for another audience"
        case .noExpiry: "the token does not say when it expires"
        case .expired: "the token is expired"
        case .notYetValid: "the token is not valid yet"
        case .scope: "the token lacks a scope that is required"
        case .unverifiedAddress: "the token's issuer has not verified the mail address"
        case .identity(let claim): "the token's claim \(claim) names no user"
        }
    }
}
