import OpenSSL
import SASL
import Testing

@Suite("PLAIN and LOGIN")
struct PasswordMechanismTests {
    @Test(
        "PLAIN lets in who has the password",
        arguments: [
            ("user", "pencil", "", SASLFailure.Kind?.none, String?.none),
            ("user", "pencil", "user", nil, nil),
            ("user", "pencil", "support", nil, "support"),
            ("user", "pencil", "admin", .refused, nil),
            ("user", "wrong", "support", .refused, nil),
            ("user", "pencil ", "", .refused, nil),
            ("user", "Pencil", "", .refused, nil),
            ("User", "pencil", "", .refused, nil),
            ("ghost", "pencil", "", .refused, nil),
        ]
    )
    func plain(username: String, password: String, identity: String, failure: SASLFailure.Kind?, other: String?) {
        for hasInitialResponse in [true, false] {
            var exchange = House.exchange(.plain)
            let message = plainMessage(username, password, actingAs: identity)
            let step: SASLStep
            if hasInitialResponse {
                step = exchange.begin(initialResponse: message)
            } else {
                #expect(exchange.begin(initialResponse: nil) == .challenge([]))
                step = exchange.receive(message)
            }
            let last = exchange.settle(step)
            #expect(last.failure?.kind == failure)
            #expect(last.success?.identity == (failure == nil ? username : nil))
            #expect(last.success?.authorizationIdentity == other)
        }
    }

