"""Words for a scene: many synonyms, attributes dropped and in any order, and words that mean nothing."""

SUBJECT = {
    "mountains": "mountains|snowy mountains#snowcap|snow-capped peaks#snowcap|a mountain landscape|high mountains|the alps|a mountain range|a mountain valley|peaks above a valley|an alpine landscape",
    "lake": "a lake|a mountain lake|a calm lake|a lake below mountains|a quiet lake|lakeside|a lake with reflections|still water",
    "sea": "the sea|the ocean|a seascape|waves on the sea|open water|ocean waves|the open sea|rolling waves",
    "beach": "a beach|a sandy beach|the seashore|a beach by the sea|a tropical beach#palm|the shore|a sandy shore|a seaside beach",
    "cliffs": "cliffs|a rocky coast|cliffs by the sea|sea cliffs|the coast|a rugged coastline|a coastline with cliffs|a steep coast",
    "lighthouse": "a lighthouse|a lighthouse on the coast|a lighthouse by the sea|an old lighthouse|a lighthouse on a rock|a striped lighthouse",
    "castle": "a castle|a castle on a hill|an old castle|a medieval castle|a fairy tale castle|a fortress on a hill|a castle with towers|a palace on a hill",
    "windmill": "a windmill|an old windmill|a windmill in the fields|a dutch windmill|a windmill on a hill|a mill with sails",
    "village": "a village|a small village|a village with a church|houses in a valley|a little town|a hamlet|a country village|a cluster of houses",
    "cottage": "a cottage|a house|a farmhouse|a little house|a cottage in the country|a country house|a cabin|a farm|a house with a garden#flowers",
    "sailing": "a sailing boat|a sailboat|a boat on the sea|a sailing ship|a yacht|a boat with sails|a ship at sea|a sailboat on the water",
    "forest": "a forest|the woods|a forest path#path|inside the forest|trees in a forest|a path through the woods#path|tall trees|a deep forest|woodland",
    "tree": "a tree|a large tree|a lone tree|a tree on a hill|an old oak tree|a single tree|a big tree in a field|a solitary tree",
    "river": "a river|a river through meadows|a winding river|a stream|a river in a valley|a river landscape|a brook|a meandering river",
    "bridge": "a bridge|a stone bridge|a bridge over a river|an old stone bridge|an arched bridge|a bridge over water",
    "meadow": "a meadow|a field of flowers|a flower meadow|wildflowers|a flower field|a meadow full of flowers|blooming fields|{bloom} flowers in a meadow|a field of {bloom} flowers",
    "lavender": "a lavender field|rows of lavender|lavender|purple lavender fields|provence|lavender in bloom|a field of lavender",
    "wheat": "a wheat field|wheat|golden fields|a field of wheat|a golden wheat field|rows of grain|a corn field|harvest fields",
    "desert": "a desert|sand dunes|dunes in the desert|the sahara|a sandy desert|desert dunes|a desert landscape",
    "waterfall": "a waterfall|a waterfall in the mountains|cascading water|a waterfall and rocks|a cascade|a waterfall into a pool",
    "city": "a city|a city skyline|a town by the river|a city by the water|buildings along the river|a harbour town|a skyline|houses along the water",
    "vase": "flowers in a vase|a vase of flowers|a bouquet|a still life with flowers|a vase with {bloom} flowers|{bloom} flowers in a vase|a bouquet of {bloom} flowers|a flower still life",
    "fruit": "a bowl of fruit|a still life with fruit|{bloom} in a bowl|a bowl of {bloom}|fruit on a table|a still life|a fruit bowl|a still life with {bloom}",
}
TIME = {
    "day": "|||at noon|in daylight|on a sunny day@clear|by day|in the afternoon|during the day|midday",
    "dawn": "at dawn|at sunrise|in the early morning|in the morning|at daybreak|sunrise|morning light",
    "sunset": "at sunset|at sunset|in the evening|at golden hour|sunset|evening light|under a red sky|with an orange sky",
    "dusk": "at dusk|at twilight|in the twilight|at nightfall|dusk|late evening",
    "night": "at night|by night|night|in the dark|at midnight|a night scene|in the night",
}
WEATHER = {
    "clear": "|||under a clear sky|with a clear sky|under a blue sky@day|clear weather|cloudless",
    "cloudy": "with clouds|under a cloudy sky|with big clouds|with white clouds@day|partly cloudy|under drifting clouds|clouds in the sky",
    "overcast": "under a grey sky|overcast|on a grey day|on a dull day|under an overcast sky|in the rain|rainy weather",
    "storm": "in a storm|under a stormy sky|with dark clouds|stormy|stormy weather|before a thunderstorm|a dramatic sky|dark storm clouds",
    "fog": "in the fog|foggy|in mist|misty|in the haze|on a misty day|with fog",
    "aurora": "under the northern lights|with an aurora|aurora borealis|northern lights|under a green aurora|polar lights",
}
SEASON = {
    "spring": "in spring|spring|springtime|in april", "summer": "||||in summer|summer|in july", "autumn": "in autumn|in the fall|autumn|with autumn colours|autumn leaves|in october|in fall colors",
    "winter": "in winter|in the snow|winter|covered in snow|snowy|a winter landscape|with snow|in january",
}
MEDIUM = {
    "oil": "oil painting|oil painting|an oil painting|oil on canvas|painted in oil|oil|in oil paint|thick oil paint",
    "impressionist": "impressionist painting|impressionism|impressionist style|in the style of impressionism|impressionist|an impressionist oil|dabs of paint|like monet",
    "gouache": "gouache|gouache painting|a gouache|painted in gouache|poster colour|flat gouache|opaque watercolour",
    "watercolour": "watercolour|watercolor|watercolor painting|a watercolour|watercolour painting|painted in watercolor|aquarelle|wet watercolour",
    "ink": "ink drawing|pen and ink|ink sketch|an ink drawing|drawn in ink|ink|hatching in ink",
    "pastel": "pastel|soft pastel|pastel drawing|a pastel|chalk pastel|drawn in pastel|pastel painting",
    "pencil": "coloured pencil|colored pencil drawing|pencil drawing|a pencil drawing|drawn with coloured pencils|crayon drawing|pencils",
    "digital": "digital painting|illustration|a digital illustration|concept art|smooth digital painting|a children's book illustration",
}
INK = {"wash": "ink and wash|ink and watercolour|ink drawing with colour|coloured ink drawing", "sepia": "sepia ink|sepia drawing|brown ink drawing|ink drawing", "black": ""}
EXTRA = {
    "boat": "with a boat|with a sailing boat|and a sailboat|with a small boat|a boat on the water", "house": "with a house|with a cottage|and a farmhouse|with a small house|a cabin in the distance",
    "sheep": "with sheep|with grazing sheep|a flock of sheep|and some sheep", "cow": "with cows|with grazing cows|and cattle|a few cows",
    "swan": "with a swan|and a white swan|a swan on the water", "birds": "with birds|with flying birds|birds in the sky|and seagulls",
    "balloon": "with a hot air balloon|a hot-air balloon in the sky|and a balloon", "pines": "with pine trees|with fir trees|with conifers|and pines|evergreens",
    "trees": "with trees|with bushes and trees|and some trees", "flowers": "with flowers|with {bloom} flowers|{bloom} flowers in the grass|and wildflowers",
    "path": "with a path|with a road|a path leading away|and a dirt road|with a winding path", "moon": "with a moon|in moonlight|under the moon|with a full moon|moonlit",
    "sun": "with the sun|the sun low over the horizon@low|with a bright sun|the sun in the sky", "stars": "under a starry sky|with stars|starry night|a sky full of stars",
    "mountains": "with mountains|mountains in the background|with distant mountains|and mountains behind", "palm": "with palm trees|with a palm tree|and palms",
    "cactus": "with a cactus|with cacti|and a saguaro", "rocks": "with rocks|with boulders|and stones", "pyramid": "with a pyramid|with pyramids|the pyramids",
}
LEAF = {"orange": "orange leaves|orange trees", "red": "red leaves|red foliage", "golden": "golden leaves|yellow leaves", "blossom": "with blossoming trees|cherry blossom|pink blossom", "white blossom": "with blossoming trees|white blossom", "bare": "bare trees|leafless trees", "green": "|green trees|lush green"}
WALL = {"dark": "|on a dark background|dark background", "light": "|on a light background|bright background", "blue": "|on a blue background|blue wall", "green": "|on a green background|green wall", "ochre": "|on an ochre background|yellow wall"}
NOISE = "beautiful|masterpiece|highly detailed|a picture of|lovely|very nice|4k|best quality|trending|art|peaceful|romantic|colourful|by the old master|vivid|atmospheric|painting|detailed|calm mood|dramatic|inspired by a dream".split("|")


