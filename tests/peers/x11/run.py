"""Drags files between the real window and a program of GTK under X11: python3 tests/peers/x11/run.py PROGRAM [--keep DIR]

Needs Xvfb, xdotool and ImageMagick, GTK 3 with its Python (Debian: gir1.2-gtk-3.0, python3-gi) and a Vulkan driver,
which may be one in software (mesa-vulkan-drivers). PROGRAM is a built scumble with its starter model.

It asks that
- a candidate pulled out of the window arrives in the other program as a PNG file that says how it was made,
- pulled over the other program and back, or let go of over nothing, it arrives nowhere, and nothing is opened,
- a program that hangs does not keep the next pull from arriving,
- after all that the window hears the mouse as before,
- a candidate pulled onto the style slot is the style picture,
- a file of the other program dropped on the style slot is the style picture, and elsewhere a document.
--keep leaves the pictures in a folder, --manager begins a window manager first. It is run by hand: a busy machine makes it slow.
"""
import argparse
import contextlib
import json
import os
import queue
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import zlib

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import common  # noqa: E402
from common import LIMIT_SECS, SEED, Home  # noqa: E402

SCREEN = (1800, 900)
# The other program lies beside the window: what takes files is its upper half, what is a file the lower.
PEER = (1400, 100, 300, 400)
TAKES, GIVES = (1550, 200), (1550, 400)
NOTHING = (1550, 700)
CANVAS = (560, 300)
TAB = (1205, 77)


def facts(path):
    """Width, height and texts of a PNG file, every sum of which is right."""
    with open(path, "rb") as file:
        data = file.read()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", "it is no PNG"
    at, size, texts = 8, None, {}
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        kind, body = data[at + 4:at + 8], data[at + 8:at + 8 + length]
        assert struct.unpack_from(">I", data, at + 8 + length)[0] == zlib.crc32(kind + body), f"{kind} is damaged"
        if kind == b"IHDR":
            size = struct.unpack_from(">II", body)
        elif kind in (b"tEXt", b"iTXt"):
            key, _, text = body.partition(b"\0")
            texts[key.decode()] = text.decode("latin-1" if kind == b"tEXt" else "utf-8")
        at += 12 + length
    return size, texts


