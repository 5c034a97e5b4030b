#!/usr/bin/env bash
# Sets up, builds, checks the format and runs every test: what continuous integration runs. Ends with the ten slowest tests
# and one line of counts.
#
#   scripts/test.sh           everything
#   scripts/test.sh --fast    builds and runs the tests that start no process, for the loop while coding
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

if [ "${1:-}" = --fast ]; then
    shift
    fast=1
    dotnet build tests/TalkingHead.Tests -c Release -v q --nologo
else
    fast=
    scripts/setup.sh --tests
    dotnet build TalkingHead.Training.sln -c Release -v q --nologo
    # Blanks and the order of imports; all other rules are the build's, where each is an error.
    dotnet format TalkingHead.Training.sln --no-restore --verify-no-changes --diagnostics IMPORTS
fi

results=$(mktemp -d)
other=
trap 'rm -rf "$results"; [ -z "$other" ] || kill -- -"$other" 2> /dev/null || true' EXIT
log=$results/log
status=0

# Large blocks in pages of 2 MiB, and kept: a quarter of the tests' processor time went into mapping small pages.
export GLIBC_TUNABLES=${GLIBC_TUNABLES:-glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=1073741824:glibc.malloc.trim_threshold=4294967296}

# Two processes run a project's tests, the named namespaces in one: most of them compute on one core.
#   share PROJECT "NAMESPACE..." [OPTION...]
share() {
    local project=$1 namespaces=()
    read -ra namespaces <<< "$2"
    namespaces=("${namespaces[@]/#/TalkingHead.${project#TalkingHead.}.}")
    shift 2
    local run=(dotnet test --project "tests/$project" -c Release --no-build --results-directory "$results" --report-xunit-trx
        --ignore-exit-code 8) # 8: no test is left after the options
    set -m # as a job: bash makes other background processes, and all that they start, deaf to Ctrl-C, which tests send
    OMP_NUM_THREADS=1 "${run[@]}" --report-xunit-trx-filename "$project.1.trx" --filter-namespace "${namespaces[@]}" "$@" > "$results/first" 2>&1 &
    other=$!
    set +m
    OMP_NUM_THREADS=1 "${run[@]}" --report-xunit-trx-filename "$project.2.trx" --filter-not-namespace "${namespaces[@]}" "$@" 2>&1 \
        | tee -a "$log" || status=$?
    wait "$other" || status=$?
    other=
    tee -a "$log" < "$results/first"
}

share TalkingHead.Tests 'Evaluation* Faces* Models* Pretrained*' "$@"
[ -n "$fast" ] || share TalkingHead.EndToEndTests 'Data* Distributed* Evaluation* Training*' "$@"

# The failures again, below all that the tests wrote: a long log is read from its end.
awk '/^failed / { on = 1 } /^(passed|skipped|Test run summary)/ { on = 0 } on && ++shown <= 200' "$log"

echo "the slowest:"
cat "$results"/*.trx | tr -d '\r' | grep -o '<UnitTestResult [^>]*' | sed -E 's/.*testName="([^"]*)".*duration="([^"]*)".*/\2 \1/; t; s/.*duration="([^"]*)".*testName="([^"]*)".*/\1 \2/' \
    | sort -r | awk 'NR <= 10 { print substr($0, 1, 140) }'

awk -v status="$status" '
    $1 == "succeeded:" { passed += $2 }
    $1 == "failed:" { failed += $2 }
    $1 == "skipped:" { skipped += $2 }
    END {
        if (status != 0 && failed == 0) failed = 1 # a runner that died counts as a failure
        printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
        exit failed > 0 || passed == 0
    }' "$log"
