"""Reads the arguments, makes the works, lets the programs take turns."""
import argparse
import contextlib
import datetime
import os
import platform
import shutil
import subprocess
import sys
import tempfile

from . import growth, programs, report, works
from .measure import CommandFailed, TooSlow, timed, warm
from .proxy import DelayingProxy

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
CEPH = os.path.join(ROOT, "tests", "servers", "ceph-rgw")
NAMES = ["tree", "random", "image", "small", "s3", "s3-50ms", "growth"]


def parse(arguments, usage):
    parser = argparse.ArgumentParser(description=usage, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", nargs="?", type=os.path.realpath)
    parser.add_argument("--next", type=os.path.realpath)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--limit", type=float)
    parser.add_argument("--work", action="append", choices=NAMES)
    parser.add_argument("--image", type=int)
    parser.add_argument("--programs", type=lambda text: text.split(","))
    return parser.parse_args(arguments)


def main(usage):
    options = parse(sys.argv[1:], usage)
    rounds = options.rounds or (1 if options.quick else 5)
    limit = options.limit or (60 if options.quick else 1200)
    wanted = options.work or [name for name in NAMES if name != "growth"]
    # What is measured is what the sources say.
    shutil.rmtree(os.path.join(ROOT, "artifacts", "publish", "cairn"), ignore_errors=True)
    subprocess.run([os.path.join(ROOT, "cairn"), "version"], check=True, stdout=subprocess.DEVNULL)
    present = [program for program in programs.ALL if program.available()
               and (options.programs is None or program.name in options.programs)]
    missing = [program.name for program in programs.ALL if not program.available()]
    if missing:
        print("not installed: " + ", ".join(missing), file=sys.stderr)

    rows, folder = [], tempfile.mkdtemp(prefix="cairn-peers.")
    try:
        for work in works.make(wanted, options.tree, options.next, folder, options.quick, options.image):
            measure(work, present, rounds, limit, folder, rows)
            if work.source.startswith(folder) and work.name not in ("tree", "s3", "s3-50ms"):
                shutil.rmtree(work.source)
    except CommandFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        publish(rows, present)
    return 0


def measure(work, present, rounds, limit, folder, rows):
    """All rounds of one work."""
    chosen = [program for program in present
              if (not work.remote or program.remote) and (work.programs is None or program.name in work.programs)]
    for number in range(rounds):
        warm(work.source)
        if work.changed:
            warm(work.changed)
        with server(work, os.path.join(folder, "server")) as endpoint:
            one_round(work, chosen, number, endpoint, limit, folder, rows)


@contextlib.contextmanager
def server(work, folder):
    """The endpoint of a server for the work, None where it needs none. A fresh one for each round: it keeps in memory
    what it was ever sent, and answers later the more that is."""
    if not work.remote:
        yield None
        return
    started = subprocess.run([CEPH, "start", folder], check=True, stdout=subprocess.PIPE, text=True)
    try:
        endpoint = started.stdout.strip()
        if not work.latency:
            yield endpoint
            return
        proxy = DelayingProxy(endpoint, work.latency)
        try:
            yield proxy.endpoint
        finally:
            proxy.stop()
    finally:
        subprocess.run([CEPH, "stop", folder], check=True)


def one_round(work, chosen, number, endpoint, limit, folder, rows):
    """Every step by every program in turn, each round beginning with another program."""
    chosen = chosen[number % len(chosen):] + chosen[:number % len(chosen)]
    base = os.path.join(folder, "round")
    running = [program(os.path.join(base, f"{program.name}-{work.name}-{number}"), endpoint) for program in chosen]
    groups = [[program] for program in running] if work.alone else [running]
    for group in groups:
        take_turns(group, work, number, limit, rows)
        for program in group:
            shutil.rmtree(program.folder)
    shutil.rmtree(base)


def take_turns(running, work, number, limit, rows):
    """Every step by every program that is still running."""
    running = list(running)
    for program in running:
        timed(program.init(), program.environment)
    for step in work.steps:
        for program in list(running):
            try:
                figures = take(step, work, program, limit)
            except TooSlow:
                print(f"{work.name} {step} {program.name}: over {limit:.0f} s, left out from here on", file=sys.stderr)
                running.remove(program)
                continue
            if figures is None:
                continue
            size = program.size() if step in ("first", "prune") else None
            rows.append({"work": work.name, "step": step, "program": program.name, "round": number,
                         "wall": round(figures.wall, 3), "cpu": round(figures.cpu, 3), "peak": round(figures.peak, 1),
                         "size": size or ""})
            print(f"{work.name} {step} {program.name}: {figures.wall:.2f} s, cpu {figures.cpu:.2f} s, "
                  f"{figures.peak:.0f} MiB", file=sys.stderr)


def take(step, work, program, limit):
    """One step by one program; None if it has no such thing, or is the floor beside versions."""
    if step in ("unchanged", "next") and not program.peer or step in ("check", "prune") and not hasattr(program, step):
        return None
    if step in ("first", "unchanged"):
        return timed(program.backup(work.source), program.environment, limit)
    if step == "next":
        return swapped(work, lambda: timed(program.backup(work.source), program.environment, limit))
    if step == "restore":
        target = os.path.join(program.folder, "restored")
        figures = timed(program.restore(work.source, target), program.environment, limit)
        shutil.rmtree(target)
        return figures
    return timed(getattr(program, step)(), program.environment, limit)


def swapped(work, action):
    """With the changed version in the place of the source: every program sees the same paths change."""
    if work.change:
        with work.change:
            return action()
    aside = work.source + ".aside"
    os.rename(work.source, aside)
    os.rename(work.changed, work.source)
    try:
        return action()
    finally:
        os.rename(work.source, work.changed)
        os.rename(aside, work.source)


def publish(rows, present):
    if not rows:
        return
    results = os.path.join(ROOT, "bench", "results")
    os.makedirs(results, exist_ok=True)
    stamp = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%d-%H%M%S")
    raw = os.path.join(results, f"peers-{stamp}.tsv")
    report.write_raw(raw, header(present), rows)
    present = [program for program in present if any(row["program"] == program.name for row in rows)]
    names = [program.name for program in present]
    peers = [program.name for program in present if program.peer and program.name != "cairn"]
    print(report.table(rows, names, peers))
    drawn = growth.draw(rows, os.path.join(results, f"growth-{stamp}"))
    print(f"\nraw figures: {os.path.relpath(raw, ROOT)}" + "".join(f"\nplot: {os.path.relpath(path, ROOT)}" for path in drawn))


def header(present):
    """Date, machine and versions."""
    lines = [datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
             f"{os.cpu_count()} cores, {platform.machine()}, Linux {platform.release()}"]
    for program in present:
        words = ["version"] if program.name in ("cairn", "restic", "restic-new", "rclone") else ["--version"]
        said = subprocess.run([program.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        lines.append(f"{program.name}: {said.stdout.splitlines()[0] if said.stdout else '?'}")
    return lines
