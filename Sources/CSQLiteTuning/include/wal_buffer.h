/// Gathers what one commit writes to SQLite's write-ahead log into one write.
///
/// SQLite writes a log frame by frame, twice each: its header and its page. A commit of one message is some forty system
/// calls so, and one `fdatasync`. Here the frames are kept in memory until SQLite asks for the sync, and then written
/// with one call before it.
///
/// Safe only where each commit is synced (`PRAGMA synchronous = FULL`): other connections learn of a commit after its
/// sync, so what they are told of is in the file.

#ifndef WAL_BUFFER_H
#define WAL_BUFFER_H

#include <sqlite3.h>

/// Lets a connection gather the writes to its log from now on, as long as it is open.
///
/// The connection has to be in WAL mode, to have read the database once, and to keep `synchronous = FULL`.
///
/// Returns SQLITE_OK, also when it gathers already; SQLITE_MISUSE when there is no log; SQLITE_NOMEM.
int wal_buffer_attach(sqlite3 *connection);

#endif
