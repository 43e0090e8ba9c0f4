"""The whole training in one command, sized by a profile and a time budget; every stage resumes.

    python run.py --profile smoke --work /tmp/starter          # a minute on one core: does everything run?
    python run.py --profile cpu   --work DIR --minutes 600     # a night on a laptop
    python run.py --profile gpu   --work DIR --minutes 9       # one large GPU; call again to go on

Stages: render, autoencoder, text encoder, latents, network, student, classifier, export, evaluation. On a GPU renders and
latents are made anew by every call (seconds) and stay in its memory; networks are kept in DIR. `--parts FOLDER` also
writes the exported model and the evaluation in pieces of at most 15 MiB, for machines from which only small files come back,
and `--join FOLDER` puts such pieces together again before it goes on.
"""
import argparse
import glob
import json
import os
import random
import subprocess
import sys
import time
import torch
import data
import train_vae
from encode import encode
from nets import load_tokenizer, make_text, save_folder

PROFILES = {
    # seconds are shares of the budget; sizes are (height, width, pictures)
    "smoke": dict(sizes=[(64, 64, 96), (64, 96, 48)], vae=dict(channels=4, factor=8, width=16), vae_batch=4, crop=64, batch=4, widths=(32, 32, 64), heads=4,
                  text_width=48, captions=2000, shares=dict(vae=0.15, text=0.15, unet=0.3, student=0.15, classifier=0.15), lr=5e-4, native=8, average=0.9),
    "cpu": dict(sizes=[(128, 128, 16384), (64, 64, 4096), (128, 96, 3072), (96, 128, 3072)], vae=dict(channels=4, factor=8, width=32), vae_batch=8, crop=128, batch=32,
                widths=(48, 96, 192), heads=6, text_width=192, captions=60_000, shares=dict(vae=0.14, text=0.03, unet=0.66, student=0.09, classifier=0.08), lr=5e-4, native=16,
                average=0.998),
    "gpu": dict(sizes=[(256, 256, 40_960), (192, 192, 16_384), (256, 192, 12_288), (192, 256, 12_288), (256, 384, 6_144), (384, 256, 6_144), (128, 128, 8_192)],
                vae=dict(channels=8, factor=8, width=32), vae_batch=64, crop=128, batch=256, widths=(64, 128, 160), heads=8, text_width=192, captions=200_000,
                shares=dict(vae=0.18, text=0.03, unet=0.5, student=0.08, classifier=0.06), lr=8e-4, native=32, average=0.9995),
}
PIECE = 15 * 2**20


def log(text):
    print(f"[{time.time() - BEGUN:6.0f} s] {text}", flush=True)


def render_all(sizes, seed, device, chunk):
    """Buckets of pictures (bytes) and scenes by size."""
    out = []
    for k, (h, w, n) in enumerate(sizes):
        pictures, scenes = [], []
        for i in range(0, n, chunk):
            p, s = data.render(min(chunk, n - i), h, w, seed + k * 1_000_003 + i, device)
            pictures.append(p)
            scenes += s
        out.append((torch.cat(pictures), scenes))
        log(f"rendered {n} of {h}x{w}")
    return out


def stage_vae(a, c, buckets, seconds):
    from diffusers import AutoencoderTiny

    path = os.path.join(a.work, "vae")
    vae = AutoencoderTiny.from_pretrained(path, torch_dtype=torch.float32) if os.path.isdir(path) else train_vae.make_vae(**c["vae"])
    done = os.path.join(a.work, "vae.done")
    if not os.path.exists(done):
        pictures = next(p for p, _ in buckets if min(p.shape[2:]) >= c["crop"])
        test = train_vae.held_out(c["crop"] if a.profile != "gpu" else 256, a.device)
        source = train_vae.Source(pictures, c["crop"], 1, a.device)
        train_vae.train(vae, source, seconds, c["vae_batch"], 2e-3, a.device, None, patch=a.patch, save=path)
        vae.float().save_pretrained(path)
        with open(done, "w") as f:
            f.write("renders %.2f dB, photographs %.2f dB" % train_vae.scores(vae, a.device, test))
    log("autoencoder: " + open(done).read())
    return vae.to(a.device).eval()


