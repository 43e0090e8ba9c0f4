"""Media: a smooth OKLab picture becomes oil, gouache, watercolour, ink, pastel or pencil.

Brush strokes lie on jittered grids. Every pixel looks at the strokes of the neighbouring cells and takes the topmost that
covers it; its colour is the picture's at the stroke's middle. All of it is arithmetic on whole batches.
"""
import torch
import torch.nn.functional as F
from .core import basis, smooth

_GAUSS = {}


def blur(x, sigma):
    """Gaussian blur of every channel, edges repeated."""
    if sigma < 0.3:
        return x
    r = max(1, int(2.5 * sigma + 0.5))
    key = (r, round(float(sigma), 2), str(x.device))
    if key not in _GAUSS:
        t = torch.arange(-r, r + 1, dtype=torch.float32, device=x.device)
        g = torch.exp(-0.5 * (t / sigma) ** 2)
        _GAUSS[key] = g / g.sum()
    g = _GAUSS[key]
    n, c, h, w = x.shape
    y = x.reshape(n * c, 1, h, w)
    y = F.conv2d(F.pad(y, (r, r, 0, 0), mode="replicate"), g.view(1, 1, 1, -1))
    y = F.conv2d(F.pad(y, (0, 0, r, r), mode="replicate"), g.view(1, 1, -1, 1))
    return y.view(n, c, h, w)


def rand(f, *shape):
    return torch.rand(*shape, generator=f.gen, device=f.dev)


def direction(f, lightness, sigma, swirl):
    """Angle along which strokes run: along edges, in flat parts along a random slow flow."""
    gx = F.pad(lightness[..., 2:] - lightness[..., :-2], (1, 1, 0, 0), mode="replicate")
    gy = F.pad(lightness[..., 2:, :] - lightness[..., :-2, :], (0, 0, 1, 1), mode="replicate")
    flow = f.noise(2, 2) * swirl
    weak = 2e-4
    xx, yy, xy = blur(torch.cat([gx * gx, gy * gy, gx * gy], 1), sigma).split(1, 1)
    xx, yy, xy = xx + weak * torch.sin(flow) ** 2, yy + weak * torch.cos(flow) ** 2, xy - weak * torch.sin(flow) * torch.cos(flow)
    return 0.5 * torch.atan2(2 * xy, xx - yy) + torch.pi / 2


