/// What the VFS remembers of a watched directory: the model of its disk, the counts, and the armed faults.

#ifndef FAULTY_SCOPE_H
#define FAULTY_SCOPE_H

#include <pthread.h>
#include <sqlite3.h>
#include <stdint.h>

#include "faulty_vfs.h"

/// A write or, when `data` is null, a truncation to `offset` that no sync has made durable yet.
typedef struct Change {
    int64_t offset;
    int64_t length;
    unsigned char *data;
    struct Change *next;
} Change;

/// One file (an inode, not a name): what of it is on the disk, and what is not yet.
typedef struct Record {
    char *path;
    unsigned char *durable;
    int64_t durableLength;
    int64_t durableCapacity;
    Change *first;
    Change *last;
    /// The directory names it now; the directory on the disk names it.
    int linked;
    int durableEntry;
    /// SQLite syncs the directory with the first sync of a log or journal that it created.
    int syncsDirectory;
    struct Record *next;
} Record;

typedef struct Fault {
    int operations;
    int files;
    uint64_t countdown;
    int code;
    int forever;
} Fault;

enum { MAXIMUM_FAULTS = 16, MAXIMUM_TRACE = 1 << 16 };

typedef struct Scope {
    pthread_mutex_t mutex;
    pthread_cond_t released;
    char *prefix;
    size_t prefixLength;
    int closed;
    /// Each power cut begins a new one; files that were opened in an older one are dead.
    uint64_t generation;
    uint64_t random;
    Record *records;
    uint64_t counts[8][8];
    uint64_t failures;
    uint16_t *trace;
    uint64_t traced;
    Fault faults[MAXIMUM_FAULTS];
    int faultCount;
    int powerLimited;
    uint64_t powerLeft;
    int powerless;
    unsigned syncDelay;
    int holdsSyncs;
    int heldSyncs;
} Scope;

/// The open scope that watches a path, or null.
Scope *scopeOfPath(const char *path);
/// The scope with a number, or null.
Scope *scopeOfNumber(int number);

/// Counts an operation and tells what it is to fail with, 0 for nothing. The scope's mutex is held.
int scopeStep(Scope *scope, int operation, int file);
/// The same for operations that are not counted.
int scopeProbe(Scope *scope, int operation, int file);

/// The record that a path names now, made when there is none. The scope's mutex is held, here and below.
Record *recordOfPath(Scope *scope, const char *path, int existedBefore);
void recordWrite(Record *record, int64_t offset, const void *data, int64_t length);
void recordTruncate(Record *record, int64_t size);
/// All changes are on the disk now.
void recordSync(Record *record);
/// A sync failed: each change reached the disk or is lost for good, since the kernel marks the pages clean either way.
void recordFailedSync(Scope *scope, Record *record);
void recordDelete(Scope *scope, const char *path);
/// The directory that holds a path was synced.
void scopeDirectorySynced(Scope *scope, const char *directory);
void scopeParentSynced(Scope *scope, const char *path);
void scopeForget(Scope *scope);

#endif
