"""The whole training in one command, sized by a profile and a time budget; every stage resumes.

    python run.py --profile smoke --work /tmp/starter          # a minute or two on two cores: does everything run?
    python run.py --profile cpu   --work DIR --minutes 600     # a night on a laptop
    python run.py --profile gpu   --work DIR --minutes 12      # one large GPU; call again to go on

Stages: autoencoder, data (pictures, captions, latents), classifier, network with its few-step student, evaluation. They are
processes that speak through files in DIR and log to `DIR/log_STAGE.txt`. On a processor one follows the other, each with its
share of the time. On a GPU they run side by side, since each alone leaves it idle for most of the time (drawing is bound by
launches, compiling by the processor), and each ends at its share of the whole. `--parts FOLDER` also writes the exported
model and the evaluation in pieces of at most 15 MiB, for machines from which only small files come back, and `--join FOLDER`
puts such pieces together again before it goes on.
"""
import argparse
import copy
import glob
import json
import os
import subprocess
import sys
import time
import torch
import torch.nn.functional as F
import data
import train_vae
from encode import encode
from nets import load_tokenizer, make_text, make_unet, save_folder

PROFILES = {
    # sizes are (height, width, pictures), the native one first
    "smoke": dict(sizes=[(64, 64, 96), (64, 96, 48)], vae=dict(channels=4, factor=8, width=16), vae_pictures=64, vae_batch=6, crop=64, batch=4, widths=(32, 32, 64), heads=4,
                  text_width=48, captions=2000, lr=5e-4, average=0.9, chunk=32, shares=dict(text=0.1, autoencoder=0.15, classifier=0.1, network=0.25, student=0.1)),
    "cpu": dict(sizes=[(128, 128, 16384), (64, 64, 4096), (128, 96, 3072), (96, 128, 3072)], vae=dict(channels=4, factor=8, width=32), vae_pictures=4096, vae_batch=8, crop=128,
                batch=32, widths=(48, 96, 192), heads=6, text_width=192, captions=60_000, lr=5e-4, average=0.998, chunk=32,
                shares=dict(text=0.03, autoencoder=0.14, classifier=0.08, network=0.64, student=0.09)),
    # here shares of the whole budget at which a stage ends
    "gpu": dict(sizes=[(256, 256, 24_576), (192, 256, 2048), (256, 192, 2048), (384, 384, 2048)],
                vae=dict(channels=12, factor=8, width=32), vae_pictures=4096, vae_batch=96, crop=128, batch=256, widths=(64, 128, 160), heads=4, text_width=192, captions=200_000,
                lr=7e-4, average=0.999, chunk=2048, shares=dict(text=0.05, autoencoder=0.31, classifier=0.28, network=0.85, student=0.935)),
}
PIECE = 15 * 2**20
STAGES = ["text", "autoencoder", "data", "classifier", "network"]


def log(text):
    print(f"[{time.time() - BEGUN:6.0f} s] {text}", flush=True)


