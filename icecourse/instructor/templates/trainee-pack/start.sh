#!/bin/sh
# ICE for Paralegals: sets itself up the first time, then opens your desk in the browser. Close this window to stop.
cd "$(dirname "$0")" || exit 1

stop() {
  echo "$1"
  if [ -t 0 ]; then printf "Press Enter to close this window. "; read -r _; fi
  exit 1
}

if ! cmp -s version.txt .venv/installed.txt; then
  PYTHON=
  for name in python3 python3.14 python3.13 python3.12 python3.11; do
    if "$name" -c "import sys, venv; sys.exit(sys.version_info < (3, 11))" 2>/dev/null; then PYTHON=$name; break; fi
  done
  [ -n "$PYTHON" ] || stop "This course needs Python 3.11 or later: install it from https://www.python.org/downloads/ and start again."
  echo "Setting up, once: a few minutes, with the internet."
  "$PYTHON" -m venv .venv &&
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt &&
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --force-reinstall ./icecourse-*.whl ||
    stop "Setting up did not work. Check the internet, start again, and send the lines above to your instructor if it fails twice."
  cp version.txt .venv/installed.txt
fi

.venv/bin/icecourse lab --desk desk "$@" || stop "The course has stopped."
