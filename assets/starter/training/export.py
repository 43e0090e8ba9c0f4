"""The averaged weights of `DIR/unet.pt` as a model folder: `python export.py --work DIR --out FOLDER`."""
import argparse
import os
import torch
from diffusers import AutoencoderTiny
from nets import load_tokenizer, make_text, make_unet, save_folder


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--work", required=True)
    p.add_argument("--out", required=True)
    p.add_argument("--steps", type=int, default=25)
    p.add_argument("--cfg", type=float, default=4.0)
    a = p.parse_args()
    c = torch.load(os.path.join(a.work, "unet.pt"), weights_only=False, map_location="cpu")
    tok = load_tokenizer(os.path.join(a.work, "tokenizer"))
    unet, text = make_unet(**c["config"]["unet"]), make_text(len(tok), c["config"]["text_width"])
    unet.load_state_dict(c["averages"][0][0])
    text.load_state_dict(c["averages"][1][0])
    vae = AutoencoderTiny.from_pretrained(os.path.join(a.work, "vae"), torch_dtype=torch.float32)
    save_folder(a.out, unet, text, tok, vae, a.steps, a.cfg)
    size = sum(os.path.getsize(os.path.join(r, f)) for r, _, fs in os.walk(a.out) for f in fs)
    print(f"step {c['step']}, {c['seen']} samples, {size / 1e6:.1f} MB; last errors {c['history'][-3:]}")


if __name__ == "__main__":
    main()