def strokes(f, ref, canvas, height, cell, length, width, angle, keep=None, color_jitter=0.02, bristle=0.02, opacity=0.95):
    """One layer of strokes of colours from `ref` over `canvas`; `cell` px is the pitch, `length` and `width` are half
    axes in cells. `keep` `[n, 1, h, w]` says where strokes are wanted. Returns canvas and paint height."""
    n, _, h, w = ref.shape
    hc, wc = -(-h // cell), -(-w // cell)
    H, W = hc * cell, wc * cell
    jy, jx = rand(f, n, hc, wc), rand(f, n, hc, wc)
    cy = (torch.arange(hc, device=f.dev).view(1, -1, 1) + jy) * cell
    cx = (torch.arange(wc, device=f.dev).view(1, 1, -1) + jx) * cell
    iy, ix = cy.long().clamp(0, h - 1), cx.long().clamp(0, w - 1)
    flat = (iy * w + ix).view(n, 1, -1)
    take = lambda img: img.reshape(n, img.shape[1], -1).gather(2, flat.expand(-1, img.shape[1], -1)).view(n, img.shape[1], hc, wc)
    col = take(ref) + color_jitter * torch.randn(n, 3, hc, wc, generator=f.gen, device=f.dev) * torch.tensor([1.0, 0.55, 0.55], device=f.dev).view(1, 3, 1, 1)
    ang = take(angle)[:, 0] + 0.12 * torch.randn(n, hc, wc, generator=f.gen, device=f.dev)
    size = 0.75 + 0.5 * rand(f, n, hc, wc)
    prio = rand(f, n, hc, wc) * 0.98 + 0.01
    if keep is not None:
        prio = torch.where(take(keep)[:, 0] > 0.5, prio, torch.full_like(prio, -1.0))
    cos, sin = torch.cos(ang), torch.sin(ang)
    a, b = 1 / (length * cell * size), 1 / (width * cell * size)
    fields = torch.stack([cy, cx, cos * a, sin * a, cos * b, sin * b, prio], 1)
    pad = F.pad(fields, (1, 1, 1, 1))
    pad[:, 6, 0], pad[:, 6, -1], pad[:, 6, :, 0], pad[:, 6, :, -1] = -1, -1, -1, -1
    py = (torch.arange(H, device=f.dev) + 0.5).view(1, hc, cell, 1, 1)
    px = (torch.arange(W, device=f.dev) + 0.5).view(1, 1, 1, wc, cell)
    best = torch.zeros(n, hc, cell, wc, cell, device=f.dev)
    which = torch.zeros_like(best)
    across = torch.zeros_like(best)
    for k in range(9):
        oy, ox = k // 3, k % 3
        sy, sx, ca, sa, cb, sb, p = (pad[:, i, oy : oy + hc, ox : ox + wc].view(n, hc, 1, wc, 1) for i in range(7))
        dy, dx = py - sy, px - sx
        v = dy * cb - dx * sb
        u = dx * ca + dy * sa
        hit = (u * u * u * u + v * v) < 1
        q = torch.where(hit, p, -1.0)
        up = q > best
        best = torch.where(up, q, best)
        which = torch.where(up, float(k), which)
        across = torch.where(up, v, across)
    best, which, across = (t.view(n, H, W)[:, :h, :w] for t in (best, which, across))
    cell_y = torch.arange(h, device=f.dev).view(1, h, 1) // cell + (which // 3).long() - 1
    cell_x = torch.arange(w, device=f.dev).view(1, 1, w) // cell + (which % 3).long() - 1
    owner = (cell_y * wc + cell_x).view(n, 1, -1)
    colour = col.view(n, 3, -1).gather(2, owner.clamp(0, hc * wc - 1).expand(-1, 3, -1)).view(n, 3, h, w)
    ident = prio.view(n, 1, -1).gather(2, owner.clamp(0, hc * wc - 1)).view(n, h, w)
    hair = torch.sin(across * 9 + ident * 91) * 0.6 + torch.sin(across * 17 + ident * 37) * 0.4
    painted = (best > 0).float().unsqueeze(1)
    colour = torch.cat([colour[:, :1] + bristle * hair.unsqueeze(1), colour[:, 1:]], 1)
    canvas = torch.lerp(canvas, colour, painted * opacity)
    ridge = (1 - across * across).clamp_min(0) + 0.5 * hair + 0.6 * ident
    height = torch.lerp(height, ridge.unsqueeze(1), painted)
    return canvas, height


def emboss(f, lab, height, amount):
    """Light from the upper left on the paint's relief."""
    d = F.pad(height[..., 1:, 1:] - height[..., :-1, :-1], (1, 0, 1, 0))
    return torch.cat([lab[:, :1] + amount * d.clamp(-0.7, 0.7), lab[:, 1:]], 1)


OIL = dict(layers=((0.05, 1.15, 0.5, 0.0), (0.026, 1.25, 0.42, 0.028), (0.014, 1.3, 0.42, 0.045)), jitter=0.02, bristle=0.02, relief=0.035, swirl=0.6)
IMPRESSIONIST = dict(layers=((0.05, 1.1, 0.6, 0.0), (0.032, 1.0, 0.45, 0.0), (0.018, 1.05, 0.5, 0.05)), jitter=0.042, bristle=0.016, relief=0.035, swirl=1.1)
GOUACHE = dict(layers=((0.06, 1.3, 0.6, 0.0), (0.022, 1.35, 0.5, 0.03)), jitter=0.008, bristle=0.008, relief=0.008, swirl=0.3)


def brush(f, lab, style, ground=None):
    """Layers of strokes from coarse to fine; finer ones only where the coarse miss the picture."""
    canvas = (lab * 0.0 + f.pick(["a88868", "8c7c6c", "b09c80"])) if ground is None else ground
    height = torch.zeros_like(lab[:, :1])
    for i, (cell, length, width, miss) in enumerate(style["layers"]):
        px = max(2, round(cell * f.h))
        ref = blur(lab, px * 0.28) if i + 1 < len(style["layers"]) else lab
        angle = direction(f, ref[:, :1] + 0.5 * ref[:, 2:3], max(1.0, px * 0.35), style["swirl"])
        keep = None
        if miss > 0:
            wrong = (ref - canvas).abs()
            wrong = blur(wrong[:, :1] + 1.3 * (wrong[:, 1:2] + wrong[:, 2:3]), px * 0.3)
            keep = (wrong > miss).float()
        fine = 1.0 if i < 2 else 0.7
        canvas, height = strokes(f, ref, canvas, height, px, length, width, angle, keep, style["jitter"] * fine, style["bristle"] * fine)
        if i == 0:  # no bare ground between the coarse strokes
            canvas, height = strokes(f, ref, canvas, height, px, length, width, angle, None, style["jitter"], style["bristle"])
    out = emboss(f, canvas, height, style["relief"])
    return blur(out, 0.35 * f.h / 256)


def oil(f):
    f.lab = brush(f, f.lab, OIL)


def impressionist(f):
    vivid = f.lab * torch.tensor([1.0, 1.12, 1.12], device=f.dev).view(1, 3, 1, 1)
    f.lab = brush(f, vivid, IMPRESSIONIST)


def gouache(f):
    lab = f.lab.clone()
    L = lab[:, :1]
    step = 0.07
    q = (L / step).round() * step
    lab[:, :1] = 0.45 * L + 0.55 * (q + step * 0.5 * torch.tanh((L - q) / step * 5) * 0.8)
    f.lab = brush(f, lab, GOUACHE)


def warp(f, lab, amount, cells):
    grid = torch.stack([f.x.expand(f.n, 1, f.h, f.w)[:, 0] / f.asp * 2 - 1, f.y.expand(f.n, 1, f.h, f.w)[:, 0] * 2 - 1], -1)
    d = torch.stack([f.noise(cells, 2)[:, 0] / f.asp, f.noise(cells, 2)[:, 0]], -1) * amount * 2
    return F.grid_sample(lab, grid + d, padding_mode="reflection", align_corners=False)


def paper(f):
    return 0.6 * f.noise(f.h * 0.33, 1) + 0.4 * f.noise(f.h * 0.14, 1)


def watercolour(f):
    q = f.h / 256
    lab = warp(f, f.lab, 0.006, 10)
    a, b = blur(lab, 1.4 * q), blur(lab, 4.0 * q)
    edge = (lab[:, :1] - b[:, :1]).abs()
    lab = torch.lerp(b, torch.lerp(a, lab, 0.35), smooth(edge, 0.015, 0.07))
    L = lab[:, :1]
    step = 0.085
    k = (L / step).round()
    L = 0.5 * L + 0.5 * (k * step + step * 0.45 * torch.tanh((L / step - k) * 5))
    rim = (blur(L, 2.2 * q) - L)
    dark = (-0.9 * rim.abs()).clamp(-0.07, 0) + 0.4 * rim.clamp(-0.05, 0)
    wash, grain = f.noise(5, 4), paper(f)
    Lw = 0.15 + 0.88 * L + 1.5 * dark
    pigment = (1 - Lw).clamp(0, 1)
    Lw = Lw - pigment * (0.06 * wash + 0.045 * grain) + 0.008 * grain
    out = torch.cat([Lw.clamp(0.1, 0.98), lab[:, 1:] * (1.12 + 0.12 * wash) + torch.tensor([0.002, 0.006], device=f.dev).view(1, 2, 1, 1)], 1)
    f.lab = out


def ink(f):
    q = f.h / 256
    lab = warp(f, f.lab, 0.003, 14)
    tone = lab[:, :1] + 0.25 * lab[:, 1:2]
    s = blur(tone, 1.0 * q)
    line = (1 + torch.tanh((blur(s, 0.7 * q) - blur(s, 1.8 * q) + 0.012) * 65)).clamp(0, 1)
    dark = blur(tone, 2.0 * q)
    ang = f.u(0.5, 1.0)
    wob = f.noise(12, 2)
    fr = 2 * torch.pi / (5.0 / 256)
    h1 = torch.sin((f.x * torch.cos(ang) + f.y * torch.sin(ang)) * fr + wob * 1.3)
    h2 = torch.sin((f.x * torch.cos(ang + 1.2) + f.y * torch.sin(ang + 1.2)) * fr + wob)
    hatch = 1 - 0.6 * smooth(0.5 - dark, 0, 0.24) * smooth(h1, 0.0, 0.7) - 0.55 * smooth(0.33 - dark, 0, 0.2) * smooth(h2, 0.0, 0.7)
    drawn = (line * hatch).clamp(0, 1)
    coloured = f.has(lambda s: s.get("ink") == "wash")
    wash = blur(lab, 2.5 * q)
    Lp = torch.lerp((0.52 + 0.5 * wash[:, :1]).clamp(0, 0.96), (0.3 + 0.7 * wash[:, :1]).clamp(0, 0.97), coloured)
    grain = paper(f)
    L = 0.17 + (Lp - 0.17) * drawn + 0.01 * grain
    sepia = f.has(lambda s: s.get("ink") == "sepia")
    ab = wash[:, 1:] * 0.85 * coloured * drawn + torch.tensor([0.004, 0.014], device=f.dev).view(1, 2, 1, 1) * (1 + 1.6 * sepia)
    out = torch.cat([L, ab], 1)
    f.lab = out


def pastel(f):
    tooth = paper(f)
    ground = f.pick(["d8c8b0", "a8a8b0", "c8b8a8", "8c8078", "e0d8cc"])
    soft = blur(f.lab, 0.006 * f.h)
    q = max(2, round(0.022 * f.h))
    angle = direction(f, soft[:, :1], q * 0.6, 0.5) * 0.35 + f.u(0.5, 1.0)
    canvas, height = strokes(f, soft, soft, torch.zeros_like(soft[:, :1]), q, 1.3, 0.34, angle, None, 0.022, 0.02, 0.75)
    fine = max(2, round(0.012 * f.h))
    wrong = (f.lab - canvas).abs().sum(1, keepdim=True)
    canvas, height = strokes(f, f.lab, canvas, height, fine, 1.2, 0.4, angle, (blur(wrong, fine * 0.3) > 0.05).float(), 0.015, 0.015, 0.9)
    cover = smooth(0.6 * tooth + 1.35 + 0.3 * height, 0.0, 1.1)
    out = torch.lerp(ground.expand_as(canvas), canvas, cover * 0.9 + 0.08)
    chalk = torch.tensor([1.0, 0.95, 0.95], device=f.dev).view(1, 3, 1, 1)
    f.lab = blur(out * chalk + torch.tensor([0.02, 0, 0], device=f.dev).view(1, 3, 1, 1), 0.3 * f.h / 256)


def pencil(f):
    """Coloured pencil on white paper."""
    q = f.h / 256
    lab = f.lab
    L = lab[:, :1]
    tooth = paper(f)
    ang = f.u(0.5, 1.1) + 0.15 * f.noise(3, 1)
    p = (f.x * torch.sin(ang) - f.y * torch.cos(ang)) * 2 * torch.pi / (3.6 / 256)
    h = torch.sin(p + 0.8 * f.noise(3, 2))
    chroma = (lab[:, 1:] ** 2).sum(1, keepdim=True).sqrt()
    need = ((1.0 - L) * 1.15 + 1.6 * chroma + 0.06).clamp(0, 1)
    mark = smooth(need + 0.16 * h + 0.12 * tooth - 0.28, 0.0, 0.4)
    s = blur(L, 0.8 * q)
    line = smooth(blur(s, 1.8 * q) - s, 0.012, 0.05)
    strong = torch.cat([L * 0.86 + 0.02, lab[:, 1:] * 1.18], 1)
    sheet = f.color(lambda s: (0.965, 0.001, 0.008)).expand_as(lab)
    out = torch.lerp(sheet, strong, mark * 0.9)
    out = torch.cat([out[:, :1] * (1 - 0.42 * line), out[:, 1:]], 1)
    f.lab = out


def digital(f):
    """Nothing but a little grain: smooth, clean shapes."""
    f.lab = torch.cat([f.lab[:, :1] + 0.004 * paper(f), f.lab[:, 1:] * 1.05], 1)


APPLY = {"digital": digital, "oil": oil, "impressionist": impressionist, "gouache": gouache, "watercolour": watercolour, "ink": ink, "pastel": pastel, "pencil": pencil}
