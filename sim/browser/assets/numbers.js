// The answer: its sentence, its verdict, its table with intervals that narrow.

import { tag, language, make, of, say } from "./texts.js";

const the = (id) => document.getElementById(id);
const STEPS = [1, 2, 5];
const scales = {}; // by unit: how far bars reach from the middle; kept, so that intervals are seen to narrow

/** Show an answer. Assistive technology hears of it when it is settled, not while a hand moves. */
export function showAnswer(answer, worst) {
  const box = the("answer");
  Object.assign(box.dataset, {
    n: answer.n, final: answer.final, dragging: answer.dragging, replications: answer.replications,
    verdict: answer.verdict,
  });
  write(the("sentence"), of(answer.sentence), answer.dragging);
  the("verdict").dataset.verdict = answer.verdict;
  the("verdict").textContent = of(answer.verdict_text); // with its shape
  the("precision").textContent = of(answer.precision);
  the("relieved").textContent = of(answer.relieved);
  the("heading").querySelector("ul").replaceChildren(...lines(of(answer.heading)));
  fit(answer.bars ?? [], answer.dragging || !answer.final);
  the("table-room").replaceChildren(table(of(answer.table), answer.bars ?? []));
  the("key").hidden = !(answer.bars ?? []).some(Boolean);
  the("key").textContent = say("bar_key");
  the("worst").replaceChildren(...worst);
  if (answer.final && !answer.dragging) {
    const said = `${of(answer.sentence)} ${of(answer.precision)}`;
    if (the("settled").textContent !== said) the("settled").textContent = said;
  }
}

/** While a hand moves, a shorter text leaves the room of a longer one, so that nothing jumps. */
function write(element, text, dragging) {
  if (!dragging) element.style.minHeight = "";
  element.textContent = text;
  if (dragging) element.style.minHeight = `${element.offsetHeight}px`;
}

const lines = (texts) => (Array.isArray(texts) ? texts : [texts]).map((text) => make("li", {}, text));

/**
 * The table of an answer. With bars the last column, the verdict, stands beside the row's name and
 * the numbers below it; roles are named because such a layout would hide them.
 */
function table({ columns, rows }, bars) {
  const judged = bars.some(Boolean);
  const last = columns.length - 1;
  const kind = (column) => `${columns[column]?.align ?? "left"}${judged && column === last ? " verdict" : ""}`;
  const head = make("tr", { role: "row" }, ...columns.map(({ title }, column) => (
    make(title ? "th" : "td", { role: title ? "columnheader" : "cell", className: kind(column) }, title))));
  const body = rows.map((row, at) => {
    const cells = row.map((text, column) => (column > 0
      ? make("td", { role: "cell", className: kind(column) }, text)
      : make("th", { role: "rowheader" }, make("span", {}, text), ...(judged ? [bar(bars[at])] : []))));
    const line = make("tr", { role: "row" }, ...cells);
    if (bars[at]) line.dataset.verdict = bars[at].verdict;
    return line;
  });
  const found = make("table", { role: "table", lang: tag(language()), className: judged ? "judged" : "" },
    make("thead", { role: "rowgroup" }, head), make("tbody", { role: "rowgroup" }, ...body));
  found.style.setProperty("--columns", columns.length);
  return found;
}

/** An interval around its mean, the middle being no difference and the band what does not matter. */
function bar(found) {
  if (!found) return make("span", { className: "bar none" });
  const { unit, mean, low, high, matters, verdict } = found;
  const reach = scales[unit];
  const at = (value) => `${Math.max(0, Math.min(100, 50 + (50 * value) / reach))}%`;
  const part = (name, from, to) => {
    const element = make("span", { className: name });
    element.style.left = at(from);
    if (to !== undefined) element.style.right = `calc(100% - ${at(to)})`;
    return element;
  };
  const element = make("span", { className: "bar" }, part("band", -matters, matters), part("zero", 0),
    part("interval", low, high), part("mean", mean));
  element.setAttribute("aria-hidden", "true");
  element.dataset.verdict = verdict;
  return element;
}

/** Let the scale of each unit hold all its bars; while a hand moves it only grows. */
function fit(bars, dragging) {
  const needed = {};
  for (const one of bars.filter(Boolean)) {
    const far = Math.max(Math.abs(one.low), Math.abs(one.high), 2 * one.matters);
    if (Number.isFinite(far)) needed[one.unit] = Math.max(needed[one.unit] ?? 0, far);
  }
  for (const [unit, far] of Object.entries(needed)) {
    if (far <= scales[unit] && (dragging || far > scales[unit] / 2.5)) continue;
    const power = 10 ** Math.floor(Math.log10(far));
    scales[unit] = power * (STEPS.find((step) => step * power >= far) ?? 10);
  }
  for (const one of bars.filter(Boolean)) scales[one.unit] ??= 1;
}

/** Copy a text; where the browser forbids it, mark it in `element` so that it can be copied by hand. */
export async function copy(text, element) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection().selectAllChildren(element);
    return false;
  }
}
