"""Training data: renders with captions, masks as painters make them, and what else the autoencoder must hold.

`python data.py --out DIR --n 20000 --size 128` renders shards of 512 pictures that several processes may write at once.
"""
import argparse
import glob
import os
import pickle
import random
import time
import torch
import torch.nn.functional as F
from painter import caption, paint, sample_scenes
from painter.core import Frame, segment, smooth

SHARD = 512
HELD_OUT = 900_000_000  # seeds from here on are never trained on


def render(n, height, width, seed, device="cpu"):
    """`n` pictures as bytes `[n, 3, h, w]` and their scenes."""
    scenes = sample_scenes(n, seed)
    rgb = paint(scenes, height, width, seed, device)
    return (rgb * 255).round().byte(), scenes


def describe(scenes, tok, seed, variants=6):
    """Captions of each scene, the first of them complete: token numbers `[n, variants, CONTEXT]`, and what each names as
    `attributes.pack` writes it, `[n, variants, k]`."""
    import attributes
    from nets import token_ids

    r = random.Random(seed)
    said = [set() for _ in range(len(scenes) * variants)]
    texts = [caption(s, r, drop=k > 0, said=said[i * variants + k]) for i, s in enumerate(scenes) for k in range(variants)]
    parts = [token_ids(tok, texts[i : i + 60_000]) for i in range(0, len(texts), 60_000)]
    labels = attributes.pack([s for s in scenes for _ in range(variants)], said)
    return torch.cat(parts).to(torch.int16).view(len(scenes), variants, -1), labels.view(len(scenes), variants, -1)


def masks(n, height, width, seed, device="cpu"):
    """`[n, 1, h, w]` of 0 and 1 (to be painted): brush strokes, spots, boxes, and margins as extending makes them."""
    gen = torch.Generator(device=device).manual_seed(seed)
    f = Frame([{}] * n, torch.zeros(n, 3, height, width, device=device), gen)
    kind = torch.rand(n, 1, 1, 1, generator=gen, device=device)
    # strokes: a walk of six thick segments
    x, y, a = f.u() * f.asp, f.u(), f.u(0, 6.3)
    r = f.u(0.04, 0.13)
    d = None
    for _ in range(6):
        a = a + f.u(-1.0, 1.0)
        step = f.u(0.05, 0.22)
        x2, y2 = (x + step * torch.cos(a)).clamp(0, f.asp), (y + step * torch.sin(a)).clamp(0, 1)
        e = segment(f.x, f.y, (x, y), (x2, y2), r)
        d = e if d is None else torch.minimum(d, e)
        x, y = x2, y2
    stroke = d < 0.02 * f.noise(6, 2)
    cx, cy, rx, ry = f.u() * f.asp, f.u(), f.u(0.1, 0.4), f.u(0.1, 0.4)
    spot = ((f.x - cx) / rx) ** 2 + ((f.y - cy) / ry) ** 2 < 1
    box = ((f.x - cx).abs() < rx) & ((f.y - cy).abs() < ry)
    keep = f.u(0.3, 0.8)
    side = torch.floor(f.u(0, 4))
    along = torch.where(side < 2, f.x / f.asp, f.y + 0 * f.x)
    along = torch.where(torch.remainder(side, 2) < 1, along, 1 - along)
    margin = along.expand(n, 1, height, width) > keep
    inner = f.u(0.3, 0.8)
    # Half of them in the middle, as a zoom outward has them.
    middle = f.flag(0.5)
    ox, oy = (torch.lerp(f.u(), torch.full_like(inner, 0.5), middle) * (1 - inner) * side for side in (f.asp, 1.0))
    around = ~((f.x > ox) & (f.x < ox + inner * f.asp) & (f.y > oy) & (f.y < oy + inner))
    out = torch.where(kind < 0.3, stroke, torch.where(kind < 0.4, spot, torch.where(kind < 0.48, box, torch.where(kind < 0.75, margin, around))))
    return out.float()


def shrink_mask(mask, factor):
    return (F.avg_pool2d(mask, factor) >= 0.5).float()


