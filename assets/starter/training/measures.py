"""Measures on pictures `[n, 3, h, w]` 0..1: sketches and their segmentation, seams, texture, Fréchet distance."""
import torch
import torch.nn.functional as F
from painter.core import rgb_to_lab
from painter.media import blur


def sketch(rgb, regions=12, seed=0):
    """Flat colours as a beginner blocks them in: k-means of the blurred picture; returns sketch, labels `[n, h, w]` and the
    colours `[n, k, 3]` (OKLab)."""
    n, _, h, w = rgb.shape
    lab = blur(rgb_to_lab(rgb), h / 50)
    small = F.adaptive_avg_pool2d(lab, (48, max(8, round(48 * w / h))))
    points = small.flatten(2).transpose(1, 2)
    gen = torch.Generator().manual_seed(seed)
    pick = torch.randperm(points.shape[1], generator=gen)[:regions].to(rgb.device)
    centres = points[:, pick].clone()
    for _ in range(12):
        own = torch.cdist(points, centres).argmin(2)
        one = F.one_hot(own, regions).float()
        mass = one.sum(1).unsqueeze(2)
        centres = torch.where(mass > 0, (one.transpose(1, 2) @ points) / mass.clamp_min(1), centres)
    full = lab.flatten(2).transpose(1, 2)
    labels = torch.cdist(full, centres).argmin(2).view(n, h, w)
    vote = blur(F.one_hot(labels, regions).permute(0, 3, 1, 2).float(), h / 60)
    labels = vote.argmax(1)
    return paint_labels(labels, centres), labels, centres


def paint_labels(labels, centres):
    from painter.core import lab_to_rgb

    lab = centres.gather(1, labels.flatten(1).unsqueeze(2).expand(-1, -1, 3)).transpose(1, 2).reshape(len(labels), 3, *labels.shape[1:])
    return lab_to_rgb(lab)


def agreement(rgb, labels, centres):
    """Share of places whose nearest sketch colour is that of their own region. Lightness and colour may drift as a whole:
    the picture's mean and spread are matched to the sketch's first."""
    n, _, h, w = rgb.shape
    lab = blur(rgb_to_lab(rgb), h / 50)
    want = centres.gather(1, labels.flatten(1).unsqueeze(2).expand(-1, -1, 3))
    have = lab.flatten(2).transpose(1, 2)
    have = (have - have.mean(1, keepdim=True)) / have.std(1, keepdim=True).clamp_min(0.01) * want.std(1, keepdim=True) + want.mean(1, keepdim=True)
    near = torch.cdist(have, centres).argmin(2).view(n, h, w)
    return (near == labels).float().mean().item()


def texture(rgb):
    """Mean energy of lightness at three scales (differences of Gaussians)."""
    L = rgb_to_lab(rgb)[:, :1]
    out = []
    for s in (0.7, 1.4, 2.8):
        out.append((blur(L, s) - blur(L, 2 * s)).pow(2).mean().sqrt().item())
    return out


def cie(rgb):
    """L*a*b* (D65)."""
    lin = torch.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055).clamp_min(0) ** 2.4)
    m = torch.tensor([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], device=rgb.device)
    xyz = torch.einsum("ij,njhw->nihw", m, lin) / torch.tensor([0.9505, 1.0, 1.089], device=rgb.device).view(1, 3, 1, 1)
    f = torch.where(xyz > 0.008856, xyz.clamp_min(1e-6) ** (1 / 3), 7.787 * xyz + 16 / 116)
    return torch.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], 1)


def seam(rgb, mask):
    """As the program scores seams: mean colour difference across the mask's border over that of the neighbouring pairs,
    both raised by 0.5. 1 is no seam, 3 and more is an edge."""
    lab, inside = cie(rgb), mask[:, 0] > 0.5
    across, beside, count = 0.0, 0.0, 0
    for axis in (1, 2):
        n = lab.shape[axis + 1]
        at = lambda k: lab.narrow(axis + 1, 1 + k, n - 3)
        side = lambda k: inside.narrow(axis, 1 + k, n - 3)
        d = lambda p, q: (p - q).pow(2).sum(1).sqrt()
        edge = side(0) != side(1)
        across += d(at(0), at(1))[edge].sum().item()
        beside += 0.5 * (d(at(-1), at(0)) + d(at(1), at(2)))[edge].sum().item()
        count += int(edge.sum())
    return (across / max(1, count) + 0.5) / (beside / max(1, count) + 0.5)


def frechet(a, b):
    """Fréchet distance of two sets of features `[n, d]` (Heusel et al. 2017)."""
    a, b = a.double().cpu(), b.double().cpu()
    ca, cb = torch.cov(a.T), torch.cov(b.T)
    va, ua = torch.linalg.eigh(ca)
    root = ua @ torch.diag(va.clamp_min(0).sqrt()) @ ua.T
    cross = torch.linalg.eigvalsh(root @ cb @ root).clamp_min(0).sqrt().sum()
    return ((a.mean(0) - b.mean(0)).pow(2).sum() + ca.trace() + cb.trace() - 2 * cross).item()
