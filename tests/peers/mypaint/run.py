"""Races our dabs against libmypaint's: python3 tests/peers/mypaint/run.py [--core PROGRAM]

Needs a C compiler, pkg-config and libmypaint's headers (Debian: libmypaint-dev). Both lay the same dabs (same places,
same size, as hard, as opaque, eight to a frame) on 2048x2048 pixels, in turns, several times; the medians count. Where
they differ, we do more: our dabs go through a stroke buffer, so that opacity is the limit of a stroke, and 16 bits
instead of 15.

--core is the built test program tests/core (cargo test --release --no-run prints where it is); without it, cargo is
asked to build it.
"""
import argparse
import json
import math
import os
import statistics
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
HARDNESS, FLOW, FRAME, ROUNDS, REPEATS = 0.5, 0.3, 8, 7, 3


def spiral(count, step, radius):
    """Points `step` apart on a spiral that stays on the canvas."""
    points, angle = [], 0.0
    reach = 1000.0 - radius
    for _ in range(count):
        r = reach * (0.3 + 0.7 * abs(math.sin(angle / 17.0)))
        points.append((1024 + r * math.cos(angle), 1024 + r * math.sin(angle)))
        angle += step / r
    return points


def core_program():
    built = subprocess.run(
        ["cargo", "test", "--release", "--no-default-features", "--test", "core", "--no-run", "--message-format=json"],
        stdout=subprocess.PIPE, text=True, check=True, cwd=HERE.parent.parent.parent)
    for line in built.stdout.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == "core":
            return message["executable"]
    raise SystemExit("cargo built no program of tests/core")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--core")
    core = parser.parse_args().core or core_program()
    with tempfile.TemporaryDirectory() as folder:
        peer = f"{folder}/dabs"
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libmypaint"], stdout=subprocess.PIPE, text=True,
                               check=True).stdout.split()
        subprocess.run(["cc", "-O2", "-o", peer, str(HERE / "dabs.c"), *flags, "-lm"], check=True)

        def theirs(file, radius):
            out = subprocess.run([peer, str(radius), str(HARDNESS), str(FLOW), str(FRAME), str(REPEATS)],
                                 stdin=open(file), stdout=subprocess.PIPE, text=True, check=True).stdout
            return json.loads(out)

        def ours(file, radius, threads):
            env = dict(os.environ, SCUMBLE_PEER=f"{file} {radius} {HARDNESS} {FLOW} {FRAME} {REPEATS}")
            if threads:
                env["RAYON_NUM_THREADS"] = str(threads)
            out = subprocess.run([core, "--exact", "paint::peers::dabs", "--ignored", "--nocapture"], env=env,
                                 stdout=subprocess.PIPE, text=True, check=True).stdout
            return json.loads(out.split("seconds ")[1].splitlines()[0])

        report = []
        for size, count in ((50, 4000), (500, 400)):
            file = f"{folder}/points"
            Path(file).write_text("".join(f"{x:.3f} {y:.3f}\n" for x, y in spiral(count, size / 8, size / 2)))
            times = {"libmypaint": [], "ours": [], "ours, 1 thread": []}
            for _ in range(ROUNDS):
                # The first of each run pays for memory that is new to the process.
                times["libmypaint"] += theirs(file, size / 2)[1:]
                times["ours"] += ours(file, size / 2, None)[1:]
                times["ours, 1 thread"] += ours(file, size / 2, 1)[1:]
            rate = {name: count / statistics.median(t) for name, t in times.items()}
            report.append({
                "size_px": size, "dabs": count,
                "dabs_per_s": {name: round(v) for name, v in rate.items()},
                "ratio": round(rate["ours"] / rate["libmypaint"], 2),
                "ratio_1_thread": round(rate["ours, 1 thread"] / rate["libmypaint"], 2),
            })
        print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
