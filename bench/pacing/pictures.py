# SPDX-License-Identifier: Apache-2.0
"""Pictures of what pacing reaches, as SVG, for light and dark backgrounds. Standard library only."""
import math

WIDTH = 760
LEFT, RIGHT, TOP, BOTTOM = 78, 28, 50, 52
# Ours first. Of light and of dark backgrounds.
COLOURS = (("#0b6bcb", "#5aa9ff"), ("#c62828", "#ff7b72"), ("#2e7d32", "#6cc070"), ("#b26a00", "#e3a13a"), ("#6a4c93", "#b79be0"),
           ("#00838f", "#4cc3cf"), ("#795548", "#c19a8a"), ("#ad1457", "#f178ab"), ("#546e7a", "#9fb3bd"))
INK, GRID, FAINT, PAPER = ("#222", "#e4e6e8"), ("#e0e0e0", "#33393f"), ("#777", "#9aa1a8"), ("#fff", "#14171a")


def style():
    def rules(i):
        colours = "".join(f".s{n}{{stroke:{c[i]}}}.f{n}{{fill:{c[i]}}}" for n, c in enumerate(COLOURS))
        return (f"text{{fill:{INK[i]}}}.axis{{stroke:{INK[i]}}}.grid{{stroke:{GRID[i]}}}.faint{{stroke:{FAINT[i]}}}"
                f".paper{{fill:{PAPER[i]}}}.ring{{stroke:{PAPER[i]}}}{colours}")
    return f"<style>{rules(0)}@media (prefers-color-scheme:dark){{{rules(1)}}}</style>"


class picture:
    def __init__(self, title, height):
        self.height = height
        self.parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13">',
                      f"<title>{title}</title>", style(), f'<rect class="paper" width="{WIDTH}" height="{height}"/>',
                      f'<text x="{LEFT}" y="26" font-size="16" font-weight="bold">{title}</text>']

    def text(self, x, y, words, anchor="start", more=""):
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{words}</text>')

    def write(self, path):
        with open(path, "w") as f:
            f.write("\n".join([*self.parts, "</svg>", ""]))


class panel:
    """A pair of axes within a picture, from `top` to `bottom`."""

    def __init__(self, on, top, bottom, x, y, y_title, log_x=False):
        self.on, self.top, self.bottom, self.log_x = on, top, bottom, log_x
        (self.x0, self.x1), (self.y0, self.y1) = x, y
        on.text(0, 0, y_title, "middle", f' transform="translate(17 {(top + bottom) / 2}) rotate(-90)"')

    def at(self, x, y):
        share = (math.log(x / self.x0) / math.log(self.x1 / self.x0)) if self.log_x else (x - self.x0) / (self.x1 - self.x0)
        return (LEFT + share * (WIDTH - LEFT - RIGHT), self.bottom - (y - self.y0) / (self.y1 - self.y0) * (self.bottom - self.top))

    def axes(self, xs, ys, y_text=str, x_text=None, x_title=""):
        parts = self.on.parts
        for v in ys:
            (a, h), (b, _) = self.at(self.x0, v), self.at(self.x1, v)
            parts.append(f'<path class="grid" d="M{a:.1f} {h:.1f}H{b:.1f}"/>')
            self.on.text(a - 8, h + 4, y_text(v), "end")
        for v in xs:
            w, h = self.at(v, self.y0)
            parts.append(f'<path class="axis" d="M{w:.1f} {h:.1f}v5"/>')
            if x_text:
                self.on.text(w, h + 19, x_text(v), "middle")
        (a, low), (b, top) = self.at(self.x0, self.y0), self.at(self.x1, self.y1)
        parts.append(f'<path class="axis" d="M{a:.1f} {top:.1f}V{low:.1f}H{b:.1f}" fill="none"/>')
        if x_title:
            self.on.text((LEFT + WIDTH - RIGHT) / 2, self.bottom + 40, x_title, "middle")

    def line(self, points, colour, dots=True, width=2.0, dash=""):
        at = [self.at(*p) for p in points]
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        if len(at) > 1:
            kind = colour if isinstance(colour, str) else f"s{colour}"
            self.on.parts.append(f'<path class="{kind}" d="M{" L".join(f"{x:.1f} {y:.1f}" for x, y in at)}" fill="none" '
                                 f'stroke-width="{width}" stroke-linejoin="round"{dashes}/>')
        if dots:
            self.on.parts += [f'<circle class="f{colour} ring" cx="{x:.1f}" cy="{y:.1f}" r="4.2"/>' for x, y in at]

    def legend(self, names, x, y):
        """Names with their colour and dashes, below each other from (x, y) in pixels."""
        wide = 40 + 7 * max(len(name) for name, _, _ in names)
        self.on.parts.append(f'<rect class="paper" x="{x - 6}" y="{y - 15}" width="{wide}" height="{19 * len(names) + 2}"/>')
        for i, (name, colour, dash) in enumerate(names):
            h = y + 19 * i
            dashes = f' stroke-dasharray="{dash}"' if dash else ""
            self.on.parts.append(f'<path class="s{colour}" d="M{x} {h - 4}h22" stroke-width="3"{dashes}/>')
            self.on.text(x + 29, h, name)


