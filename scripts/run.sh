#!/bin/sh
# Run a command of the skill with a Python that is new enough.
# usage: sh run.sh audit|new|rules [ARGUMENT ...]
# `stop-hook` is the plugin's, and silent where there is none.

case $0 in
  */*) scripts=${0%/*} ;;
  *) scripts=. ;;
esac
command=${1-}
case $command in
  audit | new | rules) script=$scripts/$command.py ;;
  stop-hook) script=$scripts/stop_hook.py ;;
  *)
    echo "usage: sh run.sh audit|new|rules [ARGUMENT ...]" >&2
    exit 2
    ;;
esac
shift

# Print where a Python lies; fail for one that does not start, or is too old.
new_enough() {
  "$@" -S -c 'import sys
if sys.version_info < (3, 11): sys.exit(1)
sys.stdout.write(sys.executable)' </dev/null 2>/dev/null
}

# A name on PATH may be that of a tool which has no such Python here, so each is tried.
find_python() {
  new_enough python3 || new_enough python && return
  minor=30
  while [ "$minor" -ge 11 ]; do
    command -v "python3.$minor" >/dev/null && new_enough "python3.$minor" && return
    minor=$((minor - 1))
  done
  new_enough py -3 || uv python find --no-python-downloads '>=3.11' 2>/dev/null
}

python=$(find_python)
if [ -z "$python" ]; then
  [ "$command" = stop-hook ] && exit 0
  echo "run.sh: this needs Python 3.11 or newer. There is none on PATH, and none of uv's:" >&2
  for name in python3 python; do
    if command -v "$name" >/dev/null; then
      echo "  $name is $("$name" --version 2>&1)" >&2
    else
      echo "  there is no $name" >&2
    fi
  done
  echo "Install one, for example with: uv python install" >&2
  exit 2
fi
exec "$python" -S "$script" "$@" # -S: no package is needed, and some take long to import
