"""Light of the hour, sky, sun, moon, stars, clouds and aurora."""
import random
import torch
from .core import hexlab, smooth

SKIES = {
    "day": ["3f7fc4 7fb2e0 d3e6ee", "4f9bd8 98c8e8 eaf0e0", "2f8fb0 7cc4cc e8eed4", "2f66b8 6fa4dc bcd8ec", "6fa8d0 b4d4e4 f4ead0"],
    "dawn": ["7088c4 e0b4c4 ffe0b0", "8098cc ccb4d8 ffcfa8", "6fa0c0 f0c4b4 fff0c4", "9a86c0 f4a8a8 ffdc98"],
    "sunset": ["3f4090 d8567a ffb054", "2c4c80 e8804a ffd868", "5a2a70 e0483c ffa23c", "46589c f08c70 ffcf80", "7a2c4c f0603c ffc848"],
    "dusk": ["1f2a5c 5c5092 d08a90", "182a50 40608c c8a494", "2c2454 6c4c84 e09070", "20385c 4c6c88 a8a8a8"],
    "night": ["0a1230 1c2f62 3c5488", "0c2040 1c4a70 3c7488", "161438 2f2868 54488a", "0c1626 20324c 405c78"],
}
# lightness gain, chroma, tint a, tint b of everything that is lit
LIGHTS = {
    "day": (1.0, 1.0, 0.0, 0.004),
    "dawn": (0.9, 0.82, 0.018, 0.022),
    "sunset": (0.68, 0.85, 0.032, 0.042),
    "dusk": (0.52, 0.62, 0.012, -0.028),
    "night": (0.42, 0.5, -0.004, -0.045),
}
GREYS = {"overcast": (0.72, "8f9aa6 b2bac0 d6d8d6"), "storm": (0.85, "2c3440 4e5a68 949a9e"), "fog": (0.8, "b4bcc2 ccd2d2 e0deda")}
WEATHER = {  # gain, chroma, haze
    "clear": (1.0, 1.0, 0.55), "cloudy": (0.95, 0.93, 0.65), "overcast": (0.82, 0.7, 0.8), "storm": (0.62, 0.55, 0.7),
    "fog": (0.92, 0.5, 1.6), "aurora": (1.0, 1.0, 0.5),
}


def mix(a, b, t):
    return tuple(p + (q - p) * t for p, q in zip(a, b))


def stops(s, r):
    """Zenith, middle and horizon colour of a scene."""
    own = [hexlab(c) for c in r.choice(SKIES[s["time"]]).split()]
    w = s["weather"]
    if w in GREYS:
        amount, codes = GREYS[w]
        gain = {"day": 1.0, "dawn": 0.95, "sunset": 0.8, "dusk": 0.6, "night": 0.44}[s["time"]]
        grey = [hexlab(c) for c in codes.split()]
        grey = [(g[0] * gain, g[1] + 0.3 * o[1], g[2] + 0.3 * o[2]) for g, o in zip(grey, own)]
        own = [mix(o, g, amount) for o, g in zip(own, grey)]
    j = r.gauss(0, 0.012)
    return [(c[0] + j, c[1] + r.gauss(0, 0.008), c[2] + r.gauss(0, 0.008)) for c in own]


def lights(scenes, seed, dev):
    """The tensors by which materials are lit, and the sky's colours."""
    r = random.Random(seed)
    rows = {k: [] for k in ("gain", "chroma", "tint", "warm", "haze", "air", "zenith", "middle", "side")}
    for s in scenes:
        z, m, h = stops(s, r)
        g, c, a, b = LIGHTS[s["time"]]
        wg, wc, haze = WEATHER[s["weather"]]
        if s["weather"] in GREYS:
            a, b = a * 0.3, b * 0.3
        if s["kind"] in ("vase", "fruit"):
            g, c, a, b, wg, wc, haze = 1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0
        rows["gain"].append([max(g * wg, 0.36)])
        rows["chroma"].append([c * wc])
        rows["tint"].append([a, b])
        rows["warm"].append({"day": [0.01, 0.08], "dawn": [0.08, 0.12], "sunset": [0.12, 0.18], "dusk": [0.05, -0.05], "night": [-0.02, -0.1]}[s["time"]])
        rows["haze"].append([haze])
        rows["air"].append(mix(h, m, 0.25))
        rows["zenith"].append(z)
        rows["middle"].append(m)
        rows["side"].append([float(s["light"])])
        s["_horizon"] = h
    out = {k: torch.tensor(v, device=dev).view(len(scenes), -1, 1, 1) for k, v in rows.items()}
    out["horizon"] = torch.tensor([s.pop("_horizon") for s in scenes], device=dev).view(-1, 3, 1, 1)
    return out


