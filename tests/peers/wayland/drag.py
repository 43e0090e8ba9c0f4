"""Drags files between the real window and another program under Wayland: python3 tests/peers/wayland/drag.py PROGRAM
[--keep DIR]

Needs what run.py needs, and a built scumble with its starter model as PROGRAM.

Under a compositor of our own, which tells either all data devices of the window of a drag or only the last, as
compositors do, it asks that
- a candidate pulled out of the window is a file for the other program, a PNG,
- the drag is begun by the press of the button, which the window does not keep as held,
- given up by the system nothing comes of it, and nothing of a candidate dropped on the canvas,
- a candidate dropped on the style slot is the style picture,
- a file of the other program dropped on the style slot is the style picture, and elsewhere a document,
- what offers no files is not taken, and who offers files and then says nothing holds up nothing.
--keep leaves the pictures in a folder. It is run by hand: a busy machine makes it slow.
"""
import argparse
import contextlib
import os
import subprocess
import tempfile
import time
import urllib.parse

from compositor import Compositor, common
from run import differ

from common import LIMIT_SECS, SEED, Home

SIZE = (1360, 860)
# Places of the window as it is by default; the slot is where it comes into view in a drag.
TAB, GENERATE, THUMBNAIL, SLOT, CANVAS = (1205, 77), (1157, 316), (352, 760), (1150, 263), (560, 300)
OUTSIDE = (1500, 400)
URIS = "text/uri-list"
COPY = 1


class Drags(Compositor):
    """A compositor whose mouse drags. What is outside the window is another program, which takes everything."""

    def __init__(self, path, size, only_last):
        super().__init__(path, size, 1)
        self.only_last, self.devices, self.source, self.held = only_last, [], None, ()
        self.offers, self.told, self.brings, self.taken, self.finished = [], [], None, None, False
        self.dropped, self.begun, self.title = None, 0, ""

    # What the window asks.

    def xdg_toplevel_set_title(self, _toplevel, title):
        self.title = title

    def wl_data_device_manager_create_data_source(self, _manager, source):
        source.kinds = []

    def wl_data_source_offer(self, source, kind):
        source.kinds.append(kind)

    def wl_data_source_destroy(self, source):
        if source is self.source:
            self.source = None

    def wl_data_device_manager_get_data_device(self, _manager, device, _seat):
        self.devices.append(device)

    def wl_data_device_release(self, device):
        self.devices.remove(device)

    def wl_data_device_start_drag(self, _device, source, origin, _icon, serial):
        if serial in self.held and origin is self.window:
            self.begun += 1
            self.source, self.brings = source, source.kinds
            self.mouse_leaves()

    def wl_data_offer_accept(self, _offer, _serial, kind):
        self.taken = kind

    def wl_data_offer_set_actions(self, offer, _actions, _preferred):
        offer.send("action", COPY)

    def wl_data_offer_receive(self, _offer, kind, file):
        if self.source:
            self.source.send("send", kind, file)
        elif self.dropped is not None:
            os.write(file, self.dropped)
        else:
            self.told.append(file)  # It never comes.
            return
        os.close(file)

    def wl_data_offer_finish(self, _offer):
        self.finished = True

    # What the mouse does.

    def mouse(self, x, y, pressed=None):
        if self.brings is None:
            before = self.serial
            super().mouse(x, y, pressed)
            # Each pointer heard of the press by a number of its own.
            if pressed is not None:
                self.held = range(before + 1, self.serial + 1) if pressed else ()
            return
        inside = x < self.size[0]
        if inside and not self.offers:
            self.enter(x, y)
        elif inside:
            for device, _ in self.offers:
                device.send("motion", self.now_ms(), x, y)
        elif self.offers:
            self.leave()
        if pressed is False:
            self.drop(inside)

    def enter(self, x, y):
        ours = [device for device in self.devices if device.client is self.window.client]
        self.taken, self.finished = None, False
        for device in ours[-1:] if self.only_last else ours:
            offer = device.send("data_offer")
            for kind in self.brings:
                offer.send("offer", kind)
            offer.send("source_actions", COPY)
            device.send("enter", self.next_serial(), self.window, x, y, offer)
            self.offers.append((device, offer))

    def leave(self):
        for device, _ in self.offers:
            device.send("leave")
        self.offers = []

    def drop(self, inside):
        for device, _ in self.offers:
            # Who does not take it only sees it go.
            device.send("drop" if self.taken else "leave")
        if not inside and self.source:
            self.source.send("dnd_drop_performed")
            self.told = [self.fetch(kind) for kind in (URIS, "text/plain")]
            self.source.send("dnd_finished")
        elif self.source:
            self.source.send("dnd_drop_performed" if self.taken else "cancelled")
            self.pump(0.5)
            if self.source:
                self.source.send("dnd_finished" if self.finished else "cancelled")
        self.offers, self.brings, self.held = [], None, ()

    def fetch(self, kind):
        read, write = os.pipe()
        self.source.send("send", kind, write)
        os.close(write)
        self.pump(0.5)
        os.set_blocking(read, False)
        with open(read, "rb") as file:
            return (file.read() or b"").decode()

    def give_up(self):
        """As Escape does."""
        self.leave()
        if self.source:
            self.source.send("cancelled")
        self.brings, self.held = None, ()


