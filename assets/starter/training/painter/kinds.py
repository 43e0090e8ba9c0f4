"""One composition for each kind of subject. Each gets a frame of pictures of that kind and draws the whole scene."""
import math
import torch
from . import land, objects as ob
from .core import box, disc, ellipse, smooth
from .sky import sky


def has(f, *names):
    return f.has(lambda s: bool(set(names) & s["extras"]))


def any_(t):
    return bool(t.any())


def wide(f):
    """Scale of objects: smaller in tall pictures, so that they fit."""
    return min(1.0, f.asp**0.6)


def distance(f, hz, chance=0.6, snowcap=True):
    """Mountains and hills behind the scene, where it has them."""
    on = has(f, "mountains")
    if any_(on):
        land.mountains(f, hz + 0.0 * f.x, f.u(0.16, 0.3), 0.5, on)
    far = (1 - on) * f.flag(chance)
    color = f.color(lambda s: "e0e6ee" if "snow" in s["extras"] else "6c8c6c")
    land.hill(f, hz - f.u(0.01, 0.06) + 0.02 * f.noise_x(2, 2), color, 0.75, far)


def wood_line(f, hz, size=0.05, depth=0.45):
    """Trees along the horizon, where the scene has them."""
    p, t = has(f, "pines"), has(f, "trees")
    if any_(p):
        land.pines(f, hz + 0 * f.x, f.u(0.7, 1.5) * size * 1.6, depth, p)
    if any_(t):
        land.bushes(f, hz + 0 * f.x, size * f.u(0.8, 1.5), depth, t)


def foreground(f, hz):
    """Path, flowers, animals, cottage and fence on the ground in front."""
    on = has(f, "path")
    if any_(on):
        land.path(f, hz, on)
    house = has(f, "house")
    if any_(house):
        size = f.u(0.12, 0.2) * wide(f)
        ob.house(f, f.u(0.2, 0.8) * f.asp, hz + f.u(0.04, 0.14), size, house, 0.1)
    flock = has(f, "sheep")
    if any_(flock):
        ob.sheep(f, hz + (1 - hz) * f.u(0.3, 0.62), f.u(0.07, 0.12) * wide(f), flock)
    herd = has(f, "cow")
    if any_(herd):
        ob.cow(f, hz + (1 - hz) * f.u(0.35, 0.65), f.u(0.1, 0.16) * wide(f), herd)
    bloom = has(f, "flowers")
    if any_(bloom):
        land.flowers(f, hz + 0.1 * (1 - hz), bloom, 60, 0.032)


def in_the_air(f, hz):
    flock = has(f, "birds")
    if any_(flock):
        ob.birds(f, hz, flock)
    ball = has(f, "balloon")
    if any_(ball):
        ob.balloon(f, f.u(0.2, 0.8) * f.asp, hz * f.u(0.5, 0.72), f.u(0.16, 0.3) * wide(f), ball)


def framing(f, chance=0.2):
    """A large tree at one side."""
    on = f.flag(chance) * f.has(lambda s: s["kind"] not in ("desert", "sea"))
    if any_(on):
        left = f.flag(0.5)
        ob_x = left * f.u(0.02, 0.14) * f.asp + (1 - left) * f.u(0.86, 0.98) * f.asp
        land.big_tree(f, ob_x, f.u(0.9, 1.02), f.u(0.7, 1.0), on)


# ---------------------------------------------------------------- country


def mountains(f):
    hz = f.u(0.55, 0.75)
    sky(f, hz)
    land.mountains(f, hz + 0 * f.x, f.u(0.2, 0.34), 0.6)
    land.mountains(f, hz + 0.02 + 0 * f.x, f.u(0.3, 0.5) * f.flag(0.7) + 0.04, 0.25, count=2)
    in_the_air(f, hz)
    green = land.grass_colors(f)
    wood_line(f, hz + 0.03, 0.05)
    land.hill(f, land.rolling(f, hz + 0.02, 0.02), green, 0.35)
    wood_line(f, hz + 0.1, 0.08, 0.2)
    land.hill(f, land.rolling(f, hz + 0.1, 0.025), green, 0.1)
    foreground(f, hz + 0.1)
    framing(f, 0.15)