def sky(f, hz):
    """Fills the frame with the sky above horizon `hz` `[n, 1, 1, 1]`; sets where sun or moon stand."""
    g = f.light
    t = (f.y / hz).clamp(0, 1.2) + 0.05 * f.noise(2, 2, 2.0)
    low = smooth(t, 0.45, 1.02)
    col = torch.lerp(g["zenith"].expand(-1, -1, f.h, f.w), g["middle"], smooth(t, 0.0, 0.6))
    f.lab = torch.lerp(col, g["horizon"], low)
    g["sx"] = f.u(0.15, 0.85) * f.asp
    high = f.num(lambda s: {"day": 0.3, "night": 0.35, "dusk": 0.6}.get(s["time"], 0.82))
    g["sy"] = hz * (high + f.u(-0.12, 0.12))
    sun, moon = f.has(lambda s: "sun" in s["extras"]), f.has(lambda s: "moon" in s["extras"])
    r2 = (f.x - g["sx"]) ** 2 + (f.y - g["sy"]) ** 2
    low_sun = f.has(lambda s: s["time"] in ("dawn", "sunset", "dusk"))
    glow = torch.exp(-r2 / 0.05) * 0.5 + torch.exp(-r2 / 0.008) * 0.4
    warm = f.color(lambda s: "ffe9a8" if s["time"] != "sunset" else "ffd070")
    f.over(glow * sun * (0.55 + 0.4 * low_sun), warm)
    if moon.any():
        cold = f.color(lambda s: "dfe6e8")
        f.over((torch.exp(-r2 / 0.02) * 0.32 + torch.exp(-r2 / 0.004) * 0.2) * moon, cold)
    stars(f, hz)
    if any(s["weather"] == "aurora" for s in f.scenes):
        part = f.part([i for i, s in enumerate(f.scenes) if s["weather"] == "aurora"])
        aurora(part, hz[part.index])
        f.join(part)
    rad = f.u(0.028, 0.06)
    body = f.cover(r2.sqrt() - rad, 2.0)
    f.over(body * sun, f.color(lambda s: {"sunset": "ffe08c", "dawn": "fff0bc"}.get(s["time"], "fffbe0")))
    if moon.any():
        bite = f.cover(((f.x - g["sx"] - rad * 0.75) ** 2 + (f.y - g["sy"] + rad * 0.2) ** 2).sqrt() - rad, 2.0)
        crescent = f.flag(0.35)
        f.over(body * moon * (1 - crescent * bite), f.color(lambda s: "f4f2dc"))
    veil(f, hz)
    heaps(f, hz)


def stars(f, hz):
    on = f.has(lambda s: "stars" in s["extras"])
    if not on.any():
        return
    k = 46
    size = f.u(0.0, 1.0, k) ** 4 * 0.009 + 0.0045
    light = f.blobs(f.u(0, 1, k) * f.asp, f.u(0, 1, k) ** 0.8 * hz, size)
    f.over((light * on * smooth(hz - f.y, 0.0, 0.15)).clamp(0, 1), f.color(lambda s: "fdf6d8"))


