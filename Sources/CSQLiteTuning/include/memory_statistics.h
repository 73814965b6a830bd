/// Switches off that SQLite counts its memory, which takes a lock for each allocation and which nothing here asks for.
///
/// Before the process opens its first database; later it changes nothing.

#ifndef MEMORY_STATISTICS_H
#define MEMORY_STATISTICS_H

void sqlite_omit_memory_statistics(void);

#endif
