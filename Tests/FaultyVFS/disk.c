/// The model of the disk: what of each file would be there after a power cut.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scope.h"

static void *allocate(size_t size) {
    void *memory = calloc(1, size ? size : 1);
    if (!memory) abort();
    return memory;
}

static uint64_t nextRandom(Scope *scope) {
    // xorshift64*: small, and the same on every machine for the same seed.
    uint64_t x = scope->random;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    scope->random = x;
    return x * 0x2545F4914F6CDD1DULL;
}

static void ensureLength(Record *record, int64_t length) {
    if (length > record->durableCapacity) {
        int64_t capacity = record->durableCapacity ? record->durableCapacity : 65536;
        while (capacity < length) capacity *= 2;
        record->durable = realloc(record->durable, (size_t)capacity);
        if (!record->durable) abort();
        record->durableCapacity = capacity;
    }
    if (length > record->durableLength) {
        memset(record->durable + record->durableLength, 0, (size_t)(length - record->durableLength));
        record->durableLength = length;
    }
}

static void applyPiece(Record *record, int64_t offset, const unsigned char *data, int64_t length) {
    ensureLength(record, offset + length);
    memcpy(record->durable + offset, data, (size_t)length);
}

static void applyTruncation(Record *record, int64_t size) {
    if (size < record->durableLength) {
        record->durableLength = size;
    } else {
        ensureLength(record, size);
    }
}

static void applyTorn(Scope *scope, Record *record, const Change *change, int sector, int garbage) {
    int64_t done = 0;
    while (done < change->length) {
        int64_t offset = change->offset + done;
        int64_t piece = sector - offset % sector;
        if (piece > change->length - done) piece = change->length - done;
        uint64_t dice = nextRandom(scope) >> 32;
        if (dice % 2) {
            applyPiece(record, offset, change->data + done, piece);
        } else if (garbage && dice % 4 == 0) {
            unsigned char *noise = allocate((size_t)piece);
            for (int64_t i = 0; i < piece; i++) noise[i] = (unsigned char)(nextRandom(scope) >> 56);
            applyPiece(record, offset, noise, piece);
            free(noise);
        }
        done += piece;
    }
}

static void dropChanges(Record *record) {
    for (Change *change = record->first; change;) {
        Change *next = change->next;
        free(change->data);
        free(change);
        change = next;
    }
    record->first = record->last = NULL;
}

static void applyChanges(Scope *scope, Record *record, int kept, int sector) {
    for (Change *change = record->first; change; change = change->next) {
        if (kept == FAULTY_LOSE_ALL) break;
        if (!change->data) {
            if (kept == FAULTY_KEEP_ALL || nextRandom(scope) >> 63) applyTruncation(record, change->offset);
        } else if (kept == FAULTY_KEEP_ALL) {
            applyPiece(record, change->offset, change->data, change->length);
        } else {
            applyTorn(scope, record, change, sector, kept == FAULTY_KEEP_GARBAGE);
        }
    }
    dropChanges(record);
}

static void appendChange(Record *record, Change *change) {
    if (record->last) {
        record->last->next = change;
    } else {
        record->first = change;
    }
    record->last = change;
}

static Record *linkedRecord(Scope *scope, const char *path) {
    for (Record *record = scope->records; record; record = record->next) {
        if (record->linked && strcmp(record->path, path) == 0) return record;
    }
    return NULL;
}