def curves(n, size, seed, device="cpu"):
    """Strange pictures `[n, 3, size, size]` 0..1: gradients, noise, checks, letters' edges, saturated colours."""
    gen = torch.Generator(device=device).manual_seed(seed)
    f = Frame([{}] * n, torch.zeros(n, 3, size, size, device=device), gen)
    a, b = torch.rand(n, 3, 1, 1, generator=gen, device=device), torch.rand(n, 3, 1, 1, generator=gen, device=device)
    kind = f.u()
    ang = f.u(0, 6.3)
    t = f.x * torch.cos(ang) + f.y * torch.sin(ang)
    wave = 0.5 + 0.5 * torch.sin(t * f.u(4, 60) + 2 * f.noise(3, 2) * f.flag(0.5))
    ramp = smooth(t, -1.0, 1.4)
    sharp = f.flag(0.5)
    pattern = torch.where(kind < 0.3, ramp.expand(n, 1, size, size), torch.where(kind < 0.6, wave, torch.sigmoid(f.noise(5, 4) * 3)))
    pattern = torch.lerp(pattern, (pattern > 0.5).float(), sharp)
    out = torch.lerp(a.expand(-1, -1, size, size), b, pattern)
    grain = f.normal(n, 3, size, size) * f.u(0.0, 0.12) * f.flag(0.5)
    return (out + grain).clamp(0, 1)


def photographs(held_out):
    """Photographs that come inside freely licensed packages (scikit-image; scikit-learn and matplotlib for the held-out
    part), `[3, h, w]` 0..1 each; whichever are installed."""
    import importlib.util
    import numpy as np
    from PIL import Image

    names = (
        [("sklearn", "datasets/images/china.jpg"), ("sklearn", "datasets/images/flower.jpg"), ("matplotlib", "mpl-data/sample_data/grace_hopper.jpg"), ("skimage", "data/chelsea.png")]
        if held_out
        else [("skimage", f"data/{k}") for k in ("astronaut.png", "coffee.png", "rocket.jpg", "motorcycle_left.png", "hubble_deep_field.jpg", "gravel.png", "brick.png", "grass.png", "ihc.png", "text.png")]
    )
    out = []
    for package, path in names:
        spec = importlib.util.find_spec(package)
        full = spec and os.path.join(os.path.dirname(spec.origin), path)
        if full and os.path.exists(full):
            img = np.asarray(Image.open(full).convert("RGB"))
            out.append(torch.from_numpy(img.copy()).permute(2, 0, 1).float() / 255)
    return out


def crops(photos, n, size, r):
    """Random crops at several scales, mirrored or not."""
    out = []
    for _ in range(n):
        p = r.choice(photos)
        side = min(p.shape[1], p.shape[2], int(size * 2 ** r.uniform(0, 2)))
        y, x = r.randint(0, p.shape[1] - side), r.randint(0, p.shape[2] - side)
        c = F.interpolate(p[None, :, y : y + side, x : x + side], (size, size), mode="bilinear", antialias=True, align_corners=False)
        out.append(c.flip(-1) if r.random() < 0.5 else c)
    return torch.cat(out)


def load(folder, limit=None):
    """All shards: pictures as bytes and scenes."""
    pictures, scenes = [], []
    for p in sorted(glob.glob(os.path.join(folder, "*.pt"))):
        d = torch.load(p, weights_only=False)
        pictures.append(d["pictures"])
        scenes += d["scenes"]
        if limit and len(scenes) >= limit:
            break
    return torch.cat(pictures)[:limit], scenes[:limit]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--out", required=True)
    p.add_argument("--n", type=int, default=8192)
    p.add_argument("--size", type=int, default=128)
    p.add_argument("--worker", type=int, default=0)
    p.add_argument("--seed", type=int, default=1_000_000)
    a = p.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    os.makedirs(a.out, exist_ok=True)
    begun = time.time()
    for k in range(a.n // SHARD):
        name = os.path.join(a.out, f"{a.worker}_{k:04d}.pt")
        if os.path.exists(name):
            continue
        seed = a.seed + a.worker * 100_000 + k * 100
        parts = [render(128, a.size, a.size, seed + i) for i in range(SHARD // 128)]
        torch.save({"pictures": torch.cat([q for q, _ in parts]), "scenes": [s for _, q in parts for s in q]}, name + ".part")
        os.replace(name + ".part", name)
        print(f"{name} {(time.time() - begun) / (k + 1):.1f} s a shard", flush=True)


if __name__ == "__main__":
    main()