class Run:
    """What every stage knows: the profile, where files are, and how much time it has."""

    def __init__(self, a):
        self.a, self.c, self.work, self.gpu = a, PROFILES[a.profile], a.work, a.device != "cpu"
        self.factor = self.c["vae"]["factor"]

    def path(self, *names):
        return os.path.join(self.work, *names)

    def seconds(self, stage):
        share = self.c["shares"][stage] * 60 * self.a.minutes
        return max(5, self.a.begun + share - time.time()) if self.a.side else share

    def wait(self, path):
        while not os.path.exists(path):
            if os.path.exists(self.path("failed")):
                sys.exit("another stage failed")
            time.sleep(0.2)

    def latents(self, size):
        return self.path("latents", f"{size[0]}x{size[1]}.pt")

    def sizes(self):
        """Latent sizes, the native one first."""
        return [(h // self.factor, w // self.factor) for h, w, _ in self.c["sizes"]]


def put(value, path):
    torch.save(value, path + ".part")
    os.replace(path + ".part", path)


# ---------------------------------------------------------------- stages


def text(run):
    if os.path.exists(run.path("text.pt")):
        return
    here = os.path.dirname(os.path.abspath(__file__))
    subprocess.run([sys.executable, os.path.join(here, "train_text.py"), "--work", run.work, "--seconds", str(run.seconds("text")), "--captions", str(run.c["captions"]),
                    "--width", str(run.c["text_width"]), "--batch", "256" if run.gpu else "32", "--device", run.a.device, "--threads", str(run.a.threads)], check=True)


def autoencoder(run):
    from diffusers import AutoencoderTiny

    done, folder = run.path("vae.done"), run.path("vae")
    if os.path.exists(done):
        return log("autoencoder: " + open(done).read())
    c, dev = run.c, run.a.device
    h, w, _ = c["sizes"][0]
    parts = [data.render(min(c["chunk"], c["vae_pictures"] - i), h, w, run.a.seed + 50_000_000 + i, dev)[0] for i in range(0, c["vae_pictures"], c["chunk"])]
    log(f"rendered {c['vae_pictures']} of {h}x{w}")
    source = train_vae.Source(torch.cat(parts), c["crop"], 1, dev, 64 if run.a.profile == "smoke" else 4096)
    log("crops are cut")
    torch.backends.cudnn.benchmark = run.gpu
    vae = AutoencoderTiny.from_pretrained(folder, torch_dtype=torch.float32) if os.path.isdir(folder) else train_vae.make_vae(**c["vae"])
    steps = train_vae.train(vae, source, run.seconds("autoencoder"), c["vae_batch"], 1.5e-3, dev, None, patch=run.a.patch, log=200 if run.gpu else 50, save=folder)
    vae.float().save_pretrained(folder)
    score = "%d steps, renders %.2f dB, photographs %.2f dB" % (steps, *train_vae.scores(vae, dev, train_vae.held_out(h, dev)))
    with open(done + ".part", "w") as f:
        f.write(score)
    os.replace(done + ".part", done)
    log("autoencoder: " + score)


def pictures(run):
    """Draws everything, writes small pictures for the classifier, and latents as soon as there is an autoencoder."""
    from diffusers import AutoencoderTiny
    import classifier
    from train_unet import grey_latents

    os.makedirs(run.path("latents"), exist_ok=True)
    c, dev = run.c, run.a.device
    run.wait(run.path("tokenizer", "tokenizer_config.json"))
    todo = [k for k, size in enumerate(run.sizes()) if not os.path.exists(run.latents(size))]
    tok, drawn, vae = load_tokenizer(run.path("tokenizer")), {}, None

    def finish(k):
        nonlocal vae
        if vae is None:
            vae = AutoencoderTiny.from_pretrained(run.path("vae"), torch_dtype=torch.float32).to(dev).eval()
            vae = vae.to(memory_format=torch.channels_last) if run.gpu else vae
        (images, described), size = drawn.pop(k), run.sizes()[k]
        got = encode(vae, images, described, run.a.seed + k, dev, chunk=256 if run.gpu else 32, mirror=not run.gpu, bf16=run.gpu)
        put({**{n: v.cpu() for n, v in got.items()}, "grey": grey_latents(vae, size, run.factor, dev).cpu()}, run.latents(size))
        log(f"encoded {tuple(got['z'].shape)}, std {got['z'].float().std().item():.2f}")

    for k in todo:
        h, w, n = c["sizes"][k]
        chunk = max(8, c["chunk"] * c["sizes"][0][0] * c["sizes"][0][1] // (h * w) // 8 * 8)
        got = [data.render(min(chunk, n - i), h, w, run.a.seed + k * 1_000_003 + i, dev) for i in range(0, n, chunk)]
        images, scenes = torch.cat([p for p, _ in got]), [s for _, q in got for s in q]
        del got
        log(f"rendered {n} of {h}x{w}")
        if k == 0:
            shrink = lambda x: F.interpolate(x.float(), (classifier.SIZE, classifier.SIZE), mode="area").round().byte().cpu()
            put({"pictures": torch.cat([shrink(x) for x in images.split(1024)]), "scenes": scenes}, run.path("small.pt"))
        drawn[k] = images, data.describe(scenes, tok, run.a.seed + k)
        if os.path.exists(run.path("vae.done")):
            for j in list(drawn):
                finish(j)
    run.wait(run.path("vae.done"))
    for j in list(drawn):
        finish(j)


def judge(run):
    """The classifier of the evaluation."""
    import classifier

    target, dev = run.path("classifier.pt"), run.a.device
    if os.path.exists(target):
        return
    run.wait(run.path("small.pt"))
    d = torch.load(run.path("small.pt"), weights_only=False)
    net = classifier.train(d["pictures"].to(dev), d["scenes"], run.seconds("classifier"), dev, 32 if run.a.profile != "smoke" else 8, 256 if run.gpu else 32, log=500)
    put({"state": {k: v.half() if v.is_floating_point() else v for k, v in net.state_dict().items()}, "config": net.config}, target)
    test, asked = data.render(1024 if run.gpu else 46, classifier.SIZE * 2, classifier.SIZE * 2, data.HELD_OUT + 7, dev)
    log(f"classifier: {({k: round(v, 3) for k, v in classifier.evaluate(net, test, asked, dev).items()})}")


def network(run):
    """Compiles while there are no latents yet, trains, exports, distils."""
    from train_unet import Trainer

    run.wait(run.path("tokenizer", "tokenizer_config.json"))
    c, dev = run.c, run.a.device
    tok = load_tokenizer(run.path("tokenizer"))
    unet = dict(channels=c["vae"]["channels"], widths=list(c["widths"]), text=c["text_width"], sample_size=run.sizes()[0][0], attention=[1, 2], heads=c["heads"])
    t = Trainer(tok, dict(unet=unet, text_width=c["text_width"], bf16=run.gpu, average=c["average"]), dev, c["lr"])
    if run.gpu:
        compile_for(run, t)
    run.wait(run.path("text.pt"))
    state = run.path("unet.pt")
    if os.path.exists(state):
        t.load(state)
        log(f"network resumed at step {t.step}")
    elif os.path.exists(run.path("counts.json")):
        restore(run, t)
        log(f"network goes on from the exported model of step {t.step}")
    else:
        t.start_from(None, torch.load(run.path("text.pt"), weights_only=True, map_location=dev)["text"])

    def poll():
        for size in run.sizes():
            if size not in t.buckets and os.path.exists(run.latents(size)):
                d = torch.load(run.latents(size), weights_only=True)
                t.add(size, {k: v.to(dev) for k, v in d.items() if k != "grey"}, d["grey"].to(dev))
                log(f"latents of {size}: {len(d['z'])}")

    run.wait(run.latents(run.sizes()[0]))
    poll()
    t.run(run.seconds("network"), c["batch"], run.a.decay, state, log=200 if run.gpu else 10, every=120, poll=poll, warm=200 if run.gpu else 100)
    log(f"network: step {t.step}, {t.seen} samples, v error {t.history[-1][1] if t.history else float('nan')}")
    poll()
    vae = export(run, t, tok)
    distil_student(run, t, vae, tok)


def compile_for(run, t):
    """Compiled variants for as many sizes as there is time for; others are trained as they are."""
    from train_unet import batch_of
    import torch._dynamo

    for name in ("recompile_limit", "cache_size_limit"):
        if hasattr(torch._dynamo.config, name):
            setattr(torch._dynamo.config, name, 64)
    fast, ready = torch.compile(t.unet, dynamic=False), set()

    def predict(x, *rest, **more):
        return (fast if tuple(x.shape) in ready else t.unet)(x, *rest, **more)

    t.predict = predict
    inputs = t.unet.config.in_channels
    for size in run.sizes():
        if ready and os.path.exists(run.latents(run.sizes()[0])):
            break
        n = batch_of(size, run.c["batch"], run.sizes()[0][0])
        x = torch.randn(n, inputs, *size, device=t.device).contiguous(memory_format=torch.channels_last)
        words = torch.randn(n, 32, run.c["text_width"], device=t.device, requires_grad=True)
        try:
            for _ in range(2):
                with torch.autocast(t.device, torch.bfloat16):
                    out = fast(x, torch.randint(1000, (n,), device=t.device), encoder_hidden_states=words, return_dict=False)[0]
                out.float().pow(2).mean().backward()
            torch.cuda.synchronize()
            ready.add(tuple(x.shape))
            log(f"compiled for {size}")
        except Exception as e:  # whatever the compiler could not do: the network runs without it
            log(f"not compiled for {size}: {type(e).__name__}: {str(e)[:600]}")
            break
    t.opt.zero_grad(set_to_none=True)


def export(run, t, tok):
    """Writes the averaged weights as a model folder; returns the autoencoder."""
    from diffusers import AutoencoderTiny

    net = copy.deepcopy(t.averages[0].copy).cpu().float()
    words = make_text(len(tok), run.c["text_width"])
    words.load_state_dict({k: v.float().cpu() for k, v in t.averages[1].copy.state_dict().items()})
    folder = run.path("vae") if os.path.isdir(run.path("vae")) else run.path("model", "vae")
    vae = AutoencoderTiny.from_pretrained(folder, torch_dtype=torch.float32)
    save_folder(run.path("model"), net, words, tok, vae)
    with open(run.path("counts.json"), "w") as f:
        json.dump({"step": t.step, "seen": t.seen, "history": t.history}, f)
    size = sum(os.path.getsize(os.path.join(r, f)) for r, _, fs in os.walk(run.path("model")) for f in fs)
    log(f"exported, {size / 1e6:.1f} MB")
    return vae


def distil_student(run, t, vae, tok):
    from nets import Painter
    from train_student import distil

    dev, buckets, grey = run.a.device, t.buckets, t.grey
    unet, words = t.averages[0].copy, t.averages[1].copy
    del t.opt
    teacher = Painter(unet.to(memory_format=torch.channels_last), words, tok, vae.to(dev), dev)
    more = dict(student=t.unet, predict=t.predict) if run.gpu else {}
    net = distil(teacher, buckets, grey, run.seconds("student"), run.c["batch"] if run.gpu else 4, 4.0, bf16=run.gpu, log=100 if run.gpu else 10, **more)
    copy.deepcopy(net).cpu().half().save_pretrained(run.path("model", "unet_student"), safe_serialization=True)
    log("student distilled")


def restore(run, trainer):
    """Goes on from an exported model where only that came along: weights and counts, the optimizer starts anew."""
    from diffusers import UNet2DConditionModel
    from transformers import CLIPTextModel

    load = lambda cls, part: cls.from_pretrained(run.path("model", part), torch_dtype=torch.float32).state_dict()
    trainer.start_from(load(UNet2DConditionModel, "unet"), load(CLIPTextModel, "text_encoder"))
    with open(run.path("counts.json")) as f:
        c = json.load(f)
    trainer.step, trainer.seen, trainer.history = c["step"], c["seen"], c["history"]
    for v in trainer.averages:
        v.step = 2000


# ---------------------------------------------------------------- pieces


def write_parts(folder, parts):
    """Pieces of at most `PIECE` bytes of a tar of what is needed to go on and to judge, in `parts`."""
    names = ["model", "counts.json", "vae", "vae.done", "text.pt", "tokenizer", "classifier.pt", "evaluation", *[os.path.basename(p) for p in glob.glob(os.path.join(folder, "log_*"))]]
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
    tar = os.path.join(work, "all.tar.gz")
    with open(tar, "wb") as f:
        for name in sorted(glob.glob(os.path.join(source, "piece*"))):
            with open(name, "rb") as g:
                f.write(g.read())
    subprocess.run(["tar", "xzf", tar, "-C", work], check=True)


# ---------------------------------------------------------------- the processes

DO = dict(text=text, autoencoder=autoencoder, data=pictures, classifier=judge, network=network)


def orchestrate(a, run):
    """Starts the stages, side by side or one after the other, and then the evaluation."""
    if a.join:
        join_parts(a.join, a.work)
    if os.path.exists(run.path("failed")):
        os.remove(run.path("failed"))
    again = [sys.executable, os.path.abspath(__file__), *sys.argv[1:], "--begun", str(a.begun), "--minutes", str(a.minutes)]
    running = {}

    def reap(stage):
        code = running.pop(stage).wait()
        log(f"{stage} ended with {code}")
        if code:
            open(run.path("failed"), "w").close()
            sys.exit(f"{stage} failed, see {run.path(f'log_{stage}.txt')}")

    for stage in STAGES:
        with open(run.path(f"log_{stage}.txt"), "a") as out:
            running[stage] = subprocess.Popen([*again, "--stage", stage], stdout=out, stderr=subprocess.STDOUT)
        if not a.side:
            reap(stage)
    while running:
        for stage in [s for s, p in running.items() if p.poll() is not None]:
            reap(stage)
        time.sleep(0.5)
    if a.parts:
        write_parts(a.work, a.parts)
    here = os.path.dirname(os.path.abspath(__file__))
    quick = [] if a.side and a.begun + 60 * a.minutes - time.time() > 50 else ["--quick"]
    subprocess.run([sys.executable, os.path.join(here, "evaluate.py"), "--model", run.path("model"), "--work", a.work, "--out", run.path("evaluation"), "--device", a.device, *quick], check=True)
    if a.parts:
        write_parts(a.work, a.parts)
    log("done")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--profile", choices=PROFILES, required=True)
    p.add_argument("--work", required=True)
    p.add_argument("--minutes", type=float)
    p.add_argument("--seed", type=int, default=1_000_000)
    p.add_argument("--patch", type=float, default=0.0, help="weight of the patch adversary of the autoencoder, e.g. 0.05")
    p.add_argument("--decay", type=float, default=0.4)
    p.add_argument("--parts", help="folder for pieces of what is needed to go on")
    p.add_argument("--join", help="folder of pieces to start from")
    p.add_argument("--device")
    p.add_argument("--side", action="store_true", help="stages side by side, as on a GPU")
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--stage", choices=STAGES, help="one stage only (used by the command itself)")
    p.add_argument("--begun", type=float, default=0.0, help="when the whole began (used by the command itself)")
    a = p.parse_args()
    a.device = a.device or ("cuda" if a.profile == "gpu" else "cpu")
    a.side = a.side or a.device != "cpu"
    a.minutes = a.minutes or {"smoke": 1, "cpu": 600, "gpu": 5.1}[a.profile]
    a.begun = a.begun or time.time()
    global BEGUN
    BEGUN = a.begun
    torch.set_num_threads(a.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(a.seed)
    if a.device != "cpu":
        torch.backends.cudnn.benchmark = a.stage in ("classifier", "network")  # drawing has a new shape for every call
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    os.makedirs(a.work, exist_ok=True)
    run = Run(a)
    DO[a.stage](run) if a.stage else orchestrate(a, run)


if __name__ == "__main__":
    BEGUN = time.time()
    main()
