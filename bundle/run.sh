#!/usr/bin/env bash
# Starts the program on this machine: talkinghead/run.sh VERB ...
# The first time it builds the door into libtorch, a minute's work that needs cmake and g++, against the PyTorch of
# PYTHON (default python3), or against LIBTORCH, an unpacked libtorch. Another PyTorch later gets a door of its own.
# TALKINGHEAD_BUILD says where doors are kept, for a bundle on a file system that cannot be written.
set -euo pipefail
home=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
fail() { echo "run.sh: $*" >&2; exit 1; }

# PyTorch's wheels bring their headers; Debian's package keeps them apart, where CMake finds them by itself.
version=${LIBTORCH:+at $LIBTORCH}
if [ -z "${LIBTORCH:-}" ]; then
    python=${PYTHON:-python3}
    read -r version root < <("$python" -c 'import os, torch; print(torch.__version__, os.path.dirname(torch.__file__))' 2>/dev/null) ||
        fail "$python has no PyTorch: set PYTHON to one that has, or LIBTORCH to an unpacked libtorch."
    if [ -e "$root/include/torch/csrc/api/include/torch/torch.h" ]; then
        export LIBTORCH=$root
    fi
fi

key=$(echo "$version ${LIBTORCH:-system}" | cksum | cut -d' ' -f1)
build=${TALKINGHEAD_BUILD:-$home/build}/$key
door=$build/lib/libtorch_door.so
if [ ! -e "$build/done" ]; then
    command -v cmake >/dev/null || fail "cmake is missing: install it (pip install cmake), or load your cluster's module."
    command -v g++ >/dev/null || fail "g++ is missing: install it, or load your cluster's module."
    mkdir -p "$build" || fail "$build cannot be made: set TALKINGHEAD_BUILD to a folder that can be written."
    (
        flock 9 # several processes of one training may start at once
        if [ ! -e "$build/done" ]; then
            echo "run.sh: building the door for PyTorch $version" >&2
            { cmake -S "$home/native" -B "$build" -DCMAKE_BUILD_TYPE=Release && cmake --build "$build" --parallel; } >"$build/log" 2>&1 ||
                { tail -n 20 "$build/log" >&2; fail "the door could not be built; the whole log is $build/log."; }
            touch "$build/done"
        fi
    ) 9>"$build.lock"
fi

export TALKINGHEAD_DOOR=$door
export DOTNET_ROOT=$home/dotnet
export LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$home/lib
exec "$home/dotnet/dotnet" "$home/app/TalkingHead.Cli.dll" "$@"
