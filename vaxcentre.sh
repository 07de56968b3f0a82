#!/bin/sh
# All the set-up of a centre, one word each: start, demo, test, doctor.
# Plain POSIX sh, because it is the one thing that a fresh machine surely has.
# French apostrophes are curly; the lists of packages are one word each, meant to be split.
# shellcheck disable=SC1112,SC2086
set -eu
unset CDPATH
cd "$(dirname "$0")"

RUN_PACKAGES='libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core'
TEST_PACKAGES='libatomic1 poppler-utils'
YES=${CI:+yes}
LOG=
PG_FOLDER=
PG_BIN=
FAILED=

usage() {
    cat <<'HELP'
Usage : ./vaxcentre.sh [-y] COMMANDE [options]

  start     ouvre le centre (le premier démarrage donne le lien du responsable)
  demo      ouvre un centre fictif au milieu de sa journée, sur ce poste seulement
  test      vérifie le programme ; ./vaxcentre.sh test -k nom n’en vérifie qu’une partie
  doctor    examine la machine et dit ce qui ne va pas

  -y        installe sans demander les paquets Debian qui manquent
  --help    affiche cette aide

Réglages par l’environnement : VAXCENTRE_INSTANCE (./instance), LISTEN (127.0.0.1:8080),
STAFF_LISTEN (127.0.0.1:8081), DATABASE_URL, TRUSTED_PROXIES, PUBLIC_ADDRESS, PRINTERS (1).
HELP
}

say() { printf '%s\n' "$*"; }
stop() { printf '%s\n' "$*" >&2; exit 1; }

# --- Debian's packages -------------------------------------------------------------------------

is_installed() {
    dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'ok installed'
}

# The real program, not a link to it: .venv must not be made from itself.
find_python() {
    for name in python3 python3.15 python3.14 python3.13 python3.12 python3.11; do
        if "$name" - 2>/dev/null <<'PYTHON'; then return; fi
import os, sys
if sys.version_info < (3, 11):
    sys.exit(1)
print(os.path.realpath(sys.executable))
PYTHON
    done
}

browser() {
    for name in chromium chromium-browser google-chrome; do
        if command -v "$name"; then return; fi
    done
}

