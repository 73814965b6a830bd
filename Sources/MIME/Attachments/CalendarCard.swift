internal import Mail

/// What a calendar object says to a reader (RFC 5545, RFC 5546).
public struct CalendarCard: Sendable, Hashable {
    /// A day, and for most values a time of that day, as the sender gives it.
    public struct Moment: Sendable, Hashable {
        /// Year, month and day.
        public var date: String
        /// Hour and minute; `nil` for a whole day.
        public var time: String?
        /// The zone: `UTC`, a name as given, or `nil` for the reader's own time.
        public var zone: String?

        /// All of it in one line.
        public var text: String { [date, time, zone.map { "(\($0))" }].compactMap(\.self).joined(separator: " ") }
    }

    /// A person or resource.
    public struct Person: Sendable, Hashable {
        /// The name.
        public var name: String?
        /// The address, without `mailto:`.
        public var address: String
        /// The answer in upper case, such as `ACCEPTED` (RFC 5545 section 3.2.12).
        public var answer: String?

        /// Name and address.
        public var text: String {
            guard let name, !name.isEmpty, name != address else { return address }
            return address.isEmpty ? name : "\(name) <\(address)>"
        }
    }

    /// An event or task.
    public struct Item: Sendable, Hashable {
        /// `VEVENT`, `VTODO`, `VJOURNAL` or `VFREEBUSY`.
        public var kind: String
        /// The title.
        public var summary: String?
        /// The first moment.
        public var start: Moment?
        /// The last moment, or when a task is due; of whole days the last one.
        public var end: Moment?
        /// How long it takes, where no end is given.
        public var duration: String?
        /// The place.
        public var location: String?
        /// Who invites.
        public var organizer: Person?
        /// Who is invited.
        public var attendees: [Person] = []
        /// How many more were invited than are kept.
        public var otherAttendees = 0
        /// The text.
        public var description: String?
        /// What the sender of this object says of it, as an attendee does in an answer.
        public var comment: String?
        /// The rule of repetition, as given.
        public var rule: String?
        /// The occurrence that this is about, of those that repeat.
        public var recurrence: Moment?
        /// The status in upper case, such as `CANCELLED`.
        public var status: String?
        /// The identifier by which later messages refer to it.
        public var identifier: String?
    }

    /// What the sender wants, in upper case (RFC 5546 section 1.4); `nil` when the object is only shown.
    public internal(set) var method: String?
    /// The events and tasks.
    public internal(set) var items: [Item] = []
    /// Whether all of them were read.
    public internal(set) var isComplete = true

    /// How many items are kept.
    public static let maximumItems = 20
    /// How many attendees of an item are kept.
    public static let maximumAttendees = 50

    /// Reads an object; `nil` when there is none.
    public init?(parsing bytes: Span<UInt8>) {
        var lines = CalendarLineReader()
        var walk = ComponentWalk()
        while let line = lines.next(bytes) {
            switch line.name {
            case "BEGIN": walk.begin(line.value.uppercasedASCII, &self)
            case "END": walk.end(line.value.uppercasedASCII, &self)
            case "METHOD" where walk.item == nil && walk.isCalendar:
                method = line.value.uppercasedASCII.trimmingBlanks
            default: walk.read(line)
            }
        }
        guard walk.isCalendar else { return nil }
        if let item = walk.item { add(item) }
        if !walk.open.isEmpty { isComplete = false }
    }

    /// Where the reader is among components within components (RFC 5545 section 3.6).
    private struct ComponentWalk {
        /// The components that are open, outermost first.
        private(set) var open: [String] = []
        /// The event or task that is being read.
        private(set) var item: Item?
        private(set) var isCalendar = false

        mutating func begin(_ name: String, _ card: inout CalendarCard) {
            guard open.count < maximumDepth else {
                card.isComplete = false
                return
            }
            open.append(name)
            if name == "VCALENDAR" { isCalendar = true }
            if isCalendar, item == nil, kinds.contains(name) { item = Item(kind: name) }
        }

        /// Ends a component; what is not closed in it is closed by it.
        mutating func end(_ name: String, _ card: inout CalendarCard) {
            guard let index = open.lastIndex(of: name) else { return }
            open.removeSubrange(index...)
            guard let done = item, !open.contains(done.kind) else { return }
            card.add(done)
            if done.kind != name { card.isComplete = false }
            item = nil
        }

        /// Takes a property of the item itself: alarms and the rules of zones lie within other components.
        mutating func read(_ line: CalendarLine) {
            if let kind = item?.kind, open.last == kind { item?.read(line) }
        }
    }

    private static let maximumDepth = 16
    private static let kinds: Set<String> = ["VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY"]

