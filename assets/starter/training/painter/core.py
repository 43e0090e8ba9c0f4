"""Batched drawing on OKLab pictures: colour, noise, distance functions and the frame that everything draws on.

All pictures of a batch have one size. Coordinates: y runs 0..1 from the top, x 0..width/height, so one unit is the
height. Tensors are `[n, channels, height, width]`; numbers that differ by picture are `[n, 1, 1, 1]`.
"""
import math
import random
import torch

# ---------------------------------------------------------------- colour


def lab_to_rgb(lab):
    """OKLab (Ottosson 2020) to sRGB 0..1, clipped."""
    L, a, b = lab[:, 0], lab[:, 1], lab[:, 2]
    l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3
    m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3
    s = (L - 0.0894841775 * a - 1.2914855480 * b) ** 3
    lin = torch.stack(
        [
            4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
            -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
            -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s,
        ],
        1,
    ).clamp_(0, 1)
    return torch.where(lin < 0.0031308, 12.92 * lin, 1.055 * lin.clamp_min(1e-6).pow(1 / 2.4) - 0.055).clamp_(0, 1)


def rgb_to_lab(rgb):
    """sRGB 0..1 `[n, 3, h, w]` to OKLab."""
    lin = torch.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055).clamp_min(0).pow(2.4))
    r, g, b = lin[:, 0], lin[:, 1], lin[:, 2]
    cbrt = lambda v: v.clamp_min(0).pow(1 / 3)
    l = cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    m = cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    s = cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    return torch.stack(
        [
            0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
            1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s,
        ],
        1,
    )


_HEX = {}


def hexlab(code):
    """OKLab triple of `rrggbb`."""
    if code not in _HEX:
        rgb = torch.tensor([int(code[i : i + 2], 16) / 255 for i in (0, 2, 4)]).view(1, 3, 1, 1)
        _HEX[code] = tuple(rgb_to_lab(rgb).flatten().tolist())
    return _HEX[code]


# ---------------------------------------------------------------- noise by matrix products

_BASIS = {}


def basis(size, cells, device):
    """Cubic B-spline interpolation from `cells + 3` knots to `size` places, rows of unit mean energy."""
    key = (size, cells, str(device))
    if key not in _BASIS:
        t = (torch.arange(size, dtype=torch.float32) + 0.5) / size * cells
        i = t.floor().long().clamp(max=cells - 1)
        f = t - i
        w = [(1 - f) ** 3 / 6, (3 * f**3 - 6 * f**2 + 4) / 6, (-3 * f**3 + 3 * f**2 + 3 * f + 1) / 6, f**3 / 6]
        m = torch.zeros(size, cells + 3)
        for k in range(4):
            m[torch.arange(size), i + k] = w[k]
        _BASIS[key] = (m / m.pow(2).sum(1).mean().sqrt()).to(device)
    return _BASIS[key]


def smooth(t, a=0.0, b=1.0):
    """Smoothstep from a to b."""
    t = ((t - a) / (b - a)).clamp(0, 1)
    return t * t * (3 - 2 * t)


