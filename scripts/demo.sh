#!/usr/bin/env bash
# The whole story in one command, on synthetic people or on a video of your own:
#
#   scripts/demo.sh [--quick] [--out DIR]
#       makes people, meta-trains on them (64x64, about ten minutes on two cores; --quick takes the 128x128 model in
#       checkpoints/ instead), learns a person it never saw from 8 frames, animates them with another's motion, evaluates.
#   scripts/demo.sh [--quick | --run RUN] --video FILE [--driver FILE] [--out DIR]
#       the same on a video of one person: enrols the person from 8 frames, animates them with the driver's motion
#       (without --driver with their own), and compares with frames that were held out.
#
# Stopped at any moment, the same command goes on where it was.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() { sed -n '4,9s/^# \{0,1\}//p' "$0"; }
fail() { echo "demo: $*" >&2; exit 2; }

quick= run= video= driver= out=
while [ $# -gt 0 ]; do
    case $1 in
        --quick) quick=1 ;;
        --run | --video | --driver | --out) [ $# -gt 1 ] || fail "$1 needs a value"; declare "${1#--}=$2"; shift ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; fail "unknown option $1" ;;
    esac
    shift
done
for file in "$video" "$driver"; do [ -z "$file" ] || [ -f "$file" ] || fail "$file: no such file"; done
[ -z "$driver" ] || [ -n "$video" ] || fail "--driver goes with --video"

size=64 identities=8
if [ -n "$quick" ] && [ -z "$run" ]; then run=checkpoints/synthetic-128.safetensors size=128 identities=4; fi
if [ -n "$run" ] && [ -f "$run/config.yaml" ]; then size=$(sed -n '/^data:/,/size:/s/^ *size: *\([0-9]*\).*/\1/p' "$run/config.yaml"); fi
# an exported run has its configuration in its first kilobytes
if [ -n "$run" ] && [ -f "$run" ]; then
    size=$(head -c 65536 "$run" | grep -ao 'size: *[0-9][0-9]*' | grep -o "[0-9]*" | sed -n 1p) || size=
fi
[ -n "$size" ] || fail "$run: no data.size in it"
out=${out:-runs/demo${video:+-$(basename "${video%.*}")}}
people=data/synthetic-64 unseen=data/unseen-$size
th=scripts/talkinghead
finished() { compgen -G "$1/*.index" >/dev/null; } # a dataset's index is written last
step() { echo; echo "== $*"; }

step "set-up"
scripts/setup.sh
if [ -z "$run" ]; then
    step "people to learn from: $people"
    finished "$people" || $th synth --out "$people" --identities 1000 --frames 16 --size 64 --seed 1 --test-share 0.02
    run=runs/demo-model
    step "meta-training: $run (interrupt it whenever you like)"
    $th train configs/synthetic-64.yaml --data "$people" --out "$run" --resume
fi

if [ -z "$video" ]; then
    step "people from another seed, whom the model never saw: $unseen"
    finished "$unseen" || $th synth --out "$unseen" --identities 20 --frames 32 --size "$size" --seed 9 --test-share 1
fi

mkdir -p "$out"
if [ -n "$video" ]; then
    step "faces in $(basename "$video")"
    mkdir -p "$out/from/person"
    ln -sf "$(realpath "$video")" "$out/from/person/"
    finished "$out/data" || $th prepare --layout videos --from "$out/from" --out "$out/data" --size "$size" --test-share 1 \
        --frames-per-clip 0 --clip-seconds 0
    person=$video motion=${driver:-$video} data=$out/data identities=1
else
    person=$unseen#synth-00007/000 motion=$unseen#synth-00011/000 data=$unseen
fi

step "a person the model never saw, from 8 frames: $out/person.head"
[ -f "$out/person.head" ] || $th finetune "$run" --from "$person" --shots 8 --out "$out/person.head"

step "another's motion: $out/animated.mp4"
[ -f "$out/animated.mp4" ] || $th animate "$out/person.head" --driver "$motion" --side-by-side --out "$out/animated.mp4"
ffmpeg -v error -y -i "$out/animated.mp4" \
    -vf "select=not(mod(n\\,4)),scale=-1:128:flags=bicubic,tile=2x3:padding=4:color=white" -frames:v 1 "$out/strip.png"

step "how good it is, on frames that were held out: $out/evaluation/report.html"
$th evaluate "$run" --data "$data" --shots 1,8 --identities "$identities" --holdout 16 --out "$out/evaluation"

cat <<END

done. Look at
  $out/animated.mp4             source picture, landmarks, result (six of its frames: strip.png)
  $out/person.png               the person's frames and what the head makes of them
  $out/evaluation/report.html   figures and pictures, best to worst
$([ "$run" = runs/demo-model ] && echo "  $run/samples/        what training looked like")
Next: scripts/demo.sh --video FILE on a video of yours; configs/paper-voxceleb2-256.yaml and data/README.md for the real thing.
END