static void loadDurable(Record *record) {
    int file = open(record->path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    struct stat status;
    if (fstat(file, &status) == 0 && status.st_size > 0) {
        ensureLength(record, status.st_size);
        int64_t done = 0;
        while (done < status.st_size) {
            ssize_t count = pread(file, record->durable + done, (size_t)(status.st_size - done), done);
            if (count <= 0) break;
            done += count;
        }
    }
    close(file);
}

Record *recordOfPath(Scope *scope, const char *path, int existedBefore) {
    Record *record = linkedRecord(scope, path);
    if (record) return record;
    record = allocate(sizeof(Record));
    record->path = strdup(path);
    if (!record->path) abort();
    record->linked = 1;
    record->durableEntry = existedBefore;
    if (existedBefore) loadDurable(record);
    record->next = scope->records;
    scope->records = record;
    return record;
}

void recordWrite(Record *record, int64_t offset, const void *data, int64_t length) {
    Change *change = allocate(sizeof(Change));
    change->offset = offset;
    change->length = length;
    change->data = allocate((size_t)length);
    memcpy(change->data, data, (size_t)length);
    appendChange(record, change);
}

void recordTruncate(Record *record, int64_t size) {
    Change *change = allocate(sizeof(Change));
    change->offset = size;
    appendChange(record, change);
}

void recordSync(Record *record) {
    applyChanges(NULL, record, FAULTY_KEEP_ALL, 0);
}

void recordFailedSync(Scope *scope, Record *record) {
    applyChanges(scope, record, FAULTY_KEEP_SOME, 4096);
}

void recordDelete(Scope *scope, const char *path) {
    Record *record = linkedRecord(scope, path);
    if (!record) {
        // Never opened here, so nothing of it was written: as it lies there, it is on the disk.
        if (access(path, F_OK) != 0) return;
        record = recordOfPath(scope, path, 1);
    }
    record->linked = 0;
}

void scopeDirectorySynced(Scope *scope, const char *directory) {
    size_t length = strlen(directory);
    while (length > 1 && directory[length - 1] == '/') length--;
    for (Record *record = scope->records; record; record = record->next) {
        const char *slash = strrchr(record->path, '/');
        if (!slash || (size_t)(slash - record->path) != length) continue;
        if (strncmp(record->path, directory, length) != 0) continue;
        record->durableEntry = record->linked;
    }
}

void scopeParentSynced(Scope *scope, const char *path) {
    const char *slash = strrchr(path, '/');
    if (!slash) return;
    char *directory = strndup(path, (size_t)(slash - path));
    if (!directory) abort();
    scopeDirectorySynced(scope, directory);
    free(directory);
}

void scopeForget(Scope *scope) {
    for (Record *record = scope->records; record;) {
        Record *next = record->next;
        dropChanges(record);
        free(record->durable);
        free(record->path);
        free(record);
        record = next;
    }
    scope->records = NULL;
}

static int removeFile(const char *path) {
    return unlink(path) == 0 || errno == ENOENT ? 0 : -1;
}

/// Writes a new file and gives it the name, so that whoever still has the old one open is cut off from it.
static int rewrite(const Record *record) {
    char *temporary = NULL;
    if (asprintf(&temporary, "%s.after-power-cut", record->path) < 0) abort();
    int result = -1;
    int file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file >= 0) {
        int64_t done = 0;
        while (done < record->durableLength) {
            ssize_t count = write(file, record->durable + done, (size_t)(record->durableLength - done));
            if (count <= 0) break;
            done += count;
        }
        if (close(file) == 0 && done == record->durableLength && rename(temporary, record->path) == 0) result = 0;
    }
    free(temporary);
    return result;
}

/// Which of the files that had a name in turn has it on the disk; null for none.
static Record *survivor(Scope *scope, const char *path, int kept, int loseEntries) {
    Record *now = NULL;
    Record *before = NULL;
    for (Record *record = scope->records; record; record = record->next) {
        if (strcmp(record->path, path) != 0) continue;
        if (record->linked) now = record;
        if (record->durableEntry) before = record;
    }
    if (!loseEntries || kept == FAULTY_KEEP_ALL || now == before) return now;
    if (kept == FAULTY_LOSE_ALL) return before;
    return nextRandom(scope) >> 63 ? now : before;
}

int faulty_vfs_cut(int number, int kept, int sector, int loseEntries) {
    Scope *scope = scopeOfNumber(number);
    if (!scope || sector <= 0) return -1;
    int result = 0;
    pthread_mutex_lock(&scope->mutex);
    scope->powerless = 1;
    scope->generation++;
    for (Record *record = scope->records; record; record = record->next) {
        applyChanges(scope, record, kept, sector);
    }
    for (Record *record = scope->records; record; record = record->next) {
        int seen = 0;
        for (Record *other = scope->records; other != record; other = other->next) {
            if (strcmp(other->path, record->path) == 0) seen = 1;
        }
        if (seen) continue;
        const Record *left = survivor(scope, record->path, kept, loseEntries);
        if (left ? rewrite(left) : removeFile(record->path)) result = -1;
        // The index of a write-ahead log lives in memory and is made anew.
        char *index = NULL;
        if (asprintf(&index, "%s-shm", record->path) < 0) abort();
        if (removeFile(index)) result = -1;
        free(index);
    }
    scopeForget(scope);
    scope->holdsSyncs = 0;
    pthread_cond_broadcast(&scope->released);
    pthread_mutex_unlock(&scope->mutex);
    return result;
}