class Frame:
    """A batch (or the part of a batch that shares something) being drawn."""

    def __init__(self, scenes, lab, gen, light=None):
        self.scenes, self.lab, self.gen = scenes, lab, gen
        self.n, _, self.h, self.w = lab.shape
        self.dev = lab.device
        self.asp = self.w / self.h
        self.px = 1 / self.h
        self.y = ((torch.arange(self.h, device=self.dev) + 0.5) / self.h).view(1, 1, -1, 1)
        self.x = ((torch.arange(self.w, device=self.dev) + 0.5) / self.h).view(1, 1, 1, -1)
        self.light = light or {}
        self.rng = random.Random(int(torch.randint(1 << 30, (1,), generator=gen, device=gen.device)))

    # -- parts of a batch
    def part(self, index):
        """The pictures `index` as a frame of their own; give it back with `join`."""
        t = torch.tensor(index, device=self.dev)
        light = {k: v[t] for k, v in self.light.items()}
        f = Frame([self.scenes[i] for i in index], self.lab[t], self.gen, light)
        f.index = t
        return f

    def join(self, f):
        self.lab[f.index] = f.lab

    # -- random numbers
    def u(self, a=0.0, b=1.0, k=1):
        """Uniform `[n, k, 1, 1]`."""
        return torch.rand(self.n, k, 1, 1, generator=self.gen, device=self.dev) * (b - a) + a

    def normal(self, *shape):
        return torch.randn(*shape, generator=self.gen, device=self.dev)

    def flag(self, p):
        return (self.u() < p).float()

    def has(self, test):
        """1 where `test(scene)` is true."""
        return self.num(lambda s: float(bool(test(s))))

    def num(self, f):
        return torch.tensor([float(f(s)) for s in self.scenes], device=self.dev).view(-1, 1, 1, 1)

    def color(self, f):
        """`f(scene)` gives hex codes or OKLab triples; `[n, 3, 1, 1]`."""
        rows = [f(s) for s in self.scenes]
        rows = [hexlab(r) if isinstance(r, str) else r for r in rows]
        return torch.tensor(rows, device=self.dev).view(-1, 3, 1, 1)

    def pick(self, codes, jitter=0.02):
        """A random one of the hex codes for each picture, jittered."""
        table = torch.tensor([hexlab(c) for c in codes], device=self.dev)
        k = torch.randint(len(codes), (self.n,), generator=self.gen, device=self.dev)
        out = table[k].view(-1, 3, 1, 1)
        return out + jitter * self.normal(self.n, 3, 1, 1) * torch.tensor([1.0, 0.5, 0.5], device=self.dev).view(1, 3, 1, 1)

    def noise(self, cells, octaves=3, stretch=1.0, falloff=0.5):
        """Smooth noise of unit variance; `cells` a height, `stretch` times as long horizontally as high."""
        out, total = 0, 0.0
        for o in range(octaves):
            cy = max(1, min(self.h, int(cells * 2**o)))
            cx = max(1, min(self.w, int(cells * 2**o * self.asp / stretch)))
            knots = self.normal(self.n, 1, cy + 3, cx + 3)
            amp = falloff**o
            out = out + amp * (basis(self.h, cy, self.dev) @ knots @ basis(self.w, cx, self.dev).T)
            total += amp * amp
        return out / math.sqrt(total)

    def noise_x(self, cells, octaves=3, falloff=0.5):
        """Noise along x `[n, 1, 1, w]`; `cells` a unit."""
        out, total = 0, 0.0
        for o in range(octaves):
            c = max(1, min(self.w, int(cells * self.asp * 2**o)))
            out = out + falloff**o * (self.normal(self.n, 1, 1, c + 3) @ basis(self.w, c, self.dev).T)
            total += falloff ** (2 * o)
        return out / math.sqrt(total)

    def noise_y(self, cells, octaves=2, falloff=0.5):
        """Noise along y `[n, 1, h, 1]`."""
        out, total = 0, 0.0
        for o in range(octaves):
            c = max(1, min(self.h, int(cells * 2**o)))
            out = out + falloff**o * (basis(self.h, c, self.dev) @ self.normal(self.n, 1, c + 3, 1))
            total += falloff ** (2 * o)
        return out / math.sqrt(total)

    # -- drawing
    def cover(self, d, soft=1.0):
        """Coverage 0..1 of distance `d` in units (negative inside)."""
        return (0.5 - d / (self.px * soft)).clamp(0, 1)

    def over(self, alpha, color):
        self.lab = torch.lerp(self.lab, color.expand_as(self.lab), alpha.expand(self.n, 1, self.h, self.w))

    def lit(self, color, shade=0.0, depth=0.0):
        """Material `color` under the scene's light: `shade` is added to lightness, `depth` 0..1 is haze."""
        g = self.light
        L = (color[:, :1] + shade) * g["gain"]
        rest = color[:, 1:] * g["chroma"] + g["tint"]
        # Lit parts take the light's hue, shaded parts the sky's.
        if torch.is_tensor(shade):
            rest = rest + g["warm"] * (shade * 2.2).clamp(-0.3, 0.3)
        h, w = max(L.shape[2], rest.shape[2]), max(L.shape[3], rest.shape[3])
        out = torch.cat([L.expand(self.n, 1, h, w), rest.expand(self.n, 2, h, w)], 1)
        if torch.is_tensor(depth) or depth > 0:
            d = depth * g["haze"]
            out = out + (g["air"] - out) * d.clamp(0, 1)
        return out

    def paint(self, alpha, color, shade=0.0, depth=0.0):
        self.over(alpha, self.lit(color, shade, depth))

    def blobs(self, cx, cy, rx, ry=None, weights=None):
        """Sum of Gaussians at `cx, cy` `[n, k, 1, 1]`; with `weights` a list of more sums, each weighted `[n, k]`;
        the weights 'x' and 'y' are the offset from the centre in radii."""
        ry = rx if ry is None else ry
        ex = ((self.x - cx) / rx).squeeze(2)
        ey = ((self.y - cy) / ry).squeeze(3)
        gx, gy = torch.exp(-ex * ex), torch.exp(-ey * ey)
        out = [torch.einsum("nkh,nkw->nhw", gy, gx).unsqueeze(1)]
        for q in weights or []:
            if isinstance(q, str):
                a, b = (gy, gx * ex) if q == "x" else (gy * ey, gx)
            else:
                a, b = gy * q.view(self.n, -1, 1), gx
            out.append(torch.einsum("nkh,nkw->nhw", a, b).unsqueeze(1))
        return out if weights else out[0]

    def table(self, idx, lo=0.0, hi=1.0, size=96):
        """A random number for every integer of `idx` `[n, 1, a, b]`."""
        t = torch.rand(self.n, size, generator=self.gen, device=self.dev) * (hi - lo) + lo
        flat = idx.expand(self.n, 1, idx.shape[2], idx.shape[3]).reshape(self.n, -1).long().remainder(size)
        return t.gather(1, flat).view(self.n, 1, idx.shape[2], idx.shape[3])


