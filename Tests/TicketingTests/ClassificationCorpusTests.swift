import Foundation
import MIME
import Mail
import Testing
import Ticketing

/// Delivery reports, automatic answers and people's mail that other projects publish, with what they expect of it.
@Suite("Classification of third-party mail")
struct ClassificationCorpusTests {
    struct Case: Decodable {
        let corpus: String
        let file: String
        let kind: String
        let failed_recipients: [String]?
        let dsn: [String]?
        let temporary: Bool?
        let no_auto_response: Bool?
    }

    private static let shared = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "shared/corpora")

    /// All cases; `nil` when the corpora are not there.
    private static func cases(_ corpora: Set<String>? = nil) throws -> [Case]? {
        guard let lines = try? String(contentsOf: shared.appending(path: "cases.jsonl"), encoding: .utf8) else {
            print("skipped: no third-party corpora at \(shared.path)")
            return nil
        }
        return try lines.split(separator: "\n").map { try JSONDecoder().decode(Case.self, from: Data($0.utf8)) }
            .filter { corpora?.contains($0.corpus) ?? true }
    }

    private static func classified(_ item: Case) throws -> Classified {
        Classified([UInt8](try Data(contentsOf: shared.appending(path: item.file))))
    }

    private static func name(_ item: Case) -> String {
        String(item.file.split(separator: "/").last ?? "")
    }

    /// Cases, how many are equal, and how many are excused by name.
    private struct Tally {
        let title: String
        let excuses: [String: String]
        var equal = 0
        var excused = 0
        var failing = 0

        init(_ title: String, excuses: [String: String] = [:]) {
            self.title = title
            self.excuses = excuses
        }

        mutating func add(_ item: Case, _ isEqual: Bool, _ account: @autoclosure () -> String) {
            if isEqual {
                equal += 1
            } else if let excuse = excuses[name(item)] {
                excused += 1
                print("excused: \(name(item)) \(title): \(excuse)")
            } else {
                failing += 1
                print("differs: \(name(item)) \(title): \(account())")
            }
        }

        /// Expects a share of the cases, the excused left out, of which there may be 3 %.
        func expect(_ share: Double) {
            let count = equal + excused + failing
            print("corpus \(title): \(count) cases, \(equal) equal, \(excused) excused, \(failing) failing")
            #expect(count > 0)
            #expect(Double(excused) <= 0.03 * Double(count))
            #expect(Double(equal) >= share * Double(count - excused), "\(title)")
        }
    }

    // MARK: Delivery reports

    @Test("know the reports of mail systems, their recipients and what they say of them")
    func deliveryReports() throws {
        for corpus in ["sisimai", "flufl_bounce"] {
            guard let cases = try Self.cases([corpus]) else { return }
            var recognised = Tally("\(corpus) recognised", excuses: Self.noReports)
            var recipients = Tally("\(corpus) recipients", excuses: Self.noReports.merging(Self.otherNames) { $1 })
            var causes = Tally(
                "\(corpus) permanent or temporary",
                excuses: Self.noReports.merging(Self.otherCauses) { $1 }
            )
            for item in cases where ["bounce", "delay-warning"].contains(item.kind) {
                let found = try Self.classified(item)
                let report = found.evidence.deliveryReport
                recognised.add(item, found.classification.kind == .deliveryReport, "\(found.classification.facts)")
                guard let expected = item.failed_recipients else { continue }
                recipients.add(
                    item,
                    Self.isSame(expected, report?.unreachedRecipients ?? []),
                    "expected \(expected), found \(report?.recipients.map(\.addressText) ?? [])"
                )
                if let temporary = item.temporary {
                    // Flufl's word for a warning: the system goes on trying.
                    let isDelay = report?.action == .delayed
                    causes.add(item, report != nil && isDelay == temporary, "expected \(temporary)")
                } else if let codes = item.dsn {
                    let expected = Set(codes.compactMap(\.first))
                    let own = Set((report?.unreachedRecipients ?? []).map { $0.hasTemporaryCause ? "4" : "5" })
                    let found = report?.recipients.map { "\($0.status?.description ?? "") \($0.replyCode ?? 0)" }
                    causes.add(
                        item,
                        own == Set(expected.map(String.init)),
                        "expected \(codes), found \(found ?? [])"
                    )
                }
            }
            recognised.expect(0.97)
            recipients.expect(0.95)
            causes.expect(0.95)
        }
    }

    /// No mail of a mail system.
    private static let noReports = [
        "lhost-amazonses-09.eml": json, "lhost-amazonses-10.eml": json, "lhost-amazonses-12.eml": json,
        "lhost-amazonses-13.eml": json,
        "lhost-sendmail-14.eml": "a person's forward of a report (From, Fwd:), no report of a system",
    ]

    private static let json = "a provider's own notification in JSON, no delivery report of RFC 3464 or in words"

    private static let otherNames = [
        "lhost-domino-03.eml": "RFC 3464 section 2.3.2: Final-Recipient is the recipient; the text names another",
        "lhost-office365-04.eml": "the text's own address is expected shortened, as a link in it has it",
        "aol_01.txt": "the report has a local part without domain; the project adds its own guess",
        "yale_01.txt": "the report has a name without domain; the project makes two addresses of it",
    ]

    private static let otherCauses = [
        "lhost-mailru-10.eml": "no code in the report, which says permanent error; the project has 4.0.947 of its own",
        "lhost-opensmtpd-04.eml": "no code in the report, a warning; the project has 5.0.944 of its own",
        "lhost-opensmtpd-06.eml": "the report says 4.4.7 (RFC 3463 section 3.5); the project has 5.0.947 of its own",
        "lhost-opensmtpd-12.eml": "no code in the report, which says temporary; the project has 5.0.932 of its own",
        "lhost-opensmtpd-15.eml": "the report says 4.4.7 (RFC 3463 section 3.5); the project has 5.0.947 of its own",
        "lhost-opensmtpd-16.eml": "the report says 4.4.7 (RFC 3463 section 3.5); the project has 5.0.947 of its own",
        "lhost-sendmail-56.eml": "RFC 3464 section 2.3.4: Status is 5.5.0; the project has 4.7.0 by the host's name",
        "rhost-franceptt-10.eml": "RFC 3464 section 2.3.4: Status is 4.5.0; the project takes another",
    ]

    /// Whether each expected address is the final or the original one of a recipient, and each recipient has one.
    private static func isSame(_ expected: [String], _ recipients: [DeliveryReport.Recipient]) -> Bool {
        var wanted = Set(expected.map { $0.lowercased() })
        let all = wanted
        for recipient in recipients {
            let names = [
                recipient.address?.description ?? recipient.addressText, recipient.originalAddress?.description,
            ]
            .compactMap { $0?.lowercased() }
            if all.isDisjoint(with: names) { return false }
            wanted.subtract(names)
        }
        return wanted.isEmpty
    }

    // MARK: Others

    @Test("know automatic answers, and that machines get none")
    func automaticMail() throws {
        guard let cases = try Self.cases(["sisimai", "flufl_bounce"]) else { return }
        var answers = Tally("auto-reply")
        var silence = Tally("no automatic response", excuses: Self.noReports.merging(Self.people) { $1 })
        for item in cases {
            let found = try Self.classified(item)
            let facts = found.classification.facts
            if item.kind == "auto-reply" {
                let isAnswer = [.autoReply, .outOfOffice].contains(found.classification.kind)
                answers.add(item, isAnswer, "\(facts)")
            }
            if let expected = item.no_auto_response {
                silence.add(item, found.classification.forbidsAutoReply == expected, "\(facts)")
            }
        }
        answers.expect(1)
        silence.expect(0.97)
    }

    /// Mail of people, or a provider's JSON.
    private static let people = [
        "groupwise_03.txt": "a person's answer (From, RE:)",
        "lhost-amazonses-11.eml": json,
    ]

    @Test("take no other mail for a delivery report")
    func otherMail() throws {
        let corpora: Set = [
            "mime4j", "php_mime_mail_parser", "stalwart_mail_parser", "webklex_php_imap", "crisp_email_reply_parser",
            "email_reply_trimmer", "github_email_reply_parser", "talon", "email_forward_parser", "sisimai", "dompurify",
            "flufl_bounce",
        ]
        guard let cases = try Self.cases(corpora) else { return }
        var others = Tally(
            "no delivery report",
            excuses: [
                "simple_42.txt": "is a report (RFC 3464), its address shortened, so that its project finds none",
                "simple_43.txt": "is a report that names no recipient",
                "example_bounce.eml": "is a report",
                "badbound.msg": "is a report",
            ]
        )
        for item in cases
        where ["normal", "reply", "forward", "not-forward", "auto-reply", "not-a-failure"].contains(item.kind) {
            let found = try Self.classified(item)
            others.add(item, found.classification.kind != .deliveryReport, "\(found.classification.facts)")
        }
        others.expect(1)
    }
}
