#!/usr/bin/env bash
# Sets up, builds, checks the format and runs every test: what continuous integration runs. Ends with the ten slowest tests
# and one line of counts.
#
#   scripts/test.sh           everything
#   scripts/test.sh --fast    builds and runs the tests that start no process, for the loop while coding
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

projects=(TalkingHead.Tests TalkingHead.EndToEndTests)
if [ "${1:-}" = --fast ]; then
    shift
    projects=(TalkingHead.Tests)
    dotnet build tests/TalkingHead.Tests -c Release -v q --nologo
else
    scripts/setup.sh --tests
    dotnet build TalkingHead.Training.sln -c Release -v q --nologo
    dotnet format TalkingHead.Training.sln --no-restore --verify-no-changes
fi

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
log=$results/log
status=0
for project in "${projects[@]}"; do
    dotnet test --project "tests/$project" -c Release --no-build --results-directory "$results" --report-xunit-trx --report-xunit-trx-filename "$project.trx" "$@" 2>&1 \
        | tee -a "$log" || status=$?
done

# The failures again, below all that the tests wrote: a long log is read from its end.
awk '/^failed / { on = 1 } /^(passed|skipped|Test run summary)/ { on = 0 } on' "$log" | head -n 200

echo "the slowest:"
cat "$results"/*.trx | tr -d '\r' | grep -o '<UnitTestResult [^>]*' | sed -E 's/.*testName="([^"]*)".*duration="([^"]*)".*/\2 \1/; t; s/.*duration="([^"]*)".*testName="([^"]*)".*/\1 \2/' \
    | sort -r | head -n 10 | cut -c1-140

awk -v status="$status" '
    $1 == "succeeded:" { passed += $2 }
    $1 == "failed:" { failed += $2 }
    $1 == "skipped:" { skipped += $2 }
    END {
        if (status != 0 && failed == 0) failed = 1 # a runner that died counts as a failure
        printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
        exit failed > 0 || passed == 0
    }' "$log"