def lake(f):
    hz = f.u(0.42, 0.62)
    sky(f, hz)
    distance(f, hz)
    wood_line(f, hz + 0.005, 0.06)
    shore = f.flag(0.5) * (1 - has(f, "pines"))
    land.bushes(f, hz + 0.005 + 0 * f.x, f.u(0.04, 0.07), 0.4, shore, colors=None)
    house = has(f, "house")
    cx = f.u(0.15, 0.85) * f.asp
    if any_(house):
        land.hill(f, hz + 0.02 - 0.05 * torch.exp(-(((f.x - cx) / 0.3) ** 2)), land.grass_colors(f), 0.2, house)
        ob.house(f, cx, hz + 0.005, f.u(0.13, 0.22) * wide(f), house, 0.1)
    in_the_air(f, hz)
    land.water(f, hz, murk=0.18)
    boats(f, hz)
    bank = f.flag(0.55)
    ground = land.rolling(f, f.u(0.86, 0.95), 0.05)
    land.hill(f, ground, land.grass_colors(f), 0.0, bank)
    land.flowers(f, ground.amax(3, keepdim=True), bank * f.flag(0.4) * (1 - has(f, "snow")), 40, 0.03)
    framing(f, 0.25)


def boats(f, hz):
    on = has(f, "boat")
    if any_(on):
        small = f.flag(0.3)
        cx, base = f.u(0.2, 0.8) * f.asp, hz + (1 - hz) * f.u(0.2, 0.55)
        size = f.u(0.22, 0.4) * wide(f)
        ob.sail_boat(f, cx, base, size, on * (1 - small))
        ob.row_boat(f, cx, base, size * 0.5, on * small)
    bird = has(f, "swan")
    if any_(bird):
        ob.swan(f, f.u(0.2, 0.8) * f.asp, hz + (1 - hz) * f.u(0.4, 0.7), f.u(0.12, 0.22) * wide(f), bird)


def hills_and(f, hz, count=3):
    """Sky and receding hills; returns the crest of the nearest."""
    sky(f, hz)
    distance(f, hz, 0.9)
    in_the_air(f, hz)
    color = land.grass_colors(f)
    crest = None
    for i in range(count):
        k = i / max(1, count - 1)
        crest = land.rolling(f, hz + 0.05 + 0.16 * k * (1 - hz), 0.03 + 0.02 * k, 1.2)
        shift = 0.05 * (0.5 - k) * f.u(0.3, 1.0)
        land.hill(f, crest, color + 0.02 * f.normal(f.n, 3, 1, 1), 0.5 * (1 - k), shade=shift)
        if i < count - 1:
            wood_line(f, crest + 0.01, 0.05 + 0.03 * k, 0.4 * (1 - k))
    return crest


def crest_at(f, crest, cx):
    i = (cx / f.asp * f.w).long().clamp(0, f.w - 1)
    return crest.expand(f.n, 1, 1, f.w).gather(3, i)


def castle(f):
    hz = f.u(0.6, 0.72)
    sky(f, hz)
    distance(f, hz, 0.8)
    in_the_air(f, hz)
    cx = f.u(0.3, 0.7) * f.asp
    size = f.u(0.38, 0.6) * wide(f)
    top = hz - f.u(0.0, 0.14)
    mound = top + 0.9 * ((f.x - cx).abs() - size * 0.5).clamp_min(0) ** 1.3 * 0.5 + 0.008 * f.noise_x(8, 2)
    mound = torch.minimum(mound, hz + 0.04 + 0.02 * f.noise_x(2, 2))
    color = land.grass_colors(f)
    ob.castle(f, cx, top + 0.02, size, 1.0, 0.12)
    land.hill(f, mound + 0.012, color, 0.2)
    wood_line(f, hz + 0.07, 0.07, 0.1)
    land.hill(f, land.rolling(f, hz + 0.09, 0.03), color, 0.05)
    foreground(f, hz + 0.1)
    framing(f, 0.15)


def windmill(f):
    hz = f.u(0.6, 0.75)
    crest = hills_and(f, hz, 2)
    cx = f.u(0.25, 0.75) * f.asp
    ob.windmill(f, cx, crest_at(f, crest, cx) + 0.03, f.u(0.42, 0.68) * wide(f))
    foreground(f, crest.amax(3, keepdim=True))


def village(f):
    hz = f.u(0.5, 0.66)
    crest = hills_and(f, hz, 2)
    size = f.u(0.11, 0.16) * wide(f)
    count = 7
    order = f.rng.sample(range(count), count)
    cx0 = f.u(0.35, 0.65) * f.asp
    ob.church(f, cx0, crest_at(f, crest, cx0) + 0.02, size * f.u(2.0, 2.6), f.flag(0.85), 0.15)
    for i in order:
        cx = (i + f.u(0.2, 0.8)) / count * f.asp
        ob.house(f, cx, crest_at(f, crest, cx) + 0.03 + 0.015 * (i % 3), size * f.u(0.85, 1.2), 1.0, 0.08, detail=True)
    bush = f.flag(0.8) * (1 - f.has(lambda s: s["leaf"] == "bare"))
    land.bushes(f, crest.amax(3, keepdim=True) + 0.06, 0.045, 0.05, bush, 12)
    foreground(f, crest.amax(3, keepdim=True) + 0.06)
    framing(f, 0.15)


