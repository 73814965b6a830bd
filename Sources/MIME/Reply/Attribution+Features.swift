internal import Mail

extension Attribution {
    /// What a line holds of that which makes an attribution.
    struct Features {
        private(set) var hasDate = false
        private(set) var hasTime = false
        /// Whether an angle bracket is open at the end.
        private(set) var isOpen = false
        /// The words before the first number.
        private(set) var wordsBeforeNumber = Int.max
        private(set) var hasAddress = false
        /// Whether the address stands in angle brackets, square brackets or parentheses.
        private(set) var isAddressEnclosed = false
        private(set) var wordsBeforeAddress = 0
        private(set) var wordsAfterAddress = 0
        private(set) var hasVerb = false
        private(set) var wordsBeforeVerb = 0
        private(set) var wordsAfterVerb = 0
        private(set) var words = 0
        private(set) var endsWithColon = false
        private var beginsWithLabel = false
        /// Whether a name stands behind the last number, which is mostly the time of day.
        private var hasNameBehindNumber = false
        private(set) var ornaments = (leading: 0, trailing: 0)

        /// Whether the line begins as attributions do in most languages: a word or a few, then a date.
        var beginsWithDate: Bool { wordsBeforeNumber <= 3 }

        init(_ line: String) {
            let octets = normalised(stripOrnaments(line))
            isOpen = octets.reduce(0) { $0 + ($1 == Octet.less ? 1 : $1 == Octet.greater ? -1 : 0) } > 0
            endsWithColon = octets.last == Octet.colon || octets.suffix(3) == [0xEF, 0xBC, 0x9A]
            let parts = octets.split(separator: Octet.space)
            words = parts.count
            guard words <= Self.maximumWords else { return }
            readDate(octets)
            for index in parts.indices { read(parts[index], at: index, parts) }
            if !hasVerb { readUnspacedVerb(octets) }
            beginsWithLabel = parts.count > 1 && parts[0].last == Octet.colon
            hasNameBehindNumber = Self.hasNameBehindNumber(parts)
        }

        private static let maximumWords = 40

        /// Whether an attribution has what people leave out when they tell what somebody wrote: an address in brackets beside
        /// the date, or a time of day with a name behind it, and nothing in lower case between.
        var isOfProgram: Bool {
            guard hasVerb, !beginsWithLabel else { return false }
            if wordsAfterVerb == 0, ornaments.leading >= 2, ornaments.trailing >= 2 { return true }
            return hasDate && (isAddressEnclosed || (hasTime && hasNameBehindNumber))
        }

        /// - Parameter quoteNext: whether quoted lines follow.
        func isAttribution(quoteNext: Bool) -> Bool {
            guard words <= Self.maximumWords, !isOpen else { return false }
            let isVerbLast = hasVerb && wordsAfterVerb == 0
            // `On … Jane wrote:`, `Op … schreef Jane:`.
            if hasVerb, endsWithColon, hasDate, beginsWithDate, wordsAfterVerb <= 6 { return true }
            // `Jane <jane@example.org> wrote:`, `Jane (jane@example.org) skrev følgende den …:`.
            if hasVerb, endsWithColon, hasAddress, wordsBeforeAddress <= 8, wordsAfterAddress <= 10 { return true }
            // Lotus Notes: `Jane Doe/Sales/Acme wrote on 11/20/2026 10:15:00 AM:`.
            if hasVerb, endsWithColon, hasDate, hasTime || quoteNext, wordsBeforeVerb <= 6, wordsAfterVerb <= 6 {
                return true
            }
            // QUIRK: Zoho writes `---- On … wrote ----`, others leave the colon out.
            if isVerbLast, hasDate, beginsWithDate, hasAddress || ornaments.trailing >= 2 || quoteNext { return true }
            // QUIRK: Samsung writes `---- Jane wrote ----`.
            if isVerbLast, ornaments.leading >= 2, ornaments.trailing >= 2 { return true }
            // Without a verb, or with one that is not in the table.
            if hasDate, endsWithColon, isAddressEnclosed, beginsWithDate, wordsAfterAddress <= 4 { return true }
            guard quoteNext, words <= 25 else { return false }
            if hasDate, beginsWithDate, hasAddress || endsWithColon { return true }
            return isVerbLast && endsWithColon && words <= 10
        }

        private mutating func stripOrnaments(_ line: String) -> String {
            var text = line.unicodeScalars[...]
            while let first = text.first, first == "-" || first == "*" || first == "_" || first == " " {
                if first != " " { ornaments.leading += 1 }
                text = text.dropFirst()
            }
            while let last = text.last, last == "-" || last == "*" || last == "_" || last == " " {
                if last != " " { ornaments.trailing += 1 }
                text = text.dropLast()
            }
            return String(text)
        }

        /// The line with plain spaces, and with the digits of other scripts as ASCII ones, which Arabic, Persian and Indian
        /// dates have.
        private func normalised(_ line: String) -> [UInt8] {
            var result: [UInt8] = []
            result.reserveCapacity(line.utf8.count + 4)
            for scalar in line.unicodeScalars {
                // QUIRK: text made from HTML lacks the space in `<jane@example.org>wrote:`.
                if result.last == Octet.greater, scalar.properties.isAlphabetic { result.append(Octet.space) }
                if scalar.isASCII {
                    result.append(scalar.value <= 0x20 ? Octet.space : UInt8(scalar.value))
                } else if scalar.properties.isWhitespace {
                    result.append(Octet.space)
                } else if scalar.properties.numericType == .decimal, let value = scalar.properties.numericValue {
                    result.append(UInt8(ascii: "0") + UInt8(value))
                } else {
                    result += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
                }
            }
            return result
        }

        // MARK: Words