# ---------------------------------------------------------------- distances in local coordinates (v is up)


def box(u, v, u0, u1, v0, v1):
    return torch.maximum(torch.maximum(u0 - u, u - u1), torch.maximum(v0 - v, v - v1))


def gable(u, v, uc, half, v0, v1):
    """Isosceles triangle on the base line v0 with its top at v1."""
    rise = v1 - v0
    norm = (1 / half**2 + 1 / rise**2) ** 0.5
    return torch.maximum(((u - uc).abs() / half + (v - v0) / rise - 1) / norm, v0 - v)


def disc(u, v, uc, vc, r):
    return ((u - uc) ** 2 + (v - vc) ** 2).sqrt() - r


def ellipse(u, v, uc, vc, ru, rv):
    return ((((u - uc) / ru) ** 2 + ((v - vc) / rv) ** 2).sqrt() - 1) * min(float(ru), float(rv))


def segment(u, v, a, b, r0, r1=None):
    """Line from a to b, radius r0 at a and r1 at b."""
    (ax, ay), (bx, by) = a, b
    ex, ey = bx - ax, by - ay
    t = (((u - ax) * ex + (v - ay) * ey) / (ex * ex + ey * ey + 1e-9)).clamp(0, 1)
    r = r0 if r1 is None else r0 + (r1 - r0) * t
    return ((u - ax - ex * t) ** 2 + (v - ay - ey * t) ** 2).sqrt() - r


def keep_memory():
    """Lets glibc keep freed blocks instead of returning them to the system at once: on the processor a third of the
    time went into fresh pages."""
    import ctypes

    try:
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(-3, 1 << 30)  # M_MMAP_THRESHOLD
        libc.mallopt(-1, (1 << 31) - 1)  # M_TRIM_THRESHOLD
    except (OSError, AttributeError):
        pass  # another C library: slower, no more
