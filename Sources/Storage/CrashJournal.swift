internal import Glibc
internal import Synchronization

/// What was being read when the process ended: a small mapped file of slots.
///
/// A message's digest stands in a slot while code that depends on its content runs. If that code ends the process, the
/// kernel keeps the page, and the next owner finds the digest: a suspect, which is stored unread when it comes again.
/// The page need not reach the disk: a power failure is no one's fault. Slots are filled around reading and deciding
/// only, so a process that is killed while a hundred messages wait for their commit does not suspect the hundred.
///
/// `@unchecked Sendable`: a slot belongs to who took it, and which are free is guarded by the mutex.
@safe
public final class CrashJournal: @unchecked Sendable {
    /// The length of a digest, in octets.
    private static let slotSize = 32
    private static let slotCount = 128

    private let base: UnsafeMutableRawPointer
    private let free: Mutex<[Int]>

    /// The digests that were being read when the process before this one ended.
    public let suspects: [[UInt8]]

    /// Maps the file, and reads the suspects of the process before.
    ///
    /// They stay in the file until ``clear()``, so that they can be made durable first.
    public init(path: String) throws(StoreError) {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system("open \(path)") }
        defer { _ = close(descriptor) }
        let size = Self.slotSize * Self.slotCount
        // Allocated, not only sized: on a full disk a hole would end the process at its first use, instead of here.
        let failure = posix_fallocate(descriptor, 0, off_t(size))
        guard failure == 0 else {
            errno = failure
            throw .system("allocate \(path)")
        }
        let address = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else { throw .system("map \(path)") }
        unsafe base = address
        free = Mutex(Array(0..<Self.slotCount))
        var suspects: [[UInt8]] = []
        for slot in 0..<Self.slotCount {
            let digest = unsafe [UInt8](
                UnsafeRawBufferPointer(start: base + slot * Self.slotSize, count: Self.slotSize)
            )
            if digest.contains(where: { $0 != 0 }) { suspects.append(digest) }
        }
        self.suspects = suspects
    }

    /// Forgets the suspects.
    ///
    /// For the owner, before it listens.
    public func clear() {
        unsafe memset(base, 0, Self.slotSize * Self.slotCount)
    }

    deinit {
        unsafe munmap(base, Self.slotSize * Self.slotCount)
    }

    /// Runs code that depends on a message's content, with the message's digest in a slot.
    ///
    /// With all slots taken, which bounds no message, the code runs without one.
    public func guarding<T>(_ digest: [UInt8], _ body: () throws -> T) rethrows -> T {
        guard digest.count == Self.slotSize, let slot = free.withLock({ $0.popLast() }) else { return try body() }
        let address = unsafe base + slot * Self.slotSize
        unsafe digest.withUnsafeBytes {
            unsafe address.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(address), byteCount: $0.count)
        }
        defer {
            unsafe memset(address, 0, Self.slotSize)
            free.withLock { $0.append(slot) }
        }
        return try body()
    }
}
