// The live page: a station is taken, and map, numbers and sentence follow before it is let go.
// The page computes nothing and has no words: it shows what the server sends.

import { connect } from "./connection.js";
import { makeHand } from "./hand.js";
import { makeMap } from "./map.js";
import { copy, showAnswer } from "./numbers.js";
import { classes } from "./palette.js";
import { noMap } from "./nomap.js";
import { makePlans } from "./plans.js";
import { REACH_LOOKS } from "./reach.js";
import { makeSearch } from "./search.js";
import { makeStations } from "./stations.js";
import { fill, language, make, of, onLanguage, ownName, say, speak, tag, teach } from "./texts.js";
import { makeTownship } from "./township.js";

const REACH_MS = 4000; // that reached roads stay after the hand has stopped
const REST_MS = 700; // … and after the answer is known while it rests: else they would flicker
const the = (id) => document.getElementById(id);
const read = async (name) => (await fetch(name)).json();

let state = null, answer = null, refused = null, reached = null, busyText = null;
let online = false;
let seconds = 0;
let mode = "within";
let reachTimer = 0;
let awaited = false; // an answer to what was changed last

const [ground, texts] = await Promise.all([read("ground.json"), read("texts.json")]);
teach(texts, ground.lang);
the("languages").replaceChildren(...ground.languages.map((code) => {
  const button = make("button", { type: "button", value: code, lang: tag(code) }, ownName(code));
  button.addEventListener("click", () => speak(code));
  return button;
}));
words(); // before the map, whose room depends on them
const able = () => online;

const hand = makeHand({
  able: (id) => online && find(id)?.change !== "closed",
  where: (id) => map.markers.where(id),
  taken(id, held) {
    map.markers.hold(id, held);
    stations.again();
    if (held) choose(id);
    hint(held ? say("held_hint", { station: of(find(id)?.name) }) : "");
  },
  move(id, at) {
    map.markers.place(id, at);
    map.seek(at);
    line.drag(id, at);
  },
  drop,
  cancel(id) {
    map.markers.back(id);
    hideReach();
    line.ask("show", { plan: state.plan, against: state.against });
  },
});
const map = await makeMap(ground, {
  able,
  drag: (id, at) => line.drag(id, at),
  drop,
  choose,
  add: (at) => line.ask("add", { at, ambulances: 1 }),
  keys: hand.key,
  leave: hand.leave,
  look: (row) => township.look(row),
}).catch(() => noMap(find));
const township = makeTownship(ground, { ask, look: map.look });
const stations = makeStations(the("station-list"), {
  able, ask, choose, toggle: hand.toggle, keys: hand.key, leave: hand.leave, held: hand.held,
});
const plans = makePlans({ able, ask });
makeSearch(ground.places, (place) => ask("add", { place: place.id }));
const line = connect({ message: hear, online: back, lost, busy });

function ask(what, fields) {
  return line.ask(what, fields);
}

function drop(id, at) {
  line.ask("drop", { station: id, at });
}

function find(id) {
  return state?.stations.find((station) => station.id === id);
}

function choose(id) {
  stations.choose(id);
  map.markers.choose(id);
}

const HEARD = {
  state(message) {
    state = message;
    refuse(null);
    if (hand.held() && !find(hand.held())) hand.forget();
    map.markers.show(state.stations);
    stations.show(state);
    plans.show(state);
    legend();
    enable();
    if (message.awaited) expect(true);
  },
  answer(message) {
    answer = message;
    expect(false);
    if (message.dragging) refuse(null);
    if (message.final) hideReach(message.dragging ? REST_MS : 0);
    legend();
    show();
    township.show(answer);
  },
  reach(message) {
    reached = message;
    map.reach.show(message.roads);
    hideReach(REACH_MS);
    showReach();
  },
  why: (message) => township.why(message),
  saved: () => refuse(null),
  exists: (message) => plans.exists(message),
  refused(message) {
    refuse(message);
    hideReach();
    if (hand.held() || map.markers.held()) return; // it goes back when the hand lets go
    if (state) map.markers.show(state.stations);
  },
};

function hear(message) {
  HEARD[message.kind]?.(message);
}

function show() {
  if (!answer) return;
  map.colour(answer.townships, answer.worst ?? [], mode);
  const buttons = township.buttons(answer.worst ?? []);
  showAnswer(answer, buttons.length ? [say("worst_served"), " ", ...buttons] : []);
  expect(awaited);
  showReach();
}

/** Between a change and its first answer the numbers are those of before: seen to be, and not taken along. */
function expect(on) {
  awaited = on && answer !== null;
  document.body.dataset.awaited = awaited ? "yes" : "no";
  the("copy").disabled = awaited;
  the("export").toggleAttribute("inert", awaited);
  if (awaited) the("precision").textContent = say("pending");
}

function refuse(message) {
  refused = message;
  the("refused").hidden = !message;
  the("refused").textContent = message ? of(message.text) : "";
}

function hint(text) {
  the("settled").textContent = text;
}

