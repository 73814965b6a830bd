internal import Foundation
internal import Ticketing

extension Trace {
    /// The trace as the email log keeps it: `[["verdict","name","value",…],…]`.
    ///
    /// It is written for every message, so it holds codes and facts, and no sentences.
    var json: String {
        var json = JSONText()
        json.append(raw: "[")
        for (index, step) in steps.enumerated() {
            json.append(raw: index == 0 ? "[" : ",[")
            json.append(string: step.verdict.rawValue)
            for fact in step.facts {
                json.append(raw: ",")
                json.append(string: fact.name)
                json.append(raw: ",")
                json.append(string: fact.value)
            }
            json.append(raw: "]")
        }
        json.append(raw: "]")
        return json.text
    }

    /// Reads what ``json`` wrote.
    ///
    /// - Returns: `nil` when the text is no trace.
    init?(json: String) {
        guard let steps = try? JSONDecoder().decode([[String]].self, from: Data(json.utf8)) else { return nil }
        self.init()
        for step in steps {
            guard step.count % 2 == 1, let verdict = Verdict(rawValue: step[0]) else { return nil }
            add(verdict, stride(from: 1, to: step.count, by: 2).map { Fact(step[$0], step[$0 + 1]) })
        }
    }
}
