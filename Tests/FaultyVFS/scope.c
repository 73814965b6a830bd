/// The scopes: who watches what, the counts and the armed faults.

#define _GNU_SOURCE
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "scope.h"

enum { MAXIMUM_SCOPES = 1 << 16 };

static pthread_mutex_t scopesMutex = PTHREAD_MUTEX_INITIALIZER;
// Scopes are never freed, so that a file left open can always ask for its own.
static Scope *scopes[MAXIMUM_SCOPES];
static int scopeCount;

static int bit(int value) {
    int index = 0;
    while (value > 1) {
        value >>= 1;
        index++;
    }
    return index;
}

Scope *scopeOfNumber(int number) {
    pthread_mutex_lock(&scopesMutex);
    Scope *scope = number >= 0 && number < scopeCount ? scopes[number] : NULL;
    pthread_mutex_unlock(&scopesMutex);
    return scope;
}

Scope *scopeOfPath(const char *path) {
    if (!path) return NULL;
    Scope *found = NULL;
    pthread_mutex_lock(&scopesMutex);
    // The newest first: a scope may be opened again for a directory that had one.
    for (int i = scopeCount - 1; i >= 0 && !found; i--) {
        Scope *scope = scopes[i];
        if (__atomic_load_n(&scope->closed, __ATOMIC_ACQUIRE)) continue;
        if (strncmp(path, scope->prefix, scope->prefixLength) == 0 && path[scope->prefixLength] == '/') found = scope;
    }
    pthread_mutex_unlock(&scopesMutex);
    return found;
}

int faulty_vfs_open_scope(const char *directory, uint64_t seed) {
    // The default VFS resolves symbolic links before it opens, so the prefix must be resolved as well.
    char *prefix = realpath(directory, NULL);
    if (!prefix) return -1;
    Scope *scope = calloc(1, sizeof(Scope));
    if (!scope) abort();
    pthread_mutex_init(&scope->mutex, NULL);
    pthread_cond_init(&scope->released, NULL);
    scope->prefix = prefix;
    scope->prefixLength = strlen(prefix);
    scope->random = seed * 2654435769u + 88172645463325252ULL;
    scope->trace = calloc(MAXIMUM_TRACE, sizeof(uint16_t));
    if (!scope->trace) abort();
    int number = -1;
    pthread_mutex_lock(&scopesMutex);
    if (scopeCount < MAXIMUM_SCOPES) {
        number = scopeCount++;
        scopes[number] = scope;
    }
    pthread_mutex_unlock(&scopesMutex);
    return number;
}

void faulty_vfs_close_scope(int number) {
    Scope *scope = scopeOfNumber(number);
    if (!scope) return;
    pthread_mutex_lock(&scope->mutex);
    __atomic_store_n(&scope->closed, 1, __ATOMIC_RELEASE);
    scopeForget(scope);
    free(scope->trace);
    scope->trace = NULL;
    scope->holdsSyncs = 0;
    pthread_cond_broadcast(&scope->released);
    pthread_mutex_unlock(&scope->mutex);
}

int scopeProbe(Scope *scope, int operation, int file) {
    int code = 0;
    if (scope->powerless) code = SQLITE_IOERR;
    for (int i = 0; i < scope->faultCount; i++) {
        Fault *fault = &scope->faults[i];
        if (!(fault->operations & operation) || !(fault->files & file)) continue;
        if (fault->countdown > 0) {
            fault->countdown--;
            continue;
        }
        if (!code) code = fault->code;
        if (!fault->forever) *fault = scope->faults[--scope->faultCount], i--;
    }
    if (code) scope->failures++;
    return code;
}

int scopeStep(Scope *scope, int operation, int file) {
    scope->counts[bit(operation)][bit(file)]++;
    if (scope->trace && scope->traced < MAXIMUM_TRACE) {
        scope->trace[scope->traced++] = (uint16_t)(operation << 8 | file);
    }
    if (scope->powerLimited) {
        if (scope->powerLeft == 0) scope->powerless = 1;
        else scope->powerLeft--;
    }
    return scopeProbe(scope, operation, file);
}