def cottage(f):
    hz = f.u(0.55, 0.68)
    crest = hills_and(f, hz, 2)
    cx = f.u(0.3, 0.7) * f.asp
    base = crest_at(f, crest, cx) + 0.1
    path = has(f, "path")
    size = f.u(0.3, 0.45) * wide(f)
    tree = f.flag(0.6)
    land.big_tree(f, cx + size * torch.where(f.u() < 0.5, -1.15, 1.2), base, size * f.u(1.1, 1.5), tree)
    ob.house(f, cx, base, size)
    if any_(path):
        land.path(f, base - 0.01, path, cx - 0.37 * size)
    bush = f.flag(0.7) * (1 - f.has(lambda s: s["leaf"] == "bare"))
    land.bushes(f, base + 0.015, size * 0.16, 0.0, bush, 9)
    bloom = has(f, "flowers")
    land.flowers(f, base + 0.03, bloom, 60, 0.035)
    flock, herd = has(f, "sheep"), has(f, "cow")
    if any_(flock):
        ob.sheep(f, f.u(0.85, 0.95), f.u(0.08, 0.12), flock)
    if any_(herd):
        ob.cow(f, f.u(0.86, 0.95), f.u(0.11, 0.16), herd)


def forest(f):
    hz = f.u(0.45, 0.6)
    sky(f, hz)
    air = f.light["air"]
    wood = land.leaf_colors(f)
    land.bushes(f, hz + 0.02 + 0 * f.x, f.u(0.16, 0.3), 0.85, 1.0, 22, wood)
    floor = f.color(lambda s: {"summer": "587c38", "spring": "6c9444", "autumn": "b07438", "winter": "e6ecf2"}[s["season"]])
    land.plane(f, hz, floor, 0.05)
    path = has(f, "path")
    land.path(f, hz, path, f.asp * f.u(0.4, 0.6))
    conifer = f.flag(0.3)
    land.forest(f, hz + 0.03)
    land.pines(f, f.u(0.8, 0.95) + 0 * f.x, f.u(0.5, 0.8), 0.1, conifer, 0.45)
    beam = f.has(lambda s: s["time"] in ("dawn", "sunset", "day") and s["weather"] in ("clear", "fog")) * f.flag(0.5)
    ray = torch.sin((f.x + 0.7 * f.y * f.light["side"]) * f.u(14, 22) + 2 * f.noise_x(2, 1))
    f.over(smooth(ray, 0.2, 1.0) * 0.2 * beam * (1 - f.y), air + 0.0)


def tree(f):
    hz = f.u(0.6, 0.78)
    crest = hills_and(f, hz, 2)
    cx = f.u(0.3, 0.7) * f.asp
    foreground(f, crest.amax(3, keepdim=True))
    land.big_tree(f, cx, crest_at(f, crest, cx) + 0.05, f.u(0.55, 0.8) * wide(f))
    spot = torch.exp(-(((f.x - cx) / 0.25) ** 2) - ((f.y - crest_at(f, crest, cx) - 0.06) / 0.03) ** 2)
    f.paint(spot * 0.4, land.grass_colors(f), -0.2)


def river(f):
    hz = f.u(0.4, 0.6)
    sky(f, hz)
    distance(f, hz, 0.9)
    in_the_air(f, hz)
    wood_line(f, hz + 0.005, 0.07)
    sheet = f.lab.clone()
    green = land.grass_colors(f)
    t = land.plane(f, hz, green, 0.05)
    a, t, line, half = land.ribbon(f, hz, f.u(0.24, 0.42), f.u(0.1, 0.3))
    bank = f.cover((f.x - line).abs() - half * 1.1 - 0.008) * f.cover(hz - f.y)
    f.paint(bank, f.color(lambda s: "c8ccd0" if "snow" in s["extras"] else "a08c64"), -0.02)
    ground, f.lab = f.lab, sheet
    land.water(f, hz, murk=0.25)
    f.lab = torch.lerp(ground, f.lab, a)
    rock = has(f, "rocks")
    if any_(rock):
        land.rocks(f, hz + (1 - hz) * f.u(0.3, 0.7), rock)
    foreground(f, hz + 0.02)
    left = f.flag(0.5)
    bush = f.flag(0.7)
    land.big_tree(f, (left * f.u(0.05, 0.2) + (1 - left) * f.u(0.8, 0.95)) * f.asp, hz + (1 - hz) * f.u(0.2, 0.5), f.u(0.35, 0.6), bush)