def option(r, text, tags):
    """One of the alternatives whose conditions (`#extra`, `@word`) hold."""
    fit = []
    for o in text.split("|"):
        body, _, need = o.replace("@", "#").partition("#")
        if not need or need in tags:
            fit.append(body)
    return r.choice(fit)


def pseudo(r):
    """A word that does not exist."""
    return "".join(r.choice("bdfgklmnprstvz") + r.choice("aeiou") for _ in range(r.randint(2, 4)))


def caption(s, r, drop=True, said=None):
    """A caption of scene `s`; with `drop` some attributes are left unsaid. The set `said` is told which of them (heads
    and flags of `attributes.py`) the words name."""
    said = set() if said is None else said
    tags = set(s["extras"]) | {s["weather"], s["time"]} | ({"snowcap"} if s.get("snowcap") else set())
    if s["time"] in ("sunset", "dawn", "dusk"):
        tags.add("low")
    fill = lambda t: t.replace("{bloom}", s.get("bloom", "")).replace("mixed in a bowl", "fruit in a bowl").replace("bowl of mixed", "bowl of mixed fruit").replace("with mixed", "with colourful").replace("mixed flowers", "colourful flowers")
    say = lambda p: not drop or r.random() < p
    parts = []
    own = {"sailing": {"boat"}, "mountains": {"mountains"}, "meadow": {"flowers"}}.get(s["kind"], set())

    def add(text, *names):
        if text:
            parts.append((fill(text), names + (("bloom",) if "{bloom}" in text else ())))

    if s["kind"] in ("vase", "fruit"):
        if say(0.4):
            add(option(r, WALL[s["wall"]], tags))
    else:
        if say(0.8):
            add(option(r, TIME[s["time"]], tags), "time")
        if say(0.75 if s["weather"] != "aurora" else 0.97):
            add(option(r, WEATHER[s["weather"]], tags), "weather")
        if s["kind"] not in ("sea", "beach", "desert", "sailing", "lavender", "wheat") and say(0.85):
            add(option(r, SEASON[s["season"]], tags), "season")
        if s["kind"] in ("forest", "tree", "cottage", "river", "village", "lake", "waterfall") and say(0.25):
            add(option(r, LEAF[s["leaf"]], tags))
        for e in sorted(set(s["extras"]) - own - {"snow"}):
            if say({"balloon": 0.9, "boat": 0.85, "house": 0.8, "moon": 0.7, "pyramid": 0.9}.get(e, 0.6)):
                add(option(r, EXTRA[e], tags), e)
    r.shuffle(parts)
    if drop:
        parts = parts[: r.choice([1, 2, 3, 3, 4, 5])]
    said.update(name for _, names in parts for name in names)
    parts = [p for p, _ in parts]
    subject = option(r, SUBJECT[s["kind"]], tags)
    bloom = {"bloom"} if "{bloom}" in subject else set()
    subject = fill(subject)
    medium = option(r, MEDIUM[s["medium"]], tags)
    if s["medium"] == "ink" and INK[s["ink"]]:
        medium = option(r, INK[s["ink"]], tags)
    if drop and r.random() < 0.07:
        subject = ""
    if drop and r.random() < 0.12:
        medium = ""
    said.update(({"kind"} | own | bloom if subject else set()) | ({"medium"} if medium else set()))
    if drop and r.random() < 0.2:
        parts.insert(r.randint(0, len(parts)), r.choice(NOISE) if r.random() < 0.7 else pseudo(r))
    return arrange(r, subject, parts, medium)


def arrange(r, subject, parts, medium):
    joiner = " " if r.random() < 0.5 else ", "
    body = joiner.join([subject] + parts if subject else parts)
    if subject and r.random() < 0.15:
        body = joiner.join(parts + [subject])
    if not medium:
        return body or "a painting"
    if not body:
        return medium
    k = r.random()
    if k < 0.6:
        return f"{body}, {medium}"
    if k < 0.75 and not medium.startswith(("in ", "painted", "drawn", "like")):
        return f"{medium} of {body}"
    return f"{medium}, {body}" if k < 0.9 else f"{body} {medium}"
