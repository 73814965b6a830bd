import OpenSSL
import SASL
import Testing

@Suite("stored credentials")
struct CredentialTests {
    private static let stored =
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
        + ":wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="

    @Test("the text of the password of RFC 7677 section 3, there and back")
    func text() throws {
        #expect(House.credential.text == secret(Self.stored))
        let read = try SCRAMCredential(text: secret(Self.stored))
        #expect(read == House.credential)
        #expect(read.accepts(secret("pencil")))
        for other in ["", "Pencil", "pencil ", "penci", "pencil\0"] { #expect(!read.accepts(secret(other))) }
    }

    @Test(
        "texts that are none",
        arguments: [
            ("", SCRAMCredential.TextFailure.form), ("pencil", .form), ("{PLAIN}pencil", .form),
            ("SCRAM-SHA-256", .form), ("scram-sha-256$4096:c2FsdA==$a:b", .form),
            ("SCRAM-SHA-1$4096:c2FsdA==$a:b", .form),
            ("SCRAM-SHA-256$4096$a:b", .form), ("SCRAM-SHA-256$4096:c2FsdA==$a", .form),
            ("SCRAM-SHA-256$4096:c2FsdA==$a:b:c", .form), ("SCRAM-SHA-256$4096:c2FsdA==$a:b$", .form),
            ("SCRAM-SHA-256$4095:c2FsdA==$a:b", .iterations), ("SCRAM-SHA-256$0:c2FsdA==$a:b", .iterations),
            ("SCRAM-SHA-256$-4096:c2FsdA==$a:b", .iterations), ("SCRAM-SHA-256$04096:c2FsdA==$a:b", .iterations),
            ("SCRAM-SHA-256$+4096:c2FsdA==$a:b", .iterations), ("SCRAM-SHA-256$:c2FsdA==$a:b", .iterations),
            ("SCRAM-SHA-256$2000001:c2FsdA==$a:b", .iterations),
            ("SCRAM-SHA-256$99999999999999999999:c2FsdA==$a:b", .iterations),
            ("SCRAM-SHA-256$4096:$a:b", .salt), ("SCRAM-SHA-256$4096:c2FsdA$a:b", .salt),
            ("SCRAM-SHA-256$4096:" + String(repeating: "AAAA", count: 22) + "$a:b", .salt),
            ("SCRAM-SHA-256$4096:c2FsdA==$c2FsdA==:c2FsdA==", .key), ("SCRAM-SHA-256$4096:c2FsdA==$:", .key),
            (String(stored.dropLast()), .key), (stored + " ", .key), (stored + "\n", .key),
        ]
    )
    func malformed(text: String, failure: SCRAMCredential.TextFailure) {
        #expect(throws: failure) { try SCRAMCredential(text: secret(text)) }
        #expect(!failure.description.isEmpty)
    }

    @Test("a password is prepared before it is stored and before it is compared")
    func preparation() throws {
        let salt = [UInt8](repeating: 7, count: 16)
        // Composed, decomposed, full width, and with a space that is none of US-ASCII.
        let credential = try SCRAMCredential(password: secret("caf\u{E9} IX"), salt: salt, iterations: 4096)
        for other in ["cafe\u{301} IX", "caf\u{E9}\u{A0}IX", "\u{FF43}af\u{E9} \u{2168}", "ca\u{AD}f\u{E9} IX"] {
            #expect(credential.accepts(secret(other)))
        }
        #expect(!credential.accepts(secret("cafe IX")))
    }

    @Test(
        "passwords that cannot be set",
        arguments: [
            ("", SASLprep.Failure.empty), ("\u{AD}", .empty), ("a\u{7}", .prohibited), ("a\u{E000}", .prohibited),
            ("a\u{1F511}", .unassigned), ("\u{5D0}a", .mixedDirections),
            (String(repeating: "a", count: 1025), .tooLong), (String(repeating: "\u{E9}", count: 513), .tooLong),
        ]
    )
    func refusedPasswords(password: String, failure: SASLprep.Failure) {
        #expect(throws: failure) {
            try SCRAMCredential(password: secret(password), salt: [1], iterations: 4096)
        }
        #expect(!failure.description.isEmpty)
    }

    @Test("a password of octets that are no UTF-8 cannot be set")
    func notUTF8() {
        for octets in [
            [0xFF], [0xC3], [0xC0, 0xAF], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
        ] as [[UInt8]] {
            let password = SecretBytes(octets.span)
            #expect(throws: SASLprep.Failure.notUTF8) {
                try SCRAMCredential(password: password, salt: [1], iterations: 4096)
            }
            #expect(!House.credential.accepts(password))
        }
    }

    @Test("decoys are stable, of the shape of credentials, and their own for each name and installation")
    func decoys() {
        let one = House.decoys.credential(of: "ghost")
        #expect(one == House.decoys.credential(of: "ghost"))
        #expect(one.salt.count == SCRAMCredential.saltLength)
        #expect(one.salt.count == House.credential.salt.count)
        #expect(one.iterations == House.credential.iterations)
        #expect(one.text.count == House.credential.text.count)
        #expect(one.salt != House.decoys.credential(of: "ghosts").salt)
        let elsewhere = DecoyCredentials(secret: secret("another installation's"), iterations: 4096)
        #expect(one.salt != elsewhere.credential(of: "ghost").salt)
    }

    @Test("no description has a key, a salt or a password")
    func descriptions() {
        var dumped = ""
        let account = AccountCredential(House.credential)
        dump(account, to: &dumped)
        dump(House.decoys, to: &dumped)
        let texts = [
            "\(House.credential)", String(reflecting: House.credential), "\(account)", "\(House.credential.text)",
            "\(House.decoys)", dumped,
        ]
        for text in texts {
            // The stored key begins with `WG5d` (88, 110, 93), the server's with `wfPL` (193, 243, 203).
            for part in ["WG5d", "wfPL", "88, 110", "193, 243", "pencil", "installation"] {
                #expect(!text.contains(part))
            }
        }
    }
}
