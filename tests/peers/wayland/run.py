"""Plays a pen to the real window and looks at what it painted: python3 tests/peers/wayland/run.py PROGRAM [--keep DIR]

Needs Python 3.9, the protocols' XML files (Debian: libwayland-dev, wayland-protocols) and a Vulkan driver, which may be
one in software (mesa-vulkan-drivers); no screen, no tablet. PROGRAM is a built scumble.

Under a compositor of our own, with both versions of the protocol for tablets, it asks that
- nothing wakes the window but the pen,
- the outline of the brush follows a pen that hovers, and goes with it,
- a stroke pressed from 10 % to 100 % is at least 1.5 times as wide at its end as at its beginning,
- the eraser end erases, even if it is lifted and leaves at once, and no longer than it is near,
- the mouse paints, before the first pen and after the last,
- the pen presses a button, and the program ends well.
--keep leaves the pictures in a folder. It is run by hand: a busy machine makes it slow.
"""
import argparse
import contextlib
import math
import subprocess
import tempfile

from compositor import ERASER, PEN, Compositor, common

SIZE = (1360, 860)
# The page of a new picture lies within, with room for the pen beside it.
PAGE = (240, 120, 900, 780)
MOUSE, SECOND_MOUSE, STROKE, CROSSING = 180, 660, 440, 570
# "Discard all" in the question whether to save.
DISCARD = (599, 474)
STEPS, STEP_SECS, TAP_SECS = 100, 1 / 120, 0.3
QUIET_SECS, LIMIT_SECS = 2.0, 90
AT_LEAST_WIDER = 1.5


class Session:
    """A window and what it showed."""

    def __init__(self, program, folder, tablets, keep):
        self.keep = keep and f"{keep}/tablet-v{tablets}"
        self.compositor = Compositor(f"{folder}/wayland-pen", SIZE, tablets)
        environment = common.Home(folder).environment(WAYLAND_DISPLAY="wayland-pen")
        self.process = subprocess.Popen([program], env=environment)

    def look(self, name):
        picture = self.compositor.settle(QUIET_SECS, LIMIT_SECS)
        if self.keep:
            picture.save(f"{self.keep}-{name}.png")
        return picture

    def mouse_stroke(self, y):
        left, _, right, _ = PAGE
        self.compositor.mouse(left, y)
        self.compositor.pump(0.1)
        self.compositor.mouse(left, y, pressed=True)
        for x in range(left, right, 10):
            self.compositor.mouse(x, y)
            self.compositor.pump(STEP_SECS)
        self.compositor.mouse(right, y, pressed=False)
        self.compositor.pump(0.1)
        self.compositor.mouse(SIZE[0] // 2, SIZE[1] - 4)
        self.compositor.pump(0.1)
        self.compositor.mouse_leaves()

    def pen_stroke(self, begin, end):
        """From one place to the other, pressed more and more."""
        for step in range(STEPS + 1):
            share = step / STEPS
            place = (begin[0] + (end[0] - begin[0]) * share, begin[1] + (end[1] - begin[1]) * share)
            first = [("down",)] if step == 0 else []
            self.compositor.pen(PEN, *first, ("motion", *place), ("pressure", 0.1 + 0.9 * share), ("tilt", 20.0, 10.0))
            self.compositor.pump(STEP_SECS)

    def leave(self):
        """Closes the window as its frame would, and answers with the pen that nothing is to be saved. Its exit code."""
        self.compositor.close_window()
        self.look("9-question")
        with contextlib.suppress(ConnectionError):
            self.compositor.pen(PEN, ("proximity_in",), ("motion", *DISCARD))
            self.compositor.pump(TAP_SECS)
            self.compositor.pen(PEN, ("down",), ("pressure", 0.5))
            self.compositor.pump(TAP_SECS)
            self.compositor.pen(PEN, ("up",), ("pressure", 0.0))
            self.compositor.pump(LIMIT_SECS)
            return "still there"
        return self.process.wait(LIMIT_SECS)


def dark(picture, x, y):
    return max(picture.at(x, y)) < 128


def width(picture, x, y):
    """How many pixels of a column are painted about there."""
    return sum(dark(picture, x, row) for row in range(y - 30, y + 30))


def differ(one, other, box):
    left, top, right, bottom = box
    cut = slice(4 * left, 4 * right)
    return any(a[cut] != b[cut] for a, b in zip(one.rows[top:bottom], other.rows[top:bottom]))


def play(session, check):
    left, top, right, bottom = PAGE
    middle = (left + right) // 2
    compositor = session.compositor
    session.look("1-start")
    frames = compositor.frames
    compositor.pump(2)
    check("the window sleeps while nothing happens", compositor.frames - frames, lambda drawn: drawn <= 2)
    session.mouse_stroke(MOUSE)
    empty = session.look("2-mouse")
    check("the mouse paints before any pen", width(empty, middle, MOUSE), lambda px: px > 5)

    around = (middle - 30, STROKE - 30, middle + 30, STROKE + 30)
    compositor.pen(PEN, ("proximity_in",), ("motion", middle, STROKE))
    check("hovering shows the outline", differ(empty, session.look("3-hover"), around), bool)
    compositor.pen(PEN, ("proximity_out",))
    check("leaving hides it", differ(empty, session.look("4-left"), around), lambda seen: not seen)

    compositor.pen(PEN, ("proximity_in",), ("motion", left, STROKE))
    session.pen_stroke((left, STROKE), (right, STROKE))
    compositor.pen(PEN, ("up",), ("pressure", 0.0))
    compositor.pen(PEN, ("proximity_out",))
    painted = session.look("5-pen")
    length = right - left
    widths = [width(painted, left + math.floor(length * share), STROKE) for share in (0.1, 0.3, 0.5, 0.7, 0.9)]
    check("pressure widens the stroke", widths, lambda w: w == sorted(w) and w[0] > 0 and w[-1] >= AT_LEAST_WIDER * w[0])

    compositor.pen(ERASER, ("proximity_in",), ("motion", CROSSING, STROKE - 100), ("pressure", 1.0))
    for y in range(STROKE - 100, STROKE + 100, 4):
        down = [("down",)] if y == STROKE - 100 else []
        compositor.pen(ERASER, *down, ("motion", CROSSING, y), ("pressure", 1.0))
        compositor.pump(STEP_SECS)
    compositor.pen(ERASER, ("up",), ("proximity_out",))
    erased = session.look("6-eraser")
    check("the eraser end erases", width(erased, CROSSING, STROKE), lambda px: px == 0)
    check("and only where it was", width(erased, CROSSING + 60, STROKE), lambda px: px > 5)
    for y in range(STROKE - 60, STROKE + 60, 10):
        compositor.mouse(left + length // 4, y)
        compositor.pump(STEP_SECS)
    compositor.mouse_leaves()
    check("it let go", differ(erased, session.look("7-let-go"), PAGE), lambda changed: not changed)
    session.mouse_stroke(SECOND_MOUSE)
    check("the mouse paints afterwards", width(session.look("8-mouse"), middle, SECOND_MOUSE), lambda px: px > 5)


def main():
    args, check = common.arguments(argparse.ArgumentParser()), common.Checks()
    for tablets in (1, 2):
        print(f"tablet protocol, version {tablets}", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            session = Session(args.program, folder, tablets, args.keep)
            try:
                play(session, check)
                check("the pen presses buttons, and the program ends", session.leave(), lambda code: code == 0)
            except (ConnectionError, TimeoutError) as error:
                check("the window lives", error, lambda _: False)
            finally:
                session.process.kill()
                session.process.wait()
    check.end()


if __name__ == "__main__":
    main()
