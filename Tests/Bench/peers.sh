#!/bin/sh
# Installs the peers that the end-to-end tests and the bench talk to (Debian, Ubuntu). Nothing is started:
# a policy-rc.d denies the package scripts that, and is taken away again afterwards. Each test starts its own.
#
#   Tests/Bench/peers.sh           install what is missing
#   Tests/Bench/peers.sh --check   say what is missing, exit 1 if anything is
set -eu

# program:package
peers="postfix:postfix smtp-sink:postfix swaks:swaks curl:curl strace:strace sqlite3:sqlite3 python3:python3
    chromium:chromium gsasl:gsasl openssl:openssl gnutls-cli:gnutls-bin"

PATH="$PATH:/usr/sbin:/sbin"
missing=""
packages=""
for peer in $peers; do
    program=${peer%%:*}
    package=${peer##*:}
    if ! command -v "$program" >/dev/null 2>&1; then
        missing="$missing $program"
        case " $packages " in
        *" $package "*) ;;
        *) packages="$packages $package" ;;
        esac
    fi
done

# A library and no program; a python3 of one's own need not see it.
if ! /usr/bin/python3 -c "import html5lib" 2>/dev/null; then
    missing="$missing html5lib"
    packages="$packages python3-html5lib"
fi

if [ -z "$missing" ]; then
    exit 0
fi
if [ "${1:-}" = "--check" ]; then
    echo "peers.sh: not installed:$missing" >&2
    exit 1
fi
# Tests that lack their peer say so and are left out; with MAILWICKET_STRICT_PEERS=1 that is not good enough.
give_up() {
    echo "peers.sh: not installed:$missing; $1" >&2
    if [ "${MAILWICKET_STRICT_PEERS:-}" = 1 ]; then exit 1; fi
    exit 0
}
if ! command -v apt-get >/dev/null 2>&1; then
    give_up "there is no apt-get here, install them by hand"
fi
if [ "$(id -u)" -ne 0 ]; then
    if sudo -n true 2>/dev/null; then
        exec sudo -n MAILWICKET_STRICT_PEERS="${MAILWICKET_STRICT_PEERS:-}" "$0"
    fi
    give_up "as root: apt-get install --no-install-recommends$packages"
fi

policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
    trap 'exit 130' INT TERM HUP
fi

export DEBIAN_FRONTEND=noninteractive
if command -v debconf-set-selections >/dev/null 2>&1; then
    echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections
fi
# shellcheck disable=SC2086
if ! apt-get install --yes --no-install-recommends $packages; then
    apt-get update
    apt-get install --yes --no-install-recommends $packages
fi