def bridge(f):
    hz = f.u(0.4, 0.52)
    sky(f, hz)
    distance(f, hz, 0.9)
    in_the_air(f, hz)
    wood_line(f, hz + 0.01, 0.09, 0.3)
    land.hill(f, hz + 0.01 + 0 * f.x, land.grass_colors(f), 0.35)
    land.bushes(f, hz + 0.06 + 0 * f.x, f.u(0.06, 0.1), 0.15, f.flag(0.7))
    rise = f.u(0.12, 0.17)
    y0 = hz + f.u(-0.04, 0.05)
    ob.bridge(f, y0, rise)
    land.water(f, y0 + rise * 1.5, murk=0.25)
    for left in (0, 1):
        corner = y0 + rise * 1.05 + 2.2 / min(1.0, f.asp) ** 1.5 * ((f.x if left == 0 else f.asp - f.x) - f.u(0.02, 0.14)).clamp_min(-0.04)
        land.hill(f, corner + 0.01 * f.noise_x(8, 2), land.grass_colors(f))
        k = f.flag(0.6)
        land.bushes(f, corner, 0.05, 0.0, k, 10)


def meadow(f):
    hz = f.u(0.35, 0.58)
    sky(f, hz)
    distance(f, hz, 0.9)
    in_the_air(f, hz)
    wood_line(f, hz + 0.01, 0.07, 0.35)
    land.plane(f, hz, land.grass_colors(f), 0.05)
    path, house = has(f, "path"), has(f, "house")
    land.path(f, hz, path)
    if any_(house):
        ob.house(f, f.u(0.2, 0.8) * f.asp, hz + f.u(0.03, 0.09), f.u(0.12, 0.2) * wide(f), house, 0.1)
    flock, herd = has(f, "sheep"), has(f, "cow")
    if any_(flock):
        ob.sheep(f, hz + (1 - hz) * f.u(0.25, 0.45), f.u(0.07, 0.11), flock)
    if any_(herd):
        ob.cow(f, hz + (1 - hz) * f.u(0.25, 0.45), f.u(0.1, 0.15), herd)
    clear = 1 - path * 0.0
    land.flowers(f, hz + 0.02, clear, 150, 0.045)
    framing(f, 0.15)


def crops(f, colors, soil):
    hz = f.u(0.32, 0.55)
    sky(f, hz)
    distance(f, hz, 0.9)
    in_the_air(f, hz)
    wood_line(f, hz + 0.005, 0.06, 0.4)
    land.bushes(f, hz + 0.005 + 0 * f.x, f.u(0.03, 0.05), 0.4, f.flag(0.5), colors=None)
    land.rows(f, hz, colors, soil)
    foreground(f, hz)
    framing(f, 0.12)


def lavender(f):
    crops(f, (f.pick(["5c4490", "6c4c9c"]), f.pick(["9c78c8", "a884d0", "8c70c4"])), f.pick(["8c8c58", "9c8868", "7c8c50"]))


def wheat(f):
    crops(f, (f.pick(["b8863c", "c8983c"]), f.pick(["e8c860", "f0d478"])), f.pick(["a07c48", "94703c"]))


def desert(f):
    hz = f.u(0.42, 0.62)
    sky(f, hz)
    far = f.flag(0.5)
    land.hill(f, hz - 0.02 + 0.02 * f.noise_x(3, 2), f.pick(["b07850", "a86c54"]), 0.6, far)
    pyramid = has(f, "pyramid")
    cx, top = f.u(0.25, 0.75) * f.asp, f.u(0.16, 0.28)
    for dx, k in ((0.3, 0.6), (0.0, 1.0)):
        px, ht = cx + dx, top * k
        d = (f.x - px).abs() * 0.7 - (f.y - (hz + 0.01 - ht))
        face = torch.sign((f.x - px - 0.16 * (f.y - (hz - ht))) * f.light["side"])
        f.paint(f.cover(d) * f.cover(f.y - hz - 0.02) * pyramid, f.color(lambda s: "d0a468"), 0.08 * face, 0.3)
    sand = f.pick(["e0b070", "e8bc80", "d8a060", "d89058"])
    for i in range(4):
        k = i / 3
        crest = hz + (1 - hz) * (0.02 + 0.24 * i) + (0.02 + 0.05 * k) * f.noise_x(1.3, 1)
        ridge = f.u(0.2, 0.8) * f.asp + 0.5 * (f.y - crest) * torch.where(f.u() < 0.5, -1.0, 1.0) + 0.03 * f.noise_y(4, 2)
        face = torch.tanh((f.x - ridge) * f.light["side"] * -9) * torch.exp(-(f.y - crest).clamp_min(0) * 5)
        wave = torch.sin((f.y - crest) * f.u(90, 150) + 3 * f.noise(4, 2, 2.0))
        land.hill(f, crest, sand, 0.45 * (1 - k), texture=0.01, shade=0.07 * face + 0.012 * k * wave)
    in_the_air(f, hz)
    on = has(f, "cactus")
    for _ in range(2):
        ob.cactus(f, f.u(0.1, 0.9) * f.asp, hz + (1 - hz) * f.u(0.3, 0.6), f.u(0.18, 0.42), on)


