"""The autoencoder. `python train_vae.py --work DIR --data DIR --seconds 600`; `--compare` trains 4, 8 and 16 latent
channels (and factor 16) for the same time each and prints the table of held-out PSNR.

Losses: absolute and gradient error, low-passed opponent colours (without them the green-purple axis was lost), noise on
the latents so that the decoder forgives, latents pooled to half size so that they stay picture-like, and, once `--patch`
is given, a small adversary on patches for sharper brushwork.
"""
import argparse
import math
import os
import random
import torch
import clock
import torch.nn.functional as F
from torch import nn
import data
from nets import make_vae


def gradients(x):
    return x[..., 1:, :] - x[..., :-1, :], x[..., :, 1:] - x[..., :, :-1]


def rebuild_loss(r, x):
    """How far `r` is from `x`, both -1..1."""
    d = r - x
    gy, gx = gradients(d)
    opponent = torch.stack([d.mean(1), d[:, 0] - d[:, 1], d[:, 2] - 0.5 * (d[:, 0] + d[:, 1])], 1)
    low = F.avg_pool2d(opponent, 4).abs().mean() + F.avg_pool2d(opponent, 8).abs().mean()
    return d.abs().mean() + 0.3 * (gy.abs().mean() + gx.abs().mean()) + low + 4.0 * d.pow(2).mean()


class Patches(nn.Module):
    """Adversary that looks at patches of about 30 px."""

    def __init__(self, width=32):
        super().__init__()
        c = [3, width, 2 * width, 2 * width]
        self.net = nn.Sequential(
            *[nn.Sequential(nn.Conv2d(c[i], c[i + 1], 4, 2, 1), nn.LeakyReLU(0.2)) for i in range(3)], nn.Conv2d(c[3], 1, 3, 1, 1))

    def forward(self, x):
        return self.net(x)


