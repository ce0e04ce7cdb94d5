// What the page says. Every text comes from the server in every language; the page has none.

const KEPT = "tenthirty-language";
const memory = remembered();
let texts = {};
let spoken = "en";
const followers = [];

/** Take over the texts of all languages: {"en": {key: text}, "zh": {…}}; `usual` is spoken first. */
export function teach(all, usual) {
  texts = all;
  const kept = memory?.getItem(KEPT);
  spoken = kept in texts ? kept : usual in texts ? usual : Object.keys(texts)[0];
  document.documentElement.lang = tag(spoken);
}

/** Where the browser keeps the language while the tab is open; a page in a sandbox has nothing of that. */
function remembered() {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}

/** The text of a key in the reader's language, its {places} filled with strings. */
export function say(key, values = {}) {
  const text = texts[spoken]?.[key] ?? "";
  return text.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
}

/** A text or a name of the server's, {"en": …, "zh": …}, in the reader's language. */
export function of(named) {
  if (!named || typeof named === "string") return named ?? "";
  return named[spoken] ?? named.en ?? Object.values(named)[0] ?? "";
}

export const language = () => spoken;

/** Speak another language from now on: whoever follows says again what is shown. */
export function speak(code) {
  spoken = code;
  memory?.setItem(KEPT, code);
  document.documentElement.lang = tag(code);
  for (const follow of followers) follow();
}

export function onLanguage(follow) {
  followers.push(follow);
}

/** How a language calls itself, for the switch. */
export const ownName = (code) => texts[code]?.own_name ?? code;

export const tag = (code) => (code === "zh" ? "zh-Hans" : code);

/** Say all texts that the document names by their keys. */
export function fill(root = document) {
  for (const [name, put] of [
    ["say", (element, text) => { element.textContent = text; }],
    ["sayLabel", (element, text) => element.setAttribute("aria-label", text)],
    ["sayTitle", (element, text) => { element.title = text; }],
    ["sayPlaceholder", (element, text) => { element.placeholder = text; }],
  ]) {
    const attribute = `data-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    for (const element of root.querySelectorAll(`[${attribute}]`)) put(element, say(element.dataset[name]));
  }
}

/** An element with its attributes and what is in it. */
export function make(name, attributes = {}, ...inner) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key in element && key !== "list") element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...inner);
  return element;
}
