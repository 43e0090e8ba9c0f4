"""Reads the attributes of a picture; trained on renders only. Measures the generator, is not shipped.

`python classifier.py --work DIR --data DIR --seconds 300`
"""
import argparse
import math
import os
import torch
import clock
import torch.nn.functional as F
from torch import nn
import attributes
import data

SIZE = 128


class Classifier(nn.Module):
    """Residual network; `features` is what the Fréchet distance is measured on. With `latents` it reads latents of that
    many channels, any size, instead of pictures (`train_reader.py`)."""

    def __init__(self, width=32, depth=1, latents=0):
        super().__init__()
        w = [width, 2 * width, 4 * width, 8 * width]
        first = nn.Conv2d(latents, w[0], 3, 1, 1, bias=False) if latents else nn.Conv2d(3, w[0], 5, 2, 2, bias=False)
        self.stem = nn.Sequential(first, nn.BatchNorm2d(w[0]), nn.ReLU(True))
        stages = []
        for i in range(4):
            src = w[max(0, i - 1)]
            stages.append(Block(src, w[i], 1 if latents and i == 0 else 2))
            stages += [Block(w[i], w[i], 1) for _ in range(depth)]
        self.stages = nn.Sequential(*stages)
        self.heads = nn.ModuleDict({k: nn.Linear(2 * w[3], n) for k, n in attributes.sizes().items()})
        self.config = {"width": width, "depth": depth, "latents": latents}

    def features(self, rgb):
        if self.config["latents"]:
            return self.pooled(rgb)
        x = F.interpolate(rgb, (SIZE, SIZE), mode="bilinear", antialias=True, align_corners=False) if rgb.shape[-2:] != (SIZE, SIZE) else rgb
        return self.pooled(x * 2 - 1)

    def pooled(self, x):
        x = self.stages(self.stem(x))
        return torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1)

    def forward(self, rgb):
        h = self.features(rgb)
        return {k: head(h) for k, head in self.heads.items()}


class Block(nn.Module):
    def __init__(self, src, out, stride):
        super().__init__()
        self.a = nn.Sequential(nn.Conv2d(src, out, 3, stride, 1, bias=False), nn.BatchNorm2d(out), nn.ReLU(True), nn.Conv2d(out, out, 3, 1, 1, bias=False), nn.BatchNorm2d(out))
        self.b = nn.Identity() if stride == 1 and src == out else nn.Sequential(nn.AvgPool2d(stride), nn.Conv2d(src, out, 1, bias=False))

    def forward(self, x):
        return F.relu(self.a(x) + self.b(x), True)


def correct(outputs, target):
    """Hits and questions by head. Flags count only where they are set: that is what a caption asks for."""
    rows = {}
    for head in list(attributes.HEADS) + ["bloom"]:
        ask = target[head] >= 0
        rows[head] = ((outputs[head].argmax(1) == target[head])[ask].sum().item(), int(ask.sum()))
    asked = target["flags"] > 0.5
    rows["objects"] = (((outputs["flags"] > 0) & asked).sum().item(), int(asked.sum()))
    return rows


def accuracy_table(rows):
    total = [sum(v[i] for v in rows.values()) for i in (0, 1)]
    return {**{k: v[0] / max(1, v[1]) for k, v in rows.items()}, "all": total[0] / max(1, total[1])}


def load(work, device="cpu"):
    c = torch.load(os.path.join(work, "classifier.pt"), weights_only=True, map_location=device)
    net = Classifier(**c["config"]).to(device)
    net.load_state_dict(c["state"])
    return net.eval()


@torch.no_grad()
def evaluate(net, pictures, scenes, device, batch=64, said=None):
    """Accuracy by attribute; with `said` (a set for each picture) only of those that were asked for."""
    rows = {}
    for i in range(0, len(pictures), batch):
        x = pictures[i : i + batch].to(device).float()
        x = x / 255 if pictures.dtype == torch.uint8 else x
        out = {k: v.float().cpu() for k, v in net(x).items()}
        target = attributes.labels(scenes[i : i + batch])
        for k, (a, b) in correct(out, attributes.asked(target, said[i : i + batch]) if said else target).items():
            p = rows.get(k, (0, 0))
            rows[k] = (p[0] + a, p[1] + b)
    return accuracy_table(rows)


def train(pictures, scenes, seconds, device, width=32, batch=64, lr=2e-3, log=50):
    torch.manual_seed(4)
    net = Classifier(width).to(device, memory_format=torch.channels_last)
    target = {k: v.to(device) for k, v in attributes.labels(scenes).items()}
    opt = torch.optim.AdamW(net.parameters(), lr=lr, weight_decay=0.02)
    begun, step = clock.now(), 0
    while (done := (clock.now() - begun) / seconds) < 1:
        for g in opt.param_groups:
            g["lr"] = lr * min(1, (step + 1) / 50) * (0.02 + 0.98 * (0.5 + 0.5 * math.cos(math.pi * done)))
        ix = torch.randint(len(pictures), (batch,))
        x = pictures[ix].to(device).float() / 255
        if torch.rand(()) < 0.5:
            x = x.flip(-1)
        if torch.rand(()) < 0.5:  # generated pictures are softer than renders
            x = F.interpolate(F.avg_pool2d(x, 2), x.shape[-2:], mode="bilinear", align_corners=False)
        with torch.autocast(device, torch.bfloat16, enabled=device != "cpu"):
            out = net(x.contiguous(memory_format=torch.channels_last))
            loss = attributes.loss({k: v.float() for k, v in out.items()}, {k: v[ix.to(device)] for k, v in target.items()}, 3.0)
        opt.zero_grad(set_to_none=True)
        loss.backward()
        opt.step()
        step += 1
        if step % log == 0:
            print(f"{step} loss {loss.item():.3f} {clock.now() - begun:.0f} s", flush=True)
    return net.eval()


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--work", required=True)
    p.add_argument("--data", required=True)
    p.add_argument("--seconds", type=float, default=300)
    p.add_argument("--width", type=int, default=32)
    p.add_argument("--device", default="cpu")
    a = p.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    pictures, scenes = data.load(a.data)
    net = train(pictures, scenes, a.seconds, a.device, a.width)
    torch.save({"state": net.state_dict(), "config": net.config}, os.path.join(a.work, "classifier.pt"))
    test, asked = data.render(512, SIZE, SIZE, data.HELD_OUT + 7)
    print("held out:", {k: round(v, 3) for k, v in evaluate(net, test, asked, a.device).items()}, flush=True)


if __name__ == "__main__":
    main()
