#!/bin/sh
# Measures the parser beside GMime and Python's email, the sanitiser beside html5lib and bleach, and both on large and
# on hostile mail. `make bench-mail` installs and builds what it needs and calls it.
#
#   BENCH_PAIRS=5                        runs of each program and case
#   BENCH_SECTIONS=parser,sanitiser,linear,hostile
#   BENCH_CORPORA=FOLDER                 real mail, ../shared/corpora/mail where nothing is said; left out if missing
#   BENCH_MAIL_JSON=FILE                 write every run's figures there
#   BENCH_LENIENT=1                      only to look: a missed target is told, and is no error
#   MAILWICKET_MEASURE                   the program, when it is not in .build-release/release
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
export PYTHONDONTWRITEBYTECODE=1
# Debian's own Python has Debian's html5lib and bleach.
exec /usr/bin/python3 "$here/mail.py" "$@"
