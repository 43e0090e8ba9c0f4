#!/bin/bash
# Kills the real window while it generates, just after a picture was accepted, and while the page is pulled outward, and
# looks what its journal holds.
#
#   tests/crash/generating.sh PROGRAM CORE_TEST [KILLS]
#
# As window.sh, with ImageMagick besides, and the model inside the program. What is owed: every stroke that was finished
# longer before the kill than the interval of autosaving (2 s) and 1.5 s for the journey of its events; a picture that was
# finished (its file lay in the folder) or accepted, as a layer or as one that waits; the larger page, once the new
# canvas was there that long.
set -u
program=$1 core=$2 kills=${3:-30} interval=2000 slack=1500
here=$(mktemp -d)
export DISPLAY=:${SCREEN:-85} WGPU_BACKEND=${WGPU_BACKEND:-vulkan}
Xvfb "$DISPLAY" -noreset -screen 0 1360x860x24 >/dev/null 2>&1 & screen=$!
trap 'kill $screen; rm -rf "$here"' EXIT
sleep 1
RANDOM=11
now() { echo $(($(date +%s%N) / 1000000)); }
pause() { sleep "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))"; }
read -ra phases <<<"${PHASES:-generate accept extend}"
failed=0
declare -A times
for ((n = 1; n <= kills; n++)); do
    phase=${phases[n % ${#phases[@]}]}
    folder=$here/$n
    mkdir -p "$folder/scumble"
    cat >"$folder/scumble/settings.toml" <<'END'
autosave_secs = 2.0
new_size = [480, 360]
[generate]
prompt = "a lake at sunset"
[generate.style]
name = "Plain"
steps = 20
cfg_scale = 4.0
END
    XDG_CONFIG_HOME=$folder XDG_STATE_HOME=$folder "$program" >"$folder/log" 2>&1 & painter=$!
    for ((i = 0; i < 100; i++)); do
        xdotool search --onlyvisible --name Scumble >/dev/null 2>&1 && break
        sleep 0.1
    done
    sleep 1.5
    xdotool windowfocus "$(xdotool search --name Scumble | tail -1)" 2>/dev/null
    finished=()
    strokes=$((2 + RANDOM % 5))
    for ((i = 0; i < strokes; i++)); do
        y=$((150 + 70 * i))
        xdotool mousemove 300 $y mousedown 1 sleep 0.02 mousemove 400 $y sleep 0.02 mousemove 540 $y sleep 0.02 mouseup 1
        finished+=("$(now)")
        sleep 0.1
    done
    pictures() { find "$folder/scumble/recovery" -name 'waiting-*.ora' 2>/dev/null | wc -l; }
    due_picture=0 due_page=0
    if [ $phase = extend ]; then
        # The page tool, "Fill what is new" in its bar, and the middle of the right edge. The page is white (handles are
        # too small to count).
        read -r x y w h < <(import -window root -crop 1000x760+50+70 png:- |
            convert png:- +repage -fuzz 1% -fill black +opaque white -statistic Minimum 15x15 -trim \
                -format '%X %Y %w %h' info:)
        x=$((50 + x + w + 7)) y=$((70 + y + h / 2))
        xdotool key c sleep 0.3 mousemove 633 45 click 1 sleep 0.3
        xdotool mousemove $x $y sleep 0.1 mousedown 1 sleep 0.05 mousemove $((x + 30)) $y sleep 0.05 \
            mousemove $((x + 55)) $y sleep 0.05
        # Some kills fall into the pulling itself.
        released=0
        ((RANDOM % 4)) && xdotool mouseup 1 && released=1
        pulled=$(now)
        pause $((RANDOM % 6000))
        killed=$(now)
        ((released && pulled + interval + slack <= killed)) && due_page=1
    else
        xdotool key ctrl+Return
        if [ $phase = accept ]; then
            for ((i = 0; i < 300; i++)); do
                [ "$(pictures)" -gt 0 ] && break
                sleep 0.05
            done
            [ "$(pictures)" -gt 0 ] && due_picture=1
            xdotool key Return
            pause $((RANDOM % 5000))
        else
            pause $((RANDOM % 4000))
            [ "$(pictures)" -gt 0 ] && due_picture=1
        fi
        killed=$(now)
    fi
    if ! kill -9 $painter 2>/dev/null; then
        wait $painter
        echo "kill $n ($phase): the program had ended by itself ($?): $(tail -n 3 "$folder/log")"
        failed=$((failed + 1))
        continue
    fi
    wait $painter 2>/dev/null
    xdotool mouseup 1
    owed=0
    for at in "${finished[@]}"; do ((at + interval + slack <= killed)) && ((owed++)); done
    SCUMBLE_CRASH_LOOK=$folder/scumble/recovery "$core" crash::look_into_a_folder --exact --nocapture >"$folder/look"
    found=$(awk '/^rows/ { before = -9; for (i = 2; i <= NF; i++) { if ($i > before + 1) bands++; before = $i } } END { print bands + 0 }' "$folder/look")
    read -r made waiting width height < <(awk '/^state/ { print $3, $5, $7, $8 }' "$folder/look")
    made=${made:-0} waiting=${waiting:-0} width=${width:-0}
    word=ok
    ((found < owed)) && word=LOST
    ((due_picture && made + waiting < 1)) && word="LOST (picture)"
    ((due_page && width <= 480)) && word="LOST (page)"
    [ "$word" = ok ] || failed=$((failed + 1))
    times[$phase]=$((${times[$phase]:-0} + 1))
    echo "kill $n ($phase): painted ${#finished[@]}, owed $owed, found $found; pictures due $due_picture, layers $made, waiting $waiting; page $width (due $due_page): $word"
done
echo "$kills kills (generate ${times[generate]:-0}, accept ${times[accept]:-0}, extend ${times[extend]:-0}), $failed lost something"
exit $((failed > 0))
