"""Pictures to latents, once: of the picture, of the picture truly masked (grey where it is to be painted, as diffusers'
inpainting does), the mask at latent size, and token numbers of several captions; each also mirrored.

`python encode.py --work DIR --data DIR` writes `DIR/latents/*.pt`; `--half` also encodes the pictures at half size.
"""
import argparse
import glob
import os
import torch
import torch.nn.functional as F
import data
from nets import load_tokenizer


@torch.no_grad()
def encode(vae, pictures, described, seed, device="cpu", chunk=32, mirror=True, bf16=False):
    """Everything the network is trained on for these pictures (bytes `[n, 3, h, w]`) and their captions (as
    `data.describe` gives them), on `device` in half precision."""
    factor = 2 ** (len(vae.config.decoder_block_out_channels) - 1)
    out = {"z": [], "masked": [], "mask": []}
    for i in range(0, len(pictures), chunk):
        x = pictures[i : i + chunk].to(device).float() / 127.5 - 1
        for flip in (False, True) if mirror else (False,):
            y = x.flip(-1) if flip else x
            m = data.masks(len(y), y.shape[2], y.shape[3], seed * 7919 + i * 2 + flip, device)
            hidden = torch.where(m > 0.5, torch.zeros_like(y), y)
            with torch.autocast(device, torch.bfloat16, enabled=bf16):
                z, masked = vae.encoder(y), vae.encoder(hidden)
            out["z"].append(z.half())
            out["masked"].append(masked.half())
            out["mask"].append(data.shrink_mask(m, factor).to(torch.uint8))
    # [n, 2, ...]: the picture and its mirror image
    join = lambda parts: torch.cat([torch.stack(parts[k : k + 1 + mirror], 1) for k in range(0, len(parts), 1 + mirror)])
    got = {k: join(v) for k, v in out.items()}
    got["ids"], got["labels"] = (k.to(device) for k in described)
    return got


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--work", required=True)
    p.add_argument("--data", required=True)
    p.add_argument("--half", action="store_true")
    p.add_argument("--no-mirror", action="store_true")
    p.add_argument("--bf16", action="store_true", help="half the time on processors that can")
    p.add_argument("--device", default="cpu")
    a = p.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    from diffusers import AutoencoderTiny

    vae = AutoencoderTiny.from_pretrained(os.path.join(a.work, "vae"), torch_dtype=torch.float32).to(a.device).eval()
    tok = load_tokenizer(os.path.join(a.work, "tokenizer"))
    out = os.path.join(a.work, "latents")
    os.makedirs(out, exist_ok=True)
    for name in sorted(glob.glob(os.path.join(a.data, "*.pt"))):
        d = torch.load(name, weights_only=False)
        for half in (False, True) if a.half else (False,):
            target = os.path.join(out, ("half_" if half else "full_") + os.path.basename(name))
            if os.path.exists(target):
                continue
            x = d["pictures"]
            if half:
                x = F.avg_pool2d(x.float(), 2).round().byte()
            seed = sum(map(ord, os.path.basename(name)))
            got = encode(vae, x, data.describe(d["scenes"], tok, seed), seed, a.device, mirror=not a.no_mirror, bf16=a.bf16)
            torch.save(got, target + ".part")
            os.replace(target + ".part", target)
            print(target, tuple(got["z"].shape), "std", got["z"].float().std((0, 1, 3, 4)).tolist(), flush=True)


if __name__ == "__main__":
    main()
