/// The log's file gets a table of methods of its own, which is the buffer too: a method finds its buffer by the file's
/// pointer to it, whatever VFS lies below.

#include "wal_buffer.h"

#include <stdlib.h>
#include <string.h>

// SQLite's own VFS for Unix writes at most 131,071 octets at once, and takes a larger write for a full disk.
enum { CAPACITY = 120 * 1024 };

typedef struct Buffer {
    // First, so that the file's pointer to its methods is one to this.
    sqlite3_io_methods methods;
    const sqlite3_io_methods *below;
    /// Where in the file the octets belong.
    sqlite3_int64 offset;
    int length;
    unsigned char octets[CAPACITY];
} Buffer;

static Buffer *bufferOf(sqlite3_file *file) {
    return (Buffer *)file->pMethods;
}

static int flush(sqlite3_file *file) {
    Buffer *buffer = bufferOf(file);
    int length = buffer->length;
    if (length == 0) return SQLITE_OK;
    // Gone also when the write fails: its commit fails with it, and is not tried again from here.
    buffer->length = 0;
    return buffer->below->xWrite(file, buffer->octets, length, buffer->offset);
}

static int bufferedWrite(sqlite3_file *file, const void *octets, int length, sqlite3_int64 offset) {
    Buffer *buffer = bufferOf(file);
    if (buffer->length > 0 && (offset != buffer->offset + buffer->length || length > CAPACITY - buffer->length)) {
        int code = flush(file);
        if (code) return code;
    }
    if (length > CAPACITY) return buffer->below->xWrite(file, octets, length, offset);
    if (buffer->length == 0) buffer->offset = offset;
    memcpy(buffer->octets + buffer->length, octets, (size_t)length);
    buffer->length += length;
    return SQLITE_OK;
}

static int bufferedSync(sqlite3_file *file, int flags) {
    int code = flush(file);
    return code ? code : bufferOf(file)->below->xSync(file, flags);
}

static int bufferedRead(sqlite3_file *file, void *octets, int length, sqlite3_int64 offset) {
    int code = flush(file);
    return code ? code : bufferOf(file)->below->xRead(file, octets, length, offset);
}

static int bufferedTruncate(sqlite3_file *file, sqlite3_int64 size) {
    int code = flush(file);
    return code ? code : bufferOf(file)->below->xTruncate(file, size);
}

static int bufferedFileSize(sqlite3_file *file, sqlite3_int64 *size) {
    int code = flush(file);
    return code ? code : bufferOf(file)->below->xFileSize(file, size);
}

static int bufferedClose(sqlite3_file *file) {
    Buffer *buffer = bufferOf(file);
    // What is left belongs to no commit, since each is synced.
    file->pMethods = buffer->below;
    free(buffer);
    return file->pMethods->xClose(file);
}

int wal_buffer_attach(sqlite3 *connection) {
    sqlite3_file *file = NULL;
    int code = sqlite3_file_control(connection, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file);
    if (code) return code;
    if (!file || !file->pMethods) return SQLITE_MISUSE;
    if (file->pMethods->xClose == bufferedClose) return SQLITE_OK;
    Buffer *buffer = malloc(sizeof *buffer);
    if (!buffer) return SQLITE_NOMEM;
    buffer->methods = *file->pMethods;
    buffer->below = file->pMethods;
    buffer->offset = 0;
    buffer->length = 0;
    buffer->methods.xClose = bufferedClose;
    buffer->methods.xRead = bufferedRead;
    buffer->methods.xWrite = bufferedWrite;
    buffer->methods.xTruncate = bufferedTruncate;
    buffer->methods.xSync = bufferedSync;
    buffer->methods.xFileSize = bufferedFileSize;
    file->pMethods = &buffer->methods;
    return SQLITE_OK;
}
