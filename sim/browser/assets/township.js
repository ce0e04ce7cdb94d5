// One township: what is said of it, and why calls from it come late.

import { make, of, onLanguage, say } from "./texts.js";

const PAUSE_MS = 300; // that a hand must rest before it is asked why
const the = (id) => document.getElementById(id);

/** The plate of a township; `on` has ask(what, fields) and look(row) to mark it on the map. */
export function makeTownship(ground, on) {
  const choice = the("township-choice");
  const names = ground.townships.features.map((one) => one.properties.name);
  let row = null;
  let answer = null;
  let why = null;
  let timer = 0;

  function list() {
    const order = names.map((name, at) => [of(name), at]).sort((one, other) => one[0].localeCompare(other[0]));
    choice.replaceChildren(make("option", { value: "" }, say("township_all")),
      ...order.map(([name, at]) => make("option", { value: String(at) }, name)));
    choice.value = row === null ? "" : String(row);
  }

  function write() {
    const texts = of(answer?.townships.text);
    the("township-text").textContent = row === null ? say("township_hint") : texts?.[row] ?? "";
    the("township-why").textContent = why && why.township === row ? of(why.text) : "";
  }

  function ask() {
    clearTimeout(timer);
    timer = setTimeout(() => on.ask("why", { township: row }), PAUSE_MS);
  }

  function look(wanted) {
    if (wanted === row) return;
    row = wanted;
    choice.value = row === null ? "" : String(row);
    on.look(row);
    write();
    ask();
  }

  choice.addEventListener("change", () => look(choice.value === "" ? null : Number(choice.value)));
  choice.addEventListener("focus", () => why?.township !== row && ask());
  onLanguage(() => {
    list();
    write();
  });
  list();
  write();
  return {
    look,
    /** What is known of townships now; why is asked again once it has settled. */
    show(found) {
      if (found.n !== answer?.n) why = null; // it was said of another layout
      answer = found;
      write();
      if (found.final && !found.dragging && row !== null) ask();
    },
    why(message) {
      if (answer && message.n < answer.n) return; // asked of a layout that is not shown any more
      why = message;
      write();
    },
    /** Buttons for the townships of these rows. */
    buttons: (rows) => rows.map((each) => {
      const button = make("button", { type: "button", className: "small" }, of(names[each]));
      button.addEventListener("click", () => look(each));
      return button;
    }),
  };
}
