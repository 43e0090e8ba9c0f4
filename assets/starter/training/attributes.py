"""Scenes as labels: what the text encoder is pretrained on and what the classifier of the evaluation reads."""
import torch
from painter.scenes import INDOOR, KINDS, MEDIA, SEASONLESS, SEASONS, TIMES, WEATHERS

HEADS = {"kind": KINDS, "time": TIMES, "weather": WEATHERS, "season": SEASONS, "medium": MEDIA}
FLAGS = ["boat", "house", "sheep", "cow", "swan", "birds", "balloon", "pines", "flowers", "path", "moon", "sun", "stars", "mountains", "palm", "cactus", "pyramid"]
BLOOMS = ["red", "pink", "yellow", "white", "mixed", "blue", "purple", "orange", "apples", "oranges", "pears", "lemons"]


def labels(scenes):
    """Class numbers for each head, -100 where it does not apply, and 0/1 flags `[n, len(FLAGS)]`."""
    out = {}
    for head, names in HEADS.items():
        row = []
        for s in scenes:
            skip = (s["kind"] in INDOOR and head in ("time", "weather", "season")) or (head == "season" and s["kind"] in SEASONLESS)
            row.append(-100 if skip else names.index(s[head]))
        out[head] = torch.tensor(row)
    shows_bloom = lambda s: s["kind"] in INDOOR or s["kind"] == "meadow" or "flowers" in s["extras"]
    out["bloom"] = torch.tensor([BLOOMS.index(s["bloom"]) if shows_bloom(s) else -100 for s in scenes])
    own = {"sailing": "boat", "mountains": "mountains", "meadow": "flowers"}
    out["flags"] = torch.tensor([[float(f in s["extras"] or own.get(s["kind"]) == f) for f in FLAGS] for s in scenes])
    return out


def asked(target, said):
    """Those of the labels that captions name: `said` is a set of heads and flags for each picture."""
    out = {k: v.clone() for k, v in target.items()}
    for i, names in enumerate(said):
        for head in [*HEADS, "bloom"]:
            if head not in names:
                out[head][i] = -100
        out["flags"][i] *= torch.tensor([float(f in names) for f in FLAGS])
    return out


def pack(scenes, said):
    """Labels in one tensor of bytes `[n, heads + 1 + flags]` (-100: not asked for): heads and flags that a caption names,
    and 0 for flags of what is not in the scene."""
    true = labels(scenes)
    named = asked(true, said)
    absent = true["flags"] < 0.5
    flags = torch.where(named["flags"] > 0.5, 1, torch.where(absent, 0, -100))
    return torch.cat([torch.stack([named[h] for h in [*HEADS, "bloom"]], 1), flags], 1).to(torch.int8)


def asked_loss(outputs, packed):
    """Mean cross entropy of what is asked for in `packed`, over pictures; what must be there counts four times as much as
    what must not."""
    import torch.nn.functional as F

    packed, total = packed.long(), 0.0
    for i, head in enumerate([*HEADS, "bloom"]):
        total = total + F.cross_entropy(outputs[head], packed[:, i], ignore_index=-100, reduction="sum")
    flags = packed[:, len(HEADS) + 1 :]
    each = F.binary_cross_entropy_with_logits(outputs["flags"], flags.clamp(min=0).float(), reduction="none")
    weight = torch.where(flags > 0, 1.0, torch.where(flags == 0, 0.25 / len(FLAGS), 0.0))
    return (total + (each * weight).sum()) / len(packed)


def sizes():
    """Number of classes of each head."""
    return {**{k: len(v) for k, v in HEADS.items()}, "bloom": len(BLOOMS), "flags": len(FLAGS)}


def loss(outputs, target, flag_weight=1.0):
    """Mean cross entropy over heads, binary for the flags."""
    import torch.nn.functional as F

    total = flag_weight * F.binary_cross_entropy_with_logits(outputs["flags"], target["flags"])
    for head in list(HEADS) + ["bloom"]:
        if (target[head] >= 0).any():
            total = total + F.cross_entropy(outputs[head], target[head], ignore_index=-100)
    return total
