"""Mountains, hills, ground, water, trees, paths and flowers."""
import math
import torch
from .core import box, hexlab, segment, smooth


def grass_colors(f):
    return f.color(
        lambda s: {"summer": "6c9a3c", "spring": "86b850", "autumn": "a8924a", "winter": "e6ecf2"}[s["season"]]
    ) + 0.02 * f.normal(f.n, 3, 1, 1)


def leaf_colors(f):
    """Two colours of foliage for each picture."""
    table = {
        "green": ["3f7030 5c8c38", "4c7c2c 6c9c40", "2f6038 4c7c40"], "orange": ["c4682c d88c34", "b0542c dc7c30"],
        "red": ["a83428 cc5030", "8c2c2c b84838"], "golden": ["c89830 e0bc48", "b88828 dcb040"],
        "blossom": ["e09cb4 f4ccd4", "d888a8 f0bcc8"], "white blossom": ["dcdcd4 f4f2ea", "e4d8d8 f8f2f0"],
        "bare": ["5a4c44 7a6c60"],
    }
    pairs = []
    for s in f.scenes:
        options = table[s["leaf"]]
        pairs.append([hexlab(c) for c in f.rng.choice(options).split()])
    t = torch.tensor(pairs, device=f.dev)
    return t[:, 0].view(-1, 3, 1, 1), t[:, 1].view(-1, 3, 1, 1)


def mountains(f, foot, height, depth=0.45, on=None, count=3):
    """A range that stands on `foot` `[n, 1, 1, *]`; returns its crest."""
    on = 1.0 if on is None else on
    px = (f.u(0, 1, count) * 0.5 + torch.arange(count, device=f.dev).view(1, -1, 1, 1)) / (count - 0.5) * f.asp
    top = foot.amin(3, keepdim=True) - height * (0.45 + 0.55 * f.u(0, 1, count))
    slope = f.u(0.55, 1.25, count)
    d = top + (f.x - px).abs() * slope
    crest, own = d.min(1, keepdim=True)
    crest = crest + 0.011 * f.noise_x(14, 3) + 0.018 * f.noise_x(5, 2)
    crest = torch.minimum(crest, foot + 0.02)
    peak = px.expand(-1, -1, 1, f.w).gather(1, own)
    apex = top.expand(-1, -1, 1, f.w).gather(1, own)
    n = f.noise(5, 3)
    side = f.light["side"]
    down = (f.y - apex).clamp_min(0)
    face = ((f.x - peak) * side * -1 + (0.22 * n + 0.06 * f.noise(14, 2)) * down) / (0.012 + 0.05 * down)
    shade = 0.1 * torch.tanh(face) + 0.02 * n
    rock = f.pick(["7c8490", "8a8078", "6c7488", "94887c", "70707c"])
    alpha = f.cover(crest - f.y) * on
    low = smooth(f.y, apex, foot) if not torch.is_tensor(apex) else ((f.y - apex) / (foot - apex).clamp_min(0.02)).clamp(0, 1)
    f.paint(alpha, rock, shade, depth + 0.35 * low)
    snow = f.has(lambda s: s.get("snowcap", False) or "snow" in s["extras"])
    cap = height * (0.34 + 0.5 * f.has(lambda s: "snow" in s["extras"]))
    edge = (crest + cap * (0.75 + 0.35 * n) * (0.7 + 0.6 * torch.sigmoid(-3 * face)) - f.y) / 0.02
    f.paint(alpha * snow * edge.clamp(0, 1), f.color(lambda s: "f2f5fa"), shade * 1.5 - 0.05, depth * 0.8)
    return crest


def hill(f, crest, color, depth=0.0, on=1.0, texture=0.03, shade=0.0):
    """Everything below `crest` `[n, 1, 1, w]`."""
    fall = (f.y - crest).clamp(0, 1)
    n = f.noise(9, 3, 2.5)
    lit = 0.05 - 0.16 * fall + texture * n + shade
    f.paint(f.cover(crest - f.y) * on, color, lit, depth * (1 - fall).clamp(0, 1))
    return crest


def rolling(f, base, swing, cells=1.6):
    """The crest of a soft hill."""
    return base + swing * f.noise_x(cells, 2, 0.35)


