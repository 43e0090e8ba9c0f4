"""The networks in the diffusers layout, the noise schedule and the samplers."""
import json
import math
import os
import torch
from diffusers import AutoencoderTiny, DDIMScheduler, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, PreTrainedTokenizerFast

CONTEXT = 32
SCHEDULE = dict(
    num_train_timesteps=1000, beta_schedule="squaredcos_cap_v2", prediction_type="v_prediction",
    timestep_spacing="trailing", clip_sample=False, set_alpha_to_one=True,
)


def make_vae(channels=4, factor=8, width=32):
    """`AutoencoderTiny`: plain convolutions, deterministic, small. Most blocks stand where the picture is smallest: there
    they cost least."""
    levels = int(math.log2(factor)) + 1
    enc = [0, 1, 2, 5, 5][:levels]
    dec = [6, 6, 4, 2, 0][-levels:]
    return AutoencoderTiny(
        encoder_block_out_channels=(width,) * levels, decoder_block_out_channels=(width,) * levels,
        latent_channels=channels, num_encoder_blocks=tuple(enc), num_decoder_blocks=tuple(dec),
        upsampling_scaling_factor=2, scaling_factor=1.0,
    )


def make_unet(channels=4, widths=(48, 96, 192), text=192, sample_size=16, attention=(1, 2), layers=1, heads=6):
    """Inpainting input (latents, mask, masked latents); attention at the levels `attention`."""
    n = len(widths)
    return UNet2DConditionModel(
        sample_size=sample_size, in_channels=2 * channels + 1, out_channels=channels, block_out_channels=tuple(widths),
        layers_per_block=layers, cross_attention_dim=text, norm_num_groups=16, attention_head_dim=heads,
        addition_embed_type="text", addition_embed_type_num_heads=6,
        down_block_types=tuple("CrossAttnDownBlock2D" if i in attention else "DownBlock2D" for i in range(n)),
        up_block_types=tuple("CrossAttnUpBlock2D" if n - 1 - i in attention else "UpBlock2D" for i in range(n)),
    )


def make_text(vocab, width=192, layers=3):
    return CLIPTextModel(CLIPTextConfig(
        vocab_size=vocab, hidden_size=width, intermediate_size=3 * width, num_hidden_layers=layers, num_attention_heads=6,
        max_position_embeddings=CONTEXT, projection_dim=width, hidden_act="gelu", bos_token_id=1, eos_token_id=3, pad_token_id=0,
    ))