def percent(v):
    return f"{100 * v:g} %"


def methods(path, curves):
    """Busy share against abandoned share: {method: [(abandoned, busy)]}."""
    most, least = .08, .5
    on = picture("What each method makes of abandoned calls: 20 agents, answer rate 0.3", 470)
    p = panel(on, TOP, on.height - BOTTOM, (0, most), (least, 1), "busy share of agents")
    p.axes([x / 100 for x in range(0, 9)], [.5, .6, .7, .8, .9, 1], percent, percent, "abandoned, of live answers")
    p.line([(.03, least), (.03, 1)], "faint", dots=False, width=1, dash="5 4")
    x, y = p.at(.03, 1)
    on.text(x + 6, y + 12, "limit in the US", more=' font-size="12"')
    names = []
    for i, (method, points) in enumerate(curves.items()):
        seen = sorted(q for q in points if q[0] <= most and q[1] >= least)
        p.line(seen, i, width=3 if i == 0 else 1.6)
        off = len(points) - len(seen)
        names.append((method + (f" ({off} of {len(points)} settings off the picture)" if off else ""), i, ""))
    p.legend(names, 440, 250)
    on.write(path)


def day(path, minutes):
    """A day minute by minute: dicts of seconds, busy, free, agents, in_flight, answers, abandoned, answer_rate."""
    hours = (0, 8)
    on = picture("A day of 20 agents: the answer rate steps 0.30, 0.15, 0.45 every half hour", 560)
    most_calls = 10 * math.ceil(max(m["in_flight"] for m in minutes) / 10)
    rate = panel(on, 50, 130, hours, (0, .5), "answer rate")
    rate.axes(range(9), (0, .25, .5), percent)
    calls = panel(on, 155, 295, hours, (0, most_calls), "calls in flight")
    calls.axes(range(9), range(0, most_calls + 1, 20))
    busy = panel(on, 320, 420, hours, (0, 20), "busy agents")
    busy.axes(range(9), (0, 5, 10, 15, 20))
    answers = sum(m["answers"] for m in minutes)
    lost = sum(m["abandoned"] for m in minutes)
    share = panel(on, 445, 508, hours, (0, .06), "abandoned")
    share.axes(range(9), (0, .03, .06), percent, str, f"hours; in all {lost:.0f} of {answers:.0f} live answers abandoned")
    at = [m["seconds"] / 3600 for m in minutes]
    stairs = [(t, m["answer_rate"]) for t, m in zip(at, minutes)]
    rate.line([q for (t, r), (_, before) in zip(stairs, stairs[:1] + stairs) for q in ((t, before), (t, r))], 2, dots=False)
    calls.line([(t, m["in_flight"]) for t, m in zip(at, minutes)], 3, dots=False, width=1.3)
    busy.line([(t, m["busy"]) for t, m in zip(at, minutes)], 0, dots=False, width=1.3)
    so_far, a, d = [], 0, 0
    for t, m in zip(at, minutes):
        a, d = a + m["answers"], d + m["abandoned"]
        so_far.append((t, min(.06, d / a if a else 0)))
    share.line(so_far, 1, dots=False)
    share.line([(0, .036), (8, .036)], "faint", dots=False, width=1, dash="5 4")
    x, y = share.at(8, .036)
    on.text(x, y - 4, "limit of a day", "end", ' font-size="12"')
    on.write(path)


def teams(path, lines):
    """Busy share against team size: {name: [(agents, busy)]}; models in pairs of colour, the optimum dashed."""
    on = picture("Larger teams are kept busier: at most 3 % abandoned, answer rate 0.3", 470)
    p = panel(on, TOP, on.height - BOTTOM, (2, 1000), (.5, 1), "busy share of agents", log_x=True)
    p.axes((2, 5, 10, 20, 50, 100, 300, 1000), [.5, .6, .7, .8, .9, 1], percent, str, "agents")
    names = []
    for i, (name, points) in enumerate(lines.items()):
        dash = "6 4" if "optimum" in name else ""
        p.line(points, i, dash=dash)
        names.append((name, i, dash))
    p.legend(names, 480, 330)
    on.write(path)
