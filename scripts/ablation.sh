#!/usr/bin/env bash
# What fine-tuning is worth on people whom no training saw, T = 1, 8 and 32 frames each: feed-forward, fine-tuned, and
# fine-tuned without the paper's two conditions (ψ' not from the embedder; networks not meta-trained), beside copying the
# nearest source frame. Prints a table of SSIM and PSNR on 32 other frames of each person.
#
#   scripts/ablation.sh RUN [DATASET] [KEY=VALUE ...]
#
# Without a dataset it makes 20 synthetic people of 64 frames who are in no training set of seed 1. KEY is a key of the
# run's configuration, or people, shots, epochs (without the stopping rule), rows, checkpoint.
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
run=$(realpath "$1")
shift
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
case ${1:-} in
    "" | *=*) data="" ;;
    *) data=$(realpath "$1"); shift ;;
esac
cd "$root"

export DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet build tests/TalkingHead.Benchmarks -c Release -v q --nologo -clp:NoSummary >&2
if [ -z "$data" ]; then
    size=$(awk '/^ *size:/ { print $2; exit }' "$run/config.yaml")
    made=$(mktemp -d)
    trap 'rm -rf "$made"' EXIT
    data=$made/people
    scripts/talkinghead synth --out "$data" --identities 20 --frames 64 --size "$size" --seed 7 --test-share 1 >&2
fi
artifacts/bin/TalkingHead.Benchmarks/release/TalkingHead.Benchmarks --ablation "$run" "$data" "$@"