def plane(f, hz, color, rough=0.035, depth=0.55):
    """Flat ground from the horizon down, in perspective; returns nearness 0..1."""
    t = ((f.y - hz) / (1 - hz)).clamp(0, 1)
    n = f.noise(16, 3, 3.0)
    patch = f.noise(4, 2, 3.0)
    f.paint(f.cover(hz - f.y), color, rough * (n + patch) - 0.09 * t, depth * (1 - t) ** 2.2)
    return t


def pines(f, base, size, depth=0.0, on=1.0, density=0.8, narrow=0.3, snowy=True):
    """A row of conifers that stand on `base`, about `size` high."""
    color = f.pick(["2c5038", "244838", "30543c", "38583c"])
    for row in range(2):
        cell = size * 0.42
        off = f.u()
        i = torch.floor(f.x / cell + off)
        best = None
        for k in (-1, 0, 1):
            j = i + k
            c = (j - off + 0.25 + 0.5 * f_table(f, row, 0, j)) * cell
            hgt = size * (0.55 + 0.6 * f_table(f, row, 1, j)) * (1.0 if row == 0 else 0.8)
            there = (f_table(f, row, 2, j) < density).float()
            v = (base + 0.02 * size - f.y) / hgt
            saw = 0.66 + 0.34 * (1 - torch.remainder(v * 5.0, 1.0))
            half = narrow * hgt * (1 - v) * saw
            d = torch.maximum((f.x - c).abs() - half, (v - 1) * hgt)
            d = torch.maximum(d, -v * hgt) + (1 - there) * 9
            tone = ((f.x - c) * f.light["side"] / hgt * -0.5).clamp(-0.08, 0.08) + 0.05 * (f_table(f, row, 3, j) - 0.5)
            best = (d, tone, v) if best is None else tuple(torch.where(d < best[0], p, q) for p, q in zip((d, tone, v), best))
        d, tone, v = best
        f._tables = {}
        f.paint(f.cover(d) * on, color, tone - 0.03 * row, depth)
        if snowy:
            snow = f.has(lambda s: "snow" in s["extras"])
            if snow.any():
                top = smooth(torch.remainder(v * 5.0, 1.0), 0.35, 0.75)
                f.paint(f.cover(d + 0.004) * top * snow * on * 0.85, f.color(lambda s: "eef2f8"), tone, depth)


def f_table(f, row, kind, idx):
    """The same random numbers for the same index within one element."""
    store = f.__dict__.setdefault("_tables", {})
    if (row, kind) not in store:
        store[(row, kind)] = torch.rand(f.n, 128, generator=f.gen, device=f.dev)
    flat = idx.expand(f.n, 1, 1, f.w).reshape(f.n, -1).long().remainder(128)
    return store[(row, kind)].gather(1, flat).view(f.n, 1, 1, f.w)


def bushes(f, base, size, depth=0.0, on=1.0, count=26, colors=None):
    """A belt of broad-leaved trees or shrubs along `base` `[n, 1, 1, w or 1]`."""
    cx = (torch.arange(count, device=f.dev).view(1, -1, 1, 1) + f.u(-0.4, 1.4, count)) / count * f.asp
    at = base if base.shape[3] == 1 else base.expand(f.n, 1, 1, f.w).squeeze(1).gather(
        2, (cx / f.asp * f.w).long().clamp(0, f.w - 1).view(f.n, 1, count)).view(f.n, count, 1, 1)
    r = size * f.u(0.3, 0.75, count)
    crown(f, cx, at - r * 0.55, r, colors or leaf_colors(f), depth, on, floor=base)


def crown(f, cx, cy, r, colors, depth=0.0, on=1.0, floor=None, rough=0.3):
    """Foliage from blobs, lit from the scene's side."""
    dark, light = colors
    tone = f.u(-1, 1, cx.shape[1])
    G, gx, gy, gt = f.blobs(cx, cy, r, r * 0.9, ["x", "y", tone])
    n = f.noise(26, 2)
    G2 = G * (1 + rough * n)
    alpha = smooth(G2, 0.3, 0.46)
    if floor is not None:
        alpha = alpha * f.cover(f.y - floor - 0.01)
    shade = ((gx * f.light["side"] * -0.5 - gy * 0.75) / G.clamp_min(0.3)).clamp(-1.1, 1.1)
    t = smooth(shade + 0.35 * n + 0.35 * (gt / G.clamp_min(0.3)), -0.9, 1.0)
    col = torch.lerp(dark.expand(-1, -1, f.h, f.w), light, t)
    f.paint(alpha * on, col, 0.12 * (t - 0.6), depth)


