"""A compositor of one window, without a screen: it takes the window's pictures and plays a mouse and a pen to it."""
import mmap
import os
import select
import socket
import struct
import sys
import time

import wire

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import common  # noqa: E402

SHARE = "/usr/share"
PROTOCOLS = [
    ("wayland/wayland.xml",),
    ("wayland-protocols/stable/xdg-shell/xdg-shell.xml",),
    ("wayland-protocols/unstable/xdg-decoration/xdg-decoration-unstable-v1.xml",),
    ("wayland-protocols/stable/tablet/tablet-v2.xml", "wayland-protocols/unstable/tablet/tablet-unstable-v2.xml"),
]
GLOBALS = [
    ("wl_compositor", 4),
    ("wl_subcompositor", 1),
    ("wl_shm", 1),
    ("wl_data_device_manager", 3),
    ("wl_output", 4),
    ("wl_seat", 7),
    ("xdg_wm_base", 3),
    ("zxdg_decoration_manager_v1", 1),
]
FORMATS = ARGB8888, XRGB8888 = 0, 1
LEFT_BUTTON = 0x110
PEN, ERASER = 0x140, 0x141
TILT, PRESSURE = 1, 2
FRAME_SECS = 1 / 60


def protocols():
    """The interfaces; the tablet's second version is mended into XML files that are older than it."""
    found = [next((p for p in (f"{SHARE}/{f}" for f in files) if os.path.exists(p)), None) for files in PROTOCOLS]
    if None in found:
        raise SystemExit("the XML files of Wayland are missing (Debian: libwayland-dev, wayland-protocols)")
    interfaces = wire.load(found)
    tablet = interfaces["zwp_tablet_v2"]
    if "bustype" not in tablet.event_codes:
        tablet.event_codes["bustype"] = len(tablet.events)
        tablet.events.append(wire.Message("bustype", [wire.Argument("bustype", "uint", None)], False))
    return interfaces


class Picture:
    """What the window showed."""

    def __init__(self, width, height, rows):
        self.width, self.height, self.rows = width, height, rows

    def at(self, x, y):
        blue, green, red = self.rows[y][4 * x:4 * x + 3]
        return red, green, blue

    def save(self, file):
        def line(row):
            line = bytearray(3 * self.width)
            line[0::3], line[1::3], line[2::3] = row[2::4], row[1::4], row[0::4]
            return bytes(line)

        common.png(file, self.width, self.height, map(line, self.rows))