class Session(Home):
    """A window and what it showed."""

    def __init__(self, program, folder, only_last, keep):
        super().__init__(folder)
        self.keep = keep and f"{keep}/{'last' if only_last else 'all'}"
        self.compositor = Drags(f"{folder}/wayland-drag", SIZE, only_last)
        self.write_settings("a red house")
        self.given, page = f"{folder}/given ü 50%.png", f"{folder}/page.png"
        common.page(page, 64, 64, (200, 120, 60))
        common.page(self.given, 40, 30, (30, 160, 60))
        environment = self.environment(WAYLAND_DISPLAY="wayland-drag")
        self.process = subprocess.Popen([program, page], env=environment)

    def look(self, name):
        picture = self.compositor.picture()
        if self.keep:
            picture.save(f"{self.keep}-{name}.png")
        return picture

    def until(self, what, holds, secs=LIMIT_SECS):
        until = time.monotonic() + secs
        while time.monotonic() < until:
            self.compositor.pump(0.2)
            if found := holds():
                return found
        raise TimeoutError(f"{what} did not happen")

    def click(self, place):
        for pressed in (None, True, False):
            self.compositor.mouse(*place, pressed=pressed)
            self.compositor.pump(0.3)

    def pull(self, *way, steps=12):
        """Presses at the first place and moves along the others."""
        self.compositor.mouse(*way[0])
        self.compositor.pump(0.4)
        self.compositor.mouse(*way[0], pressed=True)
        self.compositor.pump(0.4)
        self.go(*way, steps=steps)

    def go(self, *way, steps=12):
        for begin, end in zip(way, way[1:]):
            for step in range(1, steps + 1):
                share = step / steps
                self.compositor.mouse(*(a + (b - a) * share for a, b in zip(begin, end)))
                self.compositor.pump(0.04)
        self.compositor.pump(1.5)

    def bring(self, kinds, text, *way):
        """Another program drags something into the window and drops it at the end of the way."""
        self.compositor.mouse_leaves()
        self.compositor.brings, self.compositor.dropped, self.compositor.source = kinds, text, None
        self.go(OUTSIDE, *way)

    def let_go(self, place):
        self.compositor.mouse(*place, pressed=False)
        self.compositor.pump(1.5)


