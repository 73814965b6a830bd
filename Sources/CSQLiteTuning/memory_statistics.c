#include "memory_statistics.h"

#include <sqlite3.h>

void sqlite_omit_memory_statistics(void) {
    // A variadic function, which Swift cannot call.
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