class Session(Home):
    """A screen, our window on it, and the other program."""

    def __init__(self, program, folder, keep, manager):
        super().__init__(folder)
        self.keep, self.heard, self.processes, self.surroundings = keep, queue.Queue(), [], None
        read, write = os.pipe()
        screen = f"{SCREEN[0]}x{SCREEN[1]}x24"
        self.start(["Xvfb", "-displayfd", str(write), "-screen", "0", screen], pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        with open(read, encoding="ascii") as number:
            self.display = ":" + number.readline().strip()
        self.surroundings = self.environment(DISPLAY=self.display, GDK_BACKEND="x11")
        if manager:
            self.start([manager])
            time.sleep(2)
        self.write_settings("a red house, 100 % öl")
        page, self.given = f"{folder}/page.png", f"{folder}/given ü 50%.png"
        common.page(page, 64, 64, (200, 120, 60))
        common.page(self.given, 40, 30, (30, 160, 60))
        given = "file://" + urllib.parse.quote(self.given)
        self.peer = self.start([sys.executable, f"{os.path.dirname(os.path.abspath(__file__))}/peer.py",
                                *map(str, PEER), given], stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self.listen, daemon=True).start()
        if not self.wait_for("ready"):
            raise SystemExit("the other program did not start")
        self.program = self.start([program, page])

    def start(self, command, **options):
        process = subprocess.Popen(command, env=self.surroundings, **options)
        self.processes.append(process)
        return process

    def listen(self):
        for line in self.peer.stdout:
            self.heard.put(json.loads(line))

    def wait_for(self, what, secs=LIMIT_SECS):
        """The next thing of that name that the other program says; None if it says none."""
        until = time.monotonic() + secs
        while (left := until - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                said = self.heard.get(timeout=left)
                if what in said:
                    return said[what]
        return None

    def forget(self):
        while not self.heard.empty():
            self.heard.get()

    def do(self, *words):
        return subprocess.run(["xdotool", *map(str, words)], env=self.surroundings, check=False, text=True,
                              capture_output=True).stdout.strip()

    def look(self, name):
        """A picture of the screen; with --keep it stays."""
        path = f"{self.keep or self.folder}/{name}.png"
        subprocess.run(["import", "-window", "root", path], env=self.surroundings, check=True)
        return path

    @staticmethod
    def at(lies, place):
        """A place of the window on the screen: a window manager puts a frame around it."""
        return int(lies["X"]) + place[0], int(lies["Y"]) + place[1]

    def until(self, what, holds, secs=LIMIT_SECS):
        until = time.monotonic() + secs
        while time.monotonic() < until:
            if found := holds():
                return found
            if self.program.poll() is not None:
                raise RuntimeError(f"the program ended before {what}")
            time.sleep(0.2)
        raise TimeoutError(f"{what} did not happen")

    def move(self, begin, *way, steps=12, secs=0.03):
        for place in way:
            for step in range(1, steps + 1):
                share = step / steps
                self.do("mousemove", *(round(a + (b - a) * share) for a, b in zip(begin, place)))
                time.sleep(secs)
            begin = place

    def pull(self, begin, *way, before_end=1.5, look=None):
        """Presses, moves along the way, waits, perhaps looks, and lets go."""
        self.do("mousemove", *begin)
        time.sleep(0.3)
        self.do("mousedown", 1)
        time.sleep(0.2)
        self.move(begin, *way)
        time.sleep(before_end)
        if look:
            self.look(look)
        self.do("mouseup", 1)
        time.sleep(0.5)

    def end(self):
        for process in reversed(self.processes):
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.wait()


def files_of(uris):
    return [urllib.parse.unquote(uri.removeprefix("file://")) for uri in uris or []]


def play(session, check, thumbnail, slot):
    session.until("the window", lambda: session.do("search", "--name", "Scumble"))
    window = session.do("search", "--name", "Scumble").split()[0]
    time.sleep(8)
    session.do("windowmove", window, 0, 0)
    session.do("windowfocus", window)
    time.sleep(1)
    corner = session.do("mousemove", "--window", window, 0, 0, "getmouselocation", "--shell")
    lies = dict(line.split("=") for line in corner.splitlines())
    canvas, thumbnail, slot = (session.at(lies, place) for place in (CANVAS, thumbnail, slot))
    session.do("mousemove", *session.at(lies, TAB), "click", 1)
    time.sleep(1)
    session.do("key", "ctrl+Return")
    session.until("a candidate", session.candidates)
    time.sleep(3)
    session.look("1-candidate")

    session.forget()
    session.pull(thumbnail, canvas, TAKES)
    files = files_of(session.wait_for("dropped", 20))
    check("a candidate arrives as a file", files, lambda f: len(f) == 1 and os.path.exists(f[0]))
    if files:
        size, texts = facts(files[0])
        check("of its size", size, lambda s: s == (64, 64))
        check("that says how it was made", texts.get("parameters"), lambda t: t and f"Seed: {SEED}" in t)
        check("by a name that says what it is", os.path.basename(files[0]), lambda n: n.endswith(f" {SEED}.png") and "öl" in n)

    session.forget()
    session.pull(thumbnail, canvas, TAKES, canvas)
    check("there and back again it arrives nowhere", session.wait_for("dropped", 3), lambda f: f is None)
    session.pull(thumbnail, canvas, NOTHING)
    check("over nothing, too", session.wait_for("dropped", 3), lambda f: f is None)
    check("and no document was opened", session.documents(), lambda n: n == 1)

    os.kill(session.peer.pid, signal.SIGSTOP)
    session.pull(thumbnail, canvas, TAKES, before_end=0.5)
    time.sleep(2)
    os.kill(session.peer.pid, signal.SIGCONT)
    time.sleep(1)
    session.forget()
    session.pull(thumbnail, canvas, TAKES)
    check("after one that hung the next arrives", len(files_of(session.wait_for("dropped", 20))), lambda n: n == 1)

    session.pull(thumbnail, canvas, slot, look="2-over-slot")
    style = session.until("a style picture", session.style, 20)
    check("pulled onto the slot it is the style picture", style, lambda f: f.endswith(f" {SEED}.png") and os.path.exists(f))
    session.look("3-style")

    session.forget()
    session.pull(GIVES, (1550, 450), canvas, slot, look="4-file-over-slot")
    session.until("the dropped style picture", lambda: session.style() == session.given, 20)
    check("a file dropped on the slot is the style picture", session.style(), lambda f: f == session.given)
    check("the other program is told", session.wait_for("ended", 10), bool)
    check("and nothing was opened", session.documents(), lambda n: n == 1)
    session.look("5-dropped")
    session.pull(GIVES, (1550, 450), canvas, before_end=1.0)
    time.sleep(3)
    session.look("6-opened")
    title = session.do("getwindowname", window)
    check("dropped elsewhere it is a document", title, lambda t: t.startswith("given ü 50%"))
    check("and the window is well", session.program.poll(), lambda code: code is None)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--thumbnail", type=int, nargs=2, default=(340, 760), help="where the candidate lies")
    parser.add_argument("--slot", type=int, nargs=2, default=(1150, 263), help="where the style slot lies in a drag")
    parser.add_argument("--manager", help="a window manager, as openbox")
    args, check = common.arguments(parser), common.Checks()
    missing = [tool for tool in ("Xvfb", "xdotool", "import") if not shutil.which(tool)]
    if missing:
        raise SystemExit(f"missing: {', '.join(missing)}")
    with tempfile.TemporaryDirectory() as folder:
        session = Session(args.program, folder, args.keep, args.manager)
        try:
            play(session, check, tuple(args.thumbnail), tuple(args.slot))
        except (RuntimeError, TimeoutError) as error:
            check("the window does as asked", error, lambda _: False)
            session.look("failed")
        finally:
            session.end()
    check.end()


if __name__ == "__main__":
    main()
