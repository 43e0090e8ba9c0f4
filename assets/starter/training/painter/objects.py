"""Buildings, boats, animals and things, each drawn from a few plain shapes so that it is known at a glance.

Every function takes the frame, the foot `cx, base` and the height `size` (`[n, 1, 1, 1]`) and `on` 0 or 1.
"""
import math
import torch
from .core import box, disc, ellipse, gable, segment, smooth


def local(f, cx, base, size, squash=1.0):
    return (f.x - cx) / size, (base - f.y) / size * squash


def dark(f):
    """1 where windows are lit."""
    return f.has(lambda s: s["time"] in ("night", "dusk"))


def put(f, d, size, on, color, shade=0.0, depth=0.0):
    f.paint(f.cover(d * size) * on, color, shade, depth)


def window(f, d, size, on, depth=0.0):
    a = f.cover(d * size) * on
    lamp = dark(f)
    f.over(a * lamp, f.color(lambda s: "ffd070"))
    f.paint(a * (1 - lamp), f.color(lambda s: "3c4450"), 0.0, depth)


def house(f, cx, base, size, on=1.0, depth=0.0, detail=True):
    """A house seen from a corner: gable wall and roof."""
    u, v = local(f, cx, base, size)
    side = f.light["side"]
    wall = f.pick(["f0e8d8", "e8d4b0", "d8b090", "f4f0ec", "c8d0d0", "b8604c", "9c7c60"])
    roof = f.pick(["a0483c", "8c4030", "6c5450", "4c5868", "b86848", "705040"])
    snow = f.has(lambda s: "snow" in s["extras"])
    put(f, box(u, v, 0.28, 0.4, 0.6, 1.05), size, on, f.pick(["8c5c4c", "7c706c"]), 0.0, depth)
    put(f, box(u, v, -0.15, 0.75, 0.0, 0.52), size, on, wall, -0.05 - 0.05 * side, depth)
    put(f, box(u, v, -0.62, -0.12, 0.0, 0.52), size, on, wall, 0.03 + 0.06 * side, depth)
    put(f, gable(u, v, -0.37, 0.25, 0.5, 0.93), size, on, wall, 0.03 + 0.06 * side, depth)
    slope = torch.maximum(torch.maximum(v - 0.93, 0.46 - v), torch.maximum(-(u + 0.4) + 0.30 - (v - 0.5) * 0.55 - 0.2, u - 0.84 + (v - 0.46) * 0.28))
    slope = torch.maximum(slope, -(u - (-0.37 + (0.93 - v) * 0.58)) - 0.035)
    put(f, slope, size, on, torch.lerp(roof, f.color(lambda s: "eef2f6"), 0.85 * snow), 0.05 - 0.03 * side, depth)
    left = segment(u, v, (-0.70, 0.44), (-0.37, 0.95), 0.04)
    put(f, left, size, on, torch.lerp(roof, f.color(lambda s: "eef2f6"), 0.85 * snow), -0.03, depth)
    if detail:
        put(f, box(u, v, -0.42, -0.3, 0.0, 0.28), size, on, f.pick(["5c4030", "3c5068", "7c3c30"]), 0.0, depth)
        for a in (0.05, 0.42):
            window(f, box(u, v, a, a + 0.17, 0.17, 0.37), size, on, depth)
        window(f, box(u, v, -0.44, -0.3, 0.48, 0.63), size, on, depth)


def church(f, cx, base, size, on=1.0, depth=0.0):
    u, v = local(f, cx, base, size)
    side = f.light["side"]
    wall = f.pick(["ece4d4", "d8ccb8", "f4f0ec"])
    roof = f.pick(["5c6474", "8c4c40", "4c5058"])
    put(f, box(u, v, -0.1, 0.5, 0.0, 0.34), size, on, wall, -0.05 - 0.04 * side, depth)
    put(f, torch.maximum(box(u, v, -0.1, 0.54, 0.33, 0.55), (u - 0.54) + (v - 0.33) * 0.5), size, on, roof, 0.02, depth)
    put(f, box(u, v, -0.26, 0.02, 0.0, 0.66), size, on, wall, 0.03 - u * side * 0.3, depth)
    put(f, gable(u, v, -0.12, 0.18, 0.64, 1.12), size, on, roof, -u * side * 0.3, depth)
    window(f, box(u, v, -0.17, -0.07, 0.42, 0.56), size, on, depth)
    for a in (0.12, 0.3):
        window(f, box(u, v, a, a + 0.08, 0.12, 0.25), size, on, depth)


