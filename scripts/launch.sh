#!/usr/bin/env bash
# Starts several ranks on this machine with mpirun, one a GPU or some on the CPU. For several machines see
# docs/scaling.md.
#
#   scripts/launch.sh -n 2 train configs/synthetic-64.yaml --data data/synthetic-64 --out runs/first
#
# Ctrl-C and TERM stop all ranks at the same step; rank 0 saves, the exit code is 130.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
count=""
while getopts "n:" option; do
    case $option in
        n) count=$OPTARG ;;
        *) sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    esac
done
shift $((OPTIND - 1))
if ! [[ $count =~ ^[1-9][0-9]*$ ]] || [ $# -eq 0 ]; then
    echo "launch: expected -n RANKS and a verb: scripts/launch.sh -n 2 train CONFIG --data DIR --out RUN" >&2
    exit 2
fi
command -v mpirun >/dev/null || { echo "launch: there is no mpirun here. Install MPI (Debian: apt-get install openmpi-bin)." >&2; exit 1; }

# Open MPI allows as many ranks as processor cores, binds each to one core and refuses root, unless told.
options=()
if [[ $(mpirun --version 2>/dev/null) == *"Open MPI"* ]]; then
    options=(--oversubscribe --bind-to none)
    [ "$(id -u)" -ne 0 ] || export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi

"$root/scripts/talkinghead" --version >/dev/null # builds when something changed, once for all ranks
# mpirun would end the ranks at once: it is in a process group of its own, where Ctrl-C does not reach it, and passes on USR1.
set -m
mpirun "${options[@]}" -n "$count" "$root/artifacts/bin/TalkingHead.Cli/release/TalkingHead.Cli" "$@" </dev/null &
pid=$!
trap 'kill -USR1 "$pid" 2>/dev/null || true' INT TERM

status=0
wait "$pid" || status=$?
while kill -0 "$pid" 2>/dev/null; do # a signal ended the wait, not mpirun
    status=0
    wait "$pid" || status=$?
done
[ "$status" -le 130 ] || status=1 # a rank was killed
exit "$status"