def train_tokenizer(texts, path, size=1400):
    """Byte-pair encoding learnt on `texts`; letters and digits are always known, so that no word is lost."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

    t = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"))
    t.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    t.pre_tokenizer = pre_tokenizers.Whitespace()
    t.decoder = decoders.BPEDecoder(suffix="</w>")
    letters = list("abcdefghijklmnopqrstuvwxyz0123456789-,.'")
    t.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=size, special_tokens=["<pad>", "<bos>", "<unk>", "<eos>"], end_of_word_suffix="</w>", initial_alphabet=letters, show_progress=False))
    t.post_processor = processors.TemplateProcessing(single="<bos> $A <eos>", special_tokens=[("<bos>", 1), ("<eos>", 3)])
    f = PreTrainedTokenizerFast(tokenizer_object=t, bos_token="<bos>", eos_token="<eos>", pad_token="<pad>", unk_token="<unk>", model_max_length=CONTEXT)
    f.save_pretrained(path)
    return f


def load_tokenizer(path):
    return PreTrainedTokenizerFast.from_pretrained(path)


def token_ids(tokenizer, texts):
    return tokenizer(list(texts), padding="max_length", truncation=True, max_length=CONTEXT, return_tensors="pt").input_ids


def alphas_cumprod(device="cpu"):
    """Cosine schedule (Nichol & Dhariwal 2021) as diffusers computes it."""
    bar = lambda t: math.cos((t + 0.008) / 1.008 * math.pi / 2) ** 2
    betas = [min(1 - bar((i + 1) / 1000) / bar(i / 1000), 0.999) for i in range(1000)]
    return torch.cumprod(1 - torch.tensor(betas, dtype=torch.float32), 0).to(device)


def trailing(steps):
    """Timesteps from 999 down, evenly spaced from the end."""
    return [round(1000 - i * 1000 / steps) - 1 for i in range(steps)]


class Painter:
    """The trained parts together: text to latents to pictures."""

    def __init__(self, unet, text, tokenizer, vae, device="cpu"):
        self.unet, self.text, self.tokenizer, self.vae, self.device = unet, text, tokenizer, vae, device
        self.ac = alphas_cumprod(device)

    @torch.no_grad()
    def embed(self, prompts):
        return self.text(token_ids(self.tokenizer, prompts).to(self.device))[0]

    def encode(self, rgb):
        return self.vae.encoder(rgb * 2 - 1)

    @torch.no_grad()
    def decode(self, z, batch=16):
        return torch.cat([(self.vae.decoder(p) * 0.5 + 0.5).clamp(0, 1) for p in z.split(batch)])

    @torch.no_grad()
    def sample(self, prompts, height, width, steps=25, cfg=4.0, seed=0, init=None, strength=1.0, image=None, mask=None, lcm=False):
        """Latents for `prompts`. `init` are latents to start from at `strength`; `image` and `mask` (pixels, 1 is to be
        painted) fill a picture."""
        n, f = len(prompts), 2 ** (len(self.vae.config.decoder_block_out_channels) - 1)
        c = self.vae.config.latent_channels
        h, w = height // f, width // f
        g = torch.Generator().manual_seed(seed)
        x = torch.randn(n, c, h, w, generator=g).to(self.device)
        if image is None:
            m = torch.ones(n, 1, h, w, device=self.device)
            image = torch.full((n, 3, height, width), 0.5, device=self.device)
        else:
            m = (torch.nn.functional.avg_pool2d(mask, f) >= 0.5).float()
            image = torch.where(mask >= 0.5, torch.full_like(image, 0.5), image)
        extra = torch.cat([m, self.encode(image)], 1)
        words = self.embed(prompts)
        empty = self.embed([""] * n) if cfg != 1 else None
        ts = trailing(steps)
        first = 0
        if init is not None and strength < 1:
            first = min(steps - 1, steps - int(steps * strength))
            a = self.ac[ts[first]]
            x = a.sqrt() * init + (1 - a).sqrt() * x
        old = None
        for i in range(first, steps):
            a = self.ac[ts[i]]
            inp = torch.cat([x, extra], 1)
            if cfg != 1:
                both = self.unet(torch.cat([inp, inp]), ts[i], encoder_hidden_states=torch.cat([words, empty])).sample
                v, u = both.chunk(2)
                v = u + cfg * (v - u)
            else:
                v = self.unet(inp, ts[i], encoder_hidden_states=words).sample
            x0 = a.sqrt() * x - (1 - a).sqrt() * v
            if i + 1 == steps:
                return x0
            if lcm:
                b = self.ac[ts[i + 1]]
                x = b.sqrt() * x0 + (1 - b).sqrt() * torch.randn(x0.shape, generator=g).to(self.device)
            else:
                x, old = dpm_step(self.ac, ts, i, x, x0, old)
        return x


def dpm_step(ac, ts, i, x, x0, old):
    """DPM-Solver++(2M) (Lu et al. 2022) from `ts[i]` to `ts[i + 1]`; returns the sample and the memory."""
    lam = lambda t: 0.5 * torch.log(ac[t] / (1 - ac[t]))
    s, t = ts[i], ts[i + 1]
    h = lam(t) - lam(s)
    d = x0
    if old is not None and i + 2 < len(ts):
        r = (lam(s) - lam(ts[i - 1])) / h
        d = x0 + (x0 - old) / (2 * r)
    nxt = ((1 - ac[t]) / (1 - ac[s])).sqrt() * x - ac[t].sqrt() * torch.expm1(-h) * d
    return nxt, x0


def load_folder(folder, device="cpu", unet="unet"):
    """A model folder in float32."""
    load = lambda cls, part: cls.from_pretrained(os.path.join(folder, part), torch_dtype=torch.float32).to(device).eval()
    tok = load_tokenizer(os.path.join(folder, "tokenizer"))
    return Painter(load(UNet2DConditionModel, unet), load(CLIPTextModel, "text_encoder"), tok, load(AutoencoderTiny, "vae"), device)


def save_folder(folder, unet, text, tokenizer, vae, steps=25, cfg=4.0, student=None):
    """Half precision, diffusers layout, readable by `StableDiffusionInpaintPipeline` and by the program."""
    os.makedirs(folder, exist_ok=True)
    for part, net in (("unet", unet), ("text_encoder", text), ("vae", vae), ("unet_student", student)):
        if net is not None:
            net.half().save_pretrained(os.path.join(folder, part), safe_serialization=True)
            net.float()
            forget_path(os.path.join(folder, part, "config.json"))
    tokenizer.save_pretrained(os.path.join(folder, "tokenizer"))
    DDIMScheduler(**SCHEDULE).save_pretrained(os.path.join(folder, "scheduler"))
    index = {
        "_class_name": "StableDiffusionInpaintPipeline", "_diffusers_version": unet.config["_diffusers_version"],
        "feature_extractor": [None, None], "image_encoder": [None, None], "requires_safety_checker": False, "safety_checker": [None, None],
        "scheduler": ["diffusers", "DDIMScheduler"], "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "PreTrainedTokenizerFast"], "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderTiny"],
    }
    with open(os.path.join(folder, "model_index.json"), "w") as f:
        json.dump(index, f, indent=1)
    with open(os.path.join(folder, "starter.json"), "w") as f:
        json.dump({"steps": steps, "cfg_scale": cfg}, f, indent=1)


def forget_path(config):
    """Removes where the network once lay on this machine."""
    with open(config) as f:
        c = json.load(f)
    c.pop("_name_or_path", None)
    with open(config, "w") as f:
        json.dump(c, f, indent=2, sort_keys=True)
        f.write("\n")


class Average:
    """Exponential moving average of a network's values."""

    def __init__(self, net, make):
        self.net, self.copy, self.step = net, make.eval().requires_grad_(False), 0
        self.copy.load_state_dict(net.state_dict())

    @torch.no_grad()
    def update(self, limit=0.999):
        self.step += 1
        d = min(limit, (1 + self.step) / (12 + self.step))
        torch._foreach_lerp_(list(self.copy.parameters()), [p.detach().float() for p in self.net.parameters()], 1 - d)
