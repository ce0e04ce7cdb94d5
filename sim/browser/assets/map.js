// The map: its ground, the colours and names of townships, and what is done on it.

import { Map as Chart, Popup, ScaleControl } from "./vendor/maplibre-gl/maplibre-gl.mjs";
import { CLEAR, collection, feature, inside as innermost, style } from "./ground.js";
import { makeMarkers, ROOM_PX } from "./markers.js";
import { INK, paint, sign } from "./palette.js";
import { makeReach } from "./reach.js";
import { make, of, onLanguage, say } from "./texts.js";

const PADDING = { top: 56, bottom: 20, left: 20, right: 20 }; // around the ground, in pixels
const PALE = 0.35; // opacity of townships while roads that are reached stand out

/**
 * Draw the map of a ground in the element #map. `on` has what markers need, and: add(at) when a
 * station is wanted there, look(row) when the mouse is over a township. Resolves when it is drawn.
 */
export async function makeMap(ground, on) {
  const chart = new Chart({
    container: "map", style: style(ground), bounds: ground.bounds, fitBoundsOptions: { padding: PADDING },
    attributionControl: false, dragRotate: false, touchPitch: false, pitchWithRotate: false, maxPitch: 0,
    renderWorldCopies: false, maxZoom: 16, fadeDuration: 0, rollEnabled: false,
    maxBounds: around(ground.bounds),
  });
  chart.touchZoomRotate.disableRotation();
  chart.keyboard.disableRotation();
  const scale = new ScaleControl({ maxWidth: 110, unit: "metric" });
  chart.addControl(scale, "bottom-right");
  await new Promise((loaded, failed) => {
    chart.once("load", loaded);
    chart.once("error", (event) => failed(event.error));
  });
  chart.addImage("room", { width: ROOM_PX, height: ROOM_PX, data: new Uint8Array(4 * ROOM_PX ** 2) });

  const townships = ground.townships.features;
  const spots = townships.map((one) => innermost(one.geometry));
  const order = townships.map((one) => -one.properties.people);
  const markers = makeMarkers(chart, on);
  const reach = makeReach(chart, ground.roads.lines.features);
  let shown = { townships: null, mode: "within", looked: null, fills: [] };

  function name() {
    const verdicts = shown.townships?.verdict ?? [];
    const labels = shown.townships?.labels?.[shown.mode];
    const named = collection(townships.map((one, row) => {
      const second = labels ? labels[row] : sign(verdicts[row]);
      const text = labels ? `${of(one.properties.name)}\n${second ?? ""}` : `${of(one.properties.name)} ${second}`;
      return feature("Point", spots[row], { text: text.trim(), order: order[row] }, row);
    }));
    const written = JSON.stringify(named);
    if (written !== shown.written) chart.getSource("names").setData(named);
    shown.written = written;
  }

  // What is drawn as it was is not touched: each touch has the whole map drawn anew.
  const touched = new Map();
  function mark(source, id, values) {
    const key = `${source} ${id} ${Object.keys(values)}`;
    const text = JSON.stringify(values);
    if (touched.get(key) === text) return;
    touched.set(key, text);
    chart.setFeatureState({ source, id }, values);
  }

  function colour(found, worst, mode) {
    shown = { ...shown, townships: found, mode, fills: found[mode] ? paint(found, mode) : shown.fills };
    const low = new Set(worst);
    townships.forEach((_, id) => mark("townships", id, { worst: low.has(id) ? 1 : 0 }));
    shown.fills.forEach(({ fill }, id) => mark("townships", id, { fill }));
    ink();
    name();
  }

  function look(row) {
    for (const [id, looked] of [[shown.looked, 0], [row, 1]]) {
      if (id !== null) chart.setFeatureState({ source: "townships", id }, { looked });
    }
    shown.looked = row;
  }

  let pale = false;
  function fade(wanted) {
    if (wanted === pale) return;
    pale = wanted;
    chart.setPaintProperty("townships", "fill-opacity", pale ? PALE : CLEAR);
    ink();
  }

  /** Names in the ink that is read on their township, with its colour as their halo. */
  function ink() {
    shown.fills.forEach(({ fill, ink: on }, row) => {
      mark("names", row, pale ? { fill: "#ffffff", ink: INK } : { fill, ink: on });
    });
  }

  let over = null;
  let asked = 0; // a frame in which it is looked what the mouse is over
  chart.on("mousemove", ({ point, originalEvent }) => {
    cancelAnimationFrame(asked);
    if (markers.held() !== null || originalEvent.buttons) return;
    asked = requestAnimationFrame(() => {
      const [found] = chart.queryRenderedFeatures(point, { layers: ["townships"] });
      if (found && found.id !== over) on.look(found.id);
      over = found?.id ?? null;
    });
  });
  chart.on("click", (event) => {
    if (event.originalEvent.target !== chart.getCanvas()) return;
    offer(event.lngLat, chart.queryRenderedFeatures(event.point, { layers: ["townships"] }).length > 0);
  });

  let menu = null;
  function offer(place, inside) {
    const asked = menu?.isOpen();
    menu?.remove();
    if (asked || !inside) return; // a click beside an open menu closes it
    const button = make("button", { type: "button", className: "act", disabled: !on.able() }, say("add_here"));
    menu = new Popup({ closeButton: false, focusAfterOpen: true, maxWidth: "none" })
      .setLngLat(place).setDOMContent(button).addTo(chart);
    button.addEventListener("click", () => {
      menu.remove();
      on.add([place.lng, place.lat]);
    });
    button.addEventListener("keydown", (event) => event.key === "Escape" && menu.remove());
  }

  onLanguage(() => {
    name();
    markers.say();
    menu?.remove();
  });
  name();
  // As long as nobody has moved the map it shows all, whatever room it has.
  let whole = true;
  chart.on("movestart", (event) => { whole &&= !event.originalEvent; });
  chart.on("resize", () => whole && fit(false));
  const fit = (animate) => chart.fitBounds(ground.bounds, { padding: PADDING, animate });
  for (const [id, act] of [["in", () => chart.zoomIn()], ["out", () => chart.zoomOut()], ["all", () => fit(true)]]) {
    document.getElementById(`zoom-${id}`).addEventListener("click", () => {
      whole = id === "all";
      act();
    });
  }

  return {
    colour,
    look,
    markers,
    reach: {
      show(roads) {
        fade(true);
        reach.show(roads);
      },
      hide() {
        fade(false);
        reach.hide();
      },
    },
    /** Bring a place into view if it is not. */
    seek(at) {
      if (!chart.getBounds().contains(at)) chart.panTo(at);
    },
  };
}

/** Bounds that leave room around the ground, so that nobody loses it. */
function around([west, south, east, north]) {
  const [x, y] = [(east - west) * 1.5, (north - south) * 1.5];
  return [west - x, Math.max(-85, south - y), east + x, Math.min(85, north + y)];
}
