#!/usr/bin/env bash
# Installs what the build and the program need on Debian 12 besides NuGet packages: ffmpeg, dlib, and what tests use.
# Can be run again at any time: what is there is left alone. Needs the .NET 10 SDK, and root or sudo.
set -euo pipefail

packages=(
    ffmpeg curl                       # video; weights
    cmake make g++ libdlib-dev libdlib-data # the face door; dlib's 68-point model (not for commercial use)
    chromium                          # tests only: opens the reports
    openmpi-bin libopenmpi3           # several processes, which only the tests need: mpirun and MPI
)

fail() { echo "setup: $*" >&2; exit 1; }

command -v dotnet >/dev/null || fail "the .NET 10 SDK is missing: install it (https://dotnet.microsoft.com/download) so that \"dotnet\" is on PATH."
sdk=$(dotnet --list-sdks 2>/dev/null | awk -F. '$1 >= 10 { found = $0 } END { print found }')
[ -n "$sdk" ] || fail "found .NET SDKs $(dotnet --list-sdks | awk '{ print $1 }' | paste -sd' '), expected 10.0 or newer: install the .NET 10 SDK."

command -v npm >/dev/null || packages+=(nodejs npm) # tests only: readers of Content Credentials

missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done

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

# Tests only: other programs that read Content Credentials. "install", not "ci": that fails where a platform's optional
# package is not served; the lock file's versions and checksums hold for both.
oracles=$(cd "$(dirname "$0")/.." && pwd)/tests/oracles/credentials
if [ ! "$oracles/node_modules/.package-lock.json" -nt "$oracles/package-lock.json" ]; then
    echo "setup: installing readers of Content Credentials"
    npm install --prefix "$oracles" --no-save --ignore-scripts --no-audit --no-fund --loglevel error >/dev/null
fi

echo "setup: done (.NET SDK ${sdk%% *}; libtorch comes with the build, from NuGet)"
