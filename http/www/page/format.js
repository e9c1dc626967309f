// SPDX-License-Identifier: Apache-2.0
// Numbers, times and words for people.

const whole = new Intl.NumberFormat("en");
export const number = (n) => (n === null || n === undefined ? "–" : whole.format(n));
export const percent = (share, digits = 0) =>
  share === null || share === undefined ? "–" : `${(100 * share).toFixed(digits)} %`;
/** A limit as people say it: 3 %, 2.5 %. */
export const limit = (share) => (share === null || share === undefined ? "–" : `${+(100 * share).toFixed(2)} %`);
export const rate = (n) => (n === null || n === undefined ? "–" : n >= 10 ? n.toFixed(0) : n.toFixed(1));

/** 7 → "0:07", 3725 → "1:02:05". */
export function clockOf(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const two = (n) => String(n).padStart(2, "0");
  const h = Math.floor(s / 3600);
  return h > 0 ? `${h}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}` : `${Math.floor(s / 60)}:${two(s % 60)}`;
}

/** Of a timestamp in ms; null where there is none. */
export const dateOf = (timestamp) => (timestamp ? Date.parse(timestamp) : null);

/** "14:03:20". */
export const clockTime = (ms) => new Date(ms).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** How old: "12 s", "9 min", "3 h", "2 days". */
export function ageOf(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  return s < 48 * 3600 ? `${Math.floor(s / 3600)} h` : `${Math.floor(s / 86400)} days`;
}

/** A name as it is told from others: one that is empty, or has blanks that nobody would see, says so. */
export function nameOf(name) {
  if (name === null || name === undefined || name === "") return "(unnamed)";
  if (/^[\p{Z}\p{C}\s]*$/u.test(name)) return `(${[...name].length === 1 ? "a blank" : `${[...name].length} blanks`} for a name)`;
  return /^[\p{Z}\p{C}\s]|[\p{Z}\p{C}\s]$|[\p{Z}\s]{2}|\p{C}/u.test(name) ? `\u201c${name}\u201d` : name;
}

/** For screen readers: "2 minutes 5 seconds". */
export function spoken(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const part = (n, word) => (n ? `${n} ${word}${n === 1 ? "" : "s"}` : "");
  return [part(Math.floor(s / 3600), "hour"), part(Math.floor(s / 60) % 60, "minute"), part(s % 60, "second")]
    .filter(Boolean).join(" ") || "0 seconds";
}

/** "14:32", or with its day when that is another one. */
export function timeOfDay(timestamp, now = Date.now()) {
  const then = new Date(timestamp);
  const time = then.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  if (then.toDateString() === new Date(now).toDateString()) return time;
  return `${then.toLocaleDateString([], { weekday: "short", day: "numeric", month: "short" })}, ${time}`;
}

export const statuses = {
  0: { word: "Stopped", tone: "off" },
  1: { word: "Running", tone: "on" },
  2: { word: "Paused", tone: "held" },
  10: { word: "Stopping", tone: "turning" },
  11: { word: "Starting", tone: "turning" },
  12: { word: "Pausing", tone: "turning" },
  30: { word: "Hanging up", tone: "turning" },
};
export const statusOf = (status) => statuses[status] ?? { word: `Status ${status}`, tone: "off" };

export const agentStates = {
  free: "Free", ringing: "Ringing", talking: "Talking", wrap_up: "Wrap-up", paused: "Paused",
};