# ---------------------------------------------------------------- water


def stormy(f):
    return f.num(lambda s: {"storm": 1.0, "overcast": 0.55, "cloudy": 0.4}.get(s["weather"], 0.2))


def sea(f):
    hz = f.u(0.32, 0.6)
    sky(f, hz)
    in_the_air(f, hz)
    isle = f.flag(0.3)
    land.hill(f, hz + 0.02 - 0.06 * torch.exp(-(((f.x - f.u(0, 1) * f.asp) / 0.3) ** 2)) + 0.006 * f.noise_x(6, 2), f.pick(["6c7c74", "5c6c7c"]), 0.7, isle)
    land.sea(f, hz, stormy(f))
    rock = has(f, "rocks")
    if any_(rock):
        land.rocks(f, hz + (1 - hz) * f.u(0.3, 0.7), rock, 5, 0.12)
    boats(f, hz)


def sailing(f):
    hz = f.u(0.4, 0.62)
    sky(f, hz)
    in_the_air(f, hz)
    land.hill(f, hz + 0.01 - f.u(0, 0.05) + 0.015 * f.noise_x(3, 2), f.pick(["6c8474", "5c7080"]), 0.7, f.flag(0.5))
    land.sea(f, hz, stormy(f) * 0.8)
    far = f.flag(0.4)
    ob.sail_boat(f, f.u(0.1, 0.9) * f.asp, hz + (1 - hz) * 0.1, f.u(0.1, 0.18), far, 0.3)
    ob.sail_boat(f, f.u(0.3, 0.7) * f.asp, hz + (1 - hz) * f.u(0.35, 0.6), f.u(0.5, 0.75) * wide(f))


def beach(f):
    hz = f.u(0.32, 0.52)
    sky(f, hz)
    in_the_air(f, hz)
    land.hill(f, hz + 0.01 - f.u(0, 0.06) + 0.02 * f.noise_x(3, 2), f.pick(["6c8c6c", "5c7c70"]), 0.6, f.flag(0.4))
    land.sea(f, hz, stormy(f))
    boats(f, hz - 0.1)
    tilt = f.u(-0.35, 0.35)
    shore = hz + (1 - hz) * f.u(0.3, 0.5) + tilt * (f.x - f.asp / 2) + 0.03 * f.noise_x(2, 2)
    shore = torch.maximum(shore, hz + 0.03 + 0 * f.x)
    for lift, col in ((0.012, "f6f6f2"), (-0.006, "c8b088"), (-0.03, "e8d4a4")):
        land.hill(f, shore - lift + 0.008 * f.noise_x(9, 2), f.color(lambda s: col), 0.0, texture=0.015)
    rock = has(f, "rocks")
    if any_(rock):
        land.rocks(f, shore.amax(3, keepdim=True) + 0.02, rock)
    on = has(f, "palm")
    if any_(on):
        left = f.flag(0.5)
        cx = (left * f.u(0.1, 0.3) + (1 - left) * f.u(0.7, 0.9)) * f.asp
        ob.palm(f, cx, f.u(0.82, 0.95), f.u(0.6, 0.85), on)
        ob.palm(f, cx + f.u(-0.2, 0.2), f.u(0.8, 0.92), f.u(0.4, 0.6), on * f.flag(0.6))


def headland(f, hz, top, reach):
    """Coverage and lightness of a cliff that comes in from one side."""
    left = f.flag(0.5)
    x = left * f.x + (1 - left) * (f.asp - f.x)
    edge = reach + 0.035 * f.noise_y(7, 3) + 0.13 * ((f.y - top) / (1 - top)).clamp_min(0)
    crest = top + 0.015 * f.noise_x(4, 2) + 0.25 * (x - reach + 0.12).clamp_min(0)
    d = torch.maximum(x - edge, crest - f.y)
    return d, x, crest, left


