#!/bin/bash
# Kills the real window while it is painted in, again and again, and counts the strokes that its journal holds.
#
#   tests/crash/window.sh PROGRAM CORE_TEST [KILLS]
#
# What they are, what is needed and what is owed: see common.sh.
screen=84 slack=1000
. "$(dirname "$0")/common.sh"
RANDOM=7
owed_all=0 found_all=0
for ((n = 1; n <= kills; n++)); do
    open_window $n <<<'autosave_secs = 2.0'
    end=$(($(now) + 2500 + RANDOM % 6000))
    for ((y = 110; y < 780 && $(now) < end; y += 22)); do stroke $y; done
    while (($(now) < end)); do sleep 0.01; done
    kill_window $n || continue
    word=ok
    if ((found < owed || found > ${#finished[@]} + 1)); then word=LOST failed=$((failed + 1)); fi
    echo "kill $n: painted ${#finished[@]}, owed $owed, found $found: $word"
    owed_all=$((owed_all + owed)) found_all=$((found_all + found))
done
echo "$kills kills, $owed_all strokes owed, $found_all found, $failed kills lost something"
exit $((failed > 0))
