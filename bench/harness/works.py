"""What is measured: each work makes its data once and is then a list of steps that every program takes in turn."""
import os
import random
from dataclasses import dataclass, field

MIB = 1 << 20


class ImageChange:
    """1 % of the 64 KiB blocks of a file rewritten in place, in runs of 16, as a running system leaves it; and undone.

    In place, since two images would take twice the room. What was there goes into a file: a process that this one
    starts counts its memory as the first of its own.
    """

    def __init__(self, path, aside, seed):
        self.path, self.aside, self.seed = path, aside, seed

    def __enter__(self):
        source, count = random.Random(self.seed), os.path.getsize(self.path) // MIB
        self.places = source.sample(range(count), max(1, count // 100))
        with open(self.path, "r+b") as file, open(self.aside, "wb") as aside:
            for place in self.places:
                file.seek(place * MIB)
                aside.write(file.read(MIB))
                file.seek(place * MIB)
                file.write(source.randbytes(MIB))

    def __exit__(self, *_):
        with open(self.path, "r+b") as file, open(self.aside, "rb") as aside:
            for place in self.places:
                file.seek(place * MIB)
                file.write(aside.read(MIB))


@dataclass
class Work:
    """A source, a changed version of it (or none), and the rows of the table that it gives.

    The steps are first, unchanged, next, restore, check and prune; a program that cannot do one has no figure there.
    For the step "next" the changed version, a folder, takes the place of the source, or `change` changes it and back.
    """
    name: str
    source: str
    steps: list
    changed: str | None = None
    change: ImageChange | None = None
    alone: bool = False  # One program after the other does all the steps: its repository goes before the next begins.
    remote: bool = False
    latency: float = 0
    programs: list | None = None
    notes: list = field(default_factory=list)


def random_file(path, size, seed):
    """Bytes that do not compress, the same for the same seed."""
    source = random.Random(seed)
    with open(path, "wb") as file:
        while size > 0:
            part = min(size, 4 * MIB)
            file.write(source.randbytes(part))
            size -= part


def image(path, size, seed):
    """A disk image: in every MiB 60 % that compress three- to fourfold (words), the rest random."""
    source = random.Random(seed)
    words = [source.randbytes(source.randint(3, 9)) for _ in range(4000)]
    with open(path, "wb") as file:
        for _ in range(size // MIB):
            text = b" ".join(source.choices(words, k=110_000))[:MIB * 6 // 10]
            file.write(text)
            file.write(source.randbytes(MIB - len(text)))


def small_files(path, count, seed, largest=4096):
    """Files of 0 to 4 KB of text-like bytes, 200 in a folder, folders three deep."""
    source = random.Random(seed)
    text = b" ".join(source.choices([b"%x" % source.getrandbits(32) for _ in range(2000)], k=60_000))
    for first in range(0, count, 200):
        number = first // 200
        folder = os.path.join(path, f"{number % 20:02}", f"{number // 20 % 50:02}", f"{number // 1000:03}")
        os.makedirs(folder, exist_ok=True)
        for index in range(first, min(first + 200, count)):
            start, size = source.randrange(len(text) - largest), source.randrange(largest)
            with open(os.path.join(folder, f"file-{index}"), "wb") as file:
                file.write(text[start:start + size])


def make(names, tree, following, folder, quick, image_mib=None):
    """The works that were asked for, with their data under `folder`."""
    made = []
    if tree is None and {"tree", "s3", "s3-50ms"} & set(names):
        tree = os.path.join(folder, "tree")
        small_files(tree, 5_000 if quick else 20_000, 1, 24_000)
    for name in names:
        if name == "tree":
            steps = ["first", "unchanged"] + (["next"] if following else []) + ["restore", "check", "prune"]
            made.append(Work(name, tree, steps, following))
        elif name == "random":
            source = os.path.join(folder, name)
            os.makedirs(source)
            random_file(os.path.join(source, "file"), 256 * MIB if quick else 2048 * MIB, 2)
            made.append(Work(name, source, ["first", "restore"]))
        elif name == "image":
            source = os.path.join(folder, name)
            disk = os.path.join(source, "disk")
            os.makedirs(source)
            image(disk, (image_mib or (512 if quick else 10_000)) * MIB, 3)
            change = ImageChange(disk, os.path.join(folder, "image-aside"), 4)
            made.append(Work(name, source, ["first", "next"], change=change, alone=True))
        elif name == "small":
            source = os.path.join(folder, name)
            small_files(source, 20_000 if quick else 500_000, 5)
            made.append(Work(name, source, ["first", "unchanged", "restore"]))
        elif name in ("s3", "s3-50ms"):
            latency = 0.05 if name == "s3-50ms" else 0
            made.append(Work(name, tree, ["first", "unchanged", "restore"], remote=True, latency=latency))
        elif name == "growth":
            for count in (1_000, 10_000, 100_000) if quick else (10_000, 100_000, 1_000_000):
                source = os.path.join(folder, f"growth-{count}")
                small_files(source, count, 6)
                steps = ["first", "unchanged", "restore", "prune"]
                made.append(Work(f"growth-{count}", source, steps, programs=["cairn"]))
    return made
