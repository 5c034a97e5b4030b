#!/usr/bin/env bash
# This program beside an ordinary TorchSharp program on the same libtorch, and beside PyTorch where Python has it.
#
#   scripts/benchmark.sh steps [CONFIG BATCH]...   training step and animation; default: the paper's 256x256 with a batch
#                                                  of 1, and synthetic-64 with its own. DEVICE=cuda for a GPU, PYTHON=...
#                                                  for another Python. Fails when the first step's losses differ.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1
what=${1:-steps}
shift || true
[ "$what" = steps ] || { echo "benchmark.sh: $what: expected steps." >&2; exit 2; }

for project in src/TalkingHead.Cli tests/TalkingHead.Benchmarks; do
    dotnet build "$project" -c Release -v q --nologo -clp:NoSummary
done
exec artifacts/bin/TalkingHead.Benchmarks/release/TalkingHead.Benchmarks steps "${DEVICE:-cpu}" "$@"
