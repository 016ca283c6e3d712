"""Medians, ratios and the table."""
import statistics

COLUMNS = ["work", "step", "program", "round", "wall", "cpu", "peak", "size"]


def write_raw(path, header, rows):
    """One line a measurement, tab-separated; lines that begin with # say machine, versions and date."""
    with open(path, "w") as file:
        file.writelines(f"# {line}\n" for line in header)
        file.write("\t".join(COLUMNS) + "\n")
        for row in rows:
            file.write("\t".join(str(row[column]) for column in COLUMNS) + "\n")


def median(rows, work, step, program, column):
    values = [row[column] for row in rows
              if (row["work"], row["step"], row["program"]) == (work, step, program) and row[column] != ""]
    return statistics.median(values) if values else None


def table(rows, programs, peers):
    """A Markdown table: a line per work and step; wall seconds, and for Cairn the ratio to the fastest peer."""
    lines = ["| work | " + " | ".join(f"{name} s" for name in programs)
             + " | ratio | cpu ratio | peak MiB: " + ", ".join(programs) + " |",
             "|---|" + "---|" * (len(programs) + 3)]
    for work, step in dict.fromkeys((row["work"], row["step"]) for row in rows):
        wall = {name: median(rows, work, step, name, "wall") for name in programs}
        cpu = {name: median(rows, work, step, name, "cpu") for name in programs}
        peak = {name: median(rows, work, step, name, "peak") for name in programs}
        others = [name for name in peers if wall.get(name)]
        ratio = min(wall[name] for name in others) / wall["cairn"] if others and wall.get("cairn") else None
        spent = min(cpu[name] for name in others) / max(cpu["cairn"], 0.01) if ratio else None
        cells = [f"{wall[name]:.2f}" if wall[name] else "" for name in programs]
        lines.append(f"| {work} {step} | " + " | ".join(cells) + f" | {show(ratio)} | {show(spent)} | "
                     + ", ".join(f"{peak[name]:.0f}" if peak[name] else "–" for name in programs) + " |")
    for work in dict.fromkeys(row["work"] for row in rows):
        sizes = {name: median(rows, work, "first", name, "size") for name in programs}
        if any(sizes.values()):
            lines.append(f"| {work} repository, MiB | "
                         + " | ".join(f"{sizes[name] / (1 << 20):.1f}" if sizes[name] else "" for name in programs)
                         + " | | | |")
    return "\n".join(lines)


def show(ratio):
    return f"{ratio:.2f}" if ratio else ""
