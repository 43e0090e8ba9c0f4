"""The procedural painter: captions and pictures of landscapes and still lifes, without any picture of others."""
import random
import torch
from . import kinds, media, scenes
from .captions import caption
from .core import Frame, keep_memory, lab_to_rgb
from .sky import lights

__all__ = ["paint", "sample_scenes", "caption", "scenes"]

keep_memory()


def sample_scenes(n, seed, **fixed):
    """`n` random scenes."""
    r = random.Random(seed)
    out = []
    for _ in range(n):
        s = scenes.sample(r, **fixed)
        s["ink"] = r.choice(["black", "sepia", "wash", "wash"])
        s["snowcap"] = r.random() < 0.6
        out.append(s)
    return out


def groups(values):
    out = {}
    for i, v in enumerate(values):
        out.setdefault(v, []).append(i)
    return out


@torch.no_grad()
def paint(batch, height, width, seed, device="cpu", flat=False, chunk=None):
    """Pictures `[n, 3, height, width]` in sRGB 0..1 of the scenes in `batch`. With `flat` also the pictures before
    the medium was applied."""
    chunk = chunk or (max(2, 2**18 // (height * width)) if device == "cpu" else 512)
    gen = torch.Generator(device=device).manual_seed(seed)
    lab = torch.zeros(len(batch), 3, height, width, device=device)
    whole = Frame(batch, lab, gen, lights(batch, seed, device))
    for kind, index in groups([s["kind"] for s in batch]).items():
        for i in range(0, len(index), chunk):
            part = whole.part(index[i : i + chunk])
            kinds.DRAW[kind](part)
            whole.join(part)
    whole.lab[:, 0].clamp_(0.02, 0.99)
    plain = lab_to_rgb(whole.lab) if flat else None
    for medium, index in groups([s["medium"] for s in batch]).items():
        for i in range(0, len(index), chunk):
            part = whole.part(index[i : i + chunk])
            media.APPLY[medium](part)
            whole.join(part)
    rgb = lab_to_rgb(whole.lab)
    return (rgb, plain) if flat else rgb
