"""All measures of the model card, on renders never trained on.

`python evaluate.py --model FOLDER --work DIR --out FOLDER` needs `DIR/classifier.pt` (classifier.py) and writes
`report.md`, `report.json` and the contact sheets. `--quick` uses fewer pictures. The folder may hold `unet_student/`,
which is judged at 4 steps without guidance.
"""
import argparse
import json
import os
import random
import time
import torch
import torch.nn.functional as F
import classifier
import data
import measures
from control import strokes
from nets import load_folder
from painter import caption, sample_scenes
from painter.sheet import sheet
from train_vae import psnr

PROMPTS = [
    "a castle on a hill at sunset, oil painting", "a lighthouse by the sea in a storm, oil painting", "a sailing boat at dawn, watercolour",
    "a windmill in summer, impressionist painting", "flowers in a vase, gouache", "a lake below snowy mountains with pine trees, oil painting",
    "a field of red flowers under a blue sky, impressionism", "lavender fields with a cottage, pastel", "a stone bridge over a river in autumn, oil on canvas",
    "a forest in autumn, watercolor", "northern lights over mountains, gouache", "a beach with palm trees on a sunny day, gouache",
    "a village in the snow at night, oil painting", "a large tree on a hill, ink and watercolour", "desert dunes at sunset, gouache", "a bowl of oranges on a dark background, oil",
]


def generate(model, prompts, size, steps, cfg, seed, **kw):
    """Pictures `[n, 3, h, w]` for any number of prompts; tensors in `kw` are cut along with them."""
    batch = 16 if model.device == "cpu" else 128
    out = []
    for i in range(0, len(prompts), batch):
        part = {k: v[i : i + batch] if torch.is_tensor(v) else v for k, v in kw.items()}
        z = model.sample(prompts[i : i + batch], size, size, steps, cfg, seed + i, **part)
        out.append(model.decode(z))
    return torch.cat(out)


def attributes_of(model, net, n, size, steps, cfg, device, **kw):
    """Accuracy by which the classifier reads from pictures what captions asked for."""
    scenes = sample_scenes(n, data.HELD_OUT + 100)
    r, said = random.Random(11), [set() for _ in scenes]
    texts = [caption(s, r, drop=False, said=q) for s, q in zip(scenes, said)]
    return classifier.evaluate(net, generate(model, texts, size, steps, cfg, 1, **kw), scenes, device, said=said)


def sketches(model, n, size, cfg, device):
    """Agreement and texture of img2img from flat sketches at strength 0.6, beside the control."""
    scenes = sample_scenes(n, data.HELD_OUT + 200)
    from painter import paint

    real, plain = paint(scenes, size, size, data.HELD_OUT + 200, device, flat=True)
    flat, labels, centres = measures.sketch(plain)
    r = random.Random(12)
    texts = [caption(s, r, drop=False) for s in scenes]
    made = generate(model, texts, size, 25, cfg, 2, init=model.encode(flat), strength=0.6)
    control = strokes(flat)
    row = lambda x: [measures.agreement(x, labels, centres)] + measures.texture(x)
    return {"sketch": row(flat), "model": row(made), "control": row(control), "renders": row(real)}, (flat, made, control, real, texts)


def seams(model, n, size, cfg, device, margin):
    """Seam ratio of fills (or of extensions) pasted without any blending, against that of the renders."""
    pictures, scenes = data.render(n, size, size, data.HELD_OUT + (300 if margin else 400), device)
    real = pictures.float() / 255
    if margin:
        mask = torch.zeros(n, 1, size, size, device=device)
        for i in range(n):
            edge = int(size * 0.6)
            [lambda m: m[:, :, edge:], lambda m: m[:, edge:], lambda m: m[:, :, : size - edge], lambda m: m[:, : size - edge]][i % 4](mask[i]).fill_(1)
    else:
        mask = data.masks(n, size, size, data.HELD_OUT + 5, device)
    r = random.Random(13)
    texts = [caption(s, r, drop=False) for s in scenes]
    made = generate(model, texts, size, 25, cfg, 3, image=real, mask=mask)
    pasted = torch.where(mask > 0.5, made, real)
    shown = torch.where(mask > 0.5, torch.full_like(real, 0.5), real)
    return measures.seam(pasted, mask) / measures.seam(real, mask), (shown, pasted, texts)


@torch.no_grad()
def features(net, images, batch=64):
    return torch.cat([net.features(x) for x in images.split(batch)])


def distances(model, net, n, size, steps, cfg, device):
    """Fréchet distances: generated, two halves of the renders, and the autoencoder's rebuilds, all against renders."""
    a, scenes = data.render(n, size, size, data.HELD_OUT + 500, device)
    b, _ = data.render(n, size, size, data.HELD_OUT + 600, device)
    r = random.Random(14)
    made = generate(model, [caption(s, r) for s in scenes], size, steps, cfg, 4)
    a, b = a.float() / 255, b.float() / 255
    with torch.no_grad():
        rebuilt = torch.cat([model.decode(model.encode(x)) for x in a.split(16)])
    fa, fb = features(net, a), features(net, b)
    return {"generated": measures.frechet(fb, features(net, made)), "autoencoder": measures.frechet(fb, features(net, rebuilt)), "renders": measures.frechet(fa, fb)}


