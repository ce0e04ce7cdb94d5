// Roads that an ambulance from a place reaches in time: drawn on a canvas over the map, at once.

import { makeOverlay } from "./overlay.js";

const STRONG = { colour: "#0B4F8A", width: 3.2, alpha: 0.95 };
const FAINT = { colour: "#3E8EC4", width: 2, alpha: 0.6 };
export const REACH_LOOKS = [STRONG, FAINT];
const [IN_RURAL, IN_URBAN] = [1, 2]; // the target within which a road is reached, as the server has it

/** An overlay of `map`; `lines` are GeoJSON features whose order is that of the bytes. */
export function makeReach(map, lines) {
  const ways = lines.map((line) => mercator(line.geometry.coordinates));
  let within = null;
  const draw = makeOverlay(map, "reach", (pen) => {
    if (!within) return false;
    const { dx, dy, size } = frame(map);
    for (const [look, target] of [
      [FAINT, IN_RURAL],
      [STRONG, IN_URBAN],
    ]) {
      const path = new Path2D();
      ways.forEach((way, row) => {
        if (within[row] !== target) return;
        path.moveTo(way[0] * size + dx, way[1] * size + dy);
        for (let at = 2; at < way.length; at += 2) path.lineTo(way[at] * size + dx, way[at + 1] * size + dy);
      });
      pen.strokeStyle = look.colour;
      pen.globalAlpha = look.alpha;
      pen.lineWidth = look.width;
      pen.stroke(path);
    }
    return true;
  });
  return {
    /** `roads`: base64 of one byte a road, the target within which its far end is reached. */
    show(roads) {
      within = Uint8Array.from(atob(roads), (letter) => letter.charCodeAt(0));
      draw();
    },
    hide() {
      within = null;
      draw();
    },
  };
}

/** Where the map's frame stands: pixels = mercator × size + d. The map is never turned or tilted. */
function frame(map) {
  const [west, east] = [map.project([0, 0]), map.project([90, 0])];
  const size = (east.x - west.x) * 4;
  return { size, dx: west.x - 0.5 * size, dy: west.y - 0.5 * size };
}

/** Points as x, y, x, y … on the unit square of web mercator. */
function mercator(points) {
  const flat = new Float64Array(2 * points.length);
  points.forEach(([lon, lat], row) => {
    flat[2 * row] = (lon + 180) / 360;
    flat[2 * row + 1] = 0.5 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / (2 * Math.PI);
  });
  return flat;
}
