import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// What `mailwicket cert` makes, as OpenSSL's own program sees it.
    @Suite("Certificates", .enabled(if: PeerProgram.areAtHand("openssl"), "needs openssl"))
    struct CertificateTests {
        private func cert(_ arguments: String...) async throws -> ChildProcess.Outcome {
            try await ChildProcess.run(PeerProgram.mailwicket, ["cert"] + arguments)
        }

        private func openssl(_ arguments: String...) async throws -> ChildProcess.Outcome {
            try await ChildProcess.run("openssl", arguments)
        }

        @Test("OpenSSL accepts a pair, for its names and its purpose alone", arguments: ["p256", "rsa", "ed25519"])
        func pairs(key: String) async throws {
            let folder = try TemporaryFolder()
            let certs = "\(folder.path)/certs"
            #expect(try await cert("ca", "--directory", certs).succeeded)
            let made = try await cert(
                "server",
                "mail.example.com",
                "192.0.2.1",
                "--directory",
                certs,
                "--key",
                key,
                "--days",
                "30"
            )
            #expect(made.succeeded, "\(made.errors)")
            #expect(made.output.hasPrefix("certificate \(certs)/mail.example.com.pem\n"))
            #expect(try await cert("client", "relay.example.com", "--directory", certs, "--key", key).succeeded)

            let server = "\(certs)/mail.example.com.pem"
            let client = "\(certs)/relay.example.com.pem"
            let authority = "\(certs)/ca.pem"
            for (file, name, purpose, isRight) in [
                (server, ["-verify_hostname", "mail.example.com"], "sslserver", true),
                (server, ["-verify_ip", "192.0.2.1"], "sslserver", true),
                (server, ["-verify_hostname", "other.example.com"], "sslserver", false),
                (server, [], "sslclient", false), (client, [], "sslclient", true), (client, [], "sslserver", false),
            ] {
                let outcome = try await ChildProcess.run(
                    "openssl",
                    ["verify", "-x509_strict", "-CAfile", authority, "-purpose", purpose] + name + [file]
                )
                #expect(outcome.succeeded == isRight, "\(file) \(name) \(purpose): \(outcome.output)\(outcome.errors)")
            }
            // The key belongs to the certificate.
            let own = try await openssl("pkey", "-in", "\(certs)/mail.example.com.key", "-pubout")
            let certified = try await openssl("x509", "-in", server, "-noout", "-pubkey")
            #expect(own.succeeded)
            #expect(own.output == certified.output)

            let shown = try await cert("show", server, authority)
            #expect(shown.succeeded)
            #expect(shown.output.contains("mail.example.com 192.0.2.1"))
        }

        @Test("what is there stays, and what ends soon is told by the exit code")
        func careful() async throws {
            let folder = try TemporaryFolder()
            let certs = "\(folder.path)/certs"
            let early = try await cert("server", "a.example", "--directory", certs)
            #expect(early.ending == .exited(66))
            #expect(early.errors == "mailwicket: there is no authority in \(certs); make one by `mailwicket cert ca`\n")
            #expect(try await cert("ca", "--directory", certs, "--days", "5").succeeded)
            let again = try await cert("ca", "--directory", certs)
            #expect(again.ending == .exited(73))
            #expect(again.errors.contains("ca.key exists already"))
            #expect(try await cert("show", "\(certs)/ca.pem").ending == .exited(1))
            #expect(try await cert("show", "\(certs)/ca.key").ending == .exited(65))
            #expect(try await cert("show", "\(certs)/none.pem").ending == .exited(66))
            #expect(try await cert("server", "no host", "--directory", certs).ending == .exited(64))
        }
    }
}