def castle(f, cx, base, size, on=1.0, depth=0.0):
    u, v = local(f, cx, base, size)
    side = f.light["side"]
    stone = f.pick(["a8a094", "c0b090", "94949c", "b4a4a0", "d0c4ac"])
    roof = f.pick(["4c5c80", "9c4838", "5c4c6c", "3c5858", "b06040"])
    tooth = 0.045 * (torch.remainder(u * 13, 1) < 0.55).float()
    put(f, box(u, v, -0.62, 0.62, -0.03, 0.3) - tooth * (v > 0.25).float() * 0.5, size, on, stone, -0.03, depth)
    plan = [(0.0, 0.15, 0.72, 0.36), (-0.33, 0.1, 0.55, 0.28), (0.36, 0.11, 0.58, 0.3), (-0.6, 0.085, 0.4, 0.22), (0.62, 0.085, 0.42, 0.22)]
    for i, (uc, half, top, cone) in enumerate(plan):
        t = top * f.u(0.85, 1.12)
        pointed = f.flag(0.75)
        shade = (-(u - uc) / half * side * 0.07).clamp(-0.09, 0.09)
        crown = box(u, v, uc - half * 1.14, uc + half * 1.14, t - 0.05, t + 0.02 + tooth)
        put(f, torch.minimum(box(u, v, uc - half, uc + half, -0.03, 0.0) , box(u, v, uc - half, uc + half, -0.03, t)), size, on, stone, shade, depth)
        put(f, crown, size, on, stone, shade + 0.03, depth)
        put(f, gable(u, v, uc, half * 1.3, t + 0.02, t + cone), size, on * pointed, roof, shade * 1.2, depth)
        flag = box(u, v, uc, uc + 0.1, t + cone, t + cone + 0.055)
        put(f, flag, size, on * pointed * (1.0 if i < 3 else 0.0), f.pick(["c83c34", "d8a030", "3c5ca0"]), 0.0, depth)
        window(f, box(u, v, uc - 0.022, uc + 0.022, t * 0.62, t * 0.62 + 0.1), size, on, depth)
    gate = torch.minimum(box(u, v, -0.075, 0.075, -0.03, 0.12), disc(u, v, 0.0, 0.12, 0.075))
    put(f, gate, size, on, f.color(lambda s: "3c2c24"), 0.0, depth)


def lighthouse(f, cx, base, size, on=1.0):
    u, v = local(f, cx, base, size)
    side = f.light["side"]
    stripe = f.pick(["c83830", "c04030", "2c4c84", "c83830"])
    half = 0.15 - 0.055 * v / 0.78
    shade = (-u / 0.13 * side * 0.09).clamp(-0.11, 0.11)
    body = torch.maximum(u.abs() - half, torch.maximum(-v - 0.02, v - 0.78))
    put(f, body, size, on, f.color(lambda s: "f4f2ee"), shade)
    band = (torch.remainder(v / 0.26, 1.0) < 0.5).float()
    f.paint(f.cover(body * size) * band * on, stripe, shade)
    beam = f.has(lambda s: s["time"] in ("night", "dusk"))
    for sign in (-1, 1):
        ray = ((v - 0.87).abs() - 0.03 - 0.14 * (u * sign).clamp_min(0))
        f.over(torch.sigmoid(-ray * 40) * (u * sign > 0).float() * torch.exp(-(u * sign).clamp_min(0) * 0.9) * 0.5 * beam * on, f.color(lambda s: "fff0b0"))
    put(f, box(u, v, -0.15, 0.15, 0.77, 0.8), size, on, f.color(lambda s: "40444c"))
    put(f, box(u, v, -0.075, 0.075, 0.8, 0.93), size, on, f.color(lambda s: "8ca0ac"))
    f.over(f.cover(box(u, v, -0.06, 0.06, 0.81, 0.92) * size) * on * (0.35 + 0.65 * beam), f.color(lambda s: "fff0b0"))
    put(f, gable(u, v, 0.0, 0.115, 0.93, 1.05), size, on, stripe, shade)
    for w in (0.2, 0.5):
        put(f, box(u, v, -0.022, 0.022, w, w + 0.07), size, on, f.color(lambda s: "3c444c"))