class Compositor:
    """`tablets` is the version of the tablet protocol that is offered."""

    def __init__(self, path, size, tablets):
        self.interfaces, self.size = protocols(), size
        self.globals = [*GLOBALS, ("zwp_tablet_manager_v2", tablets)]
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen()
        self.clients, self.pointers, self.window, self.tablet = [], [], None, None
        self.tools, self.callbacks, self.frames, self.serial = {}, [], 0, 0
        self.over, self.next_frame = False, 0.0

    def next_serial(self):
        self.serial += 1
        return self.serial

    def now_ms(self):
        return int(time.monotonic() * 1000) & 0xFFFFFFFF

    def pump(self, secs):
        """Serves the window that long. Raises ConnectionError when it hangs up."""
        until = time.monotonic() + secs
        while (now := time.monotonic()) < until:
            if now >= self.next_frame:
                self.next_frame = now + FRAME_SECS
                callbacks, self.callbacks = self.callbacks, []
                for callback in callbacks:
                    self.done(callback, self.now_ms())
            # The window has more than one connection: drivers ask for what there is by their own.
            wait = max(0.0, min(until, self.next_frame) - time.monotonic())
            for ready in select.select([self.listener, *self.clients], [], [], wait)[0]:
                if ready is self.listener:
                    self.clients.append(wire.Client(ready.accept()[0], self.interfaces, self))
                elif not ready.read():
                    self.hung_up(ready)

    def hung_up(self, client):
        self.clients.remove(client)
        client.close()
        if self.window and self.window.client is client:
            raise ConnectionError("the window hung up")

    @staticmethod
    def done(callback, value):
        callback.send("done", value)
        callback.forget()

    def settle(self, quiet_secs, limit_secs):
        """Serves until the window drew and then showed the same for a while."""
        until, shown, since = time.monotonic() + limit_secs, None, time.monotonic()
        while time.monotonic() < until:
            self.pump(0.1)
            picture = self.picture()
            rows = picture and picture.rows
            if rows != shown:
                shown, since = rows, time.monotonic()
            elif shown and time.monotonic() - since > quiet_secs:
                return picture
        raise TimeoutError("the window came to no rest")

    def picture(self):
        """What the window shows, if it drew yet."""
        buffer = self.window and self.window.buffer
        if not buffer:
            return None
        at = [buffer.offset + y * buffer.stride for y in range(buffer.height)]
        return Picture(buffer.width, buffer.height, [buffer.pool.memory[a:a + 4 * buffer.width] for a in at])

    # Requests of the client.

    def wl_display_sync(self, _display, callback):
        self.done(callback, self.next_serial())

    def wl_display_get_registry(self, _display, registry):
        for name, (interface, version) in enumerate(self.globals):
            registry.send("global", name, interface, version)

    def wl_registry_bind(self, _registry, _name, thing):
        name = thing.interface.name
        if name == "wl_shm":
            for code in FORMATS:
                thing.send("format", code)
        elif name == "wl_output":
            self.output = thing
            thing.send("geometry", 0, 0, 300, 200, 0, "none", "none", 0)
            thing.send("mode", 1, 1920, 1080, 60000)
            for event in [("scale", 1), ("name", "NONE-1"), ("description", "no screen"), ("done",)]:
                if thing.version >= {"name": 4, "description": 4}.get(event[0], 2):
                    thing.send(*event)
        elif name == "wl_seat":
            thing.send("capabilities", 1)
            if thing.version >= 2:
                thing.send("name", "seat0")

    def wl_shm_create_pool(self, _shm, pool, file, size):
        pool.file, pool.memory = file, mmap.mmap(file, size, prot=mmap.PROT_READ)

    def wl_shm_pool_resize(self, pool, size):
        pool.memory = mmap.mmap(pool.file, size, prot=mmap.PROT_READ)

    def wl_shm_pool_create_buffer(self, pool, buffer, offset, width, height, stride, _format):
        buffer.pool, buffer.offset, buffer.stride = pool, offset, stride
        buffer.width, buffer.height = width, height

    def wl_compositor_create_surface(self, _compositor, surface):
        surface.buffer = surface.attached = surface.xdg = None
        surface.waits = []

    def wl_surface_attach(self, surface, buffer, _x, _y):
        surface.attached = (buffer,)

    def wl_surface_frame(self, surface, callback):
        surface.waits.append(callback)

    def wl_surface_commit(self, surface):
        if surface.xdg and not surface.xdg.configured:
            self.configure(surface.xdg)
        if surface.attached:
            # The shown one is kept until another comes, so that a picture can be taken of it at any time.
            old, (surface.buffer,) = surface.buffer, surface.attached
            if old and old is not surface.buffer and surface.client.things.get(old.number) is old:
                old.send("release")
            surface.attached = None
            self.frames += surface is self.window
        self.callbacks += surface.waits
        surface.waits = []

    def xdg_wm_base_get_xdg_surface(self, _base, xdg, surface):
        xdg.surface, xdg.configured, surface.xdg = surface, False, xdg

    def xdg_surface_get_toplevel(self, xdg, toplevel):
        xdg.toplevel, self.window = toplevel, xdg.surface

    def zxdg_decoration_manager_v1_get_toplevel_decoration(self, _manager, decoration, _toplevel):
        decoration.send("configure", 2)

    def configure(self, xdg):
        xdg.configured = True
        xdg.surface.send("enter", self.output)
        xdg.toplevel.send("configure", *self.size, struct.pack("=I", 4))
        xdg.send("configure", self.next_serial())

    def close_window(self):
        self.window.xdg.toplevel.send("close")

    # The mouse. A program may ask for it more than once; all are told.

    def wl_seat_get_pointer(self, _seat, pointer):
        self.pointers.append(pointer)

    def wl_pointer_release(self, pointer):
        self.pointers.remove(pointer)

    def mouse(self, x, y, pressed=None):
        """Moves the mouse there; `pressed` also pushes or lets go of its button."""
        for pointer in self.pointers:
            if not self.over:
                pointer.send("enter", self.next_serial(), self.window, x, y)
            pointer.send("motion", self.now_ms(), x, y)
            if pressed is not None:
                pointer.send("button", self.next_serial(), self.now_ms(), LEFT_BUTTON, int(pressed))
            pointer.send("frame")
        self.over = True

    def mouse_leaves(self):
        for pointer in self.pointers:
            pointer.send("leave", self.next_serial(), self.window)
            pointer.send("frame")
        self.over = False

    # The tablet: two ends of a pen, the eraser announced last, and buttons beside the surface.

    def zwp_tablet_manager_v2_get_tablet_seat(self, _manager, seat, _wl_seat):
        self.tablet = tablet = seat.send("tablet_added")
        tablet.send("name", "Tablet of the test")
        tablet.send("id", 0x056A, 0x0001)
        if tablet.version >= 2:
            tablet.send("bustype", 3)
        tablet.send("done")
        for kind in (PEN, ERASER):
            self.tools[kind] = tool = seat.send("tool_added")
            tool.send("type", kind)
            for capability in (TILT, PRESSURE):
                tool.send("capability", capability)
            tool.send("done")
        pad = seat.send("pad_added")
        pad.send("buttons", 2)
        group = pad.send("group")
        group.send("buttons", struct.pack("=II", 0, 1))
        group.send("ring")
        group.send("modes", 1)
        group.send("done")
        pad.send("done")

    def pen(self, kind, *events):
        """One report of a tool: events of zwp_tablet_tool_v2 with their values."""
        tool = self.tools[kind]
        for name, *values in events:
            if name == "proximity_in":
                values = [self.next_serial(), self.tablet, self.window]
            elif name == "down":
                values = [self.next_serial()]
            elif name == "pressure":
                values = [round(values[0] * 65535)]
            tool.send(name, *values)
        tool.send("frame", self.now_ms())
