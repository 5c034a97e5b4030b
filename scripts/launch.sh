#!/usr/bin/env bash
# Starts several ranks on this machine, one a GPU or some on the CPU, and waits for them. On several machines use
# torchrun, srun (scripts/slurm-train.sbatch) or mpirun, which set the same variables.
#
#   scripts/launch.sh -n 2 train configs/synthetic-64.yaml --data data/synthetic-64 --out runs/first
#   scripts/launch.sh -n 2 -p 29501 train ...      another port than a free one
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
count="" port=""
while getopts "n:p:" option; do
    case $option in
        n) count=$OPTARG ;;
        p) port=$OPTARG ;;
        *) sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    esac
done
shift $((OPTIND - 1))
if ! [[ $count =~ ^[1-9][0-9]*$ ]] || [ $# -eq 0 ]; then
    echo "launch: expected -n RANKS and a verb: scripts/launch.sh -n 2 train CONFIG --data DIR --out RUN" >&2
    exit 2
fi

# A port that nobody listens at.
while [ -z "$port" ]; do
    candidate=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$candidate") 2>/dev/null || port=$candidate
done

"$root/scripts/talkinghead" --version >/dev/null # builds when something changed, once for all ranks
program=$root/artifacts/bin/TalkingHead.Cli/release/TalkingHead.Cli
pids=()
# A signal to one rank stops all at the same step; the launcher waits until they have saved.
trap 'kill -TERM "${pids[@]}" 2>/dev/null || true' INT TERM
for ((rank = 0; rank < count; rank++)); do
    RANK=$rank WORLD_SIZE=$count LOCAL_RANK=$rank LOCAL_WORLD_SIZE=$count MASTER_ADDR=127.0.0.1 MASTER_PORT=$port \
        "$program" "$@" &
    pids+=($!)
done

status=0
for pid in "${pids[@]}"; do
    code=0
    wait "$pid" || code=$?
    while kill -0 "$pid" 2>/dev/null; do # a signal ended the wait, not the rank
        code=0
        wait "$pid" || code=$?
    done
    [ "$code" -eq 0 ] || [ "$status" -eq 1 ] || status=$code
    [ "$code" -le 130 ] || status=1 # a rank that was killed
done
exit "$status"
