"""What is in a picture: random but sensible combinations of subject, time, weather, season, medium and objects."""
import random

KINDS = [
    "mountains", "lake", "sea", "beach", "cliffs", "lighthouse", "castle", "windmill", "village", "cottage",
    "sailing", "forest", "tree", "river", "bridge", "meadow", "lavender", "wheat", "desert", "waterfall", "city",
    "vase", "fruit",
]
TIMES = ["day", "dawn", "sunset", "dusk", "night"]
WEATHERS = ["clear", "cloudy", "overcast", "storm", "fog", "aurora"]
SEASONS = ["spring", "summer", "autumn", "winter"]
MEDIA = ["oil", "impressionist", "gouache", "watercolour", "ink", "pastel", "pencil", "digital"]
INDOOR = {"vase", "fruit"}
WATER = {"lake", "sea", "beach", "cliffs", "lighthouse", "sailing", "river", "bridge", "waterfall", "city"}
GRASS = {"mountains", "castle", "windmill", "village", "cottage", "tree", "river", "bridge", "meadow"}
SEASONLESS = {"sea", "beach", "desert", "sailing", "lavender", "wheat"}


def choose(r, options):
    names, weights = zip(*options)
    return r.choices(names, weights)[0]


def sample(r, **fixed):
    """One scene as a dict of attributes. `fixed` ones are kept where they make sense."""
    s = {"kind": fixed.get("kind") or r.choice(KINDS)}
    k = s["kind"]
    s["medium"] = fixed.get("medium") or choose(
        r, [("oil", 26), ("impressionist", 14), ("gouache", 14), ("watercolour", 18), ("ink", 10), ("pastel", 10), ("pencil", 8), ("digital", 8)]
    )
    s["time"] = fixed.get("time") or choose(r, [("day", 40), ("dawn", 13), ("sunset", 19), ("dusk", 11), ("night", 17)])
    if k in INDOOR:
        s.update(time="day", weather="clear", season="summer", extras=set())
        if k == "vase":
            s["bloom"] = r.choice(["red", "pink", "yellow", "blue", "white", "mixed", "purple", "orange"])
        else:
            s["bloom"] = r.choice(["apples", "oranges", "pears", "lemons", "mixed"])
        s["wall"] = r.choice(["dark", "light", "blue", "green", "ochre"])
        s["light"] = r.choice([-1, 1])
        return s
    s["weather"] = fixed.get("weather") or choose(
        r, [("clear", 40), ("cloudy", 30), ("overcast", 9), ("storm", 9), ("fog", 8), ("aurora", 5)]
    )
    if s["weather"] == "aurora":
        s["time"] = "night"
        if k in ("desert", "lavender", "wheat", "beach"):
            s["weather"] = "clear"
    s["season"] = fixed.get("season") or (
        "summer" if k in SEASONLESS else choose(r, [("spring", 18), ("summer", 44), ("autumn", 20), ("winter", 18)])
    )
    if k == "meadow" and s["season"] in ("winter", "autumn"):
        s["season"] = "summer"
    s["extras"] = extras(r, s)
    s["bloom"] = r.choice(["red", "red", "pink", "yellow", "white", "mixed", "blue", "purple", "orange"])
    s["leaf"] = leaf(r, s)
    s["light"] = r.choice([-1, 1])
    return s


def leaf(r, s):
    if s["season"] == "autumn":
        return r.choice(["orange", "red", "golden"])
    if s["season"] == "spring" and r.random() < 0.6:
        return r.choice(["blossom", "blossom", "white blossom"])
    return "bare" if s["season"] == "winter" else "green"


def extras(r, s):
    k, e = s["kind"], set()
    p = lambda q: r.random() < q
    if s["time"] == "night":
        if s["weather"] in ("clear", "cloudy") and p(0.6):
            e.add("moon")
        if s["weather"] in ("clear", "aurora") and p(0.75):
            e.add("stars")
    elif s["weather"] in ("clear", "cloudy") and p({"day": 0.3}.get(s["time"], 0.65)):
        e.add("sun")
    if s["time"] == "dusk" and s["weather"] == "clear" and p(0.35):
        e.discard("sun")
        e.add("moon")
    if s["time"] in ("day", "dawn", "sunset") and p(0.16):
        e.add("birds")
    if s["time"] in ("day", "dawn", "sunset") and s["weather"] in ("clear", "cloudy") and k not in ("forest", "waterfall") and p(0.08):
        e.add("balloon")
    if k in ("sea", "lake", "beach", "cliffs", "lighthouse", "city") and p(0.3):
        e.add("boat")
    if k == "sailing":
        e.add("boat")
    if k == "lake" and "boat" not in e and s["season"] != "winter" and p(0.25):
        e.add("swan")
    if k in ("lake", "mountains", "meadow", "lavender", "wheat", "river", "tree") and "swan" not in e and p(0.22):
        e.add("house")
    if k in ("meadow", "mountains", "tree", "windmill", "cottage") and s["season"] != "winter" and p(0.25):
        e.add(r.choice(["sheep", "sheep", "cow"]))
    if k in ("lake", "river", "castle", "meadow", "village", "cottage", "bridge", "lavender", "wheat", "tree") and p(0.4):
        e.add("mountains")
    if k in ("mountains", "lake"):
        e.add("mountains")
    if k in ("mountains", "lake", "river", "cottage", "village", "castle", "bridge", "meadow", "waterfall") and p(0.5):
        e.add(r.choice(["pines", "trees"]))
    if k in ("mountains", "castle", "windmill", "cottage", "village", "tree", "river") and s["season"] in ("spring", "summer") and p(0.35):
        e.add("flowers")
    if k == "meadow":
        e.add("flowers")
    if k in ("mountains", "castle", "windmill", "cottage", "village", "forest", "tree", "meadow", "wheat", "lavender") and p(0.4):
        e.add("path")
    if k == "beach" and p(0.5):
        e.add("palm")
    if k == "desert" and p(0.75):
        e.add(r.choice(["cactus", "cactus", "pyramid"]))
    if k in ("sea", "river", "beach", "cliffs", "waterfall") and p(0.3):
        e.add("rocks")
    if s["season"] == "winter":
        e.add("snow")
    return e
