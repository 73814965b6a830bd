import Inbound
import SMTP
import Testing

@Suite("The clock of a connection")
struct ConnectionClockTests {
    /// What happens to a clock, and what it must say.
    enum Event: Sendable {
        case octets(Int)
        case awaits(SMTPSession.Expectation, transaction: Int? = nil)
        case pause, resume
        case expired
        case wait(until: Double)
        /// The clock says to wait, whatever until.
        case goesOn
    }

    struct Course: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let events: [(at: Double, Event)]

        init(_ description: String, _ events: (at: Double, Event)...) {
            testDescription = description
            self.events = events
        }
    }

    /// Idle 300 s, transaction 3600 s, 256 octets a second over 60 s; so it is looked at each minute.
    static let courses = [
        Course(
            "silence",
            (10, .wait(until: 70)),
            (200, .octets(1)),
            (450, .wait(until: 500)),
            (499.9, .goesOn),
            (500, .expired)
        ),
        Course(
            "a command line that drips, though it is never silent",
            (100, .octets(1)),
            (100, .awaits(.restOfLine(1))),
            (200, .octets(1)),
            (300, .octets(1)),
            (399, .octets(1)),
            (399, .goesOn),
            (400, .expired)
        ),
        Course(
            "each command line has its own time, also when a line ends and the next begins in one piece",
            (100, .octets(9)),
            (100, .awaits(.restOfLine(1))),
            (350, .octets(9)),
            (350, .awaits(.restOfLine(2))),
            (640, .octets(1)),
            (640, .goesOn),
            (650, .expired)
        ),
        Course(
            "between two commands there is only silence",
            (100, .octets(1)),
            (100, .awaits(.restOfLine(1))),
            (200, .octets(5)),
            (200, .awaits(.command)),
            (499, .goesOn),
            (500, .expired)
        ),
        Course(
            "a message that drips",
            (100, .awaits(.content(1))),
            (150, .octets(256 * 60)),
            (160, .wait(until: 220)),
            (210, .octets(256 * 60 - 1)),
            (220, .expired)
        ),
        Course(
            "the rate is measured from the beginning of the content, not from that of the connection",
            (250, .octets(30)),
            (250, .awaits(.content(1))),
            (251, .wait(until: 310)),
            (309, .octets(256 * 60)),
            (310, .goesOn),
            (370, .expired)
        ),
        Course(
            "a transaction that takes for ever, from MAIL on",
            (0, .awaits(.command, transaction: 1)),
            (280, .octets(40)),
            (500, .octets(40)),
            (700, .octets(40)),
            (700, .awaits(.content(9), transaction: 1)),
            (700, .octets(10_000_000)),
            (3540, .octets(1)),
            (3590, .wait(until: 3600)),
            (3600, .expired)
        ),
        Course(
            "a transaction of commands alone",
            (0, .awaits(.command, transaction: 1)),
            (3599, .octets(6)),
            (3599, .goesOn),
            (3600, .expired)
        ),
        Course(
            "the next transaction has its own time, also when it begins in one piece with the end of the last",
            (0, .awaits(.command, transaction: 1)),
            (3000, .octets(1)),
            (3000, .awaits(.command, transaction: 2)),
            (6590, .octets(1)),
            (6590, .goesOn),
            (6600, .expired)
        ),
        Course(
            "a refused chunk without a transaction that takes for ever",
            (10, .awaits(.content(1))),
            (3600, .octets(100_000_000)),
            (3600, .goesOn),
            (3610, .expired)
        ),
        Course(
            "the time that we make the peer wait is not its silence",
            (10, .octets(1)),
            (20, .pause),
            (5000, .goesOn),
            (5000, .resume),
            (5289, .goesOn),
            (5290, .expired)
        ),
        Course(
            "nor does it count for its line, its rate and its transaction",
            (0, .awaits(.content(1), transaction: 1)),
            (30, .pause),
            (2030, .resume),
            (2059, .wait(until: 2060)),
            (2059, .octets(256 * 60)),
            (2060, .goesOn),
            (5590, .octets(100_000_000)),
            (5590, .wait(until: 5600)),
            (5600, .expired)
        ),
        Course(
            "what begins within a pause begins with its end",
            (100, .pause),
            (150, .awaits(.restOfLine(1))),
            (150, .octets(1)),
            (200, .resume),
            (499, .goesOn),
            (500, .expired)
        ),
        Course(
            "two pauses at once are one",
            (0, .pause),
            (100, .pause),
            (200, .resume),
            (499, .goesOn),
            (500, .expired)
        ),
        Course("an end without a pause is none", (100, .resume), (299, .goesOn), (300, .expired)),
    ]

    @Test("WIRE 20: silence, dripping and endless peers", arguments: courses)
    func course(_ course: Course) {
        var clock = ConnectionClock(.init(idle: 300, transaction: 3600, dataRate: 256, window: 60), now: 0)
        for (time, event) in course.events {
            switch event {
            case .octets(let count): clock.received(count, at: time)
            case .awaits(let expectation, let transaction):
                clock.observe(expectation, transaction: transaction, at: time)
            case .pause: clock.pause(at: time)
            case .resume: clock.resume(at: time)
            case .expired: #expect(clock.check(at: time) == .expired, "at \(time)")
            case .wait(let until): #expect(clock.check(at: time) == .wait(until: until), "at \(time)")
            case .goesOn: #expect(clock.check(at: time) != .expired, "at \(time)")
            }
        }
    }

    @Test("WIRE 20: without a least rate only silence and the total time count")
    func noRate() {
        var clock = ConnectionClock(.init(idle: 300, transaction: 3600, dataRate: 0, window: 60), now: 0)
        clock.observe(.content(1), transaction: 1, at: 0)
        for second in stride(from: 200.0, to: 3600, by: 200) {
            clock.received(1, at: second)
            #expect(clock.check(at: second) != .expired)
        }
        #expect(clock.check(at: 3600) == .expired)
    }

    @Test("WIRE 20: it is looked at soon enough for whatever begins between two looks")
    func looks() {
        var clock = ConnectionClock(.init(idle: 300, transaction: 7, dataRate: 256, window: 60), now: 0)
        #expect(clock.check(at: 100) == .wait(until: 107))
        clock.pause(at: 100)
        #expect(clock.check(at: 1000) == .wait(until: 1007))
    }
}
