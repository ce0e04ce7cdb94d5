// Colours of townships, and the legend that says what they mean.

import { make, say } from "./texts.js";

// Told apart by colour-blind eyes and in grey: from yellow (good) to violet (bad).
const RAMP = ["#fde725", "#9fd84f", "#4ac16d", "#2a9d8f", "#31688e", "#443a83"];
const DARK_FROM = 3; // classes on which type is white
const PERCENT = [90, 80, 70, 60, 50]; // classes of compliance, from the best down
const MINUTES = [10, 15, 20, 30, 40]; // policy minutes
const POINTS = [5, 15]; // classes of a change that is judged
const BLUES = ["#C9DFF2", "#6BAED6", "#08519C"];
const ORANGES = ["#FDDDB8", "#F29A3F", "#A04000"];
export const NOTHING = "#EDEDED"; // no calls
const SMALL = "#F7F7F7"; // too small to matter
const OPEN = "#CFCFCF"; // undecided
export const INK = "#222222";

/** The fill of each township and the ink that is read on it: [{fill, ink}] by row. */
export function paint(townships, mode) {
  if (mode === "change") {
    return townships.verdict.map((verdict, row) => change(verdict, townships.change[row]));
  }
  const values = townships[mode];
  const place = mode === "within"
    ? (value) => PERCENT.findIndex((limit) => value >= limit)
    : (value) => MINUTES.findIndex((limit) => value <= limit);
  return values.map((value) => {
    if (value === null) return { fill: NOTHING, ink: INK };
    const found = place(value);
    const row = found < 0 ? RAMP.length - 1 : found;
    return { fill: RAMP[row], ink: row >= DARK_FROM ? "#ffffff" : INK };
  });
}

function change(verdict, points) {
  if (verdict === "better" || verdict === "worse") {
    const large = POINTS.filter((limit) => Math.abs(points) > limit).length;
    return { fill: (verdict === "better" ? BLUES : ORANGES)[large], ink: large === 2 ? "#ffffff" : INK };
  }
  if (verdict === "undecided") return { fill: OPEN, ink: INK };
  return { fill: points === null ? NOTHING : SMALL, ink: INK };
}

/** + or − for a township that is judged better or worse, so that no colour stands alone. */
export const sign = (verdict) => ({ better: "+", worse: "−" })[verdict] ?? "";

/** The classes of a mode with their colours, as list items; with `gaps` also that of no value. */
export function classes(mode, gaps) {
  const nothing = gaps ? [item(NOTHING, say("class_nothing"))] : [];
  if (mode === "change") {
    const [few, many] = POINTS;
    return [
      item(BLUES[2], say("change_up_more", { from: many })),
      item(BLUES[1], say("change_up", { from: few, to: many })),
      item(BLUES[0], say("change_up_most", { to: few })),
      item(SMALL, say("change_small")),
      item(OPEN, say("change_open")),
      item(ORANGES[0], say("change_down_most", { to: few })),
      item(ORANGES[1], say("change_down", { from: few, to: many })),
      item(ORANGES[2], say("change_down_more", { from: many })),
      ...nothing,
    ];
  }
  const limits = mode === "within" ? PERCENT : MINUTES;
  const last = limits.length - 1;
  const items = limits.map((limit, row) => {
    const before = limits[row - 1];
    if (row === 0) return item(RAMP[0], say(`${mode}_best`, { limit }));
    return item(RAMP[row], say(`${mode}_between`, { from: Math.min(limit, before), to: Math.max(limit, before) }));
  });
  items.push(item(RAMP[last + 1], say(`${mode}_worst`, { limit: limits[last] })));
  return [...items, ...nothing];
}

function item(colour, text) {
  const swatch = make("span", { className: "swatch" });
  swatch.style.background = colour;
  return make("li", {}, swatch, text);
}
