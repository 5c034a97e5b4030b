#!/usr/bin/env bash
# The longer tests of many ranks: kill -9 of one of two ranks at ten random moments, two machines as network namespaces
# (as root).
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 TALKINGHEAD_KILLS="${TALKINGHEAD_KILLS:-10}"
dotnet build tests/TalkingHead.Tests -c Release -v q --nologo
artifacts/bin/TalkingHead.Tests/release/TalkingHead.Tests -namespace TalkingHead.Tests.Distributed "$@"
