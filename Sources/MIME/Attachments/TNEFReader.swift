internal import Mail

/// Reads the attributes of a TNEF stream ([MS-OXTNEF] section 2.1).
struct TNEFReader {
    private var stream = TNEF()
    private let maxText: Int
    /// The longest name, subject or type, whatever room there is for texts.
    private static let maximumName = 4096
    private var charset = Charset.windows1252
    /// The charset of the HTML text, which is octets ([MS-OXPROPS], PidTagInternetCodepage).
    private var htmlCharset: Charset?
    private var htmlOctets: [UInt8]?
    private var body: String?
    private var rtf: RTF?
    private var current: Pending?

    /// An attachment whose attributes are being read.
    private struct Pending {
        var attachment = TNEF.Attachment()
        var longName: String?
        var displayName: String?
        /// All names in the order in which they came, each once.
        var names: [String] = []
        var data: Range<Int>?
        var object: Range<Int>?
    }

    private enum Attribute {
        static let codePage = 0x0006_9007
        static let messageClass = 0x0007_8008
        static let subject = 0x0001_8004
        static let body = 0x0002_800C
        static let properties = 0x0006_9003
        static let attachmentStart = 0x0006_9002
        static let attachmentTitle = 0x0001_8010
        static let attachmentData = 0x0006_800F
        static let attachmentProperties = 0x0006_9005
        static let transportFileName = 0x0006_9001
    }

    /// Identifiers of properties ([MS-OXPROPS]).
    private enum Property {
        static let messageClass = 0x001A
        static let subject = 0x0037
        static let senderNames = [0x0C1A, 0x0042]
        /// Addresses of the sender and of whom the sender represents, as the directory and as SMTP have them.
        static let senderAddresses = [0x0C1F, 0x0065, 0x5D01, 0x5D02]
        static let internetCodePage = 0x3FDE
        static let body = 0x1000
        static let compressedRTF = 0x1009
        static let html = 0x1013
        static let displayName = 0x3001
        static let attachmentData = 0x3701
        static let attachmentFileName = 0x3704
        static let attachmentLongFileName = 0x3707
        static let attachmentMediaType = 0x370E
        static let attachmentContentID = 0x3712
    }

    /// {00020307-0000-0000-C000-000000000046}, the interface of a message.
    private static let messageInterface: [UInt8] = [7, 3, 2, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46]

    init(maxText: Int) { self.maxText = maxText }

    /// - Returns: whether this is such a stream.
    mutating func read(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count >= 6, bytes.hasOctets(TNEF.signature, at: 0) else { return false }
        var index = 6
        while index < bytes.count {
            // Level, attribute, length, content, checksum; QUIRK: some writers add zeros or a line end at the end.
            guard let end = readAttribute(bytes, at: index) else {
                for rest in index..<bytes.count where bytes[rest] != 0 && !bytes[rest].isFoldingSpace {
                    stream.isComplete = false
                    break
                }
                break
            }
            index = end
        }
        endAttachment(bytes)
        return true
    }

    private mutating func readAttribute(_ bytes: Span<UInt8>, at index: Int) -> Int? {
        guard bytes[index] == 1 || bytes[index] == 2, let attribute = bytes.littleEndian32(at: index + 1),
            let length = bytes.littleEndian32(at: index + 5), length <= bytes.count - index - 9
        else { return nil }
        let content = index + 9..<index + 9 + length
        // QUIRK: a stream cut in its last checksum has all its content.
        if let checksum = bytes.littleEndian16(at: content.upperBound), Self.checksum(bytes, content) != checksum {
            stream.hasWrongChecksum = true
        }
        if bytes[index] == 1 {
            readMessage(attribute, bytes, content)
        } else {
            readAttachment(attribute, bytes, content)
        }
        return min(bytes.count, content.upperBound + 2)
    }

