"""Plots of time per file and of memory over the number of files, as SVG, without a library."""
from .report import median

COLOURS = {"first": "#1b6ca8", "unchanged": "#2e8b57", "restore": "#c0392b", "prune": "#8e44ad"}
WIDTH, HEIGHT, LEFT, BOTTOM = 560, 320, 70, 50


def draw(rows, path):
    """Writes PATH-time.svg and PATH-memory.svg if there are rows of growth; gives their names."""
    works = list(dict.fromkeys(row["work"] for row in rows if row["work"].startswith("growth-")))
    if not works:
        return []
    drawn = []
    for suffix, title, value in (
            ("time", "microseconds per file", lambda work, step: per_file(rows, work, step)),
            ("memory", "peak MiB", lambda work, step: median(rows, work, step, "cairn", "peak"))):
        series = {step: [(files(work), value(work, step)) for work in works] for step in COLOURS}
        name = f"{path}-{suffix}.svg"
        with open(name, "w") as file:
            file.write(plot(title, series, [files(work) for work in works]))
        drawn.append(name)
    return drawn


def files(work):
    return int(work.split("-")[1])


def per_file(rows, work, step):
    wall = median(rows, work, step, "cairn", "wall")
    return None if wall is None else wall * 1e6 / files(work)


def plot(title, series, counts):
    """One line a step; the numbers of files stand at equal distances, for they grow tenfold."""
    highest = max((value for points in series.values() for _, value in points if value), default=1) * 1.1
    place = {count: LEFT + index * (WIDTH - LEFT - 110) / max(1, len(counts) - 1) for index, count in enumerate(counts)}

    def y(value):
        return HEIGHT - BOTTOM - value / highest * (HEIGHT - BOTTOM - 30)

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>', f'<text x="{LEFT}" y="18">{title}</text>']
    for tick in range(5):
        value = highest * tick / 4
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - 100}" y1="{y(value):.0f}" y2="{y(value):.0f}" stroke="#ddd"/>'
                     f'<text x="{LEFT - 8}" y="{y(value) + 4:.0f}" text-anchor="end">{value:.0f}</text>')
    parts += [f'<text x="{x:.0f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{count:,} files</text>'
              for count, x in place.items()]
    for line, (step, points) in enumerate(series.items()):
        known = [(place[count], y(value)) for count, value in points if value]
        if not known:
            continue
        joined = " ".join(f"{a:.1f},{b:.1f}" for a, b in known)
        parts.append(f'<polyline points="{joined}" fill="none" stroke="{COLOURS[step]}" stroke-width="2"/>')
        parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{COLOURS[step]}"/>' for a, b in known]
        parts.append(f'<text x="{WIDTH - 92}" y="{40 + 18 * line}" fill="{COLOURS[step]}">{step}</text>')
    return "\n".join(parts) + "\n</svg>\n"
