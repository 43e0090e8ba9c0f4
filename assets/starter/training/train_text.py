"""Tokenizer, and a text encoder that is pretrained to read the attributes of a scene from its caption: without this
the captions collapse to nearly one embedding while the network learns to denoise.

`python train_text.py --work DIR --seconds 120`
"""
import argparse
import os
import random
import torch
import clock
from torch import nn
import attributes
from nets import CONTEXT, load_tokenizer, make_text, token_ids, train_tokenizer
from painter import caption, sample_scenes


class Reader(nn.Module):
    """Linear heads on the mean over all places and, separately, on the last place (padding sees the whole caption)."""

    def __init__(self, width):
        super().__init__()
        self.heads = nn.ModuleDict({k: nn.Linear(width, n) for k, n in attributes.sizes().items()})

    def forward(self, x):
        return {k: h(x) for k, h in self.heads.items()}


def corpus(n, seed):
    scenes = sample_scenes(n, seed)
    r = random.Random(seed)
    return scenes, [caption(s, r) for s in scenes]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--work", required=True)
    p.add_argument("--seconds", type=float, default=120)
    p.add_argument("--captions", type=int, default=60_000)
    p.add_argument("--batch", type=int, default=32)
    p.add_argument("--width", type=int, default=192)
    p.add_argument("--device", default="cpu")
    p.add_argument("--threads", type=int, default=1)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(2)
    scenes, texts = corpus(a.captions, 77)
    folder = os.path.join(a.work, "tokenizer")
    if not os.path.exists(folder):
        train_tokenizer(texts, folder + ".part")
        os.replace(folder + ".part", folder)
    tok = load_tokenizer(folder)
    ids = token_ids(tok, texts).to(a.device)
    target = {k: v.to(a.device) for k, v in attributes.labels(scenes).items()}
    net, reader = make_text(len(tok), a.width).to(a.device), Reader(a.width).to(a.device)
    net.get_input_embeddings().weight.data.normal_(0, 0.2)
    opt = torch.optim.AdamW([*net.parameters(), *reader.parameters()], lr=1e-3, betas=(0.9, 0.98))
    begun, step, done = clock.now(), 0, 0.0
    while done < 1:
        done = (clock.now() - begun) / a.seconds
        for g in opt.param_groups:
            g["lr"] = 1e-3 * min(1, (step + 1) / 50) * max(0.03, 1 - done)
        ix = torch.randint(len(ids), (a.batch,), device=a.device)
        h = net(ids[ix])[0]
        t = {k: v[ix] for k, v in target.items()}
        loss = attributes.loss(reader(h.mean(1)), t) + attributes.loss(reader(h[:, -1]), t)
        opt.zero_grad(set_to_none=True)
        loss.backward()
        opt.step()
        step += 1
        if step % 100 == 0:
            print(f"{step} loss {loss.item():.3f} spread {h.std(0).mean().item():.3f} {clock.now() - begun:.0f} s", flush=True)
    half = {k: v.half() if v.is_floating_point() else v for k, v in net.state_dict().items()}
    path = os.path.join(a.work, "text.pt")
    torch.save({"text": half, "width": a.width}, path + ".part")
    os.replace(path + ".part", path)
    report(net, reader, tok, a.device)


@torch.no_grad()
def report(net, reader, tok, device):
    """Accuracy on new complete captions."""
    scenes = sample_scenes(1000, 991)
    r = random.Random(5)
    texts = [caption(s, r, drop=False) for s in scenes]
    out = reader(net(token_ids(tok, texts).to(device))[0].mean(1))
    target = attributes.labels(scenes)
    for head in list(attributes.HEADS) + ["bloom"]:
        ok = target[head] >= 0
        print(head, f"{(out[head].cpu().argmax(1) == target[head])[ok].float().mean().item():.3f}", end="  ")
    print("flags", f"{((out['flags'].cpu() > 0) == (target['flags'] > 0.5)).float().mean().item():.4f}", "tokens", len(tok), "of", CONTEXT)


if __name__ == "__main__":
    main()
