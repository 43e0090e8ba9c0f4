"""The denoising network with inpainting input, v-prediction.

`python train_unet.py --work DIR --seconds 3600` trains on `DIR/latents/*.pt` and resumes from `DIR/unet.pt` exactly
(weights, averages, optimizer, random state). Every bucket of latents has its own size; a step takes one bucket.
"""
import argparse
import glob
import math
import os
import torch
import attributes
import clock
from diffusers.models.attention_processor import AttnProcessor
from nets import Average, alphas_cumprod, load_tokenizer, make_text, make_unet, token_ids
from train_reader import load_reader


def load_latents(folder, pattern, device, known=()):
    """Buckets by latent size, of the files that are not in `known`, and the names of these files."""
    groups, names = {}, [n for n in sorted(glob.glob(os.path.join(folder, pattern))) if n not in known]
    for name in names:
        d = torch.load(name, weights_only=True)
        groups.setdefault(tuple(d["z"].shape[-2:]), []).append(d)
    return {size: {k: torch.cat([p[k] for p in parts]).to(device) for k in parts[0]} for size, parts in groups.items()}, names


def batch_of(size, batch, native):
    """How many pictures of `size` (latents) cost as much as `batch` of `native` squared."""
    fit = batch * native * native / (size[0] * size[1])
    return max(1, round(fit / 8) * 8) if fit >= 8 else max(1, int(fit))


def grey_latents(vae, size, factor, device):
    """What the masked picture is where all of it is to be painted."""
    with torch.no_grad():
        return vae.encoder(torch.zeros(1, 3, *(k * factor for k in size), device=device))


def plain_attention(unet, device):
    """On a processor attention as plain products: the fused kernel's backward pass took a sixth of a step."""
    if device == "cpu":
        unet.set_attn_processor(AttnProcessor())
    return unet


