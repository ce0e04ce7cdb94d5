// The list of stations: everything that can be done to one, without the map.

import { make, of, say } from "./texts.js";

const LONGEST = 24;

/**
 * The list in `element`. `on` has: ask(what, fields), choose(id), toggle(id), keys(id, event),
 * leave(id), held() and able().
 */
export function makeStations(element, on) {
  const rows = new Map(); // id → the row's parts; kept, so that the focus stays where it is
  const order = []; // ids of all that were ever shown
  let rosters = [];

  function show(state) {
    rosters = state.rosters ?? [];
    element.dataset.n = state.n;
    const gone = new Set(rows.keys());
    // In the order in which they were first seen: no row slips below the mouse that closed another.
    for (const { id } of state.stations) if (!order.includes(id)) order.push(id);
    const known = [...state.stations].sort((one, other) => order.indexOf(one.id) - order.indexOf(other.id));
    known.forEach((station, at) => {
      gone.delete(station.id);
      const row = rows.get(station.id) ?? add(station.id);
      row.station = station;
      write(row);
      if (element.children[at] !== row.item) element.insertBefore(row.item, element.children[at] ?? null);
    });
    for (const id of gone) {
      rows.get(id).item.remove();
      rows.delete(id);
    }
  }

  function add(id) {
    const button = (name, act) => {
      const made = make("button", { type: "button", className: `act ${name}` });
      made.addEventListener("click", act);
      return made;
    };
    const row = {
      mark: make("span", { className: "mark" }),
      name: make("button", { type: "button", className: "name" }),
      change: make("span", { className: "change" }),
      hoursText: make("span", { className: "hours-text" }),
      fewer: button("fewer", () => number(row, -1)),
      number: make("output", {}),
      more: button("more", () => number(row, 1)),
      take: button("take", () => {}),
      hours: button("hours", () => edit(row)),
      close: button("close", () => on.ask(row.station.change === "closed" ? "reopen" : "close", { station: id })),
      editor: make("form", { className: "editor line", hidden: true }),
    };
    row.mark.setAttribute("aria-hidden", "true");
    row.name.addEventListener("click", () => on.choose(id));
    row.take.addEventListener("click", (event) => event.detail && on.toggle(id)); // keys come below
    row.take.addEventListener("keydown", (event) => on.keys(id, event));
    row.take.addEventListener("blur", () => on.leave(id));
    row.editor.addEventListener("submit", (event) => {
      event.preventDefault();
      apply(row);
    });
    row.item = make("li", {}, row.mark, make("div", { className: "who" }, row.name, row.change, row.hoursText),
      make("div", { className: "does" }, row.fewer, row.number, row.more, row.take, row.hours, row.close), row.editor);
    row.item.dataset.station = id;
    rows.set(id, row);
    return row;
  }

  function number(row, more) {
    on.ask("ambulances", { station: row.station.id, number: row.station.ambulances + more });
  }

  function write(row) {
    const { station } = row;
    const name = of(station.name);
    const closed = station.change === "closed";
    const held = on.held() === station.id;
    Object.assign(row.item.dataset, { kind: station.kind, change: station.change, held });
    row.mark.textContent = closed ? "×" : station.ambulances;
    row.name.textContent = name;
    row.name.title = of(station.text);
    row.name.setAttribute("aria-label", of(station.text));
    row.change.textContent = station.change === "same" ? "" : say(`change_${station.change}`);
    row.hoursText.textContent = hours(station);
    row.number.textContent = station.ambulances;
    label(row.fewer, "−", say("fewer", { station: name }));
    label(row.more, "+", say("more", { station: name }));
    label(row.take, say(held ? "let_go" : "take"), say(held ? "let_go_of" : "take_of", { station: name }));
    row.take.setAttribute("aria-pressed", held);
    label(row.hours, say("hours"), say("hours_of", { station: name }));
    row.hours.setAttribute("aria-expanded", !row.editor.hidden);
    label(row.close, say(closed ? "reopen" : "close"), say(closed ? "reopen_of" : "close_of", { station: name }));
    for (const one of [row.fewer, row.more, row.take, row.hours]) one.disabled = !on.able() || closed;
    row.fewer.disabled ||= station.ambulances === 0;
    row.close.disabled = !on.able();
    if (closed) row.editor.hidden = true;
  }

  /** The hours of its crews, where not all are on duty at the same ones always. */
  function hours(station) {
    const texts = station.crews.map((crew) => [of(crew.hours), of(crew.class)].filter(Boolean).join(" "));
    const kinds = [...new Set(texts)];
    return kinds.map((kind) => {
      const count = texts.filter((text) => text === kind).length;
      return kinds.length === 1 ? kind : say("crews_at", { number: String(count), hours: kind });
    }).join(say("comma"));
  }

  function edit(row) {
    row.editor.hidden = !row.editor.hidden;
    row.hours.setAttribute("aria-expanded", !row.editor.hidden);
    if (row.editor.hidden) return;
    fields(row);
    [...row.editor.elements].find((field) => !field.hidden).focus();
  }

  /** The fields of the hours, from what is known now; what was chosen in them stays. */
  function fields(row) {
    const chosen = Object.fromEntries([...row.editor.elements].map((field) => [field.name, field.value]));
    const clock = (from) => Array.from({ length: LONGEST + 1 - from }, (_, hour) => String(hour + from).padStart(2, "0"));
    const option = (value, text = value) => make("option", { value }, text);
    const kind = make("select", { name: "kind" }, option("clock", say("hours_clock")),
      ...rosters.map((name) => option(`roster:${name}`, name)));
    const begin = make("select", { name: "begin" }, ...clock(0).slice(0, LONGEST).map((hour) => option(hour)));
    const end = make("select", { name: "end" }, ...clock(1).map((hour) => option(hour)));
    end.value = "24";
    const count = make("select", { name: "number" }, option("", say("hours_all")),
      ...Array.from({ length: row.station.ambulances }, (_, at) => option(String(at + 1), say("hours_last", { number: String(at + 1) }))));
    for (const [field, key] of [[kind, "hours_kind"], [begin, "hours_from"], [end, "hours_to"], [count, "hours_whom"]]) {
      field.setAttribute("aria-label", say(key));
    }
    for (const field of [kind, begin, end, count]) {
      if ([...field.options].some((one) => one.value === chosen[field.name])) field.value = chosen[field.name];
    }
    kind.hidden = rosters.length === 0;
    const clocked = () => { begin.disabled = end.disabled = kind.value !== "clock"; };
    kind.addEventListener("change", clocked);
    clocked();
    row.editor.replaceChildren(kind, begin, "–", end, count, make("button", { className: "act" }, say("hours_apply")));
  }

  function apply(row) {
    const chosen = row.editor.elements;
    const clock = `${chosen.begin.value}-${chosen.end.value}`;
    on.ask("hours", {
      station: row.station.id,
      hours: chosen.kind.value === "clock" ? clock : chosen.kind.value.slice("roster:".length),
      number: chosen.number.value ? Number(chosen.number.value) : null,
    });
    row.editor.hidden = true;
    row.hours.focus();
    write(row);
  }

  return {
    show,
    /** Say all of it again; `said` in another language. */
    again(said = false) {
      for (const row of rows.values()) {
        write(row);
        if (said && !row.editor.hidden) fields(row);
      }
    },
    choose(id, scroll = true) {
      for (const [each, row] of rows) row.item.classList.toggle("chosen", each === id);
      if (scroll) rows.get(id)?.item.scrollIntoView({ block: "nearest" });
    },
  };
}

function label(button, text, whole) {
  button.textContent = text;
  button.title = whole;
  button.setAttribute("aria-label", whole);
}