def stage_unet(a, c, latents, vae, tok, seconds):
    from train_unet import Trainer

    pre = torch.load(os.path.join(a.work, "text.pt"), weights_only=True, map_location=a.device)
    unet = dict(channels=vae.config.latent_channels, widths=list(c["widths"]), text=c["text_width"], sample_size=c["native"], attention=[1, 2], heads=c["heads"])
    factor = 2 ** (len(vae.config.decoder_block_out_channels) - 1)
    t = Trainer(latents, vae, tok, dict(unet=unet, text_width=c["text_width"], factor=factor, bf16=a.device != "cpu", average=c["average"]), a.device, c["lr"])
    state = os.path.join(a.work, "unet.pt")
    if os.path.exists(state):
        t.load(state)
        log(f"network resumed at step {t.step}")
    elif os.path.exists(os.path.join(a.work, "counts.json")):
        restore(a, t)
        log(f"network goes on from the exported model of step {t.step}")
    else:
        t.start_from(None, pre["text"])
    t.run(seconds, c["batch"], list(latents), a.decay, state, log=100 if a.profile == "gpu" else 20)
    log(f"network: step {t.step}, {t.seen} samples, v error {t.history[-1][1] if t.history else float('nan')}")
    return t


def write_parts(folder, parts):
    """Pieces of at most `PIECE` bytes of a tar of what is needed to go on and to judge, in `parts`."""
    names = ["model", "counts.json", "vae", "vae.done", "text.pt", "tokenizer", "classifier.pt", "evaluation"]
    os.makedirs(parts, exist_ok=True)
    for old in glob.glob(os.path.join(parts, "piece*")):
        os.remove(old)
    tar = os.path.join(folder, "all.tar.gz")
    subprocess.run(["tar", "czf", tar, "-C", folder, *[n for n in names if os.path.exists(os.path.join(folder, n))]], check=True)
    with open(tar, "rb") as f:
        for i in range(1000):
            piece = f.read(PIECE)
            if not piece:
                break
            with open(os.path.join(parts, f"piece{i:02d}"), "wb") as g:
                g.write(piece)
    log(f"{i} pieces in {parts}")


def join_parts(source, work):
    """The inverse of `write_parts`."""
    os.makedirs(work, exist_ok=True)
    tar = os.path.join(work, "all.tar.gz")
    with open(tar, "wb") as f:
        for name in sorted(glob.glob(os.path.join(source, "piece*"))):
            with open(name, "rb") as g:
                f.write(g.read())
    subprocess.run(["tar", "xzf", tar, "-C", work], check=True)


