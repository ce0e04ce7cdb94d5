// Finding a place by a part of its name in any language, to set up a station there.

import { make, of, onLanguage, say } from "./texts.js";

const MOST = 8; // places that are shown
const the = (id) => document.getElementById(id);

/** The search among `places`; `choose(place)` is called with the one that was taken. */
export function makeSearch(places, choose) {
  const input = the("search-text");
  const list = the("search-found");
  const words = places.map((place) => Object.values(place.name).filter(Boolean).map((name) => name.toLocaleLowerCase()));
  let found = [];
  let at = -1;

  function search() {
    const wanted = input.value.trim().toLocaleLowerCase();
    const rows = wanted ? places.map((_, row) => row).filter((row) => words[row].some((word) => word.includes(wanted))) : [];
    const begins = (row) => (words[row].some((word) => word.startsWith(wanted)) ? 0 : 1);
    found = rows.sort((one, other) => begins(one) - begins(other) || one - other).slice(0, MOST).map((row) => places[row]);
    at = found.length ? 0 : -1;
    list.replaceChildren(...found.map(option));
    const open = found.length > 0;
    list.hidden = !open;
    input.setAttribute("aria-expanded", open);
    the("search-none").textContent = wanted && !open ? say("search_none") : "";
    mark();
  }

  function option(place, row) {
    const own = of(place.name);
    const others = Object.values(place.name).filter((name) => name && name !== own);
    const kind = say(`place_${place.kind}`);
    const item = make("li", { id: `place-${row}` }, make("b", {}, own), ` ${[...new Set(others), kind].join(" · ")}`);
    item.setAttribute("role", "option");
    item.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays in the field
    item.addEventListener("click", () => take(row));
    return item;
  }

  function mark() {
    [...list.children].forEach((item, row) => item.setAttribute("aria-selected", row === at));
    if (at < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", `place-${at}`);
    list.children[at]?.scrollIntoView({ block: "nearest" });
  }

  function take(row) {
    const place = found[row];
    clear();
    choose(place);
  }

  function clear() {
    input.value = "";
    search();
  }

  input.addEventListener("input", search);
  input.addEventListener("blur", () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", false);
  });
  input.addEventListener("focus", () => input.value && search());
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // an input method is still at work on Chinese letters
    if (event.key === "Escape") clear();
    else if (event.key === "Enter" && at >= 0) take(at);
    else if (event.key === "ArrowDown" && found.length) at = (at + 1) % found.length;
    else if (event.key === "ArrowUp" && found.length) at = (at + found.length - 1) % found.length;
    else return;
    event.preventDefault();
    mark();
  });
  onLanguage(search);
}
