internal import Foundation
internal import Ticketing

extension Trace {
    /// The trace as the email log keeps it: `[["stage","verdict",[["name","value"],…]],…]`.
    var json: String {
        var json = JSONText()
        json.append(raw: "[")
        for (index, step) in steps.enumerated() {
            json.append(raw: index == 0 ? "[" : ",[")
            json.append(string: step.stage)
            json.append(raw: ",")
            json.append(string: step.verdict)
            json.append(raw: ",[")
            for (index, fact) in step.facts.enumerated() {
                json.append(raw: index == 0 ? "[" : ",[")
                json.append(string: fact.name)
                json.append(raw: ",")
                json.append(string: fact.value)
                json.append(raw: "]")
            }
            json.append(raw: "]]")
        }
        json.append(raw: "]")
        return json.text
    }

    /// Reads what ``json`` wrote.
    ///
    /// - Returns: `nil` when the text is no trace.
    init?(json: String) {
        guard let steps = try? JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[Any]] else { return nil }
        self.init()
        for step in steps {
            guard step.count == 3, let stage = step[0] as? String, let verdict = step[1] as? String,
                let facts = step[2] as? [[String]]
            else { return nil }
            add(stage, verdict, facts.compactMap { $0.count == 2 ? Fact($0[0], $0[1]) : nil })
        }
    }
}