def cliffs(f):
    hz = f.u(0.38, 0.58)
    sky(f, hz)
    in_the_air(f, hz)
    land.sea(f, hz, stormy(f))
    boats(f, hz)
    rock = f.pick(["d8d0c0", "a89880", "8c8480", "b08868"])
    for depth, top, reach in ((0.5, hz - f.u(0.06, 0.16), f.asp * f.u(0.5, 0.68)), (0.1, hz - f.u(0.1, 0.26), f.asp * f.u(0.3, 0.5))):
        foot = hz + (1 - hz) * (0.12 if depth > 0.3 else 0.55) + 0.02 * f.noise_x(5, 2)
        d, x, crest, left = headland(f, hz, top, reach)
        d = torch.maximum(d, f.y - foot)
        n = f.noise(10, 3, 0.4)
        f.over(f.cover(torch.maximum(d - 0.025, f.y - foot - 0.012)) * 0.7 * f.cover(hz - f.y), f.lit(f.color(lambda s: "f4f6f6")))
        f.paint(f.cover(d), rock, 0.06 * n + 0.08 * smooth(x, 0, 0.5), depth)
        turf = crest + 0.035 + 0.01 * f.noise_x(7, 2) - f.y
        f.paint(f.cover(d) * f.cover(-turf), land.grass_colors(f), 0.02 * n, depth)
    stone = has(f, "rocks")
    if any_(stone):
        land.rocks(f, hz + (1 - hz) * f.u(0.6, 0.8), stone, 6, 0.1)


def lighthouse(f):
    hz = f.u(0.5, 0.68)
    sky(f, hz)
    in_the_air(f, hz)
    land.sea(f, hz, stormy(f))
    boats(f, hz - 0.08)
    left = f.flag(0.5)
    cx = (left * f.u(0.22, 0.4) + (1 - left) * f.u(0.6, 0.78)) * f.asp
    top = hz + f.u(-0.04, 0.1)
    side = torch.where(left > 0.5, 1.0, -1.0)
    out = (f.x - cx) * side
    mound = top + 0.9 * (out - 0.13).clamp_min(0) ** 1.15 + 0.05 * (-out - 0.1).clamp_min(0) + 0.01 * f.noise_x(9, 3)
    house = f.flag(0.4)
    ob.house(f, cx - 0.24 * side, top + 0.03, 0.14, house)
    ob.lighthouse(f, cx, top + 0.03, f.u(0.48, 0.66) * wide(f))
    n = f.noise(12, 3)
    f.paint(f.cover(mound - f.y - 0.02) * 0.8, f.color(lambda s: "f0f4f4"), 0.02 * n)
    f.paint(f.cover(mound - f.y), f.pick(["7c7468", "6c6864", "8c7c68"]), 0.06 * n - 0.1 * (f.y - top).clamp(0, 1))
    f.paint(f.cover(mound - f.y) * f.cover(f.y - top - 0.05 - 0.02 * n), land.grass_colors(f), 0.02 * n)


def waterfall(f):
    hz = f.u(0.18, 0.3)
    sky(f, hz + 0.2)
    in_the_air(f, hz)
    rock = f.pick(["6c6c70", "7c7264", "5c6468"])
    pool = f.u(0.66, 0.76)
    n = f.noise(8, 3, 0.5)
    brink = hz + 0.03 * f.noise_x(3, 2)
    f.paint(f.cover(brink - f.y), rock, 0.08 * n - 0.05, 0.25)
    wood_line(f, brink + 0.02, 0.12, 0.3)
    land.bushes(f, brink + 0.03, 0.06, 0.2, f.flag(0.5))
    cx, half = f.u(0.35, 0.65) * f.asp, f.u(0.09, 0.17)
    fall = (f.x - cx).abs() - half * (1 + 0.25 * (f.y - hz)) - 0.012 * f.noise_y(12, 2)
    streak = f.noise(5, 2, 0.08)
    f.paint(f.cover(fall) * f.cover(brink - f.y + 0.012), f.color(lambda s: "eaf2f6"), 0.05 * streak, 0.1)
    land.water(f, pool, murk=0.55)
    mist = torch.exp(-(((f.x - cx) / (half * 1.7)) ** 2) - ((f.y - pool) / 0.05) ** 2)
    f.over(mist * 0.85, f.lit(f.color(lambda s: "f4f8fa")))
    land.rocks(f, pool + f.u(0.06, 0.2), 1.0, 9, 0.11)
    for left in (0, 1):
        x = f.x if left == 0 else f.asp - f.x
        slope = pool - 0.06 + 2.0 / min(1.0, f.asp) ** 1.5 * (x - f.u(0.04, 0.16)).clamp_min(-0.05)
        land.hill(f, slope + 0.012 * f.noise_x(8, 2), land.grass_colors(f), 0.05)
        land.bushes(f, slope, 0.07, 0.02, f.flag(0.6) * (1 - f.has(lambda s: s["leaf"] == "bare")), 12)