def windmill(f, cx, base, size, on=1.0, depth=0.0):
    u, v = local(f, cx, base, size)
    side = f.light["side"]
    wall = f.pick(["ece4d4", "b87c5c", "8c6c54", "d4c8b4", "705c50"])
    half = 0.19 - 0.09 * v / 0.62
    shade = (-u / 0.17 * side * 0.09).clamp(-0.1, 0.1)
    put(f, torch.maximum(u.abs() - half, torch.maximum(-v - 0.02, v - 0.62)), size, on, wall, shade, depth)
    put(f, torch.maximum(ellipse(u, v, 0.0, 0.61, 0.125, 0.13), 0.6 - v), size, on, f.pick(["6c4438", "4c4c54", "7c5c40"]), shade, depth)
    put(f, box(u, v, -0.05, 0.05, 0.0, 0.15), size, on, f.color(lambda s: "54402f"), 0.0, depth)
    window(f, box(u, v, -0.035, 0.035, 0.32, 0.41), size, on, depth)
    a = f.u(0.15, 1.4)
    du, dv = u, v - 0.64
    cloth = f.pick(["f0e8d8", "e4d8c0", "d8d0c8", "c8543c"])
    wood = f.color(lambda s: "4c3c30")
    for k in range(4):
        c, s = torch.cos(a + k * math.pi / 2), torch.sin(a + k * math.pi / 2)
        p, q = du * c + dv * s, -du * s + dv * c
        put(f, box(p, q, 0.09, 0.5, 0.012, 0.105), size, on, cloth, 0.03 * torch.sign(torch.sin(p * 60)), depth)
        put(f, box(p, q, 0.0, 0.53, -0.012, 0.018), size, on, wood, 0.0, depth)


def sail_boat(f, cx, base, size, on=1.0, depth=0.0, mirror=True):
    """A sailing boat with its reflection."""
    hull = f.pick(["6c3c2c", "2c3c5c", "e8e4dc", "7c2c28", "3c5848"])
    sail = f.pick(["f6f2e8", "f0e4c8", "c85038", "e09440", "f6f2e8", "d8c8b0"])
    flip = torch.where(f.u() < 0.5, -1.0, 1.0)
    for m in ((-1.0, 1.0) if mirror else (1.0,)):
        u, v = local(f, cx, base, size)
        u = u * flip
        if m < 0:
            u = u + 0.02 * f.noise(40, 1, 4.0)
            v = -v * 1.15
        k = on * (0.45 if m < 0 else 1.0)
        body = torch.maximum(torch.maximum(-v, v - 0.16 - 0.05 * (u.abs() / 0.5) ** 2), u.abs() - 0.36 - 0.55 * v)
        put(f, body, size, k, hull, 0.05 * (v - 0.08) / 0.08, depth)
        put(f, box(u, v, -0.014, 0.014, 0.14, 1.0), size, k, f.color(lambda s: "4c3828"), 0.0, depth)
        belly = 0.08 * torch.sin((v - 0.2) / 0.75 * math.pi)
        main = torch.maximum(torch.maximum(0.22 - v, 0.022 - u), u - 0.46 * (0.97 - v) / 0.75 - belly)
        put(f, main, size, k, sail, 0.06 - 0.25 * u, depth)
        jib = torch.maximum(torch.maximum(0.2 - v, u + 0.022), -u - 0.36 * (0.86 - v) / 0.66 - belly * 0.7)
        put(f, jib, size, k, sail, -0.03, depth)


def row_boat(f, cx, base, size, on=1.0):
    u, v = local(f, cx, base, size)
    hull = f.pick(["7c4c34", "3c5c7c", "a04838", "5c6c50"])
    body = torch.maximum(torch.maximum(-v, v - 0.22 - 0.2 * u * u * 2), u.abs() - 0.6 - 0.5 * v)
    put(f, torch.maximum(torch.maximum(v, -v - 0.2), u.abs() - 0.55 - 0.4 * v), size, on * 0.4, hull, -0.1)
    put(f, body, size, on, hull, 0.3 * (v - 0.12))
    put(f, torch.maximum(torch.maximum(0.17 + 0.3 * u * u - v, v - 0.24 - 0.4 * u * u), u.abs() - 0.62), size, on, f.color(lambda s: "c8a078"), 0.0)