def aurora(f, hz):
    for i in range(3):
        line = hz * (0.86 - 0.2 * i + 0.09 * f.noise_x(2, 2)) + f.u(-0.05, 0.05)
        length = 0.17 + 0.1 * (f.noise_x(7, 2)).clamp(-1, 2)
        up = (line - f.y) / length.clamp_min(0.04)
        ray = (0.75 + 0.35 * f.noise_x(14, 2)).clamp(0.15, 1.4)
        glow = torch.where(up > 0, torch.exp(-up.clamp(0, 12) * 0.9), torch.exp(up.clamp(-12, 0) * 7)) * ray
        tint = f.pick(["44e0a0", "3cd8b8", "66f098", "50c8d0"])
        top = f.pick(["7a50c8", "a04cb0", "3080c0"])
        col = torch.lerp(tint.expand(-1, -1, f.h, f.w), top, smooth(up, 0.6, 3.0))
        f.over((glow * 0.72).clamp(0, 0.92) * smooth(hz - f.y, -0.01, 0.06), col)


def veil(f, hz):
    """Streaky clouds; heavy ones under a storm."""
    amount = f.num(lambda s: {"clear": 0.15, "cloudy": 0.45, "overcast": 0.75, "storm": 1.0, "fog": 0.2, "aurora": 0.0}[s["weather"]])
    storm = f.has(lambda s: s["weather"] == "storm")
    n = f.noise(3.2, 4, 2.6)
    m = f.noise(3.2, 3, 2.6)
    body = smooth(n, 0.9 - 1.1 * amount, 1.9 - 0.9 * amount) * smooth(hz - f.y, -0.02, 0.1)
    light = f.color(lambda s: {"day": "f6f6f2", "dawn": "ffe4d4", "sunset": "ffb48c", "dusk": "8c7898", "night": "38466c"}[s["time"]])
    grey = f.light["zenith"] * f.num(lambda s: 0.92) + 0.0
    heavy = torch.lerp(light, grey, 0.35 + 0.5 * storm)
    col = heavy.expand(-1, -1, f.h, f.w).clone()
    gain = f.num(lambda s: {"day": 0.09, "dawn": 0.07, "sunset": 0.1, "dusk": 0.06, "night": 0.05}[s["time"]])
    col[:, :1] = col[:, :1] + gain * m * (0.7 + 0.8 * storm)
    f.over(body * (0.6 + 0.3 * storm) * (amount > 0), col)


def heaps(f, hz):
    """Heaped clouds with flat bases."""
    index = [i for i, s in enumerate(f.scenes) if s["weather"] == "cloudy"]
    if not index:
        return
    part = f.part(index)
    horizon = hz[part.index]
    for _ in range(3):
        cloud(part, horizon)
    f.join(part)


def cloud(f, hz):
    k = 13
    cx, size = f.u(0, 1) * f.asp, f.u(0.1, 0.3)
    base = hz * f.u(0.25, 0.82)
    ox = (f.u(-1, 1, k) + f.u(-1, 1, k)) * 0.62
    r = size * (0.3 + 0.25 * f.u(0, 1, k)) * (1.1 - 0.45 * ox.abs())
    px, py = cx + ox * size * 1.5, base - r * 0.45 - f.u(0, 0.45, k) * size * (1 - ox.abs()).clamp(0)
    side = f.light["side"]
    G, gx, gy = f.blobs(px, py, r, r * 0.85, ["x", "y"])
    G = G * smooth(base + 0.02 - f.y + 0.012 * f.noise(9, 2), -0.02, 0.035)
    alpha = smooth(G, 0.28, 0.62) * f.has(lambda s: s["time"] != "x")
    shade = ((gx * side * 0.55 - gy * 0.8) / G.clamp_min(0.25)).clamp(-1.2, 1.2)
    lit = f.color(lambda s: {"day": "fdfaf2", "dawn": "fff0dc", "sunset": "ffd8a4", "dusk": "b4a0b0", "night": "56668c"}[s["time"]])
    dark = f.color(lambda s: {"day": "a8b8cc", "dawn": "b8a4bc", "sunset": "a0587c", "dusk": "544e7c", "night": "1c2848"}[s["time"]])
    t = smooth(shade + 0.35 * smooth(base - f.y, 0.0, 0.6) + 0.1, -0.9, 0.8)
    f.over(alpha * 0.93, torch.lerp(dark.expand(-1, -1, f.h, f.w), lit, t))
