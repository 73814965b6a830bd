internal import MIME
internal import Storage

extension Configuration {
    /// How messages are made readable and opened.
    var readableOptions: ReadableMessage.Options {
        var options = ReadableMessage.Options()
        options.limits = parser
        options.unwrapsMessages = embeddedMessages == .unwrap
        return options
    }

    /// Where what was made readable is kept.
    var derivedCache: DerivedCache {
        DerivedCache(Store.Layout(directory: dataDirectory), maximumSize: storage.maximumDerivedSize)
    }
}