function showReach() {
  the("reach").hidden = !reached;
  if (!reached) return;
  the("reach-text").textContent = of(reached.text ?? reached.people_text);
  the("reach-key").replaceChildren(...[ground.targets.urban, ground.targets.rural].map((minutes, row) => {
    const swatch = make("span", { className: "stroke" });
    swatch.style.background = REACH_LOOKS[row].colour;
    swatch.style.height = `${REACH_LOOKS[row].width + 1}px`;
    return make("li", {}, swatch, say("reach_within", { minutes: String(minutes) }));
  }));
}

/** Without the roads, at once or after a while in which none are told. */
function hideReach(after = 0) {
  clearTimeout(reachTimer);
  if (!reached) return;
  if (after) {
    reachTimer = setTimeout(hideReach, after);
    return;
  }
  reached = null;
  map.reach.hide();
  showReach();
}

function back() {
  online = true;
  document.body.dataset.online = "yes";
  the("lost").hidden = true;
  the("busy").hidden = true;
}

function lost(pause) {
  online = false;
  seconds = pause;
  hand.forget();
  hideReach();
  document.body.dataset.online = "no";
  the("lost").hidden = false;
  the("lost-text").textContent = say("lost", { seconds: String(pause) });
  enable();
}

function busy(text) {
  online = false;
  busyText = text;
  document.body.dataset.online = "no";
  the("busy").hidden = false;
  the("busy-text").textContent = of(text);
  the("busy-again").focus();
  enable();
}

/** Only what can be done now can be asked for. */
function enable() {
  for (const id of ["undo", "redo", "reset"]) the(id).disabled = !online || !state || (id === "reset" ? !state.undo : !state[id]);
  the("search-text").disabled = !online;
  map.markers.able(online);
  stations.again();
  plans.able();
}

/** What colours and marks mean, of those that occur. */
function legend() {
  const values = answer?.townships[mode] ?? [];
  const later = answer && !answer.townships[mode]; // it takes long, and follows when the hand lets go
  the("legend-classes").replaceChildren(
    make("li", { className: "about" }, say(`legend_${mode}`), later ? ` ${say("follows")}` : ""),
    ...classes(mode, values.includes(null)));
  const mark = (kind, change, sign, key) => {
    const item = make("li", {}, make("span", { className: "mark" }, sign), say(key));
    Object.assign(item.dataset, { kind, change });
    return item;
  };
  const other = (name, key, inner = "") => make("li", {}, make("span", { className: name }, inner), say(key));
  const there = (test) => state?.stations.some(test) ?? false;
  const items = [
    [there((one) => one.kind === "station"), () => mark("station", "same", "n", "legend_station")],
    [there((one) => one.kind === "substation"), () => mark("substation", "same", "n", "legend_substation")],
    [there((one) => one.change === "new"), () => mark("substation", "new", "n", "legend_new")],
    [there((one) => one.change === "closed"), () => mark("station", "closed", "×", "legend_closed")],
    [there((one) => one.from), () => other("from", "legend_moved")],
    [answer?.worst?.length, () => other("dashes", "legend_worst")],
    [ground.hospitals.length, () => other("hospital", "legend_hospital", "H")],
  ];
  the("legend-marks").replaceChildren(...items.filter(([shown]) => shown).map(([, draw]) => draw()));
}

function words() {
  fill();
  document.title = say("title", { place: of(ground.name) });
  the("title").textContent = of(ground.scenario);
  the("marks").textContent = of(ground.marks).join(" ");
  the("source-text").textContent = of(ground.source);
  the("export").href = `table.csv?lang=${language()}`;
  the("copied").textContent = "";
  for (const button of the("languages").children) button.setAttribute("aria-pressed", button.value === language());
  if (!the("lost").hidden) the("lost-text").textContent = say("lost", { seconds: String(seconds) });
  if (busyText) the("busy-text").textContent = of(busyText);
  refuse(refused);
  legend();
  show();
}

for (const radio of document.querySelectorAll("input[name=mode]")) {
  radio.checked = radio.value === mode;
  radio.addEventListener("change", () => {
    mode = radio.value;
    legend();
    show();
  });
}
for (const what of ["undo", "redo", "reset"]) the(what).addEventListener("click", () => ask(what));
the("lost-again").addEventListener("click", () => line.again());
the("busy-again").addEventListener("click", () => line.again());
the("copy").addEventListener("click", async () => {
  const done = await copy(the("sentence").textContent, the("sentence"));
  the("copied").textContent = say(done ? "copied" : "copy_by_hand");
});
document.addEventListener("keydown", (event) => {
  const writing = event.target.matches("input[type=text], textarea");
  if (writing || !(event.ctrlKey || event.metaKey) || event.altKey || the("dialog").open) return;
  const key = event.key.toLowerCase();
  const wanted = key === "y" || (key === "z" && event.shiftKey) ? "redo" : key === "z" ? "undo" : null;
  if (!wanted) return;
  event.preventDefault();
  if (!the(wanted).disabled) ask(wanted);
});
onLanguage(() => {
  words();
  stations.again(true);
  plans.again();
});
enable();
