// Stations on the map: marks that are taken with the mouse, a finger or the keyboard.

import { Marker } from "./vendor/maplibre-gl/maplibre-gl.mjs";
import { collection, feature } from "./ground.js";
import { makeOverlay } from "./overlay.js";
import { INK } from "./palette.js";
import { make, of } from "./texts.js";

export const ROOM_PX = 26; // that a mark takes
const CROWDED = 0.05; // of the map below marks: they stand together in towns

/**
 * The marks of all stations on `map`. `on` has: drag(id, at), drop(id, at), choose(id),
 * keys(id, event) for a key that is pressed on a mark, and leave(id) when it loses the focus.
 */
export function makeMarkers(map, on) {
  const marks = new Map(); // id → {marker, element, station}
  let inHand = null; // the id of the station that the mouse holds
  let byKeys = null; // … and that of the one that the keyboard holds
  let online = false;
  map.on("moveend", crowd);

  function show(stations) {
    const gone = new Set(marks.keys());
    for (const station of stations) {
      gone.delete(station.id);
      const mark = marks.get(station.id) ?? add(station);
      mark.station = station;
      look(mark);
      if (inHand !== station.id && byKeys !== station.id) mark.marker.setLngLat(station.at);
    }
    for (const id of gone) {
      marks.get(id).marker.remove();
      marks.delete(id);
    }
    crowd();
    lines();
    room();
  }

  /** Where many stations would cover each other their marks are smaller. */
  function crowd() {
    const box = map.getContainer();
    const shown = map.getBounds();
    const near = [...marks.values()].filter((mark) => shown.contains(mark.marker.getLngLat())).length;
    box.classList.toggle("crowded", near * ROOM_PX ** 2 > CROWDED * box.clientWidth * box.clientHeight);
  }

  function add(station) {
    const number = make("span", { className: "number" });
    const element = make("div", { className: "station", tabIndex: 0 }, number, make("span", { className: "tag" }));
    element.setAttribute("role", "button");
    element.dataset.station = station.id;
    const marker = new Marker({ element, draggable: true, clickTolerance: 3 }).setLngLat(station.at).addTo(map);
    const mark = { marker, element, station };
    marks.set(station.id, mark);
    marker.on("dragstart", () => {
      inHand = station.id;
      element.classList.add("held");
    });
    marker.on("drag", () => {
      aside(mark);
      lines();
      on.drag(station.id, at(mark));
    });
    marker.on("dragend", () => {
      inHand = null;
      element.classList.remove("held");
      on.drop(station.id, at(mark));
    });
    element.addEventListener("click", (event) => {
      event.stopPropagation();
      on.choose(station.id);
    });
    for (const name of ["mouseenter", "focus"]) element.addEventListener(name, () => aside(mark));
    element.addEventListener("keydown", (event) => on.keys(station.id, event));
    element.addEventListener("blur", () => on.leave(station.id));
    return mark;
  }

  /** Near an edge of the map a mark's text stands on its other side. */
  function aside(mark) {
    const part = map.project(mark.marker.getLngLat()).x / map.getContainer().clientWidth;
    mark.element.dataset.side = part > 0.75 ? "left" : part < 0.25 ? "right" : "";
  }

  function look({ marker, element, station }) {
    element.dataset.kind = station.kind;
    element.dataset.change = station.change;
    element.querySelector(".number").textContent = station.change === "closed" ? "×" : station.ambulances;
    const text = of(station.text);
    element.querySelector(".tag").textContent = text;
    element.setAttribute("aria-label", text);
    marker.setDraggable(online && station.change !== "closed");
  }

  /** Dashed lines from where moved stations stand today, also of the one in hand. */
  const lines = makeOverlay(map, "moves", (pen, project) => {
    const found = [...marks.values()].map(way).filter(Boolean);
    for (const [from, to] of found.map((points) => points.map(project))) {
      for (const [colour, width, dashes] of [["#ffffffcc", 5, []], [INK, 2.4, [6, 5]]]) {
        pen.strokeStyle = colour;
        pen.lineWidth = width;
        pen.setLineDash(dashes);
        pen.beginPath();
        pen.moveTo(from.x, from.y);
        pen.lineTo(to.x, to.y);
        pen.stroke();
      }
      pen.setLineDash([]);
      pen.lineWidth = 2.2;
      pen.fillStyle = "#ffffff";
      pen.beginPath();
      pen.arc(from.x, from.y, 6, 0, 2 * Math.PI);
      pen.fill();
      pen.stroke();
    }
    return found.length > 0;
  });

  function way(mark) {
    const to = at(mark);
    const from = mark.station.from ?? mark.station.at;
    return mark.station.change === "new" || (from[0] === to[0] && from[1] === to[1]) ? null : [from, to];
  }

  /** The room that marks take, which names of townships leave free. */
  function room() {
    map.getSource("stations").setData(collection([...marks.values()].map((mark) => feature("Point", at(mark)))));
  }

  const at = (mark) => {
    const { lng, lat } = mark.marker.getLngLat();
    return [lng, lat];
  };

  return {
    show,
    /** Say all marks again in another language. */
    say: () => marks.forEach(look),
    /** Where a mark is now; `place` puts it somewhere while the keyboard holds it. */
    where: (id) => at(marks.get(id)),
    place(id, point) {
      marks.get(id)?.marker.setLngLat(point);
      lines();
    },
    hold(id, held) {
      byKeys = held ? id : null;
      marks.get(id)?.element.classList.toggle("held", held);
    },
    choose(id) {
      for (const [each, mark] of marks) mark.element.classList.toggle("chosen", each === id);
    },
    /** Put a mark back where the state has it. */
    back(id) {
      const mark = marks.get(id);
      if (mark && inHand !== id) mark.marker.setLngLat(mark.station.at);
      lines();
    },
    held: () => inHand,
    able(now) {
      online = now;
      marks.forEach(look);
    },
  };
}