def big_tree(f, cx, base, size, on=1.0, depth=0.0):
    """One large tree; bare in winter."""
    u, v = (f.x - cx) / size, (base - f.y) / size
    bend = f.u(-0.12, 0.12)
    uu = u - bend * v * v
    bark = f.pick(["5c4638", "4c3c34", "6c5444"])
    trunk = torch.maximum(uu.abs() - (0.06 - 0.05 * v + 0.05 * (1 - v * 6).clamp_min(0) ** 2), torch.maximum(-v, v - 0.62))
    bare = f.has(lambda s: s["leaf"] == "bare")
    f.paint(f.cover(trunk * size) * on, bark, (-uu * f.light["side"] * 1.2).clamp(-0.08, 0.08), depth)
    for a, b, r in (
        ((0, 0.3), (-0.26, 0.56), 0.03), ((0, 0.38), (0.27, 0.66), 0.028), ((0, 0.5), (-0.1, 0.86), 0.026),
        ((0, 0.52), (0.12, 0.92), 0.022), ((-0.2, 0.5), (-0.4, 0.62), 0.016), ((-0.2, 0.5), (-0.28, 0.78), 0.015),
        ((0.2, 0.6), (0.38, 0.72), 0.015), ((0.2, 0.6), (0.24, 0.86), 0.014),
    ):
        f.paint(f.cover(segment(uu, v, a, b, r, r * 0.4) * size) * on, bark, 0.0, depth)
    if bare.all():
        return
    k = 16
    ang, rad = f.u(0, 2 * math.pi, k), f.u(0, 1, k).sqrt()
    px = cx + size * (bend * 0.5 + 0.36 * rad * torch.cos(ang))
    py = base - size * (0.7 + 0.24 * rad * torch.sin(ang))
    crown(f, px, py, size * f.u(0.11, 0.19, k), leaf_colors(f), depth, on * (1 - bare))


def forest(f, base, on=1.0):
    """Tall trunks near the viewer with a canopy above: one looks into the wood."""
    bark = f.pick(["5c4a3c", "6c5c4c", "4c4440", "8a7c6c", "c8c4b8"])
    colors = leaf_colors(f)
    for depth, count, width in ((0.75, 9, 0.012), (0.45, 6, 0.022), (0.1, 4, 0.042)):
        cx = (torch.arange(count, device=f.dev).view(1, -1, 1, 1) + f.u(0.0, 1.0, count)) / count * f.asp
        lean = f.u(-0.05, 0.05, count)
        foot = base + (1 - base) * (1 - depth) * f.u(0.25, 0.6, count)
        w = width * f.u(0.7, 1.4, count)
        side = f.light["side"]
        for i in range(count):
            d = (f.x - cx[:, i : i + 1] - lean[:, i : i + 1] * (1 - f.y)) / w[:, i : i + 1]
            a = f.cover((d.abs() - 1 - 0.6 * smooth(f.y, foot[:, i : i + 1] - 0.06, foot[:, i : i + 1])) * w[:, i : i + 1])
            a = a * f.cover(f.y - foot[:, i : i + 1])
            f.paint(a * on, bark, (-d * side * 0.07).clamp(-0.1, 0.1), depth)
        k = 18
        kx, ky = f.u(-0.05, 1.05, k) * f.asp, f.u(-0.1, 0.42 - 0.16 * (1 - depth), k)
        leafless = f.has(lambda s: s["leaf"] == "bare")
        crown(f, kx, ky, f.u(0.07, 0.15, k) * (1.2 - 0.5 * depth), colors, depth * 0.8, on * (1 - leafless), rough=0.55)


