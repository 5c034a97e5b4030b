#!/usr/bin/env bash
# Sets up, builds, checks the format and runs every test: what continuous integration runs. Ends with the ten slowest tests
# and one line of counts.
#
#   scripts/test.sh           everything
#   scripts/test.sh --fast    builds and runs the tests that start no process, for the loop while coding
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

fast=
if [ "${1:-}" = --fast ]; then
    shift
    fast=1
fi

results=$(mktemp -d)
jobs=()
trap 'for job in "${jobs[@]}"; do kill -- -"$job" 2> /dev/null || true; done; rm -rf "$results"' EXIT
status=0

# In the background; what it says is shown, and kept in the file $results/NAME.log:  job NAME COMMAND...
job() {
    local log=$results/$1.log
    shift
    : > "$log"
    set -m # bash makes other background processes, and all that they start, deaf to Ctrl-C, which tests send
    "$@" < /dev/null > "$log" 2>&1 &
    set +m
    jobs+=($!)
    tail -f -n +1 --pid=$! "$log" &
}

# A project's tests, in one thread of computing:  run PROJECT NAME OPTION...
# Large blocks lie in pages of 2 MiB, and are kept: a quarter of the tests' processor time went into mapping small pages. Compiled
# code is written where it runs: with a second mapping for writing, a short program takes a tenth longer.
run() {
    local project=$1 name=$2 large=glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=1073741824:glibc.malloc.trim_threshold=4294967296
    local -x GLIBC_TUNABLES=${GLIBC_TUNABLES:-$large} DOTNET_EnableWriteXorExecute=0 OMP_NUM_THREADS=1
    shift 2
    # 8: no test is left after the options
    dotnet test --project "tests/$project" -c Release --no-build --results-directory "$results" --report-xunit-trx \
        --report-xunit-trx-filename "$project.$name.trx" --ignore-exit-code 8 "$@"
}

# A project's tests in two processes, the named namespaces in one:  halves PROJECT "NAMESPACE..." OPTION...
halves() {
    local project=$1 namespaces=()
    read -ra namespaces <<< "$2"
    namespaces=("${namespaces[@]/#/TalkingHead.${project#TalkingHead.}.}")
    shift 2
    job "$project.1" run "$project" 1 --filter-namespace "${namespaces[@]}" "$@"
    job "$project.2" run "$project" 2 --filter-not-namespace "${namespaces[@]}" "$@"
}

# What is done whenever the other tests wait: whitespace (all other rules are the build's and ArchitectureTests'), then the fast
# tests.
behind() {
    renice 19 "$BASHPID" > /dev/null
    local bad=0
    dotnet format whitespace . --folder --verify-no-changes --exclude artifacts || bad=$?
    run TalkingHead.Tests all "$@" || bad=$?
    return "$bad"
}

if [ -n "$fast" ]; then
    dotnet build tests/TalkingHead.Tests -c Release -v q --nologo
    halves TalkingHead.Tests 'Evaluation* Faces* Models* Pretrained*' "$@"
else
    job build dotnet build TalkingHead.Training.sln -c Release -v q --nologo
    scripts/setup.sh --tests # may ask for a password
    wait "${jobs[0]}" || { status=$?; wait; exit "$status"; }
    jobs=()
    halves TalkingHead.EndToEndTests 'Data* Distributed* Evaluation* Faces* Training*' "$@"
    job behind behind "$@"
fi
for job in "${jobs[@]}"; do
    wait "$job" || status=$?
done
jobs=()
wait # for the last words
cat "$results"/*.log > "$results/all"

# The failures again, below all that the tests wrote: a long log is read from its end.
awk '/: error / { print } /^failed / { on = 1 } /^(passed|skipped|Test run summary)/ { on = 0 } on && ++shown <= 200' "$results/all"

echo "the slowest:"
cat "$results"/*.trx | tr -d '\r' | grep -o '<UnitTestResult [^>]*' \
    | sed -E 's/.*testName="([^"]*)".*duration="([^"]*)".*/\2 \1/; t; s/.*duration="([^"]*)".*testName="([^"]*)".*/\1 \2/' \
    | sort -r | awk 'NR <= 10 { print substr($0, 1, 140) }' || true

awk -v status="$status" '
    $1 == "succeeded:" { passed += $2 }
    $1 == "failed:" { failed += $2 }
    $1 == "skipped:" { skipped += $2 }
    END {
        if (status != 0 && failed == 0) failed = 1 # a runner that died counts as a failure
        printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
        exit failed > 0 || passed == 0
    }' "$results/all"