class Trainer:
    """Networks, optimizer and the state that a checkpoint keeps."""

    def __init__(self, tok, config, device, lr=5e-4):
        self.buckets, self.grey, self.device, self.lr, self.config = {}, {}, device, lr, config
        new_unet = lambda: plain_attention(make_unet(**config["unet"]).to(device, memory_format=torch.channels_last), device)
        new_text = lambda: make_text(len(tok), config["text_width"]).to(device)
        self.unet, self.text = new_unet(), new_text()
        self.unet.add_embedding.norm2.weight.data.fill_(0.2)
        self.averages = [Average(self.unet, new_unet()), Average(self.text, new_text())]
        groups = [dict(params=list(self.unet.parameters()), scale=1.0), dict(params=list(self.text.parameters()), scale=0.2, weight_decay=0.0)]
        self.opt = torch.optim.AdamW(groups, lr=lr, betas=(0.9, 0.99), weight_decay=0.01, fused=device != "cpu")
        self.ac = alphas_cumprod(device)
        self.empty = token_ids(tok, [""])[0].to(device)
        self.predict = self.unet  # or the same network compiled
        self.reader, self.read, self.reading = None, 0.0, None  # reads attributes from latents, how much that counts, how well it goes
        self.step, self.seen, self.history = 0, 0, []

    def add(self, size, latents, grey):
        """Latents of one size, as `encode` makes them, and those of a grey picture of that size."""
        self.buckets[size], self.grey[size] = latents, grey.float()

    def start_from(self, unet, text):
        """Takes over weights (those that fit) as a start."""
        for net, state, avg in ((self.unet, unet, self.averages[0]), (self.text, text, self.averages[1])):
            own = net.state_dict()
            fit = {k: v for k, v in (state or {}).items() if k in own and own[k].shape == v.shape}
            own.update(fit)
            net.load_state_dict(own)
            avg.copy.load_state_dict(own)
            print(f"took over {len(fit)} of {len(own)} tensors", flush=True)

    def choose(self, batch):
        """A size, by how many pictures have it, and the size of a batch of it: `batch` at the native size."""
        sizes = list(self.buckets)
        size = sizes[int(torch.multinomial(torch.tensor([float(len(self.buckets[s]["z"])) for s in sizes]), 1))]
        return size, batch_of(size, batch, self.config["unet"]["sample_size"])

    def batch(self, n, size):
        """Latents, captions, and the inpainting input: half of it whole pictures, half really masked ones."""
        b, dev = self.buckets[size], self.device
        ix = torch.randint(len(b["z"]), (n,), device=dev)
        flip = torch.randint(b["z"].shape[1], (n,), device=dev)
        z, masked, mask = (b[k][ix, flip].float() for k in ("z", "masked", "mask"))
        whole = (torch.rand(n, 1, 1, 1, device=dev) < 0.5).float()
        mask = torch.maximum(mask, whole.expand_as(mask))
        masked = torch.lerp(masked, self.grey[size].expand_as(masked), whole)
        which = torch.randint(b["ids"].shape[1], (n,), device=dev)
        drop = torch.rand(n, 1, device=dev) < 0.1
        words = torch.where(drop, self.empty, b["ids"][ix, which].long())
        # What must be readable: of whole pictures, what their caption says.
        silent = drop | (whole.view(n, 1) < 0.5)
        asked = torch.where(silent, -100, b["labels"][ix, which].long()) if "labels" in b else None
        return z, masked, mask, words, asked

    def loss(self, n, size):
        z, masked, mask, words, asked = self.batch(n, size)
        # Stratified over the schedule and denser where nearly all is noise: there words and composition are decided.
        u = (torch.arange(n, device=self.device) + torch.rand(n, device=self.device)) / n
        t = (u**0.65 * 1000).long().clamp(0, 999)
        a = self.ac[t].view(n, 1, 1, 1)
        noise = torch.randn_like(z)
        noisy, v = a.sqrt() * z + (1 - a).sqrt() * noise, a.sqrt() * noise - (1 - a).sqrt() * z
        inp = torch.cat([noisy, mask, masked], 1).contiguous(memory_format=torch.channels_last)
        with torch.autocast(self.device, torch.bfloat16, enabled=self.config.get("bf16", False)):
            with torch.set_grad_enabled(not self.config.get("freeze_text", False)):
                embedded = self.text(words)[0]
            p = self.predict(inp, t, encoder_hidden_states=embedded, return_dict=False)[0]
        error = (p.float() - v).pow(2).mean((1, 2, 3))
        snr = a.flatten() / (1 - a.flatten()).clamp_min(1e-5)
        weight = ((snr.clamp(max=5) + 1) / (snr + 1)).clamp(max=1)  # 1 at high noise, less only at the clean end
        total = (weight * error).mean()
        if self.reader is not None:
            guess = (a.sqrt() * noisy - (1 - a).sqrt() * p.float()).contiguous(memory_format=torch.channels_last)
            with torch.autocast(self.device, torch.bfloat16, enabled=self.config.get("bf16", False)):
                out = self.reader(guess)
            read = attributes.asked_loss({k: o.float() for k, o in out.items()}, asked)
            total = total + self.read * read
            self.reading = read.detach() if self.reading is None else torch.lerp(self.reading, read.detach(), 0.02)
        return total, error.mean()

    def run(self, seconds, batch, decay=0.3, save=None, warm=50, log=50, every=180, poll=None):
        """Trains for `seconds`; over the last part `decay` of them the learning rate falls to nothing. `poll` is called
        now and then and may add latents."""
        begun = saved = clock.now()
        first, seen, recent = self.step, self.seen, []
        while (done := (clock.now() - begun) / seconds) < 1:
            lr = self.lr * min(1.0, (self.step - first + 1) / warm)
            if decay and done > 1 - decay:
                lr *= 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * (done - 1 + decay) / decay))
            for g in self.opt.param_groups:
                g["lr"] = lr * g["scale"]
            size, n = self.choose(batch)
            loss, plain = self.loss(n, size)
            self.opt.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.unet.parameters(), 1.0)
            torch.nn.utils.clip_grad_norm_(self.text.parameters(), 1.0)
            self.opt.step()
            self.step += 1
            self.seen += n
            for avg in self.averages:
                avg.update(self.config.get("average", 0.998))
            recent.append(plain.detach())
            if self.step % log == 0:
                mean = torch.stack(recent[-log:]).mean().item()
                self.history.append((self.step, round(mean, 4)))
                also = "" if self.reading is None else f" reading {self.reading.item():.3f}"
                print(f"{self.step} v error {mean:.4f}{also} lr {lr:.5f} {(self.seen - seen) / (clock.now() - begun):.1f} samples/s {clock.now() - begun:.0f} s", flush=True)
                recent = recent[-log:]
            if poll and self.step % 25 == 0:
                poll()
            if save and clock.now() - saved > every:
                self.save(save)
                saved = clock.now()
        if save:
            self.save(save)

    def save(self, path):
        state = {
            "unet": self.unet.state_dict(), "text": self.text.state_dict(), "opt": self.opt.state_dict(), "step": self.step, "seen": self.seen,
            "averages": [(v.copy.state_dict(), v.step) for v in self.averages], "history": self.history, "config": self.config, "random": torch.get_rng_state(),
        }
        torch.save(state, path + ".part")
        os.replace(path + ".part", path)

    def load(self, path):
        c = torch.load(path, weights_only=False, map_location=self.device)
        self.unet.load_state_dict(c["unet"])
        self.text.load_state_dict(c["text"])
        self.opt.load_state_dict(c["opt"])
        for v, (state, step) in zip(self.averages, c["averages"]):
            v.copy.load_state_dict(state)
            v.step = step
        self.step, self.seen, self.history = c["step"], c["seen"], c["history"]
        torch.set_rng_state(c["random"].cpu())


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--work", required=True)
    p.add_argument("--seconds", type=float, default=3600)
    p.add_argument("--batch", type=int, default=32)
    p.add_argument("--lr", type=float, default=5e-4)
    p.add_argument("--widths", default="48,96,192")
    p.add_argument("--attention", default="1,2")
    p.add_argument("--heads", type=int, default=6)
    p.add_argument("--pattern", default="*.pt", help="which latents: half_*.pt for the small ones")
    p.add_argument("--decay", type=float, default=0.3)
    p.add_argument("--init", help="model folder whose network is taken over where it fits")
    p.add_argument("--freeze-text", action="store_true")
    p.add_argument("--native", type=int, default=16, help="native side in latents")
    p.add_argument("--reader", type=float, default=0.0, help="how much it counts that DIR/reader.pt (train_reader.py) reads guesses as their captions say, e.g. 0.02")
    p.add_argument("--bf16", action="store_true", help="half the time on processors that can")
    p.add_argument("--device", default="cpu")
    p.add_argument("--threads", type=int, default=1)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(3)
    from diffusers import AutoencoderTiny, UNet2DConditionModel

    vae = AutoencoderTiny.from_pretrained(os.path.join(a.work, "vae"), torch_dtype=torch.float32).to(a.device).eval()
    tok = load_tokenizer(os.path.join(a.work, "tokenizer"))
    known = []
    pre = torch.load(os.path.join(a.work, "text.pt"), weights_only=True, map_location=a.device)
    factor = 2 ** (len(vae.config.decoder_block_out_channels) - 1)
    unet = dict(channels=vae.config.latent_channels, widths=[int(k) for k in a.widths.split(",")], text=pre["width"], sample_size=a.native, attention=[int(k) for k in a.attention.split(",")], heads=a.heads)
    t = Trainer(tok, dict(unet=unet, text_width=pre["width"], bf16=a.bf16 or a.device != "cpu", freeze_text=a.freeze_text), a.device, a.lr)

    def poll():
        """Takes in what was encoded meanwhile."""
        more, names = load_latents(os.path.join(a.work, "latents"), a.pattern, a.device, known)
        known.extend(names)
        for size, b in more.items():
            if size in t.buckets:
                b = {k: torch.cat([old, b[k]]) for k, old in t.buckets[size].items()}
            t.add(size, b, grey_latents(vae, size, factor, a.device))

    poll()
    if a.reader:
        t.reader, t.read = load_reader(os.path.join(a.work, "reader.pt"), a.device), a.reader
    state = os.path.join(a.work, "unet.pt")
    if os.path.exists(state):
        t.load(state)
    else:
        init = UNet2DConditionModel.from_pretrained(os.path.join(a.init, "unet"), torch_dtype=torch.float32).state_dict() if a.init else None
        t.start_from(init, pre["text"])
    n = sum(q.numel() for q in t.unet.parameters()) / 1e6
    print(f"{n:.2f} million values; buckets {({k: len(v['z']) for k, v in t.buckets.items()})}; step {t.step}", flush=True)
    t.run(a.seconds, a.batch, a.decay, state, poll=poll)


if __name__ == "__main__":
    main()