class Source:
    """Crops of renders, photographs and strange pictures. The latter two are drawn beforehand (`pool` of them): cut anew
    for every step they took longer than the step itself."""

    def __init__(self, pictures, size, seed, device, pool=2048):
        self.pictures, self.size, self.device = pictures, size, device
        self.r = random.Random(seed)
        photos = [p.to(device) for p in data.photographs(False)]
        bytes_of = lambda x: (x.clamp(0, 1) * 255).round().byte()
        self.photos = torch.cat([bytes_of(data.crops(photos, 64, size, self.r)) for _ in range(-(-pool // 64))]) if photos else None
        self.odd = torch.cat([bytes_of(data.curves(64, size, seed + i, device)) for i in range(-(-pool // 256))])

    def batch(self, n):
        parts = []
        extra = max(1, n // 4) if self.photos is not None else 0
        odd = max(1, n // 12)
        for pool, k in ((self.pictures, n - extra - odd), (self.odd, odd), (self.photos, extra)):
            if k:
                x = pool[torch.randint(len(pool), (k,), device=pool.device)]
                h, w = x.shape[2:]
                y0, x0 = self.r.randint(0, h - min(h, self.size)), self.r.randint(0, w - min(w, self.size))
                parts.append(x[:, :, y0 : y0 + self.size, x0 : x0 + self.size].to(self.device))
        x = torch.cat(parts).float() / 255
        if self.r.random() < 0.5:
            x = x.flip(-1)
        if self.r.random() < 0.25:  # strange colours: channels swapped, one inverted
            x = x[:, torch.randperm(3)]
            x = 1 - x if self.r.random() < 0.3 else x
        return (x * 2 - 1).contiguous(memory_format=torch.channels_last)


def psnr(vae, images, device, batch=8):
    """Mean PSNR in dB over pictures `[n, 3, h, w]` 0..1."""
    out = []
    with torch.no_grad():
        for x in images.split(batch):
            x = x.to(device)
            r = (vae.decoder(vae.encoder(x * 2 - 1)) * 0.5 + 0.5).clamp(0, 1)
            out.append(-10 * torch.log10((r - x).pow(2).mean((1, 2, 3))))
    return torch.cat(out).mean().item()


def held_out(size, device, n=46):
    """Renders that nothing is trained on, and photographs cut to multiples of 16."""
    renders, _ = data.render(n, size, size, data.HELD_OUT, device)
    photos = [p[:, : p.shape[1] // 16 * 16, : p.shape[2] // 16 * 16] for p in data.photographs(True)]
    return renders.float() / 255, photos


def scores(vae, device, test):
    renders, photos = test
    vae.eval()
    a = psnr(vae, renders, device)
    b = sum(psnr(vae, p[None], device) for p in photos) / len(photos) if photos else float("nan")
    vae.train()
    return a, b


def train(vae, source, seconds, batch, lr, device, test, patch=0.0, log=50, save=None, decoder=False):
    """Trains for `seconds`; the learning rate falls over the whole time. The first step, on a GPU mostly loading of its
    libraries, does not count for the rate. With `decoder` the encoder stays as it is."""
    vae = vae.to(device, memory_format=torch.channels_last).train()
    vae.encoder.requires_grad_(not decoder)
    opt = torch.optim.AdamW(vae.parameters(), lr=lr, betas=(0.9, 0.98), weight_decay=1e-4)
    critic = Patches().to(device) if patch else None
    copt = torch.optim.AdamW(critic.parameters(), lr=4e-4, betas=(0.5, 0.95)) if patch else None
    begun, step, saved = clock.now(), 0, clock.now()
    amp = torch.autocast(device, torch.bfloat16, enabled=device != "cpu")
    while (done := (clock.now() - begun) / seconds) < 1:
        for g in opt.param_groups:
            g["lr"] = lr * min(1, (step + 1) / 60) * (0.02 + 0.98 * (0.5 + 0.5 * math.cos(math.pi * done)))
        x = source.batch(batch)
        with amp:
            with torch.set_grad_enabled(not decoder):
                z = vae.encoder(x)
            moments = 0.03 * (z.mean((0, 2, 3)).pow(2).mean() + (z.std((0, 2, 3)) - 1).pow(2).mean()) + 0.002 * F.relu(z.abs() - 2.4).pow(2).mean()
            if step % 6 == 5 and not decoder:
                loss = 0.3 * F.l1_loss(vae.decoder(F.avg_pool2d(z, 2)), F.avg_pool2d(x, 2)) + moments
            else:
                r = vae.decoder(z + 0.05 * torch.randn_like(z))
                loss = rebuild_loss(r.float(), x) + moments
                if critic and done > 0.35:
                    fake, real = critic(r.detach()), critic(x)
                    closs = F.relu(1 - real).mean() + F.relu(1 + fake).mean()
                    copt.zero_grad(set_to_none=True)
                    closs.backward()
                    copt.step()
                    loss = loss - patch * critic(r).mean()
        opt.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(vae.parameters(), 1.0)
        opt.step()
        step += 1
        if step == 1:
            seconds, begun = seconds - (clock.now() - begun), clock.now()
        if step % log == 0:
            print(f"{step} loss {loss.item():.4f} z {z.std().item():.2f} max {z.abs().max().item():.1f} {clock.now() - begun:.0f} s", flush=True)
        if step % (log * 10) == 0 and test:
            print("   PSNR renders %.2f photographs %.2f" % scores(vae, device, test), flush=True)
        if save and clock.now() - saved > 120:
            saved = clock.now()
            vae.save_pretrained(save)
    return step


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--work", required=True)
    p.add_argument("--data", required=True)
    p.add_argument("--seconds", type=float, default=600)
    p.add_argument("--batch", type=int, default=12)
    p.add_argument("--crop", type=int, default=128)
    p.add_argument("--lr", type=float, default=2e-3)
    p.add_argument("--channels", type=int, default=4)
    p.add_argument("--factor", type=int, default=8)
    p.add_argument("--width", type=int, default=32)
    p.add_argument("--patch", type=float, default=0.0)
    p.add_argument("--init", help="folder of an autoencoder to go on from")
    p.add_argument("--decoder", action="store_true", help="train the decoder alone: latents, and networks trained on them, stay valid")
    p.add_argument("--compare", action="store_true")
    p.add_argument("--device", default="cpu")
    p.add_argument("--threads", type=int, default=1)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    torch.set_flush_denormal(True)
    pictures, _ = data.load(a.data)
    pictures = pictures.to(a.device)
    test = held_out(a.crop if a.device == "cpu" else 256, a.device)
    if a.compare:
        print("| factor | channels | width | steps | renders dB | photographs dB |\n|---|---|---|---|---|---|", flush=True)
        for factor, channels in ((8, 4), (8, 8), (8, 16), (16, 16), (16, 32)):
            torch.manual_seed(0)
            vae = make_vae(channels, factor, a.width)
            steps = train(vae, Source(pictures, a.crop, 0, a.device), a.seconds, a.batch, a.lr, a.device, None, log=10**9)
            print(f"| {factor} | {channels} | {a.width} | {steps} | %.2f | %.2f |" % scores(vae, a.device, test), flush=True)
        return
    torch.manual_seed(1)
    vae = make_vae(a.channels, a.factor, a.width) if not a.init else type(make_vae()).from_pretrained(a.init, torch_dtype=torch.float32)
    out = os.path.join(a.work, "vae")
    print("before: renders %.2f photographs %.2f" % scores(vae.to(a.device), a.device, test), flush=True)
    train(vae, Source(pictures, a.crop, 1, a.device), a.seconds, a.batch, a.lr, a.device, test, a.patch, save=out, decoder=a.decoder)
    vae.save_pretrained(out)
    print("held out: renders %.2f dB, photographs %.2f dB" % scores(vae, a.device, test), flush=True)


if __name__ == "__main__":
    main()
