#!/usr/bin/env bash
# This program beside PyTorch on the same machine and libtorch.
#
#   scripts/benchmark.sh steps [CONFIG BATCH]...   training step and animation; default: the paper's 256x256 with a batch
#                                                  of 1, and synthetic-64 with its own. DEVICE=cuda for a GPU.
#   scripts/benchmark.sh door                      what one call into libtorch costs, with BenchmarkDotNet. Fails when an
#                                                  8x8 add takes 2 us or more, or longer than from Python.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1
what=${1:-steps}
shift || true

if [ "$what" = steps ]; then
    dotnet build src/TalkingHead.Cli -c Release -v q --nologo -clp:NoSummary
    exec "${PYTHON:-/usr/bin/python3}" tests/oracles/side_by_side.py artifacts/bin/TalkingHead.Cli/release/TalkingHead.Cli "${DEVICE:-cpu}" \
        "$@"
fi
[ "$what" = door ] || { echo "benchmark.sh: $what: expected steps or door." >&2; exit 2; }

dotnet build tests/TalkingHead.Benchmarks -c Release -v q --nologo
log=$(mktemp)
trap 'rm -f "$log"' EXIT
artifacts/bin/TalkingHead.Benchmarks/release/TalkingHead.Benchmarks --filter '*DoorBenchmarks*' | tee "$log"

python=""
for candidate in python3 /usr/bin/python3; do
    if "$candidate" -c "import torch" 2>/dev/null; then python=$candidate && break; fi
done

if [ -n "$python" ]; then
    "$python" -W ignore - <<'PYTHON' | tee -a "$log"
import statistics, timeit
import torch

torch.set_num_threads(1)
a, b = torch.ones(8, 8), torch.ones(8, 8)
x, w = torch.ones(1, 3, 16, 16), torch.ones(8, 3, 3, 3)
for name, call, count in (("Add", lambda: a + b, 200_000), ("Conv2d", lambda: torch.conv2d(x, w), 20_000)):
    timeit.timeit(call, number=count // 10)
    empty = statistics.median(timeit.repeat(lambda: None, number=count, repeat=5))
    spent = statistics.median(timeit.repeat(call, number=count, repeat=5))
    print(f"python {name} {(spent - empty) / count * 1e6:.3f} us")  # less what the lambda itself costs
PYTHON
else
    echo "No python3 with PyTorch here (Debian: apt-get install python3-torch): nothing to compare with."
fi

awk '
    $1 == "result" { door[$2] = $3 }
    $1 == "python" { other[$2] = $3 }
    END {
        for (name in door) printf "%-12s %8.3f us through the door%s\n", name, door[name], name in other ? sprintf(", %.3f us from Python", other[name]) : ""
        if (!("Add" in door) || door["Add"] >= 2) { print "An 8x8 add should take less than 2 us."; exit 1 }
        if ("Add" in other && door["Add"] > other["Add"]) { print "An 8x8 add should take no longer than from Python."; exit 1 }
    }' "$log"