        private mutating func read(_ part: ArraySlice<UInt8>, at index: Int, _ parts: [ArraySlice<UInt8>]) {
            let hasDigit = part.contains(where: \.isASCIIDigit)
            if part.contains(Octet.at) {
                if let found = Mailbox.address(in: String(decoding: part, as: UTF8.self)) {
                    if !hasAddress { wordsBeforeAddress = index }
                    hasAddress = true
                    let isBehindBracket = index > 0 && parts[index - 1].last == Octet.less
                    isAddressEnclosed = isAddressEnclosed || found.isEnclosed || isBehindBracket
                    wordsAfterAddress = parts.count - index - 1
                }
            } else if hasDigit {
                wordsBeforeNumber = min(wordsBeforeNumber, index)
            }
            guard !hasDigit, part.count <= 40, !hasVerb || wordsAfterVerb > 0 else { return }
            // `napisał(a)`, `написал(а):`, `schrieb,`.
            let marks: [UInt8] = [Octet.openParenthesis, Octet.colon, Octet.comma, UInt8(ascii: "/")]
            let word = Self.word(part.prefix { !marks.contains($0) })
            guard AttributionWords.verbs.contains(word) else { return }
            if index > 0, AttributionWords.firstPersons.contains(Self.word(parts[index - 1])) { return }
            hasVerb = true
            wordsBeforeVerb = index
            wordsAfterVerb = parts.count - index - 1
            // A colon that stands alone, after the French manner, is no word.
            if wordsAfterVerb == 1, parts[parts.count - 1].elementsEqual([Octet.colon]) { wordsAfterVerb = 0 }
        }

        private static func word(_ octets: ArraySlice<UInt8>) -> String {
            let isASCII = octets.allSatisfy { $0 < 0x80 }
            let word = String(decoding: isASCII ? octets.map(\.asciiLowercased)[...] : octets, as: UTF8.self)
            return isASCII ? word : word.lowercased()
        }

        private static func hasNameBehindNumber(_ parts: [ArraySlice<UInt8>]) -> Bool {
            let isNumber = { (part: ArraySlice<UInt8>) in
                part.contains(where: \.isASCIIDigit) && !part.contains(Octet.at)
            }
            guard let last = parts.lastIndex(where: isNumber) else { return false }
            let marks: [UInt8] = [Octet.openParenthesis, Octet.colon, Octet.comma, UInt8(ascii: "/")]
            for part in parts[(last + 1)...] {
                let word = word(part.prefix { !marks.contains($0) })
                if AttributionWords.timesOfDay.contains(word) || AttributionWords.verbs.contains(word) { continue }
                let letter = String(decoding: part, as: UTF8.self).unicodeScalars.first { $0.properties.isAlphabetic }
                if let letter { return !letter.properties.isLowercase }
            }
            return false
        }

        private mutating func readUnspacedVerb(_ octets: [UInt8]) {
            guard octets.contains(where: { $0 >= 0xE0 }) else { return }
            var text = String(decoding: octets.suffix(60), as: UTF8.self).unicodeScalars[...]
            while let last = text.last, last == ":" || last == "：" || last == " " || last == "," {
                text = text.dropLast()
            }
            guard AttributionWords.unspacedVerbs.suffix(of: String(text)) != nil else { return }
            hasVerb = true
            wordsBeforeVerb = max(0, words - 1)
            // Of a line without spaces the number is within its first word.
            wordsBeforeNumber = min(wordsBeforeNumber, hasDate ? 1 : .max)
        }

        // MARK: Date

        /// A run of digits.
        private struct Number {
            var value: Int
            var digits: Int
            /// The octet that joins it to the number right before it; 0 where it stands alone.
            var joint: UInt8
        }

        /// Looks for a year with a day, a date of three numbers, or a time of day; names of months are not needed.
        private mutating func readDate(_ octets: [UInt8]) {
            var (years, small) = (0, 0)
            var chain: [Int] = []
            var isChainDate = false
            for number in Self.numbers(in: octets) {
                let isLinked = [Octet.dash, UInt8(ascii: "/"), Octet.period].contains(number.joint)
                chain = isLinked ? chain.prefix(4) + [number.digits] : [number.digits]
                if number.digits == 4, (1970...2099).contains(number.value) {
                    years += 1
                } else if number.digits <= 2 {
                    small += 1
                }
                if number.joint == Octet.colon, number.digits == 2, number.value < 60 {
                    (hasDate, hasTime) = (true, true)
                }
                if chain.count == 3, Self.isDate(chain) { isChainDate = true }
                // An IP address goes on.
                if chain.count == 4 { isChainDate = false }
            }
            if isChainDate || (years > 0 && small > 0) { hasDate = true }
        }

        private static func numbers(in octets: [UInt8]) -> [Number] {
            var numbers: [Number] = []
            var previousEnd = -2
            var index = 0
            while index < octets.count {
                guard octets[index].isASCIIDigit else {
                    index += 1
                    continue
                }
                let start = index
                var value = 0
                while index < octets.count, octets[index].isASCIIDigit {
                    value = min(value * 10 + Int(octets[index] - UInt8(ascii: "0")), 1_000_000)
                    index += 1
                }
                let joint = previousEnd == start - 1 ? octets[start - 1] : 0
                numbers.append(Number(value: value, digits: index - start, joint: joint))
                previousEnd = index
            }
            return numbers
        }

        /// Whether three numbers with so many digits can be a date: `5.1.1` is an enhanced status code.
        private static func isDate(_ digits: [Int]) -> Bool {
            let ends = [digits[0], digits[2]]
            return digits[1] <= 2 && ends.contains { $0 == 2 || $0 == 4 } && ends.allSatisfy { $0 <= 2 || $0 == 4 }
        }
    }
}