    // RFC 4616 section 4, the two examples.
    @Test("the examples of RFC 4616")
    func examples() {
        var exchange = House.exchange(.plain)
        #expect(
            exchange.begin(initialResponse: octets("\0tim\0tanstaaftanstaaf"))
                == .question(.password(PasswordClaim(username: "tim", password: secret("tanstaaftanstaaf"))))
        )
        exchange = House.exchange(.plain)
        #expect(
            exchange.begin(initialResponse: octets("Ursel\0Kurt\0xipj3plmq"))
                == .question(.password(PasswordClaim(username: "Kurt", password: secret("xipj3plmq"))))
        )
        #expect(
            exchange.answer(.password(isProven: true))
                == .question(.permission(SASLSuccess(identity: "Kurt", authorizationIdentity: "Ursel")))
        )
    }

    @Test(
        "messages of PLAIN that are none",
        arguments: [
            [], octets("user"), octets("\0user"), octets("user\0pencil"), octets("\0\0"), octets("\0\0pencil"),
            octets("\0user\0"), octets("\0user\0pencil\0"), octets("\0user\0pen\0cil"), octets("\0us\u{1}er\0pencil"),
            octets("\u{AD}\0user\0pencil"), octets("\0\u{AD}\0pencil"), octets("\0us\u{E000}er\0pencil"),
            [0] + [0xFF, 0xFE] + octets("\0pencil"), [0xC0, 0x80] + octets("\0user\0pencil"),
            octets("\0" + String(repeating: "u", count: 1021) + "\0pencil"),
            octets("\0user\0" + String(repeating: "p", count: 1025)),
            [UInt8](repeating: 0, count: 12_288), [UInt8](repeating: 0x41, count: 12_288),
        ] as [[UInt8]]
    )
    func malformedPlain(message: [UInt8]) {
        var exchange = House.exchange(.plain)
        #expect(exchange.begin(initialResponse: message).failure?.kind == .malformed)
        #expect(exchange.receive(plainMessage("user", "pencil")).failure != nil)
    }

    @Test("a password that is no UTF-8 is a wrong one")
    func strangePassword() {
        var exchange = House.exchange(.plain)
        let step = exchange.begin(initialResponse: octets("\0user\0") + [0xFF])
        #expect(exchange.settle(step).failure?.kind == .refused)
    }

    @Test("LOGIN asks in both spellings", arguments: LoginPrompts.allCases)
    func login(prompts: LoginPrompts) {
        let (name, password) = prompts == .common ? ("Username:", "Password:") : ("User Name\0", "Password\0")
        for hasInitialResponse in [true, false] {
            var exchange = SASLExchange(.login, context: House.context(prompts: prompts))
            let step: SASLStep
            if hasInitialResponse {
                step = exchange.begin(initialResponse: octets("user"))
            } else {
                #expect(exchange.begin(initialResponse: nil).challengeText == name)
                step = exchange.receive(octets("user"))
            }
            #expect(step.challengeText == password)
            let answered = exchange.receive(octets("pencil"))
            #expect(exchange.settle(answered).success?.identity == "user")
        }
    }

    @Test(
        "what LOGIN does not let in",
        arguments: [
            ("", "pencil", SASLFailure.Kind.malformed), ("user", "", .malformed), ("user", "wrong", .refused),
            ("ghost", "pencil", .refused), ("us\0er", "pencil", .malformed), ("*", "pencil", .refused),
            (String(repeating: "u", count: 1021), "pencil", .malformed),
            ("user", String(repeating: "p", count: 1025), .malformed),
        ]
    )
    func loginRefused(username: String, password: String, kind: SASLFailure.Kind) {
        var exchange = House.exchange(.login)
        _ = exchange.begin(initialResponse: nil)
        var step = exchange.receive(octets(username))
        if step.challenge != nil {
            step = exchange.receive(octets(password))
            step = exchange.settle(step)
        }
        #expect(step.failure?.kind == kind)
        #expect(exchange.receive(octets("pencil")).failure != nil)
    }

    @Test("no user is told from another by what is said", arguments: [SASLMechanism.plain, .login])
    func sameFailure(mechanism: SASLMechanism) {
        let failures = ["user", "ghost"].map { name in
            var exchange = House.exchange(mechanism)
            var step = exchange.begin(initialResponse: mechanism == .plain ? plainMessage(name, "x") : octets(name))
            if step.challenge != nil { step = exchange.receive(octets("x")) }
            return exchange.settle(step).failure
        }
        #expect(failures[0] != nil)
        #expect(failures[0]?.kind == failures[1]?.kind)
        #expect(failures[0]?.reason == failures[1]?.reason)
    }

    @Test("a decoy is not proven by the password that it would have been made of")
    func decoy() {
        let claim = PasswordClaim(username: "user", password: secret("pencil"))
        #expect(claim.isProven(by: AccountCredential(House.credential)))
        #expect(!claim.isProven(by: AccountCredential(disabled: House.credential)))
    }

    @Test("an exchange out of turn lets nobody in", arguments: SASLMechanism.allCases)
    func outOfTurn(mechanism: SASLMechanism) {
        var exchange = House.exchange(mechanism)
        #expect(exchange.answer(.password(isProven: true)).failure != nil)
        exchange = House.exchange(mechanism)
        #expect(exchange.receive(plainMessage("user", "pencil")).failure != nil)
        exchange = House.exchange(mechanism)
        _ = exchange.begin(initialResponse: nil)
        #expect(exchange.begin(initialResponse: nil).failure != nil)
        #expect(exchange.answer(.identity("user")).failure != nil)
        exchange = House.exchange(.plain)
        _ = exchange.begin(initialResponse: plainMessage("user", "pencil"))
        #expect(exchange.receive([]).failure != nil)
        #expect(exchange.answer(.password(isProven: true)).failure != nil)
        exchange = House.exchange(.plain)
        _ = exchange.begin(initialResponse: plainMessage("user", "pencil"))
        #expect(exchange.answer(.identity("user")).failure?.kind == .unavailable)
    }

    @Test("secrets are in no description", arguments: [SASLMechanism.plain, .login, .xoauth2, .oauthBearer])
    func descriptions(mechanism: SASLMechanism) {
        let password = "tr0ub4dor"
        var exchange = House.exchange(mechanism)
        let message =
            switch mechanism {
            case .plain: plainMessage("user", password)
            case .login: octets("user")
            case .oauthBearer: octets("n,a=user,\u{1}auth=Bearer \(password)\u{1}\u{1}")
            default: octets("user=user\u{1}auth=Bearer \(password)\u{1}\u{1}")
            }
        var steps = [exchange.begin(initialResponse: message)]
        if mechanism == .login { steps.append(exchange.receive(octets(password))) }
        guard case .question = steps.last else {
            Issue.record("no question was asked")
            return
        }
        var texts = steps.map { "\($0) \(String(reflecting: $0))" } + ["\(exchange)", String(reflecting: exchange)]
        var dumped = ""
        dump(steps, to: &dumped)
        dump(exchange, to: &dumped)
        steps.append(exchange.answer(.refused(reason: "no")))
        dump(steps, to: &dumped)
        texts.append(dumped)
        for text in texts {
            #expect(!text.contains(password))
            #expect(!text.contains("116, 114, 48"))
        }
    }

    @Test("reasons repeat nothing of what was sent")
    func reasons() {
        for mechanism in SASLMechanism.allCases {
            for message in ["n,,n=hunter2,r=hunter2,p", "hunter2", "\0hunter2\0hunter2", "user=hunter2\u{1}hunter2"] {
                var exchange = House.exchange(mechanism)
                let begun = exchange.begin(initialResponse: octets(message))
                let step = exchange.settle(begun)
                if let failure = step.failure { #expect(!failure.reason.contains("hunter2")) }
            }
        }
    }
}
