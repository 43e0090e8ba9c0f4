"""What the runs of the window have in common: where the program keeps its own, and how it is said what holds of it."""
import os
import re
import struct
import subprocess
import sys
import zlib

LIMIT_SECS = 120
SEED = 7
# What would lead the program elsewhere than into the run's folder.
HIDDEN = ("DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME",
          "XDG_SESSION_TYPE")
SETTINGS = """
autosave_secs = 1.0
[generate]
prompt = "{prompt}"
seed = {seed}
seed_locked = true
mend_seam = false
[generate.style]
name = "Plain"
steps = 1
cfg_scale = 1.0
"""


class Home:
    """A folder that is the program's home."""

    def __init__(self, folder):
        self.folder, self.settings_file = folder, f"{folder}/.config/scumble/settings.toml"

    def environment(self, **more):
        kept = {name: value for name, value in os.environ.items() if name not in HIDDEN}
        return {**kept, "HOME": self.folder, "XDG_RUNTIME_DIR": self.folder, **more}

    def write_settings(self, prompt):
        os.makedirs(os.path.dirname(self.settings_file))
        with open(self.settings_file, "w", encoding="utf-8") as out:
            out.write(SETTINGS.format(prompt=prompt, seed=SEED))

    def style(self):
        """The style picture, as the settings have it."""
        with open(self.settings_file, encoding="utf-8") as file:
            found = re.search(r'^style_picture = (["\'])(.*)\1$', file.read(), re.MULTILINE)
        return found and found[2]

    def kept(self, name):
        """What the program keeps for a crash, by the pattern of its names."""
        found = subprocess.run(["find", f"{self.folder}/.local/state/scumble/recovery", "-name", name],
                               capture_output=True, text=True, check=False)
        return found.stdout.split()

    def candidates(self):
        return self.kept("*.ora")

    def documents(self):
        """How many are open."""
        return len(self.kept("document-*"))


class Checks:
    """Says of each thing whether it holds."""

    def __init__(self):
        self.bad = []

    def __call__(self, what, seen, holds):
        print(f"  {'ok' if holds(seen) else 'NO'}: {what} ({seen})", flush=True)
        if not holds(seen):
            self.bad.append(what)

    def end(self):
        sys.exit(1 if self.bad else 0)


def arguments(parser):
    """What each run is told."""
    parser.add_argument("program")
    parser.add_argument("--keep")
    args = parser.parse_args()
    args.program = os.path.abspath(args.program)
    if args.keep:
        os.makedirs(args.keep, exist_ok=True)
    return args


def png(path, width, height, lines):
    """Writes a picture; `lines` are its rows, red, green and blue of each pixel."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    data = zlib.compress(b"".join(b"\0" + line for line in lines), 6)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    with open(path, "wb") as out:
        out.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b""))


def page(path, width, height, color):
    """Writes a picture of one colour."""
    png(path, width, height, [bytes(color) * width] * height)
