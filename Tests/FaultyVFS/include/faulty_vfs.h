/// A SQLite VFS for tests: it counts what SQLite does to its files, fails what it is told to fail, and cuts the power.
///
/// It wraps the system's default VFS. Files below a scope's directory are watched; all others pass through, so that
/// it may be the default of a whole test process and tests with directories of their own do not disturb each other.
/// Every function may be called from any thread.

#ifndef FAULTY_VFS_H
#define FAULTY_VFS_H

#include <stdint.h>

/// What is done to a file. Values are bits, so that a fault may name several.
enum {
    FAULTY_OPEN = 1,
    FAULTY_WRITE = 2,
    FAULTY_SYNC = 4,
    FAULTY_TRUNCATE = 8,
    FAULTY_DELETE = 16,
    /// Every operation above: those that are counted and that a power cut is told by.
    FAULTY_ANY_OPERATION = 31,
    /// A read. Not counted, since its number depends on caches; it can be failed.
    FAULTY_READ = 32
};

/// The files of a database. Values are bits.
enum {
    FAULTY_DATABASE = 1,
    FAULTY_WAL = 2,
    FAULTY_JOURNAL = 4,
    /// A file that is not SQLite's, reported with `faulty_vfs_step`.
    FAULTY_OTHER = 8,
    FAULTY_ANY_FILE = 15
};

/// What becomes of writes that were not synced when the power went.
enum {
    /// None of them reached the disk.
    FAULTY_LOSE_ALL = 0,
    /// All of them did, as after the death of the process alone.
    FAULTY_KEEP_ALL = 1,
    /// A random choice of them did, torn at sectors.
    FAULTY_KEEP_SOME = 2,
    /// As before, and some sectors hold neither the old nor the new octets.
    FAULTY_KEEP_GARBAGE = 3
};

/// Registers the VFS under the name `faulty`; idempotent. Returns a SQLite result code.
int faulty_vfs_register(int makeDefault);

/// Begins to watch the files below an existing directory. Returns the scope's number, or -1.
int faulty_vfs_open_scope(const char *directory, uint64_t seed);

/// Ends watching. Files that are still open pass through from then on.
void faulty_vfs_close_scope(int scope);

/// How often the named operations were tried on the named files since the scope began or was last reset.
uint64_t faulty_vfs_count(int scope, int operations, int files);

/// The `index`-th counted operation as `operation << 8 | file`, or 0 when there was none.
int faulty_vfs_operation(int scope, uint64_t index);

/// Forgets the counts and every armed fault, and gives the power back.
void faulty_vfs_reset(int scope);

/// Arms a fault: the `nth` matching operation from now (0 is the next one) fails with a SQLite result code, and, when
/// `forever` is not 0, all matching operations after it. Several faults may be armed.
void faulty_vfs_fail(int scope, int operations, int files, uint64_t nth, int code, int forever);

/// How many operations were failed since the last reset.
uint64_t faulty_vfs_failures(int scope);

/// Lets `operations` more operations succeed; then the power is gone and everything fails.
void faulty_vfs_cut_power_after(int scope, uint64_t operations);

/// Whether the power is gone.
int faulty_vfs_is_powerless(int scope);

/// Counts an operation on a file that is not SQLite's, under the scope's faults and power cut.
/// Returns 0 when it may be done, or the SQLite result code that it is to fail with.
int faulty_vfs_step(int scope, int operation);

/// Notes that a directory was synced: the entries in it now survive a power cut.
void faulty_vfs_directory_synced(int scope, const char *directory);

/// Cuts the power and rewrites each watched file to what a disk would hold then: what was synced, and of the rest
/// what `kept` says, in pieces of `sector` octets. When `loseEntries` is not 0, files whose directory entry was never
/// synced vanish, and deleted ones may come back. Files that were open before stay dead; reset, and open anew.
/// Returns 0, or -1 when a file could not be rewritten.
int faulty_vfs_cut(int scope, int kept, int sector, int loseEntries);

/// Makes each sync take this long.
void faulty_vfs_set_sync_delay(int scope, unsigned microseconds);

/// Stops (1) every sync of a write-ahead log at its door, or lets them go on (0).
void faulty_vfs_hold_syncs(int scope, int hold);

/// How many syncs wait at the door.
int faulty_vfs_held_syncs(int scope);

#endif
