#!/usr/bin/env bash
# Sets up, builds, checks the format and runs every test: what continuous integration runs. Ends with one line of counts.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

scripts/setup.sh --tests
dotnet build TalkingHead.Training.sln -c Release -v q --nologo
dotnet format TalkingHead.Training.sln --no-restore --verify-no-changes

log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
dotnet test --project tests/TalkingHead.Tests -c Release --no-build "$@" 2>&1 | tee "$log" || status=$?

# The failures again, below all that the tests wrote: a long log is read from its end.
awk '/^failed / { on = 1 } /^(passed|skipped|Test run summary)/ { on = 0 } on' "$log" | head -n 200

awk -v status="$status" '
    $1 == "succeeded:" { passed += $2 }
    $1 == "failed:" { failed += $2 }
    $1 == "skipped:" { skipped += $2 }
    END {
        if (status != 0 && failed == 0) failed = 1 # a runner that died counts as a failure
        printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
        exit failed > 0 || passed == 0
    }' "$log"