def save_sheet(images, captions, columns, path, width=1400):
    s = sheet(images, captions, columns)
    if s.width > width:
        s = s.resize((width, s.height * width // s.width))
    s.convert("RGB").quantize(160).save(path, optimize=True)


def sheets(model, sketch_parts, fill_parts, extend_parts, size, steps, cfg, out):
    words = generate(model, PROMPTS, size, steps, cfg, 7)
    save_sheet(words, PROMPTS, 8, os.path.join(out, "words.png"))
    big = F.interpolate(words, scale_factor=512 / size, mode="bicubic", align_corners=False).clamp(0, 1)
    save_sheet(strokes(big, blur=0.0), PROMPTS, 4, os.path.join(out, "words_strokes.png"))
    flat, made, control, real, texts = sketch_parts
    k = min(8, len(flat))
    rows = torch.cat([flat[:k], made[:k], control[:k]])
    save_sheet(rows, ["sketch"] * k + [f"model: {t}" for t in texts[:k]] + ["control: strokes on the blurred sketch, no diffusion"] * k, k, os.path.join(out, "sketches.png"))
    for (shown, pasted, texts), name in ((fill_parts, "masks"), (extend_parts, "extensions")):
        k = min(6, len(shown))
        save_sheet(torch.cat([shown[:k], pasted[:k]]), ["asked"] * k + list(texts[:k]), k, os.path.join(out, f"{name}.png"))


def vae_rows(model, size, device):
    renders, _ = data.render(92, size, size, data.HELD_OUT, device)
    photos = data.photographs(True)
    cut = [p[None, :, : p.shape[1] // 32 * 32, : p.shape[2] // 32 * 32] for p in photos]
    return {"renders": psnr(model.vae, renders.float() / 255, device), "photographs": sum(psnr(model.vae, p, device) for p in cut) / max(1, len(cut))}


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--model", required=True)
    p.add_argument("--work", required=True)
    p.add_argument("--out", required=True)
    p.add_argument("--size", type=int)
    p.add_argument("--cfg", type=float)
    p.add_argument("--quick", action="store_true")
    p.add_argument("--device", default="cpu")
    p.add_argument("--threads", type=int, default=1)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    torch.set_flush_denormal(True)
    os.makedirs(a.out, exist_ok=True)
    model = load_folder(a.model, a.device)
    factor = 2 ** (len(model.vae.config.decoder_block_out_channels) - 1)
    size = a.size or model.unet.config.sample_size * factor
    with open(os.path.join(a.model, "starter.json")) as f:
        cfg = a.cfg or json.load(f).get("cfg_scale", 4.0)
    net = classifier.load(a.work, a.device)
    n, many, few = (96, 192, 16) if a.quick else (300, 2000, 64)
    begun, report = time.time(), {"size": size, "cfg": cfg}
    test, asked = data.render(512, size, size, data.HELD_OUT + 7, a.device)
    report["classifier on renders"] = classifier.evaluate(net, test, asked, a.device)
    report["attributes, 25 steps"] = attributes_of(model, net, n, size, 25, cfg, a.device)
    if os.path.isdir(os.path.join(a.model, "unet_student")):
        student = load_folder(a.model, a.device, "unet_student")
        report["attributes, student, 4 steps"] = attributes_of(student, net, n, size, 4, 1.0, a.device, lcm=True)
    report["sketches"], sketch_parts = sketches(model, few, size, cfg, a.device)
    report["fill seam"], fill_parts = seams(model, few, size, cfg, a.device, False)
    report["extension seam"], extend_parts = seams(model, few, size, cfg, a.device, True)
    report["frechet"] = distances(model, net, many, size, 25, cfg, a.device)
    report["autoencoder dB"] = vae_rows(model, size, a.device)
    sheets(model, sketch_parts, fill_parts, extend_parts, size, 25, cfg, a.out)
    report["seconds"] = time.time() - begun
    with open(os.path.join(a.out, "report.json"), "w") as f:
        json.dump(report, f, indent=1)
    text = table(report)
    with open(os.path.join(a.out, "report.md"), "w") as f:
        f.write(text)
    print(text)


def table(r):
    """The report as Markdown."""
    line = lambda d: ", ".join(f"{k} {v:.2f}" for k, v in d.items())
    rows = ["| measure | value |", "|---|---|"]
    for k in [k for k in r if k.startswith(("classifier", "attributes"))]:
        rows.append(f"| {k} | {line(r[k])} |")
    for k, v in r["sketches"].items():
        rows.append(f"| sketch agreement, texture at three scales: {k} | {v[0]:.3f}; {v[1]:.4f} {v[2]:.4f} {v[3]:.4f} |")
    rows.append(f"| seam of fills, of extensions (renders: 1) | {r['fill seam']:.2f}, {r['extension seam']:.2f} |")
    rows.append(f"| Fréchet distance to held-out renders | {line(r['frechet'])} |")
    rows.append(f"| autoencoder PSNR | {line(r['autoencoder dB'])} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    main()