def city(f):
    hz = f.u(0.5, 0.66)
    sky(f, hz)
    in_the_air(f, hz)
    lamp = ob.dark(f)
    for depth, size, cell in ((0.6, 0.34, 0.09), (0.3, 0.26, 0.12), (0.1, 0.17, 0.14)):
        off = f.u()
        i = torch.floor(f.x / cell + off)
        u = f.x / cell + off - i
        tall = size * (0.35 + 0.65 * land.f_table(f, 9, 0, i))
        tone = 0.1 * (land.f_table(f, 9, 1, i) - 0.5)
        steep = land.f_table(f, 9, 2, i)
        roof = torch.where(steep > 0.6, (0.5 - (u - 0.5).abs()) * cell * 1.3, torch.where(steep < 0.12, (0.08 - (u - 0.5).abs()).clamp_min(0) * cell * 14, 0 * u))
        f._tables = {}
        d = hz - tall - roof - f.y
        wall = f.pick(["9c8c84", "8c8c94", "b09c84", "a8746c", "7c8490"])
        f.paint(f.cover(d), wall, tone + 0.05 * (u - 0.5) * f.light["side"] * -1, depth)
        wx, wy = torch.remainder(u * 4, 1), torch.remainder((f.y - hz + tall) * 26, 1)
        pane = (wx > 0.3) * (wx < 0.7) * (wy > 0.3) * (wy < 0.75) * (f.y > hz - tall + 0.02) * (u > 0.06) * (u < 0.94)
        f.over(pane.float() * f.cover(d) * lamp * (0.85 - 0.5 * depth), f.color(lambda s: "ffd078"))
        f.paint(pane.float() * f.cover(d) * (1 - lamp) * (0.6 - 0.6 * depth), f.color(lambda s: "4c5868"), 0.0, depth)
    land.water(f, hz, murk=0.25)
    boats(f, hz)


# ---------------------------------------------------------------- still life


def room(f, hz):
    """Wall, table and a soft light from one side."""
    wall = f.color(lambda s: {"dark": "3c3430", "light": "dcd0bc", "blue": "6c8ca4", "green": "6c8470", "ochre": "c09858"}[s["wall"]])
    wall = wall + 0.02 * f.normal(f.n, 3, 1, 1)
    side = f.light["side"]
    glow = smooth(0.5 - side * (f.x / f.asp - 0.5) - 0.3 * f.y, 0.0, 1.0)
    f.lab = f.lit(wall, 0.16 * (glow - 0.5) + 0.015 * f.noise(4, 3)).expand(f.n, 3, f.h, f.w).clone()
    table = f.pick(["8c6040", "a47850", "e4dccc", "6c4834", "b4c0c4", "7c3c34"])
    f.paint(f.cover(hz - f.y), table, 0.1 * (glow - 0.5) + 0.02 * f.noise(14, 2, 5.0) - 0.05 * (f.y - hz))
    f.paint(f.cover((f.y - hz - 0.006).abs() - 0.006) * 0.5, table, 0.1)


def shadow(f, cx, base, half, strength=0.5):
    side = f.light["side"]
    d = (((f.x - cx - half * 0.5 * side) / (half * 1.5)) ** 2 + ((f.y - base) / (half * 0.35)) ** 2).sqrt()
    f.over(smooth(1.15 - d, 0.0, 0.5) * strength, f.color(lambda s: "2c201c"))


FRUIT = {"apples": ["c83028", "b8343c", "a8b440", "d8a03c"], "oranges": ["e88428", "f09030"], "pears": ["b4b048", "c8b858", "a0a850"],
         "lemons": ["f0d040", "f4dc58"], "mixed": ["c83028", "e88428", "b4b048", "f0d040", "6c4878"]}


def one_fruit(f, cx, base, r, on=1.0):
    side = f.light["side"]
    skin = f.color(lambda s: f.rng.choice(FRUIT[s["bloom"]]))
    pear = f.has(lambda s: s["bloom"] == "pears")
    u, v = (f.x - cx) / r, (base - r - f.y) / r
    neck = pear * smooth(v, 0.1, 1.3) * 0.5
    d = ((u / (1 - neck)) ** 2 + (v / (1 + 0.28 * pear * (v > 0).float())) ** 2).sqrt() - 1
    light = (-u * side * 0.55 + v * 0.6).clamp(-1.2, 1.2)
    f.paint(f.cover(d * r) * on, skin, 0.14 * light)
    spark = torch.exp(-((u + 0.38 * side) ** 2 + (v - 0.42) ** 2) / 0.035)
    f.paint(spark * 0.75 * on * f.cover(d * r), f.color(lambda s: "fffaf0"))
    f.paint(f.cover(box(u, v, -0.05, 0.05, 0.92, 1.2) * r) * on, f.color(lambda s: "4c3424"))


