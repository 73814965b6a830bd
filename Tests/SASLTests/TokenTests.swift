import Mail
import OpenSSL
import SASL
import Testing

@Suite("tokens")
struct TokenTests {
    /// A key made for the tests, and the set that it is in.
    private struct Issuer {
        let key: PrivateKey
        let set: TokenKeySet

        init() throws {
            key = try PrivateKey(generating: .ed25519)
            let x = try #require(key.publicKey.rawOctets)
            let text = #"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"one","x":"\#(encoded(x))"}]}"#
            set = try TokenKeySet(octets(text))
        }

        func token(header: String = #"{"alg":"EdDSA","kid":"one","typ":"JWT"}"#, _ claims: String) throws -> String {
            let signed = encoded(octets(header)) + "." + encoded(octets(claims))
            return signed + "." + encoded(try key.ed25519Signature(ofMessage: octets(signed).span))
        }
    }

    private static let now = Timestamp(seconds: 1_700_000_000)
    private static let good =
        #"{"iss":"https://id.example","aud":["other","mail"],"exp":1700000600,"nbf":1699999400,"sub":"alice","#
        + #""scope":"openid mail.send","email":"alice@example.com"}"#

    private static func verifier(
        scopes: Set<String> = [],
        claim: TokenVerifier.IdentityClaim = .subject
    ) -> TokenVerifier {
        TokenVerifier(
            issuer: "https://id.example",
            audiences: ["mail", "smtp"],
            requiredScopes: scopes,
            identityClaim: claim
        )
    }

    private static func refusal(
        _ token: String,
        _ keys: TokenKeySet,
        _ verifier: TokenVerifier = verifier(),
        at moment: Timestamp = now
    ) -> TokenRefusal? {
        do throws(TokenRefusal) {
            _ = try verifier.identity(in: secret(token), keys: keys, at: moment)
            return nil
        } catch {
            return error
        }
    }

    // MARK: Signatures

    private static let joe =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"

