#!/usr/bin/env python3
"""Draws Scumble's icon and writes it in every form the packages need.

    pip install pillow cairosvg
    python packaging/icons.py

A dry brush drags warm paint over cool paint, in the shape of an S. Every hair of the brush is a line beside the
middle of the stroke; it leaves paint where noise exceeds a dryness that grows along the way. Small sizes have fewer,
thicker hairs and a wetter brush, and more of the tile. Seeds are fixed: the same script gives the same drawing.

Written: assets/icon/scumble.svg, assets/icon/scumble-SIZE.png, packaging/windows/scumble.ico,
packaging/macos/scumble.icns.
"""

import bisect
import io
import math
import random
import struct
from dataclasses import dataclass
from pathlib import Path

import cairosvg
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
PNG_SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
ICO_SIZES = (16, 20, 24, 32, 40, 48, 64, 256)
# Entries of an icns file: small sizes as channels with a mask (PNG is not shown everywhere there), others as PNG;
# "ic11" to "ic14" and "ic10" are the doubled ones.
ICNS_CHANNELS = ((b"is32", b"s8mk", 16), (b"il32", b"l8mk", 32))
ICNS_PNG = ((b"ic11", 32), (b"ic12", 64), (b"ic07", 128), (b"ic13", 256), (b"ic08", 256), (b"ic14", 512),
            (b"ic09", 512), (b"ic10", 1024))

# The middle of the stroke, as cubic curves.
STROKE = (
    ((398, 152), (352, 94), (290, 87), (240, 91)),
    ((240, 91), (172, 97), (138, 136), (142, 180)),
    ((142, 180), (148, 252), (364, 232), (368, 326)),
    ((368, 326), (372, 386), (316, 421), (252, 421)),
    ((252, 421), (186, 421), (130, 398), (76, 350)),
)
# Paint from the shadow side of a hair to its lit side; each from the beginning of the stroke to its end.
PAINT = (
    ("#e9a24e", "#d94f35", "#c23a31"),
    ("#ffc067", "#f97a45", "#e2503c"),
    ("#ffd98f", "#ff9757", "#f26a48"),
    ("#fff0c2", "#ffb876", "#ff8f63"),
)
GROUND = ("#1d6a78", "#134a63", "#0d2c48")
GROUND_HAIRS = ("#0a2440", "#1b6377", "#3b94a0")


@dataclass(frozen=True)
class Brush:
    """How one stroke is made."""

    width: float
    hairs: int
    dryness: float = 0.9  # added along the stroke
    wet: float = -0.2  # dryness at its beginning
    thickness: float = 1.15  # of a hair, in distances between hairs
    grain: int = 26  # bumps along the stroke
    shortest: float = 0.012  # run of paint, in lengths of the stroke
    ragged: tuple = (0.03, 0.10)  # how much hairs differ where the stroke begins and ends


@dataclass(frozen=True)
class Drawing:
    """One level of detail."""

    brush: Brush
    inset: float  # of the tile in a view of 512
    scale: float  # of the stroke
    ground: bool


FULL = Drawing(Brush(118, 62, dryness=0.89), inset=20, scale=0.93, ground=True)
MEDIUM = Drawing(Brush(124, 36, dryness=0.74), inset=16, scale=0.95, ground=True)
SMALL = Drawing(Brush(122, 12, dryness=0.58, grain=16, ragged=(0.02, 0.06)), inset=6, scale=1.0, ground=False)


class Curve:
    """A chain of cubic curves, by length."""

    def __init__(self, cubics, steps=200):
        self.points = []
        for a, b, c, d in cubics:
            for i in range(steps):
                t = i / steps
                s = 1 - t
                w = (s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t)
                self.points.append(tuple(w[0] * p + w[1] * q + w[2] * r + w[3] * e for p, q, r, e in zip(a, b, c, d)))
        self.points.append(cubics[-1][3])
        self.lengths = [0.0]
        for p, q in zip(self.points, self.points[1:]):
            self.lengths.append(self.lengths[-1] + math.dist(p, q))
        self.length = self.lengths[-1]

    def at(self, u, aside):
        """The point `aside` of the place `u` in 0..1."""
        x = min(max(u, 0.0), 1.0) * self.length
        i = min(max(bisect.bisect_right(self.lengths, x) - 1, 0), len(self.points) - 2)
        (ax, ay), (bx, by) = self.points[i], self.points[i + 1]
        span = math.hypot(bx - ax, by - ay)
        t = (x - self.lengths[i]) / span
        return ax + t * (bx - ax) - (by - ay) / span * aside, ay + t * (by - ay) + (bx - ax) / span * aside


