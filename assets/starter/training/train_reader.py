"""Reads the attributes of a scene from latents: clean ones, and what the network guesses of them from noisy ones. While the
network is trained further (`train_unet.py --reader`), its guesses must be readable as what their captions say. Another
network, on other data, than the classifier that measures (`classifier.py`).

`python train_reader.py --work DIR --model FOLDER --seconds 500` reads `DIR/latents` and writes `DIR/reader.pt`; FOLDER holds
the network that guesses.
"""
import argparse
import glob
import math
import os
import torch
import torch.nn.functional as F
import attributes
import clock
from classifier import Classifier
from nets import load_folder


@torch.no_grad()
def guesses(model, latents, ids, seed, bf16, batch=32):
    """What the network makes of each of `latents` `[n, c, h, w]` in one step from a random time, led by its caption."""
    gen = torch.Generator().manual_seed(seed)
    grey = model.encode(torch.full((1, 3, latents.shape[2] * 8, latents.shape[3] * 8), 0.5))
    out = []
    for z, words in zip(latents.split(batch), ids.split(batch)):
        z = z.float()
        t = torch.randint(1000, (len(z),), generator=gen)
        a = model.ac[t].view(-1, 1, 1, 1)
        x = a.sqrt() * z + (1 - a).sqrt() * torch.randn(z.shape, generator=gen)
        inp = torch.cat([x, torch.ones_like(z[:, :1]), grey.expand_as(z)], 1)
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            v = model.unet(inp, t, encoder_hidden_states=model.text(words.long())[0]).sample.float()
        out.append((a.sqrt() * x - (1 - a).sqrt() * v).half())
    return torch.cat(out)


def load_reader(path, device="cpu"):
    c = torch.load(path, weights_only=True, map_location=device)
    net = Classifier(**c["config"]).to(device)
    net.load_state_dict(c["state"])
    return net.eval().requires_grad_(False)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--work", required=True)
    p.add_argument("--model", required=True)
    p.add_argument("--seconds", type=float, default=500)
    p.add_argument("--width", type=int, default=48)
    p.add_argument("--batch", type=int, default=48)
    p.add_argument("--bf16", action="store_true")
    p.add_argument("--threads", type=int, default=1)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(8)
    parts = [torch.load(k, weights_only=True) for k in sorted(glob.glob(os.path.join(a.work, "latents", "*.pt")))]
    z, ids, labels = (torch.cat([d[k] for d in parts]) for k in ("z", "ids", "labels"))
    z = z[:, 0]
    begun = clock.now()
    model = load_folder(a.model)
    guessed = guesses(model, z, ids[:, 0], 9, a.bf16)
    print(f"{len(z)} guesses in {clock.now() - begun:.0f} s", flush=True)
    # The first caption is complete, so that it names nearly all that is there.
    held, target = len(z) // 12, labels[:, 0]
    net = Classifier(a.width, latents=z.shape[1]).to(memory_format=torch.channels_last)
    opt = torch.optim.AdamW(net.parameters(), lr=2e-3, weight_decay=0.02)
    begun, step = clock.now(), 0
    while (done := (clock.now() - begun) / a.seconds) < 1:
        for g in opt.param_groups:
            g["lr"] = 2e-3 * min(1, (step + 1) / 50) * (0.02 + 0.98 * (0.5 + 0.5 * math.cos(math.pi * done)))
        ix = torch.randint(held, len(z), (a.batch,))
        x = torch.where(torch.rand(a.batch, 1, 1, 1) < 0.5, z[ix], guessed[ix]).float()
        x = x + torch.randn_like(x) * torch.rand(a.batch, 1, 1, 1) * 0.2
        if torch.rand(()) < 0.5:
            x = F.pad(x, [2] * 4, "reflect")[:, :, (k := int(torch.randint(5, ()))) : k + z.shape[2], (k := int(torch.randint(5, ()))) : k + z.shape[3]]
        with torch.autocast("cpu", torch.bfloat16, enabled=a.bf16):
            out = net(x.contiguous(memory_format=torch.channels_last))
        loss = attributes.asked_loss({k: v.float() for k, v in out.items()}, target[ix])
        opt.zero_grad(set_to_none=True)
        loss.backward()
        opt.step()
        step += 1
        if step % 100 == 0:
            print(f"{step} loss {loss.item():.3f} {clock.now() - begun:.0f} s", flush=True)
    net.eval()
    for name, pool in (("latents", z), ("guesses", guessed)):
        print(name, "held out:", {k: round(v, 3) for k, v in read(net, pool[:held], target[:held]).items()}, flush=True)
    path = os.path.join(a.work, "reader.pt")
    torch.save({"state": net.state_dict(), "config": net.config}, path + ".part")
    os.replace(path + ".part", path)


@torch.no_grad()
def read(net, latents, packed):
    """Accuracy of each head, and the share of the named objects that are found."""
    out = [net(x.float()) for x in latents.split(64)]
    rows = {}
    for i, head in enumerate([*attributes.HEADS, "bloom"]):
        want = packed[:, i].long()
        got = torch.cat([o[head] for o in out]).argmax(1)
        rows[head] = (got == want)[want >= 0].float().mean().item()
    flags = packed[:, len(attributes.HEADS) + 1 :]
    rows["objects"] = (torch.cat([o["flags"] for o in out]) > 0)[flags > 0].float().mean().item()
    return rows


if __name__ == "__main__":
    main()
