"""Another program: a window of GTK 3 that takes files dropped on it, and whose lower half is a file to drag away.

It says in lines of JSON what happens: {"ready": ...} and {"dropped": [URI, ...], "text": ...}.
"""
import json
import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GLib, Gtk  # noqa: E402


def say(**what):
    print(json.dumps(what), flush=True)


def main():
    x, y, width, height = map(int, sys.argv[1:5])
    files = sys.argv[5:]
    window = Gtk.Window(title="peer", decorated=False)
    window.set_default_size(width, height)
    window.move(x + 20, y)
    box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, homogeneous=True)
    window.add(box)
    targets = [Gtk.TargetEntry.new("text/uri-list", 0, 0)]
    takes = Gtk.EventBox()
    takes.add(Gtk.Label(label="drop here"))
    takes.drag_dest_set(Gtk.DestDefaults.ALL, targets, Gdk.DragAction.COPY)
    takes.connect("drag-data-received", lambda _w, _c, _x, _y, data, *_: say(dropped=list(data.get_uris())))
    takes.connect("drag-motion", lambda *_: say(hovers=True))
    takes.connect("drag-leave", lambda *_: say(left=True))
    gives = Gtk.EventBox()
    gives.add(Gtk.Label(label="drag this"))
    gives.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, targets, Gdk.DragAction.COPY)
    gives.connect("drag-data-get", lambda _w, _c, data, *_: data.set_uris(files))
    gives.connect("drag-end", lambda *_: say(ended=True))
    box.add(takes)
    box.add(gives)
    window.connect("destroy", Gtk.main_quit)
    window.show_all()

    def settle():
        """Where it is GTK learns for sure only when a window manager moves it, and finds drops by that."""
        window.move(x, y)
        GLib.timeout_add(500, lambda: say(ready=True))

    GLib.timeout_add(500, settle)
    Gtk.main()


main()
