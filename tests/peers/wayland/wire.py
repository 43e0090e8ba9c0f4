"""The Wayland wire, seen from the compositor: messages of the protocols' own XML files over a Unix socket."""
import array
import collections
import contextlib
import itertools
import os
import socket
import struct
import xml.etree.ElementTree as ElementTree

Message = collections.namedtuple("Message", "name args destroys")
Argument = collections.namedtuple("Argument", "name kind interface")


class Interface:
    """What an interface can be asked and what it tells, in the order of the opcodes."""

    def __init__(self, element):
        self.name = element.get("name")
        self.requests = [self.message(e) for e in element.findall("request")]
        self.events = [self.message(e) for e in element.findall("event")]
        self.event_codes = {event.name: code for code, event in enumerate(self.events)}

    @staticmethod
    def message(element):
        args = [Argument(a.get("name"), a.get("type"), a.get("interface")) for a in element.findall("arg")]
        return Message(element.get("name"), args, element.get("type") == "destructor")


def load(files):
    """The interfaces by name."""
    roots = [ElementTree.parse(file).getroot() for file in files]
    return {e.get("name"): Interface(e) for root in roots for e in root.findall("interface")}


class Thing:
    """An object of a client; what the compositor remembers of it are its attributes."""

    def __init__(self, client, interface, number, version):
        self.client, self.interface, self.number, self.version = client, interface, number, version

    def send(self, event, *values):
        """Tells something; for a new object, which is returned, no value is given."""
        return self.client.send(self, event, values)

    def forget(self):
        """The client made it and may use its number again."""
        self.client.forget(self)


class Client:
    """One connection. `handler` has methods named INTERFACE_REQUEST(thing, *args); what it lacks is ignored."""

    def __init__(self, connection, interfaces, handler):
        self.socket, self.interfaces, self.handler = connection, interfaces, handler
        self.things = {1: Thing(self, interfaces["wl_display"], 1, 1)}
        self.ours = itertools.count(0xFF000000)
        self.bytes, self.files = b"", collections.deque()

    def fileno(self):
        return self.socket.fileno()

    def make(self, interface, number, version):
        thing = Thing(self, self.interfaces[interface], number, version)
        self.things[number] = thing
        return thing

    def send(self, thing, event, values):
        code = thing.interface.event_codes[event]
        values, body, made, files = iter(values), b"", None, []
        for arg in thing.interface.events[code].args:
            if arg.kind == "new_id":
                made = self.make(arg.interface, next(self.ours), thing.version)
                value = made.number
            elif arg.kind == "fd":
                files.append(next(values))
                continue
            else:
                value = next(values)
            body += self.packed(arg.kind, value)
        with contextlib.suppress(BrokenPipeError):  # Reading says it, too.
            message = struct.pack("=II", thing.number, (8 + len(body)) << 16 | code) + body
            sent = socket.send_fds(self.socket, [message], files) if files else 0
            self.socket.sendall(message[sent:])
        return made

    @staticmethod
    def packed(kind, value):
        if kind == "string":
            value = value.encode() + b"\0"
        if kind in ("string", "array"):
            return struct.pack("=I", len(value)) + value + b"\0" * (-len(value) % 4)
        if kind == "fixed":
            return struct.pack("=i", round(value * 256))
        if kind == "object":
            value = value.number if value else 0
        return struct.pack("=i" if kind == "int" else "=I", value)

    def read(self):
        """Takes what the client asked; False when it hung up."""
        try:
            data, control, _, _ = self.socket.recvmsg(1 << 16, socket.CMSG_SPACE(64 * 4))
        except ConnectionResetError:
            return False
        for level, kind, raw in control:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                self.files.extend(array.array("i", raw[: len(raw) // 4 * 4]))
        self.bytes += data
        while len(self.bytes) >= 8:
            number, head = struct.unpack_from("=II", self.bytes)
            if len(self.bytes) < head >> 16:
                break
            body, self.bytes = self.bytes[8:head >> 16], self.bytes[head >> 16:]
            self.take(self.things[number], head & 0xFFFF, body)
        return bool(data)

    def take(self, thing, code, body):
        request = thing.interface.requests[code]
        values, at = [], 0
        for arg in request.args:
            if arg.kind == "fd":
                values.append(self.files.popleft())
                continue
            (value,) = struct.unpack_from("=i" if arg.kind in ("int", "fixed") else "=I", body, at)
            at += 4
            if arg.kind in ("string", "array"):
                raw, at = body[at:at + value], at + value + -value % 4
                value = raw[:-1].decode() if arg.kind == "string" else raw
            elif arg.kind == "fixed":
                value /= 256
            elif arg.kind == "object":
                value = self.things.get(value)
            elif arg.kind == "new_id" and arg.interface:
                value = self.make(arg.interface, value, thing.version)
            elif arg.kind == "new_id":
                # Of wl_registry.bind: the name and version of the interface come first.
                name = body[at:at + value - 1].decode()
                version, new = struct.unpack_from("=II", body, at + value + -value % 4)
                at += value + -value % 4 + 8
                value = self.make(name, new, version)
            values.append(value)
        handle = getattr(self.handler, f"{thing.interface.name}_{request.name}", None)
        if handle:
            handle(thing, *values)
        if request.destroys:
            self.forget(thing)

    def forget(self, thing):
        del self.things[thing.number]
        if thing.number < 0xFF000000:
            self.things[1].send("delete_id", thing.number)

    def close(self):
        self.socket.close()
        for file in self.files:
            os.close(file)