def water(f, top, bottom=None, murk=0.35, ripple=1.0, calm=1.0):
    """Mirrors what is above `top` `[n, 1, 1, 1]` into the region below it (above `bottom`, if given)."""
    y = f.y.expand(f.n, 1, f.h, f.w)
    t = ((f.y - top) / (1 - top).clamp_min(0.05)).clamp(0, 1)
    wob = f.noise(46, 2, 7.0) * 0.4 + f.noise(18, 2, 6.0) * 0.6
    src_y = (2 * top - y + (0.01 + 0.035 * t) * wob * ripple).clamp(0.002, 1)
    src_y = torch.minimum(src_y, top.expand_as(src_y) - f.px)
    src_x = f.x.expand(f.n, 1, f.h, f.w) + 0.006 * wob * ripple
    grid = torch.cat([src_x / f.asp * 2 - 1, src_y * 2 - 1], 1).permute(0, 2, 3, 1)
    mirror = torch.nn.functional.grid_sample(f.lab, grid, padding_mode="border", align_corners=False)
    body = f.lit(f.pick(["2f5a78", "24586c", "3a6a80", "2c4c70"]), -0.05 * t + 0.02 * wob)
    murky = (murk + 0.3 * t) * torch.ones_like(mirror[:, :1])
    col = torch.lerp(mirror, body, murky.clamp(0, 1))
    streak = smooth(f.noise(60, 2, 9.0), 1.1, 2.2) * (0.3 + 0.4 * t)
    col = torch.lerp(col, f.light["horizon"].expand_as(col), 0.45 * streak * calm)
    mask = f.cover(top - f.y)
    if bottom is not None:
        mask = mask * f.cover(f.y - bottom)
    f.over(mask, col)
    return t


def sea(f, hz, rough):
    """Open water with swell; `rough` `[n, 1, 1, 1]` 0..1. Returns nearness."""
    t = ((f.y - hz) / (1 - hz)).clamp(0, 1)
    deep = f.pick(["1c5a7c", "24688c", "1f6c7c", "2c5c88", "2a7c8c"])
    near = f.pick(["2f8090", "3a8c98", "2c7088"])
    col = torch.lerp(deep, near, t)
    n = f.noise(6, 3, 4.0)
    phase = 26 * torch.log1p(t * 9 + 0.02) + 1.7 * n + 0.6 * f.noise(14, 2, 5.0)
    wave = torch.sin(phase)
    crest = smooth(wave + 0.35 * f.noise(22, 2, 4.0), 1.0 - 0.35 * rough, 1.5 - 0.2 * rough)
    sky = f.light["horizon"]
    f.paint(f.cover(hz - f.y), col, (0.035 + 0.05 * rough) * wave * (0.3 + t), 0.75 * (1 - t) ** 3)
    f.over(f.cover(hz - f.y) * (1 - t) ** 2 * 0.5, sky)
    f.over(f.cover(hz - f.y) * crest * (0.1 + t) * (0.25 + 0.75 * rough), f.lit(f.color(lambda s: "f4f7f6"), 0.03))
    glitter(f, hz, t, wave)
    return t


def glitter(f, hz, t, wave):
    """The path of light below sun or moon."""
    on = f.has(lambda s: bool({"sun", "moon"} & s["extras"]))
    width = 0.03 + 0.1 * t
    path = torch.exp(-(((f.x - f.light["sx"]) / width) ** 2)) * smooth(wave + 0.4 * f.noise(40, 1, 5.0), 0.0, 0.9)
    col = f.color(lambda s: "eef2f0" if "moon" in s["extras"] else ("fff0c0" if s["time"] == "day" else "ffd890"))
    f.over(f.cover(hz - f.y) * path * 0.75 * on, col)


def ribbon(f, hz, width, wind, x0=None, far=0.02):
    """Centre and half width of a path or river that comes from the horizon: coverage and nearness."""
    t = ((f.y - hz) / (1 - hz)).clamp(0, 1)
    x0 = f.u(0.35, 0.65) * f.asp if x0 is None else x0
    x1 = f.u(0.2, 0.8) * f.asp
    q = f.u(0, 6.3)
    line = x0 + (x1 - x0) * t + wind * (1 - t).sqrt() * torch.sin(7.5 * (t + 0.02).sqrt() + q) * (0.3 + t)
    half = far * 0.25 + width * t**1.35
    edge = half + 0.12 * half * f.noise(14, 2)
    return f.cover((f.x - line).abs() - edge) * f.cover(hz - f.y), t, line, half


def path(f, hz, on, x0=None):
    a, t, _, _ = ribbon(f, hz, f.u(0.09, 0.16), f.u(0.05, 0.18), x0)
    color = f.color(lambda s: "d8d4cc" if "snow" in s["extras"] else "c4a47c") + 0.02 * f.normal(f.n, 3, 1, 1)
    f.paint(a * on, color, 0.03 * f.noise(22, 2, 2.0), 0.4 * (1 - t) ** 2)


