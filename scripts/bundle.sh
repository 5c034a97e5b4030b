#!/usr/bin/env bash
# Makes one archive for a machine without internet, such as a cluster's GPU node: the published program, the .NET
# runtime, the picture libraries, the native door's sources, the configurations. There, bundle/run.sh builds the door
# against that machine's own PyTorch (1.13 to 2.11, CUDA or not) and starts the program.
#
#   scripts/bundle.sh [FILE]          # default artifacts/talkinghead-bundle.tar.gz
#   tar xzf talkinghead-bundle.tar.gz && talkinghead/run.sh doctor
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
archive=$(realpath -m "${1:-artifacts/talkinghead-bundle.tar.gz}")
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
home=$stage/talkinghead
mkdir -p "$home"/{app,dotnet,lib}

export DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet publish src/TalkingHead.Cli -c Release -v q --nologo -o "$home/app"
rm -f "$home"/app/libtorch_door.so "$home"/app/libface_door.so # made for this machine's libtorch and dlib

# The runtime that the SDK here brings: the host, its resolver, the framework.
dotnet_root=$(dirname "$(readlink -f "$(command -v dotnet)")")
version=$(dotnet --list-runtimes | awk '$1 == "Microsoft.NETCore.App" && $2 ~ /^10\./ { found = $2 } END { print found }')
[ -n "$version" ] || { echo "bundle: found no .NET 10 runtime in $dotnet_root: install the .NET 10 SDK." >&2; exit 1; }
mkdir -p "$home/dotnet/host/fxr" "$home/dotnet/shared/Microsoft.NETCore.App"
cp "$dotnet_root/dotnet" "$dotnet_root/LICENSE.txt" "$dotnet_root/ThirdPartyNotices.txt" "$home/dotnet/"
cp -r "$dotnet_root/host/fxr/$version" "$home/dotnet/host/fxr/"
cp -r "$dotnet_root/shared/Microsoft.NETCore.App/$version" "$home/dotnet/shared/Microsoft.NETCore.App/"

# Picture and drawing libraries with what they need, the C and C++ runtimes aside: those are the node's.
libraries=(libcairo.so.2 libfontconfig.so.1 libturbojpeg.so.0 libpng16.so.16 libwebp.so.7)
for library in "${libraries[@]}"; do
    path=$(/sbin/ldconfig -p | awk -v name="$library" '$1 == name && !found { found = $NF } END { print found }')
    [ -n "$path" ] || { echo "bundle: $library is missing here: run scripts/setup.sh." >&2; exit 1; }
    { echo "$path"; ldd "$path" | awk '$2 == "=>" && $3 ~ /^\// { print $3 }'; }
done | sort -u | grep -vE '/(libc|libm|libdl|libpthread|librt|libgcc_s|libstdc\+\+|ld-linux[^/]*)\.so' | xargs -I{} cp -L {} "$home/lib/"

cp -r src/Engine/Native "$home/native"
rm -rf "$home/native/Face" # dlib is seldom on such nodes; --detector fan needs none
cp -r configs scripts/download-weights.sh scripts/weights.tsv LICENSE* README.md "$home/" 2>/dev/null || true
cp bundle/run.sh "$home/run.sh"
mkdir -p "$home/oracles" && cp -r tests/oracles/pytorch_step.py tests/oracles/safetensors_file.py tests/oracles/twin "$home/oracles/"
find "$home" -name __pycache__ -prune -exec rm -rf {} +

mkdir -p "$(dirname "$archive")"
tar -C "$stage" --sort=name --owner=0 --group=0 --numeric-owner -czf "$archive.part" talkinghead
mv "$archive.part" "$archive"
echo "bundle: $archive, $(du -h "$archive" | cut -f1): .NET $version, $(find "$home/lib" -type f | wc -l) libraries"
