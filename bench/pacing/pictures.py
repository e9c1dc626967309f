"""Pictures of what pacing reaches, as SVG. Standard library only."""
import math

WIDTH, HEIGHT = 760, 440
LEFT, RIGHT, TOP, BOTTOM = 62, 20, 44, 52
COLOURS = ("#0b6bcb", "#d1495b", "#2e7d32", "#b26a00", "#6a4c93", "#00838f", "#795548", "#c2185b", "#546e7a")


class chart:
    def __init__(self, title, x_title, y_title, x, y, log_x=False, height=HEIGHT):
        self.x0, self.x1, self.y0, self.y1, self.log_x, self.height = *x, *y, log_x, height
        self.parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13" fill="#222">',
            f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
            f'<text x="{LEFT}" y="24" font-size="16" font-weight="bold">{title}</text>',
            f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{height - 12}" text-anchor="middle">{x_title}</text>',
            f'<text transform="translate(16 {(TOP + height - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">{y_title}</text>']

    def at(self, x, y):
        share = (math.log(x / self.x0) / math.log(self.x1 / self.x0)) if self.log_x else (x - self.x0) / (self.x1 - self.x0)
        return (LEFT + share * (WIDTH - LEFT - RIGHT),
                self.height - BOTTOM - (y - self.y0) / (self.y1 - self.y0) * (self.height - TOP - BOTTOM))

    def axes(self, xs, ys, x_text, y_text):
        for v in ys:
            (a, h), (b, _) = self.at(self.x0, v), self.at(self.x1, v)
            self.parts += [f'<path d="M{a:.1f} {h:.1f}H{b:.1f}" stroke="#ddd"/>',
                           f'<text x="{a - 8:.1f}" y="{h + 4:.1f}" text-anchor="end">{y_text(v)}</text>']
        for v in xs:
            w, h = self.at(v, self.y0)
            self.parts += [f'<path d="M{w:.1f} {h:.1f}v5" stroke="#222"/>', f'<text x="{w:.1f}" y="{h + 19:.1f}" text-anchor="middle">{x_text(v)}</text>']
        (a, low), (b, top) = self.at(self.x0, self.y0), self.at(self.x1, self.y1)
        self.parts.append(f'<path d="M{a:.1f} {top:.1f}V{low:.1f}H{b:.1f}" fill="none" stroke="#222"/>')

    def line(self, points, colour, dots=True, width=2, dash=""):
        at = [self.at(*p) for p in points]
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        if len(at) > 1:
            self.parts.append(f'<path d="M{" L".join(f"{x:.1f} {y:.1f}" for x, y in at)}" fill="none" stroke="{colour}" '
                              f'stroke-width="{width}"{dashes}/>')
        if dots:
            self.parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in at]

    def legend(self, names, x, y):
        for i, (name, colour) in enumerate(names):
            self.parts += [f'<rect x="{x}" y="{y + 18 * i - 9}" width="14" height="4" fill="{colour}"/>',
                           f'<text x="{x + 20}" y="{y + 18 * i - 2}">{name}</text>']

    def write(self, path):
        with open(path, "w") as f:
            f.write("\n".join([*self.parts, "</svg>", ""]))


def percent(v):
    return f"{100 * v:g} %"


def methods(path, curves):
    """Busy share against abandoned share: {method: [(abandoned, busy)]}."""
    c = chart("20 agents, answer rate 0.3: what each method makes of the calls it may lose", "abandoned, of live answers", "busy share of agents",
              (0, .08), (.5, 1))
    c.axes([x / 100 for x in range(0, 9)], [.5, .6, .7, .8, .9, 1], percent, percent)
    c.line([(.03, .5), (.03, 1)], "#999", dots=False, width=1, dash="5 4")
    names = []
    for i, (method, points) in enumerate(curves.items()):
        seen = sorted(p for p in points if p[0] <= .08 and p[1] >= .5)
        c.line(seen, COLOURS[i % len(COLOURS)], width=3 if method == "predictive" else 1.5)
        off = len(points) - len(seen)
        names.append((method + (f" ({off} off the picture)" if off else ""), COLOURS[i % len(COLOURS)]))
    c.legend(names, WIDTH - 250, 250)
    c.write(path)


def day(path, minutes):
    """A day minute by minute: dicts of seconds, busy, free, agents, in_flight, answers, abandoned, answer_rate."""
    c = chart("A day: 20 agents, the answer rate steps 0.30, 0.15, 0.45 every half hour", "hours", "agents, calls",
              (0, 8), (0, 60))
    c.axes(range(0, 9), range(0, 61, 10), str, str)
    smooth = [minutes[max(0, i - 2):i + 3] for i in range(len(minutes))]
    series = (("calls in flight", "in_flight", COLOURS[3]), ("busy agents", "busy", COLOURS[0]))
    for _, key, colour in series:
        c.line([(m["seconds"] / 3600, min(60, sum(s[key] for s in near) / len(near))) for m, near in zip(minutes, smooth)], colour, dots=False, width=1.5)
    c.line([(m["seconds"] / 3600, 100 * m["answer_rate"]) for m in minutes], COLOURS[2], dots=False, width=1, dash="4 3")
    for m in minutes:
        if m["abandoned"]:
            x, y = c.at(m["seconds"] / 3600, 0)
            c.parts.append(f'<path d="M{x:.1f} {y:.1f}v{-6 * m["abandoned"]:.1f}" stroke="{COLOURS[1]}" stroke-width="1.5"/>')
    c.legend([(n, col) for n, _, col in series] + [("answer rate, %", COLOURS[2]), ("abandoned calls (bars)", COLOURS[1])], WIDTH - 200, 60)
    c.write(path)


def teams(path, lines):
    """Busy share against team size: {name: [(agents, busy)]}."""
    c = chart("Larger teams are kept busier: at most 3 % abandoned, answer rate 0.3", "agents", "busy share of agents", (2, 1000), (.5, 1), log_x=True)
    c.axes((2, 5, 10, 20, 50, 100, 300, 1000), [.5, .6, .7, .8, .9, 1], str, percent)
    names = []
    for i, (name, points) in enumerate(lines.items()):
        c.line(points, COLOURS[i], dash="6 4" if "optimum" in name else "")
        names.append((name, COLOURS[i]))
    c.legend(names, WIDTH - 250, 330)
    c.write(path)
