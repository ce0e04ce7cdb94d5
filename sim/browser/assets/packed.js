"use strict";
// What pages that are one file have in common: blocks unpacked, roads read and drawn on a canvas.

/** The bytes of a block of the page, as `packing` writes them. */
async function unpacked(id) {
  const bytes = Uint8Array.from(atob(document.getElementById(id).textContent.trim()), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
function reader(bytes) {
  let at = 0;
  const next = () => {
    let value = 0, times = 1, byte;
    do { byte = bytes[at++]; value += (byte & 127) * times; times *= 128; } while (byte > 127);
    return value;
  };
  return { next, signed: () => { const n = next(); return n % 2 ? -(n + 1) / 2 : n / 2; } };
}

/** Roads by row: points as x, y and how far each is along its road. x is east, y north, both alike long. */
function roadsOf(bytes, squeeze) {
  const { next, signed } = reader(bytes), roads = [];
  let x = 0, y = 0;
  for (let left = next(); left > 0; left--) {
    const head = next(), points = Math.floor(head / 4) + 2;
    const xs = new Float64Array(points), ys = new Float64Array(points), far = new Float64Array(points);
    for (let i = 0; i < points; i++) {
      x += signed(); y += signed();
      xs[i] = x * squeeze; ys[i] = y;
      if (i) far[i] = far[i - 1] + Math.hypot(xs[i] - xs[i - 1], ys[i] - ys[i - 1]);
    }
    roads.push({ rank: head % 4, xs, ys, far, box: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)] });
  }
  return roads;
}

/** Draw the roads of each rank on a canvas of w × h pixels, the most important last, so many times as wide. */
function drawRoads(c, byRank, view, w, h, times) {
  const half = [w / 2 / view.scale, h / 2 / view.scale], box = [view.x - half[0], view.y - half[1], view.x + half[0], view.y + half[1]];
  const looks = [["#c9a36a", 2.2], ["#cfc2a4", 1.5], ["#d6d6cf", 1.1], ["#e0e0da", 0.8]];
  for (let rank = 3; rank >= 0; rank--) {
    c.beginPath(); c.strokeStyle = looks[rank][0]; c.lineWidth = looks[rank][1] * times;
    let batch = 0;
    for (const road of byRank[rank]) {
      const [west, south, east, north] = road.box;
      if (east < box[0] || west > box[2] || north < box[1] || south > box[3]) continue;
      let x = (road.xs[0] - view.x) * view.scale + w / 2, y = (view.y - road.ys[0]) * view.scale + h / 2;
      c.moveTo(x, y);
      for (let i = 1; i < road.xs.length; i++) {
        const nextX = (road.xs[i] - view.x) * view.scale + w / 2, nextY = (view.y - road.ys[i]) * view.scale + h / 2;
        if (i < road.xs.length - 1 && Math.abs(nextX - x) + Math.abs(nextY - y) < 1) continue;
        x = nextX; y = nextY; c.lineTo(x, y);
      }
      if (++batch % 100 === 0) { c.stroke(); c.beginPath(); }  // long paths take long
    }
    c.stroke();
  }
}