BLOOMS = {
    "red": "d03028 e04838", "pink": "e07cA4 f0a8c0", "yellow": "f0c830 f8e060", "white": "f4f2ea fcfaf4", "blue": "4c68c8 7c94e0",
    "purple": "7c48a8 a070c8", "orange": "e87c28 f4a040", "mixed": "d03028 f0c830 f4f2ea e07ca4 5c6cc8",
}


def bloom_codes(s):
    return BLOOMS[s["bloom"]].lower().split()


def flowers(f, hz, on=1.0, count=90, size=0.03):
    """Flowers in the grass, larger towards the viewer."""
    t = f.u(0.02, 1.0, count) ** 0.75
    cx, cy = f.u(-0.02, 1.02, count) * f.asp, hz + (1 - hz) * t
    r = size * (0.12 + 0.88 * t) * f.u(0.7, 1.3, count)
    table = torch.zeros(f.n, count, 3, device=f.dev)
    for i, s in enumerate(f.scenes):
        codes = torch.tensor([hexlab(c) for c in bloom_codes(s)], device=f.dev)
        table[i] = codes[torch.randint(len(codes), (count,), generator=f.gen, device=f.dev)]
    w = [table[:, :, c].contiguous() for c in range(3)]
    G, a, b, c = f.blobs(cx, cy, r, r * 0.75, w)
    col = torch.cat([a, b, c], 1) / G.clamp_min(1e-3)
    shade = 0.06 * f.noise(40, 1)
    f.paint(smooth(G, 0.34, 0.6) * on, col, shade)
    hearts = f.blobs(cx, cy, r * 0.32)
    f.paint(smooth(hearts, 0.4, 0.8) * on * 0.8, f.color(lambda s: "f4d048" if s["bloom"] not in ("yellow", "orange", "mixed") else "7c4c24"))


def rows(f, hz, colors, soil, crops=18):
    """Rows of a field that run to a vanishing point; `colors` are two `[n, 3, 1, 1]`."""
    t = ((f.y - hz) / (1 - hz)).clamp_min(1e-3)
    vx = f.u(0.1, 0.9) * f.asp
    across = (f.x - vx) / (t + 0.06) * f.u(2.2, 3.4) + 0.08 * f.noise(9, 2)
    ridge = 0.5 + 0.5 * torch.cos(2 * math.pi * across)
    n = f.noise(34, 2)
    mass = smooth(ridge + 0.16 * n, 0.22, 0.5)
    tone = smooth(0.7 * ridge + 0.3 * n, 0.2, 1.1)
    col = torch.lerp(colors[0].expand(-1, -1, f.h, f.w), colors[1], tone)
    near = t.clamp(0, 1)
    f.paint(f.cover(hz - f.y), soil, 0.02 * n - 0.05 * near, 0.5 * (1 - near) ** 2)
    f.paint(f.cover(hz - f.y) * torch.lerp(torch.ones_like(mass) * 0.8, mass, smooth(near, 0.0, 0.12)), col, 0.05 * (tone - 0.5), 0.5 * (1 - near) ** 2)


def rocks(f, base, on=1.0, count=7, size=0.07):
    cx, cy = f.u(0, 1, count) * f.asp, base + f.u(-0.01, 0.05, count)
    r = size * f.u(0.4, 1.0, count)
    G, gx, gy = f.blobs(cx, cy, r, r * 0.6, ["x", "y"])
    shade = ((-gx * f.light["side"] * 0.5 - gy) / G.clamp_min(0.3)).clamp(-1, 1) * 0.12 + 0.03 * f.noise(30, 2)
    f.paint(smooth(G, 0.42, 0.52) * on, f.pick(["7c7870", "6c6c70", "8c8478"]), shade)


def fence(f, base, on):
    """Posts and two rails along the lower part."""
    wood = f.pick(["7c6450", "8c7c6c", "e4e0d8"])
    pitch = 0.11
    u = torch.remainder(f.x, pitch) - pitch / 2
    v = base - f.y
    d = torch.minimum(box(u, v, -0.008, 0.008, 0.0, 0.085), torch.minimum((v - 0.03).abs() - 0.005, (v - 0.062).abs() - 0.005))
    f.paint(f.cover(d) * on, wood)
