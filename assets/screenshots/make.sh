#!/bin/bash
# Makes the pictures of the README anew, with the program and nothing else but ImageMagick for the flat sketch and the mask.
#
#   assets/screenshots/make.sh PROGRAM [FOLDER]
#
# window.jpg is a screenshot and made by hand. Look at what came out before it is kept: another seed may be better.
set -eu
program=$1 out=${2:-$(dirname "$0")}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
words="mountains at a lake at sunset, oil painting"
bare() { convert "$1" -strip -define png:exclude-chunks=date,time "$2"; }

convert -size 512x384 xc:'#f2a058' -fill '#f6c878' -draw 'rectangle 0,150 512,240' -fill '#fbe9b0' -draw 'circle 350,170 350,202' \
    -fill '#6d5a86' -draw 'polygon 0,240 90,130 170,205 270,95 390,240' -fill '#3f4f80' -draw 'rectangle 0,236 512,384' \
    -fill '#2f3a34' -draw 'polygon 0,384 0,300 130,316 220,384' "$work/sketch.png"
# The starter is at its weakest along the border: painted a little larger, and cropped as one would in the window.
convert "$work/sketch.png" -define distort:viewport=544x416-16-16 -virtual-pixel edge -distort SRT 0 +repage "$work/larger.png"
"$program" generate -p "$words" --init "$work/larger.png" --strength "${SKETCH_STRENGTH:-0.6}" --seed "${SKETCH_SEED:-3}" -o "$work/whole.png"
convert "$work/whole.png" -crop 512x384+16+16 +repage "$work/painting.png"
convert -size 512x384 xc:black -fill white -draw 'ellipse 400,215 80,90 0,360' -blur 0x6 "$work/mask.png"
"$program" generate -p "a big red tree at a lake at sunset, oil painting" --init "$work/painting.png" --mask "$work/mask.png" \
    --seed "${MASK_SEED:-2}" -o "$work/repainted.png"
"$program" generate -p "$words" --init "$work/repainted.png" --outpaint 0,0,256,0 --seed "${EXTEND_SEED:-4}" -o "$work/extended.png"
for name in sketch painting repainted extended; do bare "$work/$name.png" "$out/$name.png"; done

"$program" zoom -p "a castle on a mountain, oil painting" --levels 5 --size 512x512 --seed "${ZOOM_SEED:-4}" --project "$work/zoom.ora" \
    --video-size 192x192 --fps 20 -o "$work/zoom.gif"
cp "$work/zoom.gif" "$out/zoom.gif"
"$program" zoom -p "a castle on a mountain, oil painting" --project "$work/zoom.ora" --video-size 320x320 --fps 20 -o "$work/frames"
frames=("$work"/frames/*.png)
picked=()
for ((i = 0; i < 8; i++)); do picked+=("${frames[$((i * (${#frames[@]} - 1) / 7))]}"); done
convert "${picked[@]}" -resize 160x160 +append -strip -quality 90 "$out/zoom-frames.jpg"
