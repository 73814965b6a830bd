internal import COpenSSL

/// Octets that nobody may read by accident: a password, a token, a key.
///
/// The memory is wiped when the last owner lets go of it. No description, reflection or dump shows the content, and
/// comparison takes the same time wherever two values differ.
public struct SecretBytes: Sendable, Equatable {
    /// The memory, which is written before anyone else sees it and never again until it is wiped.
    ///
    /// `@unchecked Sendable` for that reason.
    @safe
    private final class Memory: @unchecked Sendable {
        let octets: UnsafeMutableBufferPointer<UInt8>

        init(_ octets: UnsafeMutableBufferPointer<UInt8>) {
            unsafe self.octets = unsafe octets
        }

        deinit {
            unsafe OPENSSL_cleanse(octets.baseAddress, octets.count)
            unsafe octets.deallocate()
        }
    }

    private let memory: Memory

    /// Makes a value of a known length that `fill` writes.
    public init<Failure: Error>(
        count: Int,
        filling fill: (inout MutableSpan<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        let octets = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: count)
        unsafe octets.initialize(repeating: 0)
        memory = unsafe Memory(octets)
        // Not by way of the memory: Swift 6.3 cannot compile that with optimisation.
        var span = unsafe octets.mutableSpan
        try fill(&span)
    }

    /// Copies octets; wiping what they were copied from stays the caller's.
    public init(_ octets: Span<UInt8>) {
        self.init(count: octets.count) { span in
            for index in octets.indices { span[index] = octets[index] }
        }
    }

    /// Takes octets over and wipes the array that they were in.
    public init(wiping octets: inout [UInt8]) {
        self.init(octets.span)
        Self.wipe(&octets)
    }

    /// How many octets there are.
    ///
    /// The length of a secret is not kept secret.
    public var count: Int { unsafe memory.octets.count }

    /// Whether there are none.
    public var isEmpty: Bool { count == 0 }

    /// Lends the octets for as long as `body` runs.
    ///
    /// A copy of them is the caller's to wipe.
    public func withSpan<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(unsafe UnsafeBufferPointer(memory.octets).span)
    }

    /// Whether two secrets are one, in a time that depends on their lengths only.
    public static func == (left: SecretBytes, right: SecretBytes) -> Bool {
        left.withSpan { left in right.withSpan { right in ConstantTime.areEqual(left, right) } }
    }

    /// Overwrites an array with zeros in a way that no optimiser leaves out, and empties it.
    ///
    /// It reaches the array's own memory only: who shares it with another owner wipes a copy.
    public static func wipe<Element: BitwiseCopyable>(_ elements: inout [Element]) {
        unsafe elements.withUnsafeMutableBytes { buffer in unsafe OPENSSL_cleanse(buffer.baseAddress, buffer.count) }
        elements = []
    }
}

extension SecretBytes: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// A placeholder, the same for every secret.
    public var description: String { "(secret)" }

    /// A placeholder, the same for every secret.
    public var debugDescription: String { description }

    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection(), displayStyle: .struct) }
}
