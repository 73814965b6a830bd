#!/bin/sh
# Measures the release binary beside Postfix and smtp-sink, on loopback, in a temporary folder (see TMPDIR: it has to
# lie on the disk that is meant, not on a RAM disk, with 8 GB free). `make bench-smtp` builds what it needs and calls it.
#
#   BENCH_PAIRS=5 BENCH_MESSAGES=3000    runs of each server and case, messages of a 4 KB run
#   BENCH_SESSIONS=1,10,100 BENCH_SIZES=4096,102400 BENCH_CONNECTIONS=kept,new BENCH_PEERS=mailwicket,postfix,smtp-sink
#   BENCH_NO_MEMORY=1, BENCH_ONLY_MEMORY=1, BENCH_JSON=FILE
#   BENCH_LENIENT=1                      only to look: a missed target is told, and is no error
#   MAILWICKET_BINARY, MAILWICKET_LOAD   the programs, when they are not in .build-release/release
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
if [ "${BENCH_ONLY_MEMORY:-}" = "" ]; then
    "$here/peers.sh"
fi
export PYTHONDONTWRITEBYTECODE=1
exec python3 "$here/bench.py" "$@"
