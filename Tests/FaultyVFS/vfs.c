/// The VFS itself: each method asks the scope, does the real thing, and tells the model of the disk.

#define _GNU_SOURCE
#include <string.h>
#include <unistd.h>

#include "scope.h"

typedef struct FaultyFile {
    sqlite3_file base;
    Scope *scope;
    Record *record;
    uint64_t generation;
    int kind;
    // The real file follows.
} FaultyFile;

enum { HEADER_SIZE = (sizeof(FaultyFile) + 15) / 16 * 16 };

static sqlite3_vfs *realVFS;
static sqlite3_vfs faultyVFS;

static sqlite3_file *real(sqlite3_file *file) {
    return (sqlite3_file *)((char *)file + HEADER_SIZE);
}

/// Whether the file belongs to a power that has gone. The scope's mutex is held, here and below.
static int isDead(const FaultyFile *file) {
    return file->generation != file->scope->generation;
}

/// What the operation is to fail with, 0 for nothing; a dead file fails always, uncounted.
static int step(const FaultyFile *file, int operation, int failure) {
    if (isDead(file)) return failure;
    if (file->scope->closed) return 0;
    int code = scopeStep(file->scope, operation, file->kind);
    return code == SQLITE_IOERR ? failure : code;
}

static int isWatched(const FaultyFile *file) {
    return !file->scope->closed && !isDead(file);
}

static int faultyClose(sqlite3_file *base) {
    return real(base)->pMethods->xClose(real(base));
}

static int faultyRead(sqlite3_file *base, void *data, int length, sqlite3_int64 offset) {
    FaultyFile *file = (FaultyFile *)base;
    pthread_mutex_lock(&file->scope->mutex);
    int code = isWatched(file) && !file->scope->powerless ? scopeProbe(file->scope, FAULTY_READ, file->kind) : 0;
    pthread_mutex_unlock(&file->scope->mutex);
    return code ? code : real(base)->pMethods->xRead(real(base), data, length, offset);
}

static int faultyWrite(sqlite3_file *base, const void *data, int length, sqlite3_int64 offset) {
    FaultyFile *file = (FaultyFile *)base;
    pthread_mutex_lock(&file->scope->mutex);
    int code = step(file, FAULTY_WRITE, SQLITE_IOERR_WRITE);
    int powerless = isDead(file) || file->scope->powerless;
    // A write that fails has often begun: on a full disk its first part is there.
    int done = code ? (powerless ? 0 : length / 2) : length;
    if (done > 0) {
        int result = real(base)->pMethods->xWrite(real(base), data, done, offset);
        if (result == SQLITE_OK) {
            if (isWatched(file)) recordWrite(file->record, offset, data, done);
        } else if (!code) {
            code = result;
        }
    }
    pthread_mutex_unlock(&file->scope->mutex);
    return code;
}

static int faultyTruncate(sqlite3_file *base, sqlite3_int64 size) {
    FaultyFile *file = (FaultyFile *)base;
    pthread_mutex_lock(&file->scope->mutex);
    int code = step(file, FAULTY_TRUNCATE, SQLITE_IOERR_TRUNCATE);
    if (!code) code = real(base)->pMethods->xTruncate(real(base), size);
    if (!code && isWatched(file)) recordTruncate(file->record, size);
    pthread_mutex_unlock(&file->scope->mutex);
    return code;
}

static int faultySync(sqlite3_file *base, int flags) {
    FaultyFile *file = (FaultyFile *)base;
    Scope *scope = file->scope;
    pthread_mutex_lock(&scope->mutex);
    unsigned delay = scope->syncDelay;
    if (file->kind == FAULTY_WAL && scope->holdsSyncs && isWatched(file)) {
        scope->heldSyncs++;
        while (scope->holdsSyncs && !scope->closed) pthread_cond_wait(&scope->released, &scope->mutex);
        scope->heldSyncs--;
    }
    int code = step(file, FAULTY_SYNC, SQLITE_IOERR_FSYNC);
    if (isWatched(file)) {
        // What is synced is what the model says, so the real disk need not be troubled.
        if (!code) {
            recordSync(file->record);
            if (file->record->syncsDirectory) {
                scopeParentSynced(scope, file->record->path);
                file->record->syncsDirectory = 0;
            }
        } else if (!scope->powerless) {
            recordFailedSync(scope, file->record);
        }
    } else if (!code) {
        code = real(base)->pMethods->xSync(real(base), flags);
    }
    pthread_mutex_unlock(&scope->mutex);
    if (delay) usleep(delay);
    return code;
}

static int faultyFileSize(sqlite3_file *base, sqlite3_int64 *size) {
    return real(base)->pMethods->xFileSize(real(base), size);
}

static int faultyLock(sqlite3_file *base, int level) {
    return real(base)->pMethods->xLock(real(base), level);
}

static int faultyUnlock(sqlite3_file *base, int level) {
    return real(base)->pMethods->xUnlock(real(base), level);
}

static int faultyCheckReservedLock(sqlite3_file *base, int *result) {
    return real(base)->pMethods->xCheckReservedLock(real(base), result);
}

static int faultyFileControl(sqlite3_file *base, int operation, void *argument) {
    return real(base)->pMethods->xFileControl(real(base), operation, argument);
}

static int faultySectorSize(sqlite3_file *base) {
    return real(base)->pMethods->xSectorSize(real(base));
}

static int faultyDeviceCharacteristics(sqlite3_file *base) {
    return real(base)->pMethods->xDeviceCharacteristics(real(base));
}

static int faultyShmMap(sqlite3_file *base, int page, int size, int extend, void volatile **memory) {
    return real(base)->pMethods->xShmMap(real(base), page, size, extend, memory);
}