int faulty_vfs_step(int number, int operation) {
    Scope *scope = scopeOfNumber(number);
    if (!scope) return 0;
    pthread_mutex_lock(&scope->mutex);
    int code = scope->closed ? 0 : scopeStep(scope, operation, FAULTY_OTHER);
    pthread_mutex_unlock(&scope->mutex);
    return code;
}

uint64_t faulty_vfs_count(int number, int operations, int files) {
    Scope *scope = scopeOfNumber(number);
    if (!scope) return 0;
    uint64_t count = 0;
    pthread_mutex_lock(&scope->mutex);
    for (int operation = 0; operation < 8; operation++) {
        for (int file = 0; file < 8; file++) {
            if (operations & 1 << operation && files & 1 << file) count += scope->counts[operation][file];
        }
    }
    pthread_mutex_unlock(&scope->mutex);
    return count;
}

int faulty_vfs_operation(int number, uint64_t index) {
    Scope *scope = scopeOfNumber(number);
    if (!scope) return 0;
    pthread_mutex_lock(&scope->mutex);
    int operation = scope->trace && index < scope->traced ? scope->trace[index] : 0;
    pthread_mutex_unlock(&scope->mutex);
    return operation;
}

void faulty_vfs_reset(int number) {
    Scope *scope = scopeOfNumber(number);
    if (!scope) return;
    pthread_mutex_lock(&scope->mutex);
    memset(scope->counts, 0, sizeof scope->counts);
    scope->traced = 0;
    scope->failures = 0;
    scope->faultCount = 0;
    scope->powerLimited = 0;
    scope->powerless = 0;
    pthread_mutex_unlock(&scope->mutex);
}

void faulty_vfs_fail(int number, int operations, int files, uint64_t nth, int code, int forever) {
    Scope *scope = scopeOfNumber(number);
    if (!scope) return;
    pthread_mutex_lock(&scope->mutex);
    if (scope->faultCount < MAXIMUM_FAULTS) {
        scope->faults[scope->faultCount++] = (Fault){operations, files, nth, code, forever};
    }
    pthread_mutex_unlock(&scope->mutex);
}

uint64_t faulty_vfs_failures(int number) {
    Scope *scope = scopeOfNumber(number);
    if (!scope) return 0;
    pthread_mutex_lock(&scope->mutex);
    uint64_t failures = scope->failures;
    pthread_mutex_unlock(&scope->mutex);
    return failures;
}

void faulty_vfs_cut_power_after(int number, uint64_t operations) {
    Scope *scope = scopeOfNumber(number);
    if (!scope) return;
    pthread_mutex_lock(&scope->mutex);
    scope->powerLimited = 1;
    scope->powerLeft = operations;
    pthread_mutex_unlock(&scope->mutex);
}

int faulty_vfs_is_powerless(int number) {
    Scope *scope = scopeOfNumber(number);
    if (!scope) return 0;
    pthread_mutex_lock(&scope->mutex);
    int powerless = scope->powerless;
    pthread_mutex_unlock(&scope->mutex);
    return powerless;
}

void faulty_vfs_directory_synced(int number, const char *directory) {
    Scope *scope = scopeOfNumber(number);
    char *resolved = realpath(directory, NULL);
    if (scope && resolved) {
        pthread_mutex_lock(&scope->mutex);
        if (!scope->powerless) scopeDirectorySynced(scope, resolved);
        pthread_mutex_unlock(&scope->mutex);
    }
    free(resolved);
}

void faulty_vfs_set_sync_delay(int number, unsigned microseconds) {
    Scope *scope = scopeOfNumber(number);
    if (!scope) return;
    pthread_mutex_lock(&scope->mutex);
    scope->syncDelay = microseconds;
    pthread_mutex_unlock(&scope->mutex);
}

void faulty_vfs_hold_syncs(int number, int hold) {
    Scope *scope = scopeOfNumber(number);
    if (!scope) return;
    pthread_mutex_lock(&scope->mutex);
    scope->holdsSyncs = hold;
    pthread_cond_broadcast(&scope->released);
    pthread_mutex_unlock(&scope->mutex);
}

int faulty_vfs_held_syncs(int number) {
    Scope *scope = scopeOfNumber(number);
    if (!scope) return 0;
    pthread_mutex_lock(&scope->mutex);
    int held = scope->heldSyncs;
    pthread_mutex_unlock(&scope->mutex);
    return held;
}