def fruit(f):
    hz = f.u(0.48, 0.62)
    room(f, hz)
    cx, base, size = f.asp / 2 + f.u(-0.12, 0.12), hz + f.u(0.2, 0.28), f.u(0.28, 0.36) * wide(f)
    shadow(f, cx, base, size)
    rad = size * 0.36
    for ux, uy in ((-0.52, 0.36), (0.5, 0.36), (0.0, 0.38), (-0.28, 0.72), (0.26, 0.74)):
        one_fruit(f, cx + ux * size + f.u(-0.02, 0.02), base - uy * size, rad * f.u(0.9, 1.1))
    u, v = (f.x - cx) / size, (base - f.y) / size
    clay = f.pick(["dce4ec", "4c6ca0", "a86c48", "e4dcc8", "507068"])
    bowl = torch.maximum(ellipse(u, v, 0.0, 0.52, 1.0, 0.52), v - 0.5 - 0.03 * u * u)
    foot = box(u, v, -0.3, 0.3, -0.02, 0.08)
    tone = (-u * f.light["side"] * 0.12).clamp(-0.14, 0.14) + 0.06 * v
    f.paint(f.cover(torch.minimum(bowl, foot) * size), clay, tone)
    f.paint(f.cover(((v - 0.47 - 0.03 * u * u).abs() - 0.025).clamp_min(u.abs() - 0.98) * size), clay, 0.1)
    for side in (-1, 1):
        on = f.flag(0.6)
        px = cx + side * size * f.u(1.25, 1.5)
        r = rad * f.u(0.9, 1.1)
        f.over(torch.exp(-(((f.x - px) / r) ** 2) - ((f.y - base - 0.05) / (r * 0.3)) ** 2) * 0.45 * on, f.color(lambda s: "2c201c"))
        one_fruit(f, px, base + 0.05, r, on)


def vase(f):
    hz = f.u(0.62, 0.74)
    room(f, hz)
    cx, base, size = f.asp / 2 + f.u(-0.1, 0.1), hz + f.u(0.12, 0.2), f.u(0.34, 0.44) * wide(f)
    shadow(f, cx, base, size * 0.35)
    u, v = (f.x - cx) / size, (base - f.y) / size
    k = 26
    ang, rad = f.u(0, 2 * math.pi, k), f.u(0.05, 1, k).sqrt()
    px, py = cx + size * 0.62 * rad * torch.cos(ang) * f.u(0.8, 1.1), base - size * (1.28 + 0.52 * rad * torch.sin(ang))
    green = (f.pick(["2f5834", "3c6838"]), f.pick(["6c9850", "84a85c"]))
    land.crown(f, px + f.u(-0.04, 0.04, k), py + f.u(-0.02, 0.05, k), size * f.u(0.13, 0.2, k), green)
    clay = f.pick(["3c6498", "e8e0d0", "a85c40", "507c74", "8c4c54", "c8a458", "f0ece8"])
    prof = 0.24 + 0.1 * torch.sin((v + 0.12) * 5.2) - 0.07 * smooth(v, 0.55, 0.85) + 0.06 * smooth(v, 0.85, 1.0)
    body = torch.maximum(u.abs() - prof, torch.maximum(-v, v - 0.95))
    tone = (-u * f.light["side"] * 0.45).clamp(-0.16, 0.14)
    f.paint(f.cover(body * size), clay, tone)
    f.paint(torch.exp(-((u + 0.13 * f.light["side"]) ** 2) / 0.002 - (v - 0.45) ** 2 / 0.04) * 0.6, f.color(lambda s: "ffffff"))
    count = 15
    a2, r2 = f.u(0, 2 * math.pi, count), f.u(0.02, 1, count).sqrt()
    fx, fy = cx + size * 0.58 * r2 * torch.cos(a2), base - size * (1.3 + 0.5 * r2 * torch.sin(a2))
    fr = size * f.u(0.1, 0.17, count)
    for i in range(count):
        petal(f, fx[:, i : i + 1], fy[:, i : i + 1], fr[:, i : i + 1])


def petal(f, cx, cy, r):
    codes = f.color(lambda s: f.rng.choice(land.bloom_codes(s)))
    u, v = (f.x - cx) / r, (cy - f.y) / r
    ang = torch.atan2(v, u)
    rad = (u * u + v * v).sqrt()
    lobes = f.num(lambda s: 5.0)
    edge = 0.8 + 0.2 * torch.cos(lobes * ang + f.u(0, 6.0))
    shade = 0.1 * (-u * f.light["side"] * 0.6 + v * 0.5).clamp(-1, 1) + 0.05 * (rad - 0.5)
    f.paint(f.cover((rad - edge) * r), codes, shade)
    f.paint(f.cover((rad - 0.25) * r), f.color(lambda s: "f0c840" if s["bloom"] not in ("yellow", "orange") else "6c4424"), shade)


DRAW = {k: globals()[k] for k in (
    "mountains lake sea beach cliffs lighthouse castle windmill village cottage sailing forest tree river bridge meadow "
    "lavender wheat desert waterfall city vase fruit").split()}
