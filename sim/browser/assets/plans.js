// Plans beside each other, and the files in which they are kept.

import { askName, askYes } from "./dialog.js";
import { copy } from "./numbers.js";
import { make, of, say } from "./texts.js";

const the = (id) => document.getElementById(id);

/** Plans and files; `on` has ask(what, fields) and able(). */
export function makePlans(on) {
  let state = null;
  let told = ""; // what is said of its file

  function show(found) {
    state = found;
    const legend = the("plan-list").firstElementChild;
    the("plan-list").replaceChildren(legend, ...state.plans.map(plan));
    const others = state.plans.filter((one) => one.name !== state.plan);
    choices(the("against"), [["", say("today")], ...others.map((one) => [one.name, of(one.called)])], state.against ?? "");
    choices(the("load-file"), state.files.map((one) => [one.file, of(one.name) === one.file ? one.file : `${of(one.name)} (${one.file})`]));
    the("load").hidden = state.files.length === 0;
    able();
    tell(state.saved);
  }

  function plan({ name, called, title }) {
    const radio = make("input", { type: "radio", name: "plan", value: name, checked: name === state.plan, className: "act" });
    radio.addEventListener("change", () => {
      const against = state.against === name ? null : state.against;
      on.ask("show", { plan: name, against });
    });
    const small = (key, act) => {
      const button = make("button", { type: "button", className: "act small" }, say(key));
      button.setAttribute("aria-label", say(`${key}_of`, { plan: of(called) }));
      button.addEventListener("click", act);
      return button;
    };
    const row = make("div", { className: "plan" },
      make("label", {}, radio, make("b", {}, of(called)), make("span", {}, of(title))),
      small("rename", async () => {
        const wanted = await askName(say("rename_ask", { plan: of(called) }), say("rename"), of(called));
        if (wanted !== null && wanted !== of(called)) on.ask("rename", { plan: name, name: wanted });
      }));
    if (state.plans.length > 1) row.append(small("forget", () => on.ask("forget", { plan: name })));
    row.dataset.plan = name;
    return row;
  }

  the("against").addEventListener("change", (event) => {
    on.ask("show", { plan: state.plan, against: event.target.value || null });
  });
  the("keep").addEventListener("click", async () => {
    const name = await askName(say("keep_ask"), say("keep_yes"));
    if (name !== null) on.ask("keep", { name });
  });
  the("save").addEventListener("submit", (event) => {
    event.preventDefault();
    on.ask("save", { name: the("save-name").value.trim(), replace: false });
  });
  the("load").addEventListener("submit", (event) => {
    event.preventDefault();
    on.ask("load", { file: the("load-file").value });
  });

  /** In which file the plan stands as it is now; nothing once it is another. */
  function tell(saved) {
    const text = saved ? of(saved.text) : "";
    if (text === told) return; // it would be read aloud again
    told = text;
    if (!saved || !saved.command) {
      the("saved").replaceChildren(...(saved ? [make("p", {}, text)] : []));
      return;
    }
    const command = make("code", {}, saved.command);
    const button = make("button", { type: "button", className: "small" }, say("copy_command"));
    button.addEventListener("click", () => copy(saved.command, command));
    const [before, after = ""] = text.split(saved.command);
    the("saved").replaceChildren(make("p", {}, before, command, after), button);
  }

  function able() {
    for (const element of the("plans").querySelectorAll(".act")) element.disabled = !on.able();
    for (const element of the("files").querySelectorAll(".act")) element.disabled = !on.able();
  }

  return {
    show,
    able,
    again() {
      if (state) show(state);
    },
    /** A file of that name is there: it is replaced only if that is wanted. */
    async exists(message) {
      const name = the("save-name").value.trim();
      if (name && (await askYes(of(message.text)))) on.ask("save", { name, replace: true });
    },
  };
}

function choices(select, pairs, value = select.value) {
  select.replaceChildren(...pairs.map(([key, text]) => make("option", { value: key }, text)));
  if (pairs.some(([key]) => key === value)) select.value = value;
}