postgresql_bin() {
    for folder in /usr/lib/postgresql/*/bin; do
        if [ -x "$folder/initdb" ]; then say "$folder"; fi
    done | sort -V | tail -n 1
}

missing_packages() {
    if [ -z "$(find_python)" ]; then
        say python3 python3-venv
    elif ! "$(find_python)" -c 'import ensurepip' 2>/dev/null; then
        # Debian cuts venv out of Python; each version has a package of its own.
        "$(find_python)" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'
    fi
    for package in "$@"; do
        is_installed "$package" || say "$package"
    done
}

missing_test_packages() {
    if [ -z "$(browser)" ]; then
        # Ubuntu has the browser under another name.
        if grep -qs '^ID=ubuntu' /etc/os-release; then say chromium-browser; else say chromium; fi
    fi
    if ! postgresql_answers && [ -z "$(postgresql_bin)" ]; then say postgresql; fi
}

may_install() {
    [ -n "$YES" ] && return
    [ -t 0 ] || return 1
    printf 'Les installer maintenant ? [O/n] '
    read -r answer
    case $answer in '' | o* | O* | y* | Y*) ;; *) return 1 ;; esac
}

install_packages() {
    packages=$(printf '%s ' "$@")
    say "Paquets Debian manquants : $packages"
    command -v apt-get >/dev/null || stop 'Installez leur équivalent, puis recommencez.'
    as_root=
    if [ "$(id -u)" != 0 ]; then
        as_root=sudo
        command -v sudo >/dev/null || stop "Demandez à l’administrateur : apt-get install $packages"
    fi
    may_install || stop "Rien n’a été installé. À faire : $as_root apt-get install $packages"
    export DEBIAN_FRONTEND=noninteractive
    {
        $as_root apt-get update -qq &&
            $as_root env DEBIAN_FRONTEND=noninteractive \
                apt-get install -y -qq --no-install-recommends "$@"
    } >"$LOG" 2>&1 || { cat "$LOG" >&2; stop 'L’installation des paquets a échoué (voir ci-dessus).'; }
}

need_packages() {
    missing=$(missing_packages "$@")
    if [ -n "$missing" ]; then install_packages $missing; fi
}

# --- Python's packages -------------------------------------------------------------------------

# The folder .venv is made again when it was moved or Python changed, and filled again when the
# list of pinned versions changed; otherwise this costs two small reads.
need_venv() {
    python=$(find_python)
    place="$PWD $("$python" -c 'import sys; print(sys.executable, sys.version)')"
    if [ "$(cat .venv/place 2>/dev/null)" != "$place" ]; then
        say 'Préparation de Python (.venv)…'
        "$python" -m venv --clear .venv
        say "$place" >.venv/place
    fi
    stamp="$(cksum "requirements/$1.txt")"
    if [ "$(cat ".venv/$1" 2>/dev/null)" != "$stamp" ]; then
        say "Installation des bibliothèques ($1), une à trois minutes la première fois…"
        .venv/bin/python -m pip install -q --disable-pip-version-check --no-input \
            --require-hashes -r "requirements/$1.txt" >"$LOG" 2>&1 ||
            { cat "$LOG" >&2; stop 'Les bibliothèques n’ont pas pu être installées (voir ci-dessus).'; }
        say "$stamp" >".venv/$1"
    fi
}

# --- The four words ----------------------------------------------------------------------------

prepare() {
    need_packages $RUN_PACKAGES
    need_venv run
    umask 077
    VAXCENTRE_INSTANCE=${VAXCENTRE_INSTANCE:-$PWD/instance}
    export VAXCENTRE_INSTANCE
    mkdir -p "$VAXCENTRE_INSTANCE"
    chmod 0700 "$VAXCENTRE_INSTANCE"
}

start() {
    prepare
    .venv/bin/python -m flask --app vaxcentre.opening init
    tidy
    exec .venv/bin/python -m vaxcentre.serve "$@"
}

# The demo has its own folder, its own database and the loopback address, whatever is set: it can
# neither touch a real centre nor be mistaken for one from another machine.
demo() {
    VAXCENTRE_INSTANCE=$PWD/instance/demo
    LISTEN=127.0.0.1:$(printf '%s' "${LISTEN:-8080}" | sed 's/.*://')
    PUBLIC_ADDRESS=http://$LISTEN
    SERVES=all
    IS_DEMO=1
    export LISTEN PUBLIC_ADDRESS SERVES IS_DEMO
    unset DATABASE_URL STAFF_LISTEN TRUSTED_PROXIES
    prepare
    .venv/bin/python -m flask --app vaxcentre.opening init >/dev/null # its link is for a real manager
    .venv/bin/python -m flask --app wsgi demo "$@"
    tidy
    exec .venv/bin/python -m vaxcentre.serve
}

doctor() {
    prepare
    tidy
    exec .venv/bin/python -m flask --app wsgi doctor "$@"
}

# A fault of style must not hide a fault of the program: everything runs, and one failure fails all.
check() {
    "$@" || { FAILED=yes; say "--> à corriger : $*" >&2; }
}

lint() {
    say 'Relecture du code…'
    check .venv/bin/python -m ruff check .
    check .venv/bin/python -m ruff format --check .
    check .venv/bin/python -m mypy
    PYTHONPATH=. check .venv/bin/lint-imports --no-cache
    check .venv/bin/python -m codespell_lib
    check .venv/bin/python -m deptry . --config requirements/deptry.toml
    # Lint only: djlint's own indentation would add a tenth to the weight of every page.
    check .venv/bin/python -m djlint templates --quiet --lint
}

postgresql_answers() {
    [ -x .venv/bin/python ] && .venv/bin/python - 2>/dev/null <<'PYTHON'
import psycopg
psycopg.connect("postgresql://postgres@127.0.0.1:5432/postgres", connect_timeout=3).close()
PYTHON
}

# PostgreSQL refuses to run as root; Debian's package has made the account.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

start_postgresql() {
    PG_BIN=$(postgresql_bin)
    PG_FOLDER=$(mktemp -d)
    [ "$(id -u)" != 0 ] || chown postgres "$PG_FOLDER"
    port=$(.venv/bin/python -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
    say "PostgreSQL : base jetable sur le port $port"
    {
        as_postgres "$PG_BIN/initdb" -D "$PG_FOLDER/data" -U postgres -A trust -E UTF8 --no-sync &&
            as_postgres "$PG_BIN/pg_ctl" -w -D "$PG_FOLDER/data" -l "$PG_FOLDER/log" start \
                -o "-p $port -k $PG_FOLDER -c listen_addresses=127.0.0.1 -c fsync=off"
    } >"$LOG" 2>&1 || { cat "$LOG" >&2; stop 'PostgreSQL n’a pas démarré (voir ci-dessus).'; }
    TEST_POSTGRESQL_URL=postgresql+psycopg://postgres@127.0.0.1:$port/postgres
}

tidy() {
    if [ -n "$PG_FOLDER" ]; then
        as_postgres "$PG_BIN/pg_ctl" -D "$PG_FOLDER/data" -m immediate stop >/dev/null 2>&1 || true
        rm -rf "$PG_FOLDER"
        PG_FOLDER=
    fi
    rm -f "$LOG"
}

run_tests() {
    need_packages $RUN_PACKAGES $TEST_PACKAGES
    need_venv run
    need_venv test
    missing=$(missing_test_packages)
    if [ -n "$missing" ]; then install_packages $missing; fi
    if [ $# = 0 ]; then lint; set -- -n auto; fi
    if [ -z "${TEST_POSTGRESQL_URL:-}" ]; then
        TEST_POSTGRESQL_URL=postgresql+psycopg://postgres@127.0.0.1:5432/postgres
        postgresql_answers || start_postgresql
    fi
    TEST_DATABASES=${TEST_DATABASES:-sqlite,postgresql}
    TEST_BROWSER=$(browser)
    export TEST_POSTGRESQL_URL TEST_DATABASES TEST_BROWSER
    # Never a real centre's settings.
    unset VAXCENTRE_INSTANCE DATABASE_URL SERVES LISTEN STAFF_LISTEN TRUSTED_PROXIES PUBLIC_ADDRESS IS_DEMO
    say 'Épreuves…'
    check .venv/bin/python -m pytest "$@"
    [ -z "$FAILED" ]
}

while [ $# -gt 0 ]; do
    case $1 in
        -y) YES=yes ;;
        -h | --help) usage; exit ;;
        *) break ;;
    esac
    shift
done
if [ $# = 0 ]; then usage; exit 2; fi
word=$1
shift
if [ "${1:-}" = -y ]; then YES=yes; shift; fi
case $word in
    start | demo | doctor) ;;
    test) word=run_tests ;;
    *) usage >&2; exit 2 ;;
esac
LOG=$(mktemp)
trap tidy EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
"$word" "$@"