    private mutating func add(_ item: Item) {
        guard items.count < Self.maximumItems else {
            isComplete = false
            return
        }
        var item = item
        item.finish()
        items.append(item)
    }
}

extension CalendarCard.Item {
    fileprivate mutating func read(_ line: CalendarLine) {
        switch line.name {
        case "SUMMARY": summary = summary ?? Self.oneLine(line)
        case "LOCATION": location = location ?? Self.oneLine(line)
        case "DESCRIPTION": description = description ?? line.text
        case "COMMENT": comment = comment ?? line.text
        case "DTSTART": start = start ?? CalendarCard.Moment(line.value, zone: line.parameter("TZID"))
        case "DTEND", "DUE": end = end ?? CalendarCard.Moment(line.value, zone: line.parameter("TZID"))
        case "DURATION": duration = line.value
        case "RECURRENCE-ID": recurrence = CalendarCard.Moment(line.value, zone: line.parameter("TZID"))
        case "RRULE": rule = rule ?? line.value
        case "STATUS": status = line.value.uppercasedASCII
        case "UID": identifier = identifier ?? line.value.trimmingBlanks
        case "ORGANIZER": organizer = organizer ?? CalendarCard.Person(line)
        case "ATTENDEE":
            if attendees.count < CalendarCard.maximumAttendees {
                attendees.append(CalendarCard.Person(line))
            } else {
                otherAttendees += 1
            }
        default: return
        }
    }

    private static func oneLine(_ line: CalendarLine) -> String? {
        let text = HeaderText.cleaned(Array(line.text.utf8))
        return text.isEmpty ? nil : text
    }

    /// RFC 5545 section 3.6.1: the end of whole days is the first day that no longer belongs to it.
    fileprivate mutating func finish() {
        guard kind == "VEVENT", let first = start, first.time == nil, let last = end, last.time == nil,
            let previous = CalendarCard.Moment.dayBefore(last.date)
        else { return }
        end?.date = max(first.date, previous)
    }
}

extension CalendarCard.Moment {
    /// A date or a date with a time (RFC 5545 sections 3.3.4 and 3.3.5).
    init?(_ value: String, zone given: String?) {
        let value = Array(value.trimmingBlanks.utf8)
        guard value.count >= 8, value[..<8].allSatisfy(\.isASCIIDigit) else { return nil }
        func text(_ range: Range<Int>) -> String { String(decoding: value[range], as: UTF8.self) }
        date = "\(text(0..<4))-\(text(4..<6))-\(text(6..<8))"
        guard value.count >= 13, value[8] == UInt8(ascii: "T"), value[9..<13].allSatisfy(\.isASCIIDigit) else { return }
        time = "\(text(9..<11)):\(text(11..<13))"
        zone = value.last == UInt8(ascii: "Z") ? "UTC" : given.flatMap(Self.zone)
    }

    /// A zone's name without what some programs put before it.
    private static func zone(_ name: String) -> String? {
        let lower = name.lowercasedASCII
        // QUIRK: Microsoft 365 names UTC and zones of its own so.
        if lower.hasPrefix("tzone://microsoft/") { return lower.hasSuffix("/utc") ? "UTC" : nil }
        // QUIRK: Thunderbird and Evolution: `/mozilla.org/20050126_1/Europe/Berlin`.
        guard name.utf8.first == UInt8(ascii: "/") else { return name }
        let parts = name.split(separator: "/").suffix(2)
        return parts.isEmpty ? nil : parts.joined(separator: "/")
    }

    /// The day before one in the form of `date`.
    fileprivate static func dayBefore(_ date: String) -> String? {
        let numbers = date.split(separator: "-").compactMap { Int($0) }
        guard numbers.count == 3, (1...12).contains(numbers[1]) else { return nil }
        var (year, month, day) = (numbers[0], numbers[1], numbers[2] - 1)
        if day < 1 {
            month -= 1
            if month < 1 {
                month = 12
                year -= 1
            }
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            day = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
        }
        func digits(_ number: Int, _ count: Int) -> String {
            let text = String(max(0, number))
            return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
        }
        return "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))"
    }
}

extension CalendarCard.Person {
    fileprivate init(_ line: CalendarLine) {
        var value = line.value.trimmingBlanks
        if value.utf8.count >= 7, String(value.prefix(7)).lowercasedASCII == "mailto:" { value.removeFirst(7) }
        // QUIRK: Exchange names people without an address as `invalid:nomail`.
        address = value.lowercasedASCII == "invalid:nomail" ? "" : value
        name = line.parameter("CN")
        answer = line.parameter("PARTSTAT")?.uppercasedASCII
    }
}
