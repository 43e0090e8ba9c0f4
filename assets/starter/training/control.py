"""The control without diffusion: brush strokes on a merely blurred sketch. It stands beside every sheet, so that one
sees what the network adds to what strokes alone would give."""
import torch
from painter import media
from painter.core import Frame, lab_to_rgb, rgb_to_lab


@torch.no_grad()
def strokes(rgb, seed=0, blur=0.02, style=None, size=None):
    """Oil strokes on the blurred pictures `[n, 3, h, w]` 0..1; `size` is the height to paint at."""
    if size and size != rgb.shape[2]:
        rgb = torch.nn.functional.interpolate(rgb, scale_factor=size / rgb.shape[2], mode="bicubic", align_corners=False).clamp(0, 1)
    lab = rgb_to_lab(rgb)
    if blur:
        lab = media.blur(lab, blur * rgb.shape[2])
    gen = torch.Generator(device=rgb.device).manual_seed(seed)
    f = Frame([{}] * len(rgb), lab, gen)
    return lab_to_rgb(media.brush(f, lab, style or media.OIL))