    private static func checksum(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int {
        var sum: UInt16 = 0
        for index in range { sum &+= UInt16(bytes[index]) }
        return Int(sum)
    }

    // MARK: Message

    private mutating func readMessage(_ attribute: Int, _ bytes: Span<UInt8>, _ content: Range<Int>) {
        switch attribute {
        case Attribute.codePage:
            if content.count >= 4, let page = bytes.littleEndian32(at: content.lowerBound) {
                charset = RTF.Reader.charset(codePage: page)
            }
        case Attribute.messageClass:
            stream.messageClass = messageClass(line(bytes, content))
        case Attribute.subject:
            stream.subject = line(bytes, content)
        case Attribute.body:
            body = text(bytes, content)
            if content.count > maxText { stream.isTextCut = true }
            stream.forms.insert(.plain)
        case Attribute.properties:
            readProperties(bytes, content)
        default:
            return
        }
    }

    /// QUIRK: Exchange writes the name that Mail of 1992 had for a note.
    private func messageClass(_ name: String) -> String {
        let name = name.uppercasedASCII
        return name == "IPM.MICROSOFT MAIL.NOTE" ? "IPM.NOTE" : name
    }

    private mutating func readProperties(_ bytes: Span<UInt8>, _ content: Range<Int>) {
        var list = MAPIProperties(bytes, content)
        while let property = list.next(bytes) {
            switch property.id {
            case Property.messageClass: stream.messageClass = string(bytes, property).map(messageClass)
            case Property.subject: stream.subject = string(bytes, property) ?? stream.subject
            case _ where Property.senderNames.contains(property.id):
                stream.senderName = stream.senderName ?? string(bytes, property)
            case _ where Property.senderAddresses.contains(property.id): readSender(bytes, property)
            case Property.internetCodePage:
                if let page = bytes.littleEndian32(at: property.value.lowerBound), property.value.count == 4 {
                    htmlCharset = RTF.Reader.charset(codePage: page)
                }
            case Property.body: readBody(bytes, property)
            case Property.compressedRTF: readRTF(bytes, property.value)
            case Property.html: readHTML(bytes, property)
            default: continue
            }
        }
        if list.isDamaged { stream.isComplete = false }
    }

    private mutating func readSender(_ bytes: Span<UInt8>, _ property: MAPIProperties.Property) {
        // The address of the directory, `/O=…`, is of no use outside of it.
        guard stream.senderAddress == nil, let address = string(bytes, property), address.utf8.contains(Octet.at) else {
            return
        }
        stream.senderAddress = address
    }

    private mutating func readBody(_ bytes: Span<UInt8>, _ property: MAPIProperties.Property) {
        guard let octets = octets(bytes, property, limit: maxText) else { return }
        body = PlainText.text(octets, limit: maxText)
        if property.value.count > maxText { stream.isTextCut = true }
        stream.forms.insert(.plain)
    }

    private mutating func readRTF(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        guard rtf == nil,
            let unpacked = CompressedRTF.unpacked(bytes.extracting(range), limit: TNEF.maxMarkup(maxText))
        else {
            stream.isComplete = false
            return
        }
        let rtf = RTF(unpacked.span, limit: maxText)
        if rtf.utf8.count >= maxText { stream.isTextCut = true }
        self.rtf = rtf
        stream.forms.insert(.rtf)
    }

    private mutating func readHTML(_ bytes: Span<UInt8>, _ property: MAPIProperties.Property) {
        stream.forms.insert(.html)
        if property.type == MAPIProperties.PropertyType.binary {
            htmlOctets = bytes.copied(property.value.prefix(TNEF.maxMarkup(maxText)))
            if property.value.count > TNEF.maxMarkup(maxText) { stream.isTextCut = true }
        } else if let octets = octets(bytes, property, limit: maxText) {
            htmlOctets = octets
            htmlCharset = .utf8
        }
    }

    // MARK: Attachments

    private mutating func readAttachment(_ attribute: Int, _ bytes: Span<UInt8>, _ content: Range<Int>) {
        if attribute == Attribute.attachmentStart {
            endAttachment(bytes)
            current = Pending()
            return
        }
        var pending = current ?? Pending()
        switch attribute {
        case Attribute.attachmentTitle:
            let title = line(bytes, content)
            note(title, &pending)
            pending.attachment.title = title
        case Attribute.transportFileName:
            let name = FileExtension.fileName(of: line(bytes, content))
            note(name, &pending)
            pending.longName = pending.longName ?? name
        case Attribute.attachmentData: readData(bytes, content, &pending)
        case Attribute.attachmentProperties: readAttachmentProperties(bytes, content, &pending)
        default: break
        }
        current = pending
    }

    private mutating func readAttachmentProperties(
        _ bytes: Span<UInt8>,
        _ content: Range<Int>,
        _ pending: inout Pending
    ) {
        var list = MAPIProperties(bytes, content)
        while let property = list.next(bytes) {
            switch property.id {
            case Property.displayName:
                pending.displayName = string(bytes, property)
                note(pending.displayName, &pending)
            case Property.attachmentFileName:
                let name = string(bytes, property)
                note(name, &pending)
                pending.attachment.title = pending.attachment.title ?? name
            case Property.attachmentLongFileName:
                let name = string(bytes, property)
                note(name, &pending)
                pending.longName = name ?? pending.longName
            case Property.attachmentMediaType: pending.attachment.mediaType = string(bytes, property)
            case Property.attachmentContentID: pending.attachment.contentID = string(bytes, property)
            case Property.attachmentData:
                if property.type == MAPIProperties.PropertyType.object {
                    pending.object = property.value
                } else {
                    readData(bytes, property.value, &pending)
                }
            default: continue
            }
        }
        if list.isDamaged { stream.isComplete = false }
    }

    /// Keeps a name among all that a file is given.
    private mutating func note(_ name: String?, _ pending: inout Pending) {
        guard let name, !name.isEmpty, !pending.names.contains(name) else { return }
        guard pending.names.count < Self.maximumNames else {
            stream.isComplete = false
            return
        }
        pending.names.append(name)
    }

    private static let maximumNames = 8

    /// Takes a file's content; readers differ on which of two counts.
    private mutating func readData(_ bytes: Span<UInt8>, _ range: Range<Int>, _ pending: inout Pending) {
        if let first = pending.data {
            if !bytes.isSame(first, range) { stream.isComplete = false }
        } else {
            pending.data = range
        }
    }

    private mutating func endAttachment(_ bytes: Span<UInt8>) {
        guard let pending = current else { return }
        current = nil
        guard stream.attachments.count < TNEF.maximumAttachments else {
            stream.isComplete = false
            return
        }
        var attachment = pending.attachment
        attachment.content = pending.object ?? pending.data
        if let object = pending.object {
            attachment.notice = pending.data
            attachment.kind = .object
            if bytes.hasOctets(Self.messageInterface, at: object.lowerBound),
                bytes.hasOctets(TNEF.signature, at: object.lowerBound + 16), object.count >= 20
            {
                attachment.kind = .message
                attachment.content = object.dropFirst(16)
            }
        }
        // The title of what is no file is always the same, "Untitled Attachment".
        let names =
            attachment.kind == .file
            ? [pending.longName, attachment.title, pending.displayName]
            : [pending.longName, pending.displayName, attachment.title]
        attachment.name = names.lazy.compactMap(\.self).first { !$0.isEmpty }
        attachment.names = pending.names
        stream.attachments.append(attachment)
    }

    // MARK: Text

    /// A property's text in UTF-8, up to the first NUL and no longer than so many octets of it.
    private func octets(_ bytes: Span<UInt8>, _ property: MAPIProperties.Property, limit: Int) -> [UInt8]? {
        switch property.type {
        case MAPIProperties.PropertyType.unicode:
            var units: [UInt16] = []
            for offset in stride(from: property.value.lowerBound, to: property.value.upperBound - 1, by: 2) {
                let unit = UInt16(truncatingIfNeeded: bytes.littleEndian16(at: offset) ?? 0)
                guard unit != 0, units.count < limit else { break }
                units.append(unit)
            }
            return Array(String(decoding: units, as: UTF16.self).utf8)
        case MAPIProperties.PropertyType.string:
            return decoded(bytes, property.value, limit: limit)
        default:
            return nil
        }
    }

    private func string(_ bytes: Span<UInt8>, _ property: MAPIProperties.Property) -> String? {
        octets(bytes, property, limit: Self.maximumName).map(HeaderText.cleaned).flatMap { $0.isEmpty ? nil : $0 }
    }

    private func decoded(_ bytes: Span<UInt8>, _ range: Range<Int>, limit: Int) -> [UInt8] {
        var end = range.lowerBound
        let last = range.lowerBound + min(range.count, limit)
        while end < last, bytes[end] != 0 { end += 1 }
        var decoded: [UInt8] = []
        _ = CharsetDecoder.decode(bytes.extracting(range.lowerBound..<end), as: charset, appendingTo: &decoded)
        return decoded
    }

    private func line(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        HeaderText.cleaned(decoded(bytes, range, limit: Self.maximumName))
    }

    private func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        PlainText.text(decoded(bytes, range, limit: maxText), limit: maxText)
    }

    // MARK: End

    /// Gives the stream with its text: what is there as such first, then what RTF holds.
    consuming func finish() -> TNEF {
        stream.text = body
        if let octets = htmlOctets {
            var decoded: [UInt8] = []
            _ = CharsetDecoder.decode(octets.span, as: htmlCharset ?? charset, appendingTo: &decoded)
            stream.html = PlainText.text(decoded, limit: TNEF.maxMarkup(maxText))
            if decoded.count > TNEF.maxMarkup(maxText) { stream.isTextCut = true }
        }
        if let rtf {
            let text = PlainText.text(rtf.utf8, limit: maxText)
            if rtf.origin == .html {
                stream.html = stream.html ?? text
            } else if stream.text == nil {
                stream.text = text
            }
        }
        return stream
    }
}