static int faultyShmLock(sqlite3_file *base, int offset, int count, int flags) {
    return real(base)->pMethods->xShmLock(real(base), offset, count, flags);
}

static void faultyShmBarrier(sqlite3_file *base) {
    real(base)->pMethods->xShmBarrier(real(base));
}

static int faultyShmUnmap(sqlite3_file *base, int deleteIt) {
    FaultyFile *file = (FaultyFile *)base;
    pthread_mutex_lock(&file->scope->mutex);
    // The name may belong to a file made after the power cut by now.
    int dead = isDead(file);
    pthread_mutex_unlock(&file->scope->mutex);
    return real(base)->pMethods->xShmUnmap(real(base), dead ? 0 : deleteIt);
}

// Version 2: without xFetch, so that SQLite writes and reads through this VFS and never through a mapping.
static const sqlite3_io_methods faultyMethods = {
    .iVersion = 2,
    .xClose = faultyClose,
    .xRead = faultyRead,
    .xWrite = faultyWrite,
    .xTruncate = faultyTruncate,
    .xSync = faultySync,
    .xFileSize = faultyFileSize,
    .xLock = faultyLock,
    .xUnlock = faultyUnlock,
    .xCheckReservedLock = faultyCheckReservedLock,
    .xFileControl = faultyFileControl,
    .xSectorSize = faultySectorSize,
    .xDeviceCharacteristics = faultyDeviceCharacteristics,
    .xShmMap = faultyShmMap,
    .xShmLock = faultyShmLock,
    .xShmBarrier = faultyShmBarrier,
    .xShmUnmap = faultyShmUnmap,
};

static int kindOf(int flags) {
    if (flags & SQLITE_OPEN_MAIN_DB) return FAULTY_DATABASE;
    if (flags & SQLITE_OPEN_WAL) return FAULTY_WAL;
    if (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL)) return FAULTY_JOURNAL;
    return 0;
}

static int faultyOpen(sqlite3_vfs *vfs, const char *path, sqlite3_file *base, int flags, int *flagsOut) {
    (void)vfs;
    int kind = kindOf(flags);
    Scope *scope = kind ? scopeOfPath(path) : NULL;
    if (!scope) return realVFS->xOpen(realVFS, path, base, flags, flagsOut);

    FaultyFile *file = (FaultyFile *)base;
    memset(file, 0, sizeof *file);
    pthread_mutex_lock(&scope->mutex);
    int code = scope->closed ? 0 : scopeStep(scope, FAULTY_OPEN, kind);
    if (code == SQLITE_IOERR) code = SQLITE_CANTOPEN;
    if (!code) {
        int existed = access(path, F_OK) == 0;
        memset(real(base), 0, (size_t)realVFS->szOsFile);
        code = realVFS->xOpen(realVFS, path, real(base), flags, flagsOut);
        if (!code) {
            file->scope = scope;
            file->generation = scope->generation;
            file->kind = kind;
            file->base.pMethods = &faultyMethods;
            if (!scope->closed) {
                file->record = recordOfPath(scope, path, existed);
                if (!existed && kind != FAULTY_DATABASE) file->record->syncsDirectory = 1;
            }
        } else if (real(base)->pMethods) {
            // A failed open may ask to be closed.
            real(base)->pMethods->xClose(real(base));
        }
    }
    pthread_mutex_unlock(&scope->mutex);
    return code;
}

static int faultyDelete(sqlite3_vfs *vfs, const char *path, int syncDirectory) {
    (void)vfs;
    Scope *scope = scopeOfPath(path);
    if (!scope) return realVFS->xDelete(realVFS, path, syncDirectory);
    const char *suffix = strrchr(path, '-');
    int kind = suffix && strcmp(suffix, "-wal") == 0 ? FAULTY_WAL : FAULTY_JOURNAL;
    pthread_mutex_lock(&scope->mutex);
    int code = scope->closed ? 0 : scopeStep(scope, FAULTY_DELETE, kind);
    if (code == SQLITE_IOERR) code = SQLITE_IOERR_DELETE;
    if (!code) {
        if (!scope->closed) recordDelete(scope, path);
        code = realVFS->xDelete(realVFS, path, syncDirectory);
        if (!code && syncDirectory && !scope->closed) scopeParentSynced(scope, path);
    }
    pthread_mutex_unlock(&scope->mutex);
    return code;
}

static int faultyAccess(sqlite3_vfs *vfs, const char *path, int flags, int *result) {
    (void)vfs;
    return realVFS->xAccess(realVFS, path, flags, result);
}

static int faultyFullPathname(sqlite3_vfs *vfs, const char *path, int length, char *result) {
    (void)vfs;
    return realVFS->xFullPathname(realVFS, path, length, result);
}

int faulty_vfs_register(int makeDefault) {
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&mutex);
    int code = SQLITE_OK;
    if (!realVFS) {
        code = sqlite3_initialize();
        sqlite3_vfs *found = code ? NULL : sqlite3_vfs_find(NULL);
        if (found) {
            // What is not named here (time, randomness, dynamic loading) is the real VFS's own and works on its data.
            faultyVFS = *found;
            faultyVFS.pNext = NULL;
            faultyVFS.zName = "faulty";
            faultyVFS.szOsFile = HEADER_SIZE + found->szOsFile;
            faultyVFS.xOpen = faultyOpen;
            faultyVFS.xDelete = faultyDelete;
            faultyVFS.xAccess = faultyAccess;
            faultyVFS.xFullPathname = faultyFullPathname;
            realVFS = found;
        } else if (!code) {
            code = SQLITE_ERROR;
        }
    }
    if (!code) code = sqlite3_vfs_register(&faultyVFS, makeDefault);
    pthread_mutex_unlock(&mutex);
    return code;
}