    // RFC 7515 appendices A.2 and A.3, RFC 8037 appendix A.4.
    private static let examples: [(key: String, signed: String, signature: String)] = [
        (
            #"{"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2"#
                + "mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z"
                + "5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWN"
                + #"moudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}"#,
            "eyJhbGciOiJSUzI1NiJ9." + joe,
            "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9"
                + "CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383"
                + "LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWk"
                + "WywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
        ),
        (
            #"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","#
                + #""y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#,
            "eyJhbGciOiJFUzI1NiJ9." + joe,
            "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
        ),
        (
            #"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
            "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        ),
    ]

    @Test("the published signatures are valid, and others not", arguments: examples.indices)
    func published(index: Int) throws {
        let example = Self.examples[index]
        let value = try #require(JSONValue(octets(example.key), maximumLength: 10_000))
        let key = try #require(TokenKey(value))
        let signature = try #require(decoded(example.signature, .url))
        func isValid(_ signature: [UInt8], _ signed: String) -> Bool {
            key.isValid(signature.span, of: octets(signed).span)
        }
        #expect(isValid(signature, example.signed))
        #expect(!isValid(signature, example.signed + "x"))
        #expect(!isValid(Array(signature.dropLast()), example.signed))
        for place in [0, signature.count / 2, signature.count - 1] {
            var other = signature
            other[place] ^= 1
            #expect(!isValid(other, example.signed))
        }
    }

    @Test("signed tokens of RFC 7515 get as far as their claims", arguments: [0, 1])
    func publishedTokens(index: Int) throws {
        let example = Self.examples[index]
        let keys = try TokenKeySet(octets(#"{"keys":[\#(example.key)]}"#))
        let verifier = TokenVerifier(issuer: "joe", audiences: ["mail"])
        // They name no audience.
        #expect(Self.refusal("\(example.signed).\(example.signature)", keys, verifier) == .audience)
        let other = example.signature.first == "c" ? "d" : "E"
        #expect(
            Self.refusal("\(example.signed).\(other)\(example.signature.dropFirst())", keys, verifier) == .signature
        )
    }

    @Test("a key serves its own algorithm only, and keys are found by their names")
    func keyChoice() throws {
        let issuer = try Issuer()
        let stranger = try Issuer()
        #expect(Self.refusal(try issuer.token(Self.good), issuer.set) == nil)
        #expect(Self.refusal(try issuer.token(Self.good), stranger.set) == .signature)
        for (header, refusal) in [
            (#"{"alg":"EdDSA"}"#, TokenRefusal?.none), (#"{"alg":"EdDSA","typ":"at+jwt"}"#, nil),
            (#"{"alg":"EdDSA","typ":"application/AT+JWT"}"#, nil), (#"{"alg":"EdDSA","kid":"two"}"#, .unknownKey),
            (#"{"alg":"RS256"}"#, .unknownKey), (#"{"alg":"ES256","kid":"one"}"#, .unknownKey),
            (#"{"alg":"none"}"#, .unsigned), (#"{"alg":"NoNe"}"#, .unsigned), (#"{"alg":"HS256"}"#, .sharedSecret),
            (#"{"alg":"hs512"}"#, .sharedSecret), (#"{"alg":"PS256"}"#, .algorithm), (#"{"alg":"eddsa"}"#, .algorithm),
            (#"{"alg":""}"#, .algorithm), (#"{"kid":"one"}"#, .malformed), (#"{"alg":1}"#, .malformed),
            (#"{"alg":"EdDSA","crit":["exp"]}"#, .criticalHeader), (#"{"alg":"EdDSA","typ":"logout+jwt"}"#, .kind),
            (#"{"alg":"EdDSA","typ":1}"#, .malformed), (#"["EdDSA"]"#, .malformed),
            (#"{"alg":"none","alg":"EdDSA"}"#, .malformed),
        ] {
            #expect(Self.refusal(try issuer.token(header: header, Self.good), issuer.set) == refusal, "\(header)")
        }
    }

    @Test("an unsigned token is refused, with and without something behind the last dot")
    func unsigned() throws {
        let issuer = try Issuer()
        let text = encoded(octets(#"{"alg":"none"}"#)) + "." + encoded(octets(Self.good)) + "."
        #expect(Self.refusal(text, issuer.set) == .unsigned)
        #expect(Self.refusal(text + "AAAA", issuer.set) == .unsigned)
        // Nor does a proper header help when nothing was signed.
        let bare = encoded(octets(#"{"alg":"EdDSA"}"#)) + "." + encoded(octets(Self.good)) + "."
        #expect(Self.refusal(bare, issuer.set) == .malformed)
        #expect(Self.refusal(bare + "AAAA", issuer.set) == .signature)
    }

    @Test(
        "texts that are no tokens",
        arguments: ["", ".", "..", "...", "a.b", "a.b.c", "e30.e30.e30", "bearer", "é.é.é"]
    )
    func malformed(text: String) throws {
        #expect(Self.refusal(text, try Issuer().set) == .malformed)
    }

    @Test("a token that is cut, lengthened or padded is refused")
    func mutilated() throws {
        let issuer = try Issuer()
        let token = try issuer.token(Self.good)
        #expect(Self.refusal(token, issuer.set) == nil)
        for length in 0..<token.count { #expect(Self.refusal(String(token.prefix(length)), issuer.set) != nil) }
        for other in [token + ".", token + "=", token + "A", " " + token, token + "\n", "." + token] {
            #expect(Self.refusal(other, issuer.set) == .malformed || Self.refusal(other, issuer.set) == .signature)
        }
        #expect(Self.refusal(token + String(repeating: "A", count: 12_289), issuer.set) == .malformed)
    }

    // MARK: Claims

    @Test("claims are judged")
    func claims() throws {
        let issuer = try Issuer()
        let base = #""iss":"https://id.example","aud":"mail","sub":"alice""#
        for (claims, refusal) in [
            (#"{\#(base),"exp":1700000001}"#, TokenRefusal?.none),
            (#"{\#(base),"exp":1700000000.5}"#, nil),
            // The clocks may differ by a minute.
            (#"{\#(base),"exp":1699999941}"#, nil), (#"{\#(base),"exp":1699999940}"#, .expired),
            (#"{\#(base),"exp":0}"#, .expired), (#"{\#(base),"exp":-1e300}"#, .expired),
            (#"{\#(base)}"#, .noExpiry), (#"{\#(base),"exp":"1700000600"}"#, .noExpiry),
            (#"{\#(base),"exp":null}"#, .noExpiry), (#"{\#(base),"exp":1e999}"#, .malformed),
            (#"{\#(base),"exp":1700000600,"nbf":1700000060}"#, nil),
            (#"{\#(base),"exp":1700000600,"nbf":1700000061}"#, .notYetValid),
            (#"{\#(base),"exp":1700000600,"nbf":"now"}"#, .malformed),
            (#"{"aud":"mail","sub":"alice","exp":1700000600}"#, .issuer),
            (#"{"iss":"https://id.example/","aud":"mail","sub":"alice","exp":1700000600}"#, .issuer),
            (#"{"iss":["https://id.example"],"aud":"mail","sub":"alice","exp":1700000600}"#, .issuer),
            (#"{"iss":"https://id.example","sub":"alice","exp":1700000600}"#, .audience),
            (#"{"iss":"https://id.example","aud":"Mail","sub":"alice","exp":1700000600}"#, .audience),
            (#"{"iss":"https://id.example","aud":[],"sub":"alice","exp":1700000600}"#, .audience),
            (#"{"iss":"https://id.example","aud":["mail",1],"sub":"alice","exp":1700000600}"#, .audience),
            (#"{"iss":"https://id.example","aud":"mail","exp":1700000600}"#, .identity(claim: "sub")),
            (#"{"iss":"https://id.example","aud":"mail","sub":"","exp":1700000600}"#, .identity(claim: "sub")),
            (#"{"iss":"https://id.example","aud":"mail","sub":7,"exp":1700000600}"#, .identity(claim: "sub")),
            (#"{"iss":"https://id.example","aud":"mail","sub":"a\u0000","exp":1700000600}"#, .identity(claim: "sub")),
            (#"{\#(base),"sub":"bob","exp":1700000600}"#, .malformed),
        ] {
            #expect(Self.refusal(try issuer.token(claims), issuer.set) == refusal, "\(claims)")
        }
    }

    @Test("the identity is the claim that is configured")
    func identities() throws {
        let issuer = try Issuer()
        let token = secret(try issuer.token(Self.good))
        #expect(try Self.verifier().identity(in: token, keys: issuer.set, at: Self.now) == "alice")
        let byAddress = Self.verifier(claim: .email)
        #expect(try byAddress.identity(in: token, keys: issuer.set, at: Self.now) == "alice@example.com")
        #expect(
            Self.refusal(try issuer.token(Self.good), issuer.set, Self.verifier(claim: .preferredUsername))
                == .identity(claim: "preferred_username")
        )
        for (value, refusal) in [
            ("true", TokenRefusal?.none), (#""true""#, nil), ("false", .unverifiedAddress),
            (#""false""#, .unverifiedAddress), ("null", .unverifiedAddress), ("1", .unverifiedAddress),
        ] {
            let claims = Self.good.dropLast() + #","email_verified":\#(value)}"#
            #expect(Self.refusal(try issuer.token(String(claims)), issuer.set, byAddress) == refusal)
            // It concerns the address alone.
            #expect(Self.refusal(try issuer.token(String(claims)), issuer.set) == nil)
        }
    }

    @Test("scopes that are required are all there")
    func scopes() throws {
        let issuer = try Issuer()
        for (scopes, claim, refusal) in [
            (["mail.send"], Self.good, TokenRefusal?.none), (["mail.send", "openid"], Self.good, nil),
            (["mail.send", "admin"], Self.good, .scope), (["mail"], Self.good, .scope),
            (["mail.send"], Self.good.replacing(#""scope""#, with: #""scp""#), nil),
            (["mail.send"], Self.good.replacing(#""scope":"openid mail.send""#, with: #""scp":["mail.send"]"#), nil),
            (["mail.send"], Self.good.replacing(#""scope""#, with: #""other""#), .scope),
        ] as [([String], String, TokenRefusal?)] {
            let verifier = Self.verifier(scopes: Set(scopes))
            #expect(Self.refusal(try issuer.token(claim), issuer.set, verifier) == refusal)
        }
    }

    @Test("refusals have words, and none of the token's")
    func words() throws {
        let issuer = try Issuer()
        let token = try issuer.token(Self.good.replacing("alice", with: "hunter2").replacing("mail\"]", with: "x\"]"))
        let refusal = try #require(Self.refusal(token, issuer.set))
        #expect(refusal == .audience)
        #expect(!refusal.description.contains("hunter2"))
    }

    // MARK: Keys

    @Test(
        "sets without a key that can be used",
        arguments: [
            ("", TokenKeySet.Failure.malformed), ("[]", .malformed), ("{}", .malformed), (#"{"keys":{}}"#, .malformed),
            (#"{"keys":[]}x"#, .malformed), (#"{"keys":[]}"#, .keys), (#"{"keys":[1,"a",null]}"#, .keys),
            (#"{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}"#, .keys),
            (#"{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}"#, .keys),
            (#"{"keys":[{"kty":"EC","crv":"P-384","x":"AA","y":"AA"}]}"#, .keys),
            (#"{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}"#, .keys),
            (#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AA"}]}"#, .keys),
            (#"{"keys":[{"kty":"OKP","crv":"X25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#, .keys),
        ]
    )
    func uselessSets(text: String, failure: TokenKeySet.Failure) {
        #expect(throws: failure) { try TokenKeySet(octets(text)) }
        #expect(!failure.description.isEmpty)
    }

    @Test("keys for something else are left out, and the rest used")
    func selection() throws {
        let base = #""kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo""#
        for (member, isUsed) in [
            (#""use":"sig""#, true), (#""use":"enc""#, false), (#""key_ops":["verify"]"#, true),
            (#""key_ops":["encrypt"]"#, false), (#""key_ops":"x""#, false), (#""alg":"EdDSA""#, true),
            (#""alg":"RS256""#, false), (#""alg":null"#, false), (#""x5c":["whatever"]"#, true),
        ] {
            let text = #"{"keys":[{\#(base)},{\#(base),\#(member)}],"more":1}"#
            #expect(try TokenKeySet(octets(text)).keys.count == (isUsed ? 2 : 1), "\(member)")
        }
    }

    @Test("a key of RSA is long enough and has a proper exponent")
    func rsaKeys() throws {
        let example = Self.examples[0].key
        #expect(try TokenKeySet(octets(#"{"keys":[\#(example)]}"#)).keys.count == 1)
        for exponent in ["AQ", "AA", "Ag", "AAAAAQ", "AQAAAAE"] {
            let other = example.replacing(#""AQAB""#, with: #""\#(exponent)""#)
            #expect(throws: TokenKeySet.Failure.keys) { try TokenKeySet(octets(#"{"keys":[\#(other)]}"#)) }
        }
    }

    @Test("a set is bounded")
    func bounds() throws {
        let key = #"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#
        func set(_ count: Int) -> [UInt8] {
            octets(#"{"keys":["# + Array(repeating: key, count: count).joined(separator: ",") + "]}")
        }
        #expect(try TokenKeySet(set(32)).keys.count == 32)
        #expect(throws: TokenKeySet.Failure.keys) { try TokenKeySet(set(33)) }
        #expect(throws: TokenKeySet.Failure.malformed) {
            try TokenKeySet(set(1) + [UInt8](repeating: 0x20, count: TokenKeySet.maximumLength))
        }
    }
}

private func encoded(_ octets: [UInt8]) -> String { String(decoding: Base64.url.encode(octets.span), as: UTF8.self) }