def noise(rng, bumps):
    """Smooth noise on 0..bumps."""
    values = [rng.random() for _ in range(bumps + 2)]

    def at(x):
        x = min(max(x, 0), bumps)
        i = int(x)
        t = x - i
        t = t * t * (3 - 2 * t)
        return values[i] * (1 - t) + values[i + 1] * t

    return at


def stroke(curve, brush, seed):
    """The outlines of all runs of paint, as (place across in -1..1, load in 0..1, points)."""
    rng = random.Random(seed)
    neighbours = noise(rng, max(2, brush.hairs // 4))
    steps = 160
    runs = []
    for hair in range(brush.hairs):
        across = (hair + 0.5) / brush.hairs * 2 - 1
        coarse, fine = noise(rng, brush.grain), noise(rng, brush.grain * 4)
        first = brush.ragged[0] * (rng.random() + abs(across) ** 3)
        last = 1 - brush.ragged[1] * (rng.random() + abs(across) ** 3)
        load = (neighbours(hair / 4) + rng.random()) / 2
        aside = (across + (rng.random() - 0.5) * 0.4 / brush.hairs) * brush.width / 2
        start = end = None
        for i in range(steps + 2):
            u = i / steps
            paint = 0.55 * load + 0.3 * coarse(u * brush.grain) + 0.15 * fine(u * brush.grain * 4)
            dry = brush.wet + brush.dryness * max(0.0, (u - 0.18) / 0.82) ** 0.8 + 0.12 * across * across
            if i <= steps and first <= u <= last and paint > dry:
                start = u if start is None else start
                end = u
            elif start is not None:
                if end - start >= brush.shortest:
                    runs.append((across, load, outline(curve, brush, fine, aside, start, end)))
                start = None
    return runs


def outline(curve, brush, fine, aside, start, end):
    """One run of one hair: thin at both ends, uneven between."""
    left, right = [], []
    count = max(4, int((end - start) * curve.length / 12))
    for i in range(count + 1):
        t = i / count
        u = start + (end - start) * t
        tip = min(1.0, min(t, 1 - t) * (end - start) / 0.03)
        half = brush.width / brush.hairs * brush.thickness / 2
        half *= (0.25 + 0.75 * math.sqrt(tip)) * (0.85 + 0.3 * fine(u * brush.grain * 4))
        left.append(curve.at(u, aside + half))
        right.append(curve.at(u, aside - half))
    return left + right[::-1]


def path(points):
    """Path data in tenths, relative, so that the file stays small."""
    tenths = [(round(x * 10), round(y * 10)) for x, y in points]
    (x, y), data = tenths[0], []
    for a, b in tenths[1:]:
        data.append(f"{(a - x) / 10:g} {(b - y) / 10:g}")
        x, y = a, b
    return f"M{tenths[0][0] / 10:g} {tenths[0][1] / 10:g}l{' '.join(data)}z"


def mix(colors, t):
    """A colour between three."""
    t = min(max(t, 0.0), 1.0) * 2
    a, b = (colors[0], colors[1]) if t < 1 else (colors[1], colors[2])
    t -= int(t) if t < 2 else 1
    return "#" + "".join(
        f"{round(int(a[i : i + 2], 16) * (1 - t) + int(b[i : i + 2], 16) * t):02x}" for i in (1, 3, 5)
    )


def gradient(name, place, colors):
    stops = "".join(f'<stop offset="{o}" stop-color="{c}"/>' for o, c in zip(("0", ".5", "1"), colors))
    return f'<linearGradient id="{name}" gradientUnits="userSpaceOnUse" {place}>{stops}</linearGradient>'


def svg(drawing, margin=0.0):
    """The drawing as SVG text; `margin` is empty space around a view of 512."""
    seed = 5
    view = f"{0 - margin:g} {0 - margin:g} {512 + 2 * margin:g} {512 + 2 * margin:g}"
    side = f"{512 - 2 * drawing.inset:g}"
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="512" height="512" viewBox="{view}">']
    out.append("<title>Scumble</title><defs>")
    out.append(gradient("ground", 'x1="0" y1="0" x2="180" y2="512"', GROUND))
    for i, colors in enumerate(PAINT):
        out.append(gradient(f"paint{i}", 'x1="390" y1="90" x2="150" y2="440"', colors))
    out.append(
        f'<clipPath id="tile"><rect x="{drawing.inset:g}" y="{drawing.inset:g}" width="{side}" height="{side}"'
        ' rx="112"/></clipPath></defs>'
    )
    out.append('<g clip-path="url(#tile)"><rect width="512" height="512" fill="url(#ground)"/>')
    if drawing.ground:
        wide = Brush(110, 12, dryness=0, wet=0.5, thickness=0.7, grain=8, shortest=0.08)
        for i in range(5):
            y = 40 + i * 105
            curve = Curve([((-20, y + 30), (150, y - 30), (340, y + 40), (540, y - 20))])
            for _, load, points in stroke(curve, wide, seed + i):
                color = mix(GROUND_HAIRS, load)
                out.append(f'<path fill="{color}" fill-opacity=".35" d="{path(points)}"/>')
    shades = [[] for _ in PAINT]
    for across, load, points in stroke(Curve(STROKE), drawing.brush, seed + 20):
        shades[min(len(PAINT) - 1, int(load * 2.56 + (1 - across) / 2))].append(path(points))
    shift = 256 * (1 - drawing.scale)
    out.append(f'<g transform="translate({shift:g} {shift:g}) scale({drawing.scale:g})">')
    for i, paths in enumerate(shades):
        out.append(f'<path fill="url(#paint{i})" d="{"".join(paths)}"/>')
    out.append("</g></g></svg>\n")
    return "\n".join(out)


def level(size):
    return SMALL if size <= 40 else MEDIUM if size <= 64 else FULL


def render(size, margin=0.0):
    """Drawn four times too large and averaged."""
    text = svg(level(size), margin)
    scale = 4 if size <= 256 else 2
    data = cairosvg.svg2png(bytestring=text.encode(), output_width=size * scale, output_height=size * scale)
    return Image.open(io.BytesIO(data)).convert("RGBa").resize((size, size), Image.BOX).convert("RGBA")


def png(image):
    data = io.BytesIO()
    image.save(data, "PNG", optimize=True)
    return data.getvalue()


def ico(sizes):
    """PNG entries: every Windows that can run the program reads them."""
    images = [png(render(size)) for size in sizes]
    offset = 6 + 16 * len(sizes)
    head = struct.pack("<HHH", 0, 1, len(sizes))
    for size, data in zip(sizes, images):
        head += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(data), offset)
        offset += len(data)
    return head + b"".join(images)


def literal(channel):
    """Apple's run-length code without runs."""
    parts = (channel[i : i + 128] for i in range(0, len(channel), 128))
    return b"".join(bytes([len(part) - 1]) + part for part in parts)


def icns():
    """Apple leaves a margin of 100 in 1024 around the tile."""

    def image(size):
        tile = 512 - 2 * level(size).inset
        return render(size, (tile * 1024 / 824 - 512) / 2)

    entries = []
    for color, mask, size in ICNS_CHANNELS:
        *channels, alpha = (band.tobytes() for band in image(size).split())
        entries += [(color, b"".join(map(literal, channels))), (mask, alpha)]
    entries += [(kind, png(image(size))) for kind, size in ICNS_PNG]
    body = b"".join(kind + struct.pack(">I", 8 + len(data)) + data for kind, data in entries)
    return b"icns" + struct.pack(">I", 8 + len(body)) + body


def write(name, data):
    target = ROOT / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    print(f"{name}: {len(data)} bytes")


def main():
    write("assets/icon/scumble.svg", svg(FULL).encode())
    for size in PNG_SIZES:
        write(f"assets/icon/scumble-{size}.png", png(render(size)))
    write("packaging/windows/scumble.ico", ico(ICO_SIZES))
    write("packaging/macos/scumble.icns", icns())


if __name__ == "__main__":
    main()
