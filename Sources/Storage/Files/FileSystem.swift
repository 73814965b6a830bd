/// The calls of the operating system that spool and blob files need; the seam at which tests inject faults.
///
/// Paths are plain. All calls block; call them on a ``FileExecutor`` or the writer's thread.
public protocol FileSystem: Sendable {
    /// Creates a file that must not exist yet, readable by its owner alone.
    func create(_ path: String) throws(StoreError) -> any WritableFile
    /// Makes a closed file durable (fsync).
    func synchronizeFile(_ path: String) throws(StoreError)
    /// Maps a whole file for reading.
    func map(_ path: String) throws(StoreError) -> MappedFile
    /// Gives a file a second name. An existing name is left as it is and is no error.
    func link(_ path: String, to name: String) throws(StoreError)
    /// Removes a name; a missing one is no error.
    func remove(_ path: String) throws(StoreError)
    /// Makes the directory's entries durable.
    func synchronizeDirectory(_ path: String) throws(StoreError)
    /// Makes a directory with mode 0700 and those above it; an existing one is no error.
    func createDirectory(_ path: String) throws(StoreError)
    /// The names in a directory.
    func list(_ path: String) throws(StoreError) -> [String]
    /// The octets free for this user on the file system of `path`.
    func freeSpace(_ path: String) throws(StoreError) -> Int
    /// Seconds since the file was last changed.
    func age(_ path: String) throws(StoreError) -> Int
    /// The file's size in octets.
    func size(_ path: String) throws(StoreError) -> Int
}

/// A file being written.
public protocol WritableFile: Sendable {
    /// Appends octets.
    func write(_ bytes: Span<UInt8>) throws(StoreError)
    /// Makes what was written durable (fsync).
    func synchronize() throws(StoreError)
    /// Closes the file. Idempotent.
    func close()
}