def restore(a, trainer):
    """Goes on from an exported model where only that came along: weights and counts, the optimizer starts anew."""
    from diffusers import UNet2DConditionModel
    from transformers import CLIPTextModel

    model = os.path.join(a.work, "model")
    load = lambda cls, part: cls.from_pretrained(os.path.join(model, part), torch_dtype=torch.float32).state_dict()
    trainer.start_from(load(UNet2DConditionModel, "unet"), load(CLIPTextModel, "text_encoder"))
    with open(os.path.join(a.work, "counts.json")) as f:
        c = json.load(f)
    trainer.step, trainer.seen, trainer.history = c["step"], c["seen"], c["history"]
    for v in trainer.averages:
        v.step = 2000


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--profile", choices=PROFILES, required=True)
    p.add_argument("--work", required=True)
    p.add_argument("--minutes", type=float)
    p.add_argument("--seed", type=int, default=1_000_000)
    p.add_argument("--patch", type=float, default=0.0, help="weight of the patch adversary of the autoencoder, e.g. 0.05")
    p.add_argument("--decay", type=float, default=0.35)
    p.add_argument("--only", default="vae,text,unet,student,classifier,export,evaluate")
    p.add_argument("--parts", help="folder for pieces of what is needed to go on")
    p.add_argument("--join", help="folder of pieces to start from")
    p.add_argument("--device")
    p.add_argument("--threads", type=int, default=1)
    a = p.parse_args()
    c = PROFILES[a.profile]
    a.device = a.device or ("cuda" if a.profile == "gpu" else "cpu")
    budget = 60 * (a.minutes or {"smoke": 1, "cpu": 600, "gpu": 9}[a.profile])
    torch.set_num_threads(a.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(a.seed)
    if a.device != "cpu":
        torch.backends.cudnn.benchmark = True
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    os.makedirs(a.work, exist_ok=True)
    if a.join:
        join_parts(a.join, a.work)
    only = set(a.only.split(","))
    here = os.path.dirname(os.path.abspath(__file__))
    share = lambda k: budget * c["shares"][k]
    buckets = render_all(c["sizes"], a.seed + random.Random(time.time()).randrange(80) * 10_000_000, a.device, 1024 if a.device != "cpu" else 32)
    vae = stage_vae(a, c, buckets, share("vae"))
    if not os.path.exists(os.path.join(a.work, "text.pt")):
        subprocess.run([sys.executable, os.path.join(here, "train_text.py"), "--work", a.work, "--seconds", str(share("text")), "--captions", str(c["captions"]),
                        "--width", str(c["text_width"]), "--batch", "32" if a.device == "cpu" else "256", "--device", a.device, "--threads", str(a.threads)], check=True)
    tok = load_tokenizer(os.path.join(a.work, "tokenizer"))
    if "classifier" in only and not os.path.exists(os.path.join(a.work, "classifier.pt")):
        stage_classifier(a, buckets, share("classifier"))
    latents = {}
    for k, (pictures, scenes) in enumerate(buckets):
        gpu = a.device != "cpu"
        with torch.autocast(a.device, torch.bfloat16, enabled=gpu):
            got = encode(vae, pictures, scenes, tok, a.seed + k, a.device, chunk=256 if gpu else 32, mirror=not gpu)
        latents[tuple(got["z"].shape[-2:])] = got
    buckets = None
    log("encoded")
    if "unet" in only:
        used = time.time() - BEGUN
        t = stage_unet(a, c, latents, vae, tok, min(share("unet"), max(20, budget * 0.85 - used)) if a.profile != "cpu" else share("unet"))
        export(a, c, t, tok, vae)
    if "student" in only:
        stage_student(a, c, latents, share("student"))
    if a.parts:
        write_parts(a.work, a.parts)
    if "evaluate" in only:
        left = budget - (time.time() - BEGUN)
        quick = [] if a.profile == "gpu" and left > 90 else ["--quick"]
        out = os.path.join(a.work, "evaluation")
        subprocess.run([sys.executable, os.path.join(here, "evaluate.py"), "--model", os.path.join(a.work, "model"), "--work", a.work, "--out", out, "--device", a.device, *quick], check=True)
        if a.parts:
            write_parts(a.work, a.parts)
    log("done")


def stage_classifier(a, buckets, seconds):
    import classifier

    pictures, scenes = next((p, s) for p, s in buckets)
    if pictures.shape[-1] != classifier.SIZE or pictures.shape[-2] != classifier.SIZE:
        shrink = lambda x: torch.nn.functional.interpolate(x.float(), (classifier.SIZE, classifier.SIZE), mode="area").round().byte()
        pictures = torch.cat([shrink(x) for x in pictures.split(512)])
    net = classifier.train(pictures, scenes, seconds, a.device, 32 if a.profile != "smoke" else 8, 256 if a.device != "cpu" else 32, log=100)
    torch.save({"state": {k: v.half() if v.is_floating_point() else v for k, v in net.state_dict().items()}, "config": net.config}, os.path.join(a.work, "classifier.pt"))
    log("classifier trained")


def export(a, c, t, tok, vae):
    unet = make_copy(t.averages[0].copy)
    text = make_text(len(tok), c["text_width"])
    text.load_state_dict({k: v.float().cpu() for k, v in t.averages[1].copy.state_dict().items()})
    save_folder(os.path.join(a.work, "model"), unet, text, tok, make_copy(vae))
    with open(os.path.join(a.work, "counts.json"), "w") as f:
        json.dump({"step": t.step, "seen": t.seen, "history": t.history}, f)
    size = sum(os.path.getsize(os.path.join(r, f)) for r, _, fs in os.walk(os.path.join(a.work, "model")) for f in fs)
    log(f"exported, {size / 1e6:.1f} MB")


def make_copy(net):
    import copy

    return copy.deepcopy(net).cpu().float()


def stage_student(a, c, latents, seconds):
    from nets import load_folder
    from train_student import distil

    teacher = load_folder(os.path.join(a.work, "model"), a.device)
    net = distil(teacher, latents, seconds, max(4, c["batch"] // 2), 4.0, bf16=a.device != "cpu", log=20)
    make_copy(net).half().save_pretrained(os.path.join(a.work, "model", "unet_student"), safe_serialization=True)
    log("student distilled")


if __name__ == "__main__":
    BEGUN = time.time()
    main()
