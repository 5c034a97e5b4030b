#!/usr/bin/env bash
# Installs what the program needs on Debian 12 besides NuGet packages: ffmpeg, and curl to fetch weights. With --tests also what
# only the tests use. Can be run again at any time: what is there is left alone. Needs the .NET 10 SDK, and root or sudo.
set -euo pipefail

packages=(ffmpeg curl)
case "${1-}" in
    "") ;;
    --tests) packages+=(
        chromium                  # opens the reports
        openmpi-bin libopenmpi3   # several processes: mpirun and MPI
        python3-onnx              # checks ONNX files
    ) ;;
    *) echo "setup: unknown option \"$1\"; expected --tests or nothing." >&2; exit 2 ;;
esac

fail() { echo "setup: $*" >&2; exit 1; }

command -v dotnet >/dev/null || fail "the .NET 10 SDK is missing: install it (https://dotnet.microsoft.com/download) so \
that \"dotnet\" is on PATH."
sdk=$(dotnet --list-sdks 2>/dev/null | awk -F. '$1 >= 10 { found = $0 } END { print found }')
[ -n "$sdk" ] || fail "found .NET SDKs $(dotnet --list-sdks | awk '{ print $1 }' | paste -sd' '), expected 10.0 or \
newer: install the .NET 10 SDK."

# Looks for the program or library itself: other Linuxes name their packages otherwise.
have() {
    case $1 in
        openmpi-bin) command -v mpirun ;;
        libopenmpi3) PATH=$PATH:/usr/sbin:/sbin ldconfig -p | grep -F libmpi.so ;;
        python3-onnx) /usr/bin/python3 -c 'import onnx' ;; # as the tests call it
        *) command -v "$1" ;;
    esac >/dev/null 2>&1
}

missing=()
for package in "${packages[@]}"; do
    have "$package" || missing+=("$package")
done

# Tests only: npm, which may come from elsewhere than Debian, as Node may.
if [ "${1-}" = --tests ] && ! command -v npm >/dev/null; then
    command -v node >/dev/null || missing+=(nodejs)
    missing+=(npm)
fi

if [ ${#missing[@]} -gt 0 ]; then
    command -v apt-get >/dev/null || fail "no apt-get here: install these by hand: ${missing[*]}"
    as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "neither root nor sudo: ask an administrator to run: apt-get install ${missing[*]}"
        as_root=(sudo)
    fi
    echo "setup: installing ${missing[*]}"
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

# Tests only: heads in a browser. The versions and their checksums are in tests/browser/package-lock.json.
browser="$(dirname "${BASH_SOURCE[0]}")/../tests/browser"
if [ "${1-}" = --tests ] && ! cmp -s "$browser/package-lock.json" "$browser/node_modules/.talkinghead-lock.json"; then
    echo "setup: installing onnxruntime-web"
    npm ci --prefix "$browser" --ignore-scripts --no-audit --no-fund --silent
    cp "$browser/package-lock.json" "$browser/node_modules/.talkinghead-lock.json"
fi

# Tests only: other programs that read Content Credentials. "install", not "ci": that fails where a platform's optional
# package is not served; the lock file's versions and checksums hold for both.
oracles=$(cd "$(dirname "$0")/.." && pwd)/tests/oracles/credentials
if [ "${1-}" = --tests ] && [ ! "$oracles/node_modules/.package-lock.json" -nt "$oracles/package-lock.json" ]; then
    echo "setup: installing readers of Content Credentials"
    npm install --prefix "$oracles" --no-save --ignore-scripts --no-audit --no-fund --loglevel error >/dev/null
fi

echo "setup: done (.NET SDK ${sdk%% *}; libtorch comes with the build, from NuGet)"