def bridge(f, y0, rise, on=1.0, arches=2):
    """A stone bridge over the whole width; the roadway is at `y0`."""
    stone = f.pick(["a89c8c", "b8a488", "94908c", "a08874"])
    mid = f.asp / 2 + f.u(-0.1, 0.1)
    bow = ((f.x - mid) / (0.5 * f.asp)) ** 2
    deck = y0 + rise * 0.35 * bow
    pitch = f.asp / f.num(lambda s: arches) * 0.62
    u = torch.remainder(f.x - mid + pitch * 0.5 * f.num(lambda s: 1.0), pitch) - pitch / 2
    foot = y0 + rise * 1.55
    half = pitch * 0.41
    hole = torch.maximum((u / half) ** 2 + ((f.y - foot) / (rise * 1.12)).clamp(max=0) ** 2 - 1, u.abs() / half - 1) * half * 0.5
    span = torch.maximum(deck - f.y, f.y - foot)
    wall = torch.maximum(span, -hole)
    shade = 0.03 * f.noise(30, 2, 2.0) + 0.05
    f.paint(f.cover(span) * f.cover(hole) * on * 0.55, stone, -0.28)
    f.paint(f.cover(wall) * on, stone, shade)
    ring = hole.abs() - 0.008
    f.paint(f.cover(torch.maximum(ring, span)) * on, stone, 0.1)
    rail = torch.maximum((f.y - deck + 0.018).abs() - 0.018, -1.0 + 0 * f.x)
    f.paint(f.cover(rail) * on, stone, 0.08)


def sheep(f, base, size, on=1.0, count=5):
    cx, drop = f.u(0.05, 0.95, count) * f.asp, f.u(-0.05, 0.05, count)
    flip = torch.where(f.u(0, 1, count) < 0.5, -1.0, 1.0)
    wool = f.color(lambda s: "f2eee2")
    for i in range(count):
        s = size * (1 + 4 * drop[:, i : i + 1])
        u, v = local(f, cx[:, i : i + 1], base + drop[:, i : i + 1], s)
        u = u * flip[:, i : i + 1]
        for leg in (-0.3, -0.16, 0.14, 0.28):
            put(f, box(u, v, leg - 0.035, leg + 0.035, 0.0, 0.3), s, on, f.color(lambda s: "3c342f"))
        puff = ellipse(u, v, 0.0, 0.48, 0.46, 0.29) + 0.03 * torch.sin(u * 22) * torch.cos(v * 22)
        put(f, puff, s, on, wool, 0.25 * (v - 0.5))
        put(f, ellipse(u, v, 0.5, 0.6, 0.15, 0.12), s, on, f.color(lambda s: "3c342f"))


def cow(f, base, size, on=1.0, count=3):
    cx, drop = f.u(0.05, 0.95, count) * f.asp, f.u(-0.04, 0.04, count)
    flip = torch.where(f.u(0, 1, count) < 0.5, -1.0, 1.0)
    coat = f.pick(["8c5438", "f0ece4", "6c4030", "f0ece4"])
    patch = f.pick(["f0ece4", "2f2c2c", "e8dcc8", "3c3030"])
    for i in range(count):
        s = size * (1 + 4 * drop[:, i : i + 1])
        u, v = local(f, cx[:, i : i + 1], base + drop[:, i : i + 1], s)
        u = u * flip[:, i : i + 1]
        for leg in (-0.44, -0.3, 0.26, 0.4):
            put(f, box(u, v, leg - 0.045, leg + 0.045, 0.0, 0.45), s, on, coat, -0.08)
        trunk = box(u, v, -0.42, 0.4, 0.46, 0.76) - 0.08
        put(f, trunk, s, on, coat, 0.2 * (v - 0.6))
        spots = torch.maximum(trunk, -(torch.sin(u * 9 + 3 * i) + torch.cos(v * 11 + i) - 0.5))
        put(f, spots, s, on, patch)
        put(f, ellipse(u, v, 0.58, 0.78, 0.17, 0.13), s, on, coat)
        put(f, segment(u, v, (0.52, 0.9), (0.6, 1.02), 0.02), s, on, f.color(lambda s: "e8e0d0"))


