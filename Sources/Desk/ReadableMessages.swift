internal import Foundation
public import MIME
public import Mail
public import Storage

/// Stored messages as people read them: made when someone asks, and kept beside the store for the next one.
public struct ReadableMessages: Sendable {
    private let store: StoreReader
    private let cache: DerivedCache
    private let options: ReadableMessage.Options

    /// What is kept: the message with what it depends on.
    private struct Kept: Codable {
        let version: Int
        let options: ReadableMessage.Options
        let message: ReadableMessage
    }

    private static let name = "readable"

    /// Reads from a store.
    public init(_ store: StoreReader, cache: DerivedCache, options: ReadableMessage.Options) {
        self.store = store
        self.cache = cache
        self.options = options
    }

    /// A message as people read it.
    ///
    /// - Returns: `nil` when there is no such message.
    public func message(_ id: UniqueID) throws(StoreError) -> ReadableMessage? {
        guard let digest = try store.digest(of: id) else { return nil }
        if let kept = kept(of: digest) { return kept }
        guard let octets = try store.octets(of: id) else { return nil }
        let message = ReadableMessage(octets.span, options: options)
        let kept = Kept(version: ReadableMessage.version, options: options, message: message)
        if let encoded = try? JSONEncoder().encode(kept) { cache.keep(Array(encoded), Self.name, of: digest) }
        return message
    }

    private func kept(of digest: [UInt8]) -> ReadableMessage? {
        guard let octets = cache.value(Self.name, of: digest),
            let kept = try? JSONDecoder().decode(Kept.self, from: Data(octets)),
            kept.version == ReadableMessage.version, kept.options == options
        else { return nil }
        return kept.message
    }
}
