#!/bin/bash
# Kills the real window while it is painted in, again and again, and counts the strokes that its journal holds.
#
#   tests/crash/window.sh PROGRAM CORE_TEST [KILLS]
#
# PROGRAM is the built program, CORE_TEST the built test program `core`, whose `look_into_a_folder` reads journals.
# Needs Xvfb, xdotool and a graphics driver that works without a screen. Every stroke is a row of its own: a stroke
# that was finished longer before the kill than the interval of autosaving (2 s) and 1 s for the journey of its events
# must be in the journal.
set -u
program=$1 core=$2 kills=${3:-30} interval=2000 slack=1000
here=$(mktemp -d)
export DISPLAY=:${SCREEN:-84} WGPU_BACKEND=${WGPU_BACKEND:-vulkan}
Xvfb "$DISPLAY" -noreset -screen 0 1360x860x24 >/dev/null 2>&1 & screen=$!
trap 'kill $screen; rm -rf "$here"' EXIT
sleep 1
RANDOM=7
now() { echo $(($(date +%s%N) / 1000000)); }
failed=0 owed_all=0 found_all=0
for ((n = 1; n <= kills; n++)); do
    folder=$here/$n
    mkdir -p "$folder/scumble"
    printf 'autosave_secs = 2.0\n' >"$folder/scumble/settings.toml"
    XDG_CONFIG_HOME=$folder XDG_STATE_HOME=$folder "$program" >"$folder/log" 2>&1 & painter=$!
    for ((i = 0; i < 100; i++)); do
        xdotool search --onlyvisible --name Scumble >/dev/null 2>&1 && break
        sleep 0.1
    done
    sleep 1.5
    end=$(($(now) + 2500 + RANDOM % 6000))
    finished=()
    for ((y = 110; y < 780 && $(now) < end; y += 22)); do
        xdotool mousemove 300 $y mousedown 1 sleep 0.02 mousemove 340 $y sleep 0.02 mousemove 400 $y sleep 0.02 \
            mousemove 460 $y sleep 0.02 mousemove 540 $y sleep 0.02 mouseup 1
        finished+=("$(now)")
        sleep 0.1
    done
    while (($(now) < end)); do sleep 0.01; done
    killed=$(now)
    if ! kill -9 $painter 2>/dev/null; then
        # Its own end is no kill, but it is to be known.
        wait $painter
        echo "kill $n: the program had ended by itself ($?): $(tail -n 3 "$folder/log")"
        failed=$((failed + 1))
        continue
    fi
    wait $painter 2>/dev/null
    owed=0
    for at in "${finished[@]}"; do ((at + interval + slack <= killed)) && ((owed++)); done
    found=$(SCUMBLE_CRASH_LOOK=$folder/scumble/recovery "$core" crash::look_into_a_folder --exact --nocapture |
        awk '/^rows/ { before = -9; for (i = 2; i <= NF; i++) { if ($i > before + 1) bands++; before = $i } } END { print bands + 0 }')
    word=ok
    if ((found < owed || found > ${#finished[@]} + 1)); then word=LOST failed=$((failed + 1)); fi
    echo "kill $n: painted ${#finished[@]}, owed $owed, found $found: $word"
    owed_all=$((owed_all + owed)) found_all=$((found_all + found))
done
echo "$kills kills, $owed_all strokes owed, $found_all found, $failed kills lost something"
exit $((failed > 0))
