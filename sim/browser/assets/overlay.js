// A canvas over the map: what follows a hand is drawn there, for the map itself is slow to draw anew.

/**
 * An overlay of `map`, called `name`. `draw(pen, project)` draws all of it, `project` giving the
 * pixels of [lon, lat]; it returns whether there is anything. The map's own moves draw it again.
 */
export function makeOverlay(map, name, draw) {
  const canvas = document.createElement("canvas");
  canvas.className = `overlay ${name}`;
  canvas.hidden = true;
  map.getCanvas().after(canvas);

  function again() {
    const box = map.getContainer();
    const scale = window.devicePixelRatio || 1;
    canvas.width = box.clientWidth * scale;
    canvas.height = box.clientHeight * scale;
    // Drawn by the processor: thousands of strokes take a graphics card that is emulated a second.
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.scale(scale, scale);
    pen.lineCap = "round";
    canvas.hidden = !draw(pen, (at) => map.project(at));
  }

  map.on("move", () => canvas.hidden || again());
  map.on("resize", again);
  return again;
}
