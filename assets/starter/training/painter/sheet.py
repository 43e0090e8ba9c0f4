"""A contact sheet of renders: `python -m painter.sheet out.png --n 48 --size 256`."""
import argparse
import random
import time
import torch
from PIL import Image, ImageDraw
from . import caption, paint, sample_scenes
from .scenes import KINDS, MEDIA


def sheet(images, captions, columns, note=24):
    """`[n, 3, h, w]` 0..1 with texts below as a PIL picture."""
    n, _, h, w = images.shape
    rows = -(-n // columns)
    out = Image.new("RGB", (columns * (w + 4), rows * (h + note)), (28, 28, 28))
    draw = ImageDraw.Draw(out)
    for i in range(n):
        a = (images[i].permute(1, 2, 0).clamp(0, 1) * 255).round().byte().cpu().numpy()
        x, y = i % columns * (w + 4), i // columns * (h + note)
        out.paste(Image.fromarray(a), (x, y))
        for k in range(note // 12):
            draw.text((x + 1, y + h + 11 * k), captions[i][k * (w // 6) : (k + 1) * (w // 6)], fill=(220, 220, 220))
    return out


def main():
    p = argparse.ArgumentParser()
    p.add_argument("out")
    p.add_argument("--n", type=int, default=46)
    p.add_argument("--size", type=int, default=256)
    p.add_argument("--width", type=int)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--columns", type=int, default=8)
    p.add_argument("--kind")
    p.add_argument("--medium")
    p.add_argument("--device", default="cpu")
    p.add_argument("--flat", action="store_true")
    a = p.parse_args()
    torch.set_num_threads(1)
    scenes = sample_scenes(a.n, a.seed, kind=a.kind, medium=a.medium)
    if not a.kind:
        for i, s in enumerate(sample_scenes(a.n, a.seed)):
            scenes[i] = sample_scenes(1, a.seed * 1000 + i, kind=KINDS[i % len(KINDS)], medium=a.medium)[0]
    begun = time.time()
    images, flat = paint(scenes, a.size, a.width or a.size, a.seed, a.device, flat=True)
    print(f"{(time.time() - begun) / a.n * 1e3:.1f} ms a picture")
    r = random.Random(a.seed)
    sheet(flat if a.flat else images, [caption(s, r) for s in scenes], a.columns).save(a.out)


if __name__ == "__main__":
    main()
