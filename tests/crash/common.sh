# What the scripts beside this one share: a screen of their own, the real window on it, strokes, the kill, and a look into
# what its journal holds. Sourced by them, after they have set `screen` (a number of a display) and `slack`.
#
# Arguments are PROGRAM CORE_TEST [KILLS]: the built program, and the built test program `core`, whose
# `look_into_a_folder` reads journals. Needs Xvfb, xdotool and a graphics driver that works without a screen. Owed is every
# stroke that was finished longer before the kill than the interval of autosaving (2 s) and `slack` milliseconds for the
# journey of its events. Strokes are rows of their own, so that they can be counted.
set -u
program=$1 core=$2 kills=${3:-30} interval=2000
here=$(mktemp -d)
export DISPLAY=:${SCREEN:-$screen} WGPU_BACKEND=${WGPU_BACKEND:-vulkan}
Xvfb "$DISPLAY" -noreset -screen 0 1360x860x24 >/dev/null 2>&1 & xvfb=$!
trap 'kill $xvfb 2>/dev/null; rm -rf "$here"' EXIT
sleep 1
if ! kill -0 $xvfb 2>/dev/null; then
    echo "no screen could be made at $DISPLAY, which may be in use: set SCREEN to another number"
    exit 1
fi
failed=0

now() { echo $(($(date +%s%N) / 1000000)); }
pause() { sleep "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))"; }

# Opens the window in a folder of its own ($folder), with the settings that come on standard input.
open_window() {
    folder=$here/$1 finished=()
    mkdir -p "$folder/scumble"
    cat >"$folder/scumble/settings.toml"
    XDG_CONFIG_HOME=$folder XDG_STATE_HOME=$folder "$program" >"$folder/log" 2>&1 & painter=$!
    for ((i = 0; i < 100; i++)); do
        xdotool search --onlyvisible --name Scumble >/dev/null 2>&1 && break
        sleep 0.1
    done
    sleep 1.5
    xdotool windowfocus "$(xdotool search --name Scumble | tail -1)" 2>/dev/null
}

# Paints a row at that height of the screen and notes when it was done.
stroke() {
    xdotool mousemove 300 "$1" mousedown 1 sleep 0.02 mousemove 340 "$1" sleep 0.02 mousemove 400 "$1" sleep 0.02 \
        mousemove 460 "$1" sleep 0.02 mousemove 540 "$1" sleep 0.02 mouseup 1
    finished+=("$(now)")
    sleep 0.1
}

# Kills the window and counts: $killed, $owed, $found (rows in the journal), and what it says of its state ($made layers by
# a model, $waiting pictures, page of $width by $height). Its own end is no kill, but it is to be known: then it fails.
kill_window() {
    killed=$(now) owed=0 made=0 waiting=0 width=0 height=0
    if ! kill -9 $painter 2>/dev/null; then
        wait $painter
        echo "kill $1: the program had ended by itself ($?): $(tail -n 3 "$folder/log")"
        failed=$((failed + 1))
        return 1
    fi
    wait $painter 2>/dev/null
    xdotool mouseup 1
    for at in "${finished[@]}"; do ((at + interval + slack <= killed)) && ((owed++)); done
    SCUMBLE_CRASH_LOOK=$folder/scumble/recovery "$core" crash::look_into_a_folder --exact --nocapture >"$folder/look"
    found=$(awk '/^rows/ { before = -9; for (i = 2; i <= NF; i++) { if ($i > before + 1) bands++; before = $i } } END { print bands + 0 }' "$folder/look")
    read -r made waiting width height < <(awk '/^state/ { print $3, $5, $7, $8 }' "$folder/look")
    made=${made:-0} waiting=${waiting:-0} width=${width:-0} height=${height:-0}
}
