// In place of the map where a browser cannot draw one: all else on the page works as ever.

import { onLanguage, say } from "./texts.js";

/** What the page needs of a map, without one; `find` gives a station by its id. */
export function noMap(find) {
  const place = document.getElementById("map");
  const tell = () => { place.textContent = say("no_map"); };
  place.classList.add("none");
  onLanguage(tell);
  tell();
  for (const id of ["colours", "zoom", "legend-classes", "legend-marks"]) document.getElementById(id).hidden = true;
  const nothing = () => {};
  return {
    colour: nothing,
    look: nothing,
    seek: nothing,
    reach: { show: nothing, hide: nothing },
    markers: {
      show: nothing, place: nothing, hold: nothing, choose: nothing, back: nothing, able: nothing,
      held: () => null,
      where: (id) => find(id).at,
    },
  };
}
