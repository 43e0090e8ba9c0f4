"""A few-step student by latent consistency distillation (Luo et al. 2023): it maps any noisy latents straight to the clean
ones, with the teacher's guidance built in; 4 steps of it stand for 25 guided ones.

`python train_student.py --work DIR --model FOLDER --seconds 600` reads the teacher from FOLDER and writes
`FOLDER/unet_student`, of the same shape as the teacher.
"""
import argparse
import copy
import os
import torch
import clock
from nets import Average, alphas_cumprod, load_folder, token_ids
from train_unet import batch_of, grey_latents, load_latents


def ddim(ac, x, v, t, s):
    """From time `t` to `s` (`[n]`, -1 is clean) with prediction `v`."""
    at = ac[t].view(-1, 1, 1, 1)
    as_ = torch.where(s >= 0, ac[s.clamp_min(0)], torch.ones_like(ac[t])).view(-1, 1, 1, 1)
    x0 = at.sqrt() * x - (1 - at).sqrt() * v
    eps = at.sqrt() * v + (1 - at).sqrt() * x
    return as_.sqrt() * x0 + (1 - as_).sqrt() * eps


def clean(ac, x, v, t):
    a = ac[t].view(-1, 1, 1, 1)
    return a.sqrt() * x - (1 - a).sqrt() * v


def distil(teacher, buckets, greys, seconds, batch, cfg, lr=2e-4, grid=40, bf16=False, log=50, student=None, predict=None):
    """`grid` timesteps of the teacher are walked; the student at one must agree with itself at the next.
    `greys` are the latents of a grey picture of each size. `student` is a network of the same shape whose values are
    overwritten, and `predict` the same compiled, where there is one already."""
    dev, ac = teacher.device, alphas_cumprod(teacher.device)
    student = student or copy.deepcopy(teacher.unet).to(memory_format=torch.channels_last)
    student.load_state_dict(teacher.unet.state_dict())
    student.train().requires_grad_(True)
    predict = predict or student
    average = Average(student, copy.deepcopy(teacher.unet))
    opt = torch.optim.AdamW(student.parameters(), lr=lr, betas=(0.9, 0.99), weight_decay=0.0, fused=dev != "cpu")
    empty = token_ids(teacher.tokenizer, [""])[0].to(dev)
    with torch.no_grad():
        words_empty = teacher.text(empty[None])[0]
    ts = torch.tensor([round(1000 - i * 1000 / grid) - 1 for i in range(grid)] + [-1], device=dev)
    sizes, begun, step, full = list(buckets), clock.now(), 0, batch
    shares = torch.tensor([float(len(b["z"])) for b in buckets.values()])
    while clock.now() - begun < seconds:
        for g in opt.param_groups:
            g["lr"] = lr * min(1, (step + 1) / 50) * max(0.05, 1 - (clock.now() - begun) / seconds)
        size = sizes[int(torch.multinomial(shares, 1))]
        b, batch = buckets[size], batch_of(size, full, teacher.unet.config.sample_size)
        ix = torch.randint(len(b["z"]), (batch,), device=dev)
        z = b["z"][ix, 0].float()
        whole = (torch.rand(batch, 1, 1, 1, device=dev) < 0.7).float()
        mask = torch.maximum(b["mask"][ix, 0].float(), whole.expand(batch, 1, *z.shape[2:]))
        masked = torch.lerp(b["masked"][ix, 0].float(), greys[size].to(z.dtype).expand_as(z), whole)
        ids = b["ids"][ix, torch.randint(b["ids"].shape[1], (batch,), device=dev)].long()
        i = torch.randint(grid, (batch,), device=dev)
        t, s = ts[i], ts[i + 1]
        a = ac[t].view(-1, 1, 1, 1)
        x = a.sqrt() * z + (1 - a).sqrt() * torch.randn_like(z)
        extra = torch.cat([mask, masked], 1)
        with torch.autocast(dev, torch.bfloat16, enabled=bf16):
            with torch.no_grad():
                words = teacher.text(ids)[0]
                both = teacher.unet(torch.cat([torch.cat([x, extra], 1)] * 2), torch.cat([t, t]), encoder_hidden_states=torch.cat([words, words_empty.expand(batch, -1, -1)])).sample.float()
                v, u = both.chunk(2)
                nxt = ddim(ac, x, u + cfg * (v - u), t, s)
                vs = average.copy(torch.cat([nxt, extra], 1), s.clamp_min(0), encoder_hidden_states=words).sample.float()
                target = torch.where((s >= 0).view(-1, 1, 1, 1), clean(ac, nxt, vs, s.clamp_min(0)), nxt)
            # Asking for the words' gradient costs next to nothing, and a compiled network needs no second variant.
            inp, words = torch.cat([x, extra], 1).contiguous(memory_format=torch.channels_last), words.requires_grad_()
            p = predict(inp, t, encoder_hidden_states=words, return_dict=False)[0].float()
        d = clean(ac, x, p, t) - target
        loss = (d.pow(2) + 1e-4).sqrt().mean() - 1e-2
        opt.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(student.parameters(), 1.0)
        opt.step()
        average.update(0.98)
        step += 1
        if step % log == 0:
            print(f"student {step} {loss.item():.4f} {clock.now() - begun:.0f} s", flush=True)
    return average.copy


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--work", required=True)
    p.add_argument("--model", required=True)
    p.add_argument("--seconds", type=float, default=600)
    p.add_argument("--batch", type=int, default=16)
    p.add_argument("--cfg", type=float, default=4.0)
    p.add_argument("--device", default="cpu")
    a = p.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(6)
    teacher = load_folder(a.model, a.device)
    buckets, _ = load_latents(os.path.join(a.work, "latents"), "*.pt", a.device)
    factor = 2 ** (len(teacher.vae.config.decoder_block_out_channels) - 1)
    greys = {s: grey_latents(teacher.vae, s, factor, a.device) for s in buckets}
    net = distil(teacher, buckets, greys, a.seconds, a.batch, a.cfg, bf16=a.device != "cpu")
    net.half().save_pretrained(os.path.join(a.model, "unet_student"), safe_serialization=True)


if __name__ == "__main__":
    main()
