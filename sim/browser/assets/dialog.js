// One small window that asks for a name or for a yes.

import { say } from "./texts.js";

const the = (id) => document.getElementById(id);

function ask(text, yes, name) {
  const dialog = the("dialog");
  const input = the("dialog-name");
  the("dialog-text").textContent = text;
  the("dialog-yes").textContent = yes;
  input.hidden = name === null;
  input.required = name !== null;
  input.value = name ?? "";
  input.setAttribute("aria-label", text);
  dialog.returnValue = "no";
  dialog.showModal();
  if (name !== null) input.select();
  return new Promise((done) => {
    dialog.addEventListener("close", () => done(dialog.returnValue === "yes" ? input.value.trim() : null), { once: true });
  });
}

/** Resolves to the name that was written, also to one of blanks alone, which is refused; or null. */
export const askName = (text, yes, name = "") => ask(text, yes, name);

/** Resolves to whether it was wanted. */
export const askYes = (text) => ask(text, say("replace"), null).then((found) => found !== null);
