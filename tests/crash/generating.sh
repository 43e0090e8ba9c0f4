#!/bin/bash
# Kills the real window while it generates, just after a picture was accepted, and while the page is pulled outward, and
# looks what its journal holds.
#
#   [PHASES="generate accept extend"] tests/crash/generating.sh PROGRAM CORE_TEST [KILLS]
#
# What they are and what is needed: see common.sh; ImageMagick besides, and the model inside the program. What is owed
# beside strokes: a picture that was finished (its file lay in the folder) or accepted, as a layer or as one that waits; the
# larger page, once it was pulled as long ago as a stroke that is owed.
screen=85 slack=1500
. "$(dirname "$0")/common.sh"
RANDOM=11
read -ra phases <<<"${PHASES:-generate accept extend}"
declare -A times
due_pages=0 larger=0 filled=0

pictures() { find "$folder/scumble/recovery" -name 'waiting-*.ora' 2>/dev/null | wc -l; }

# Pulls the handle beside the right edge of the page outward, with the brush in hand: what is new is filled at once. The
# page is white (handles are too small to count); to let go over a panel is as good.
pull() {
    local x y w h by=$((60 + RANDOM % 180))
    read -r x y w h < <(import -window root -crop 1000x760+50+70 png:- |
        convert png:- +repage -fuzz 1% -fill black +opaque white -statistic Minimum 15x15 -trim \
            -format '%X %Y %w %h' info:)
    x=$((50 + x + w + 7 + 28)) y=$((70 + y + h / 2))
    xdotool mousemove $x $y sleep 0.2 mousedown 1 sleep 0.05 mousemove $((x + by / 2)) $y sleep 0.05 \
        mousemove $((x + by)) $y sleep 0.05
}

for ((n = 1; n <= kills; n++)); do
    phase=${phases[n % ${#phases[@]}]}
    open_window $n <<'END'
autosave_secs = 2.0
new_size = [480, 360]
[generate]
prompt = "a lake at sunset"
[generate.style]
name = "Plain"
steps = 20
cfg_scale = 4.0
END
    strokes=$((2 + RANDOM % 5))
    for ((k = 0; k < strokes; k++)); do stroke $((150 + 70 * k)); done
    due_picture=0 due_page=0
    case $phase in
    extend)
        pull
        # Some kills fall into the pulling itself, most into the filling or behind it.
        released=0
        ((RANDOM % 8)) && xdotool mouseup 1 && released=1
        pulled=$(now)
        pause $((2500 + RANDOM % 7500))
        ((released && pulled + interval + slack <= $(now))) && due_page=1
        ;;
    accept)
        xdotool key ctrl+Return
        for ((i = 0; i < 300; i++)); do
            [ "$(pictures)" -gt 0 ] && break
            sleep 0.05
        done
        [ "$(pictures)" -gt 0 ] && due_picture=1
        xdotool key Return
        pause $((RANDOM % 5000))
        ;;
    *)
        xdotool key ctrl+Return
        pause $((RANDOM % 4000))
        [ "$(pictures)" -gt 0 ] && due_picture=1
        ;;
    esac
    kill_window "$n ($phase)" || continue
    word=ok
    ((found < owed)) && word=LOST
    ((due_picture && made + waiting < 1)) && word="LOST (picture)"
    ((due_page && width <= 480)) && word="LOST (page)"
    [ "$word" = ok ] || failed=$((failed + 1))
    times[$phase]=$((${times[$phase]:-0} + 1))
    due_pages=$((due_pages + due_page))
    if [ $phase = extend ]; then
        ((width > 480)) && larger=$((larger + 1))
        ((made > 0)) && filled=$((filled + 1))
    fi
    echo "kill $n ($phase): painted ${#finished[@]}, owed $owed, found $found; pictures due $due_picture, layers $made, waiting $waiting; page $width (due $due_page): $word"
done
echo "$kills kills (generate ${times[generate]:-0}, accept ${times[accept]:-0}, extend ${times[extend]:-0}: page due $due_pages, larger $larger, with what fills it $filled), $failed lost something"
exit $((failed > 0))