def swan(f, cx, base, size, on=1.0):
    flip = torch.where(f.u() < 0.5, -1.0, 1.0)
    for m in (-1.0, 1.0):
        u, v = local(f, cx, base, size)
        u, v, k = u * flip, v * m, on * (0.35 if m < 0 else 1.0)
        white = f.color(lambda s: "f8f6f0")
        put(f, torch.maximum(ellipse(u, v, 0.0, 0.14, 0.5, 0.26), -v), size, k, white, 0.3 * (v - 0.2))
        put(f, segment(u, v, (-0.35, 0.2), (-0.56, 0.4), 0.11, 0.02), size, k, white)
        ring = (disc(u, v, 0.36, 0.52, 0.0) - 0.2).abs() - 0.05
        put(f, torch.maximum(ring, 0.36 - u - 0.16), size, k, white)
        put(f, segment(u, v, (0.44, 0.14), (0.5, 0.42), 0.07, 0.055), size, k, white)
        put(f, ellipse(u, v, 0.4, 0.73, 0.11, 0.075), size, k, white)
        put(f, segment(u, v, (0.49, 0.72), (0.6, 0.67), 0.035, 0.015), size, k, f.color(lambda s: "e87c28"))


def birds(f, hz, on):
    for _ in range(5):
        cx, cy, s = f.u(0.08, 0.92) * f.asp, hz * f.u(0.12, 0.6), f.u(0.022, 0.045)
        u, v = (f.x - cx) / s, (cy - f.y) / s
        arc = (v - (0.75 * u.abs() - 0.55 * u * u)).abs() - 0.14 * (1.15 - u.abs())
        f.paint(f.cover(torch.maximum(arc, u.abs() - 1.0) * s) * on, f.color(lambda s: "2c3038"))


def balloon(f, cx, cy, size, on=1.0):
    u, v = local(f, cx, cy, size)
    a, b = f.pick(["d03c34", "e8a030", "3c6cb0", "8c48a0"]), f.pick(["f4ead0", "f0d060", "40a0a0", "e87c40"])
    body = torch.minimum(disc(u, v, 0.0, 0.6, 0.4), torch.maximum(u.abs() - 0.06 - 0.31 * (v - 0.05) / 0.35, box(u, v, -1, 1, 0.1, 0.42)))
    around = torch.asin((u / (0.4 - 0.35 * ((v - 0.6).abs() / 0.4).clamp(0, 1) ** 2 + 0.02)).clamp(-0.999, 0.999))
    stripe = (torch.sin(around * 5) > 0).float()
    shade = (-u * f.light["side"] * 0.3).clamp(-0.12, 0.12)
    put(f, body, size, on, torch.lerp(a, b, stripe), shade)
    for s in (-1, 1):
        put(f, segment(u, v, (0.07 * s, 0.12), (0.05 * s, -0.05), 0.008), size, on, f.color(lambda s: "4c3c30"))
    put(f, box(u, v, -0.07, 0.07, -0.13, -0.03), size, on, f.color(lambda s: "7c5434"))


def palm(f, cx, base, size, on=1.0):
    lean = f.u(-0.25, 0.25)
    u, v = local(f, cx, base, size)
    uu = u - lean * v * v
    put(f, torch.maximum(uu.abs() - 0.035 + 0.012 * v, torch.maximum(-v, v - 0.8)), size, on, f.pick(["8c7050", "7c6048"]), 0.03 * torch.sign(torch.sin(v * 60)))
    green = f.pick(["3c7c3c", "4c8c40", "2f6c40"])
    px, py = lean * 0.64, 0.8
    for k in range(8):
        a = -0.5 + k * (math.pi + 1.0) / 7 + 0.0
        c, s = math.cos(a), math.sin(a)
        p, q = (u - px) * c + (v - py) * s, -(u - px) * s + (v - py) * c
        bow = 0.9 * c * p * p
        w = 0.055 * (p / 0.42 * (1 - p / 0.42) * 4).clamp_min(0)
        put(f, torch.maximum((q + bow).abs() - w, torch.maximum(-p, p - 0.42)), size, on, green, 0.1 * s - 0.02)


def cactus(f, cx, base, size, on=1.0):
    u, v = local(f, cx, base, size)
    shade = (-u * f.light["side"] * 0.5).clamp(-0.1, 0.1)
    parts = [((0, 0), (0, 0.95), 0.1), ((0, 0.35), (-0.3, 0.42), 0.07), ((-0.3, 0.42), (-0.3, 0.72), 0.07),
             ((0, 0.5), (0.28, 0.55), 0.065), ((0.28, 0.55), (0.28, 0.85), 0.065)]
    d = None
    for a, b, r in parts:
        e = segment(u, v, a, b, r)
        d = e if d is None else torch.minimum(d, e)
    put(f, d, size, on, f.pick(["4c7c4c", "5c8854", "3c6c50"]), shade + 0.02 * torch.sin(u * 70))