def play(session, check):
    compositor = session.compositor
    compositor.settle(2.0, LIMIT_SECS)
    session.click(TAB)
    session.click(GENERATE)
    session.until("a candidate", session.candidates)
    compositor.settle(2.0, LIMIT_SECS)
    session.look("1-candidate")

    session.pull(THUMBNAIL, CANVAS, OUTSIDE)
    check("the press of the button begins the drag", compositor.begun, lambda n: n == 1)
    compositor.mouse(*OUTSIDE, pressed=False)
    compositor.pump(0.5)
    uris, plain = compositor.told
    path = urllib.parse.unquote(uris.strip().removeprefix("file://"))
    check("the other program is told of a file", uris, lambda u: u.startswith("file:///") and u.endswith(f"%20{SEED}.png\r\n"))
    check("also in plain words", plain, lambda p: p == path)
    with open(path, "rb") as file:
        check("which is a PNG", file.read(8), lambda head: head == b"\x89PNG\r\n\x1a\n")
    check("and the drag is over", compositor.source, lambda source: source is None)

    # A window that believes it still drags shows the candidate at the pointer.
    before = compositor.settle(1.0, LIMIT_SECS)
    session.go((400, 500), CANVAS)
    carried = (CANVAS[0] + 20, CANVAS[1] + 20, CANVAS[0] + 70, CANVAS[1] + 70)
    outline = (CANVAS[0] - 130, CANVAS[1] - 20, CANVAS[0] - 90, CANVAS[1] + 20)
    seen = session.look("2-brush")
    check("the button is not held for the window", differ(before, seen, carried), lambda changed: not changed)
    check("which shows its brush", differ(before, seen, outline), bool)

    session.pull(THUMBNAIL, CANVAS)
    check("a second drag begins", compositor.begun, lambda n: n == 2)
    compositor.give_up()
    compositor.pump(1)
    check("given up it is over", compositor.source, lambda source: source is None)
    session.pull(THUMBNAIL, CANVAS)
    session.let_go(CANVAS)
    check("dropped on the canvas it is nothing", (session.style(), session.documents()), lambda s: s == (None, 1))

    session.pull(THUMBNAIL, CANVAS, SLOT)
    session.look("3-over-slot")
    session.let_go(SLOT)
    style = session.until("a style picture", session.style, 20)
    check("dropped on the slot it is the style picture", style, lambda f: f.endswith(f" {SEED}.png") and os.path.exists(f))

    session.bring(["text/plain"], b"words", CANVAS, SLOT)
    check("words are not taken", compositor.taken, lambda kind: not kind)
    session.let_go(SLOT)
    check("and change nothing", session.style(), lambda s: s == style)
    session.bring([URIS], None, CANVAS)
    session.let_go(CANVAS)
    check("who says nothing holds up nothing", len(compositor.told), lambda n: n > 0)
    given = f"# a comment\r\nfile://localhost{urllib.parse.quote(session.given)}\r\n".encode()
    session.bring([URIS, "text/plain"], given, CANVAS, SLOT)
    check("files are taken", compositor.taken, lambda kind: kind == URIS)
    session.look("4-file-over-slot")
    session.let_go(SLOT)
    session.until("the dropped style picture", lambda: session.style() == session.given, 20)
    check("a file dropped on the slot is the style picture", session.style(), lambda f: f == session.given)
    check("the other program is told", compositor.finished, bool)
    session.bring([URIS], given, CANVAS)
    session.let_go(CANVAS)
    titles = session.until("a document", lambda: compositor.title.startswith("given ü 50%") and compositor.title, 20)
    check("dropped elsewhere it is a document", titles, bool)
    session.look("5-opened")
    check("and the window is well", session.process.poll(), lambda code: code is None)


def main():
    args, check = common.arguments(argparse.ArgumentParser()), common.Checks()
    for only_last in (False, True):
        print(f"{'the last data device' if only_last else 'all data devices'}", flush=True)
        with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as ends:
            session = Session(args.program, folder, only_last, args.keep)
            ends.callback(session.process.wait)
            ends.callback(session.process.kill)
            try:
                play(session, check)
            except (ConnectionError, TimeoutError) as error:
                check("the window does as asked", error, lambda _: False)
                session.look("failed")
    check.end()


if __name__ == "__main__":
    main()
