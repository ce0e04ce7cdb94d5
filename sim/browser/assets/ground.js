// The ground of the map as a style of MapLibre: townships, roads by rank, hospitals, moves, names.

import { INK, NOTHING } from "./palette.js";

const state = (name, otherwise) => ["coalesce", ["feature-state", name], otherwise];
export const CLEAR = 0.76; // opacity of townships
const empty = { type: "FeatureCollection", features: [] };
const ROADS = [ // by rank: colour, width in pixels at the zooms 8, 11 and 14
  ["#5f5f5f", 1.2, 2.0, 5],
  ["#757575", 0.8, 1.4, 4],
  ["#8d8d8d", 0.4, 0.9, 3],
  ["#a3a3a3", 0.15, 0.55, 2],
];

/** The style of a ground; there is no `glyphs`, so that names are drawn with the reader's fonts. */
export function style(ground) {
  return {
    version: 8,
    sources: {
      townships: { type: "geojson", data: ground.townships, tolerance: 0.2 },
      roads: { type: "geojson", data: ground.roads.lines, tolerance: 0.3 },
      hospitals: { type: "geojson", data: points(ground.hospitals) },
      names: { type: "geojson", data: empty },
      stations: { type: "geojson", data: empty },
    },
    layers: [
      { id: "background", type: "background", paint: { "background-color": "#f4f4f2" } },
      {
        id: "townships", type: "fill", source: "townships",
        paint: { "fill-color": ["to-color", state("fill", NOTHING)], "fill-opacity": CLEAR },
      },
      ...ROADS.map(road).reverse(),
      {
        id: "borders", type: "line", source: "townships", layout: { "line-join": "round" },
        paint: { "line-color": "#ffffff", "line-width": ["interpolate", ["linear"], ["zoom"], 8, 1, 12, 2.4] },
      },
      {
        id: "borders-ink", type: "line", source: "townships",
        paint: { "line-color": "#4a4a4a", "line-width": 0.5, "line-opacity": 0.8 },
      },
      {
        id: "worst", type: "line", source: "townships",
        paint: { "line-color": "#222222", "line-width": 2, "line-dasharray": [2, 1.5], "line-opacity": state("worst", 0) },
      },
      {
        id: "looked-at", type: "line", source: "townships",
        paint: { "line-color": "#000000", "line-width": 3, "line-opacity": state("looked", 0) },
      },
      {
        id: "hospitals", type: "circle", source: "hospitals",
        paint: {
          "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 3, 12, 7], "circle-color": "#ffffff",
          "circle-stroke-color": "#9b1c1c", "circle-stroke-width": 1.5,
        },
      },
      {
        id: "hospital-signs", type: "symbol", source: "hospitals", minzoom: 10.5,
        layout: { "text-field": "H", "text-size": 10, "text-allow-overlap": true, "text-ignore-placement": true },
        paint: { "text-color": "#9b1c1c" },
      },
      {
        id: "names", type: "symbol", source: "names",
        layout: {
          "text-field": ["get", "text"],
          "text-size": ["interpolate", ["linear"], ["zoom"], 8, 11, 10, 13, 13, 17],
          "text-variable-anchor": ["center", "top", "bottom", "left", "right"],
          "text-radial-offset": 0.9,
          "text-padding": 1, "text-max-width": 8, "symbol-sort-key": ["get", "order"],
        },
        paint: {
          "text-color": ["to-color", state("ink", INK)],
          "text-halo-color": ["to-color", state("fill", "#ffffff")],
          "text-halo-width": 1.6,
        },
      },
      { // stations take their room, so that no name stands below one
        id: "stations", type: "symbol", source: "stations",
        layout: { "icon-image": "room", "icon-allow-overlap": true },
      },
    ],
  };
}

function road([colour, far, middle, near], rank) {
  return {
    id: `roads-${rank}`, type: "line", source: "roads", filter: ["==", ["get", "rank"], rank],
    layout: { "line-cap": "round", "line-join": "round" },
    paint: {
      "line-color": colour,
      "line-width": ["interpolate", ["exponential", 1.4], ["zoom"], 8, far, 11, middle, 14, near],
      "line-opacity": rank === 3 ? ["interpolate", ["linear"], ["zoom"], 8, 0.35, 11, 0.8] : 0.9,
    },
  };
}

/** Points of a collection: each of `found` has {at: [lon, lat]} and more, which become properties. */
export function points(found) {
  return collection(found.map(({ at, ...properties }) => feature("Point", at, properties)));
}

export const collection = (features) => ({ type: "FeatureCollection", features });

export function feature(type, coordinates, properties = {}, id = undefined) {
  return { type: "Feature", id, properties, geometry: { type, coordinates } };
}

/** A point well within an area, where its name may stand: in the middle of its widest strip. */
export function inside(geometry) {
  const shapes = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  let best = { room: -1, at: shapes[0][0][0] };
  for (const rings of shapes) {
    const heights = rings[0].map((point) => point[1]);
    const [south, north] = [Math.min(...heights), Math.max(...heights)];
    for (let step = 1; step < 12; step += 1) {
      const y = south + ((north - south) * step) / 12;
      const middle = 1 - Math.abs(step - 6) / 9; // a strip near the middle is worth more
      for (const [from, to] of strips(rings, y)) {
        const room = (to - from) * middle;
        if (room > best.room) best = { room, at: [(from + to) / 2, y] };
      }
    }
  }
  return best.at;
}

/** The stretches of a horizontal line that lie within a polygon. */
function strips(rings, y) {
  const cuts = [];
  for (const ring of rings) {
    for (let row = 1; row < ring.length; row += 1) {
      const [[x0, y0], [x1, y1]] = [ring[row - 1], ring[row]];
      if ((y0 > y) !== (y1 > y)) cuts.push(x0 + ((y - y0) / (y1 - y0)) * (x1 - x0));
    }
  }
  cuts.sort((one, other) => one - other);
  return cuts.flatMap((cut, row) => (row % 2 ? [[cuts[row - 1], cut]] : []));
}
