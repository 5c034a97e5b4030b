#!/usr/bin/env bash
# The longer tests of many ranks: kill -9 of one of two ranks at ten random moments. With TALKINGHEAD_MPIRUN=mpiexec.mpich
# ranks and their equality are tested over MPICH: add -class TalkingHead.EndToEndTests.Distributed.RanksTests, or
# DataParallelTests.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 TALKINGHEAD_KILLS="${TALKINGHEAD_KILLS:-10}"
dotnet build tests/TalkingHead.EndToEndTests -c Release -v q --nologo
[ $# -gt 0 ] || set -- -namespace TalkingHead.EndToEndTests.Distributed
artifacts/bin/TalkingHead.EndToEndTests/release/TalkingHead.EndToEndTests "$@"
