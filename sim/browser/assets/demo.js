// The demonstration: a station is dragged, and the answer of the nearest computed place is shown.

import { make, of, fill, onLanguage, ownName, language, say, speak, teach } from "./texts.js";
import { INK, classes, paint, sign } from "./palette.js";
import { showAnswer } from "./numbers.js";

const $ = (id) => document.getElementById(id);
const KM = 1.1132e-3; // a unit of the page, 1e-5 degrees of latitude
const FONT = 'system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif';
const BLUE = "#0072b2";

async function begin() {
  const data = JSON.parse(new TextDecoder().decode(await unpacked("facts")));
  teach(data.texts, data.lang);
  const middle = data.corner[1] + (data.whole[1] + data.whole[3]) / 2;
  const squeeze = Math.cos((middle / 1e5) * (Math.PI / 180));
  const flat = (one) => ({ ...one, at: [one.at[0] * squeeze, one.at[1]] });
  const roads = roadsOf(await unpacked("roads"), squeeze);
  const byRank = [0, 1, 2, 3].map((rank) => roads.filter((road) => road.rank === rank));
  const rings = roadsOf(await unpacked("areas"), squeeze);
  const stations = data.stations.map(flat), hospitals = data.hospitals.map(flat);
  const townships = data.townships.map(flat), places = data.places.map(flat);
  const numbers = numbered(places);
  const chart = $("chart"), hand = $("hand");
  let now = data.begin; // the place whose answer is shown
  let held = null; // where the hand is while it holds the station, in units of the page
  let away = null; // km from where it was let go to the place
  let view = null;

  // ── the map ────────────────────────────────────────────────────────────────────────────
  const pixel = ([x, y]) => [(x - view.x) * view.scale + view.w / 2, (view.y - y) * view.scale + view.h / 2];
  const unit = ([x, y]) => [(x - view.w / 2) / view.scale + view.x, view.y - (y - view.h / 2) / view.scale];
  function fit() {
    const w = chart.clientWidth, h = chart.clientHeight, [west, south, east, north] = data.whole;
    const scale = 0.95 * Math.min(w / ((east - west) * squeeze), h / (north - south));
    view = { w, h, scale, x: ((west + east) / 2) * squeeze, y: (south + north) / 2 };
    const ratio = devicePixelRatio || 1;
    chart.width = Math.round(w * ratio); chart.height = Math.round(h * ratio);
  }
  const shapes = () => {
    const found = townships.map(() => new Path2D());
    rings.forEach(({ xs, ys }, ring) => {
      const path = found[data.ring_of[ring]];
      xs.forEach((x, i) => path[i ? "lineTo" : "moveTo"](...pixel([x, ys[i]])));
      path.closePath();
    });
    return found;
  };
  let areas = [], base = null;
  const mode = () => document.querySelector('input[name="mode"]:checked').value;
  function layer() { // roads do not change while a hand moves
    fit();
    areas = shapes();
    base = document.createElement("canvas");
    base.width = chart.width; base.height = chart.height;
    const c = base.getContext("2d"), ratio = devicePixelRatio || 1;
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawRoads(c, byRank, view, view.w, view.h, 1);
  }
  function draw() {
    if (!base) return;
    const c = chart.getContext("2d"), ratio = devicePixelRatio || 1;
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.clearRect(0, 0, view.w, view.h);
    const told = places[now].answer.townships, fills = paint(told, mode());
    areas.forEach((path, row) => { c.fillStyle = fills[row].fill; c.fill(path, "evenodd"); });
    c.save(); c.setTransform(1, 0, 0, 1, 0, 0); c.globalAlpha = 0.5; c.drawImage(base, 0, 0); c.restore();
    c.strokeStyle = "#ffffff"; c.lineWidth = 1.6; c.lineJoin = "round";
    for (const path of areas) c.stroke(path);
    c.strokeStyle = "#555"; c.lineWidth = 0.6;
    for (const path of areas) c.stroke(path);
    for (const [row, one] of places.entries()) dot(c, pixel(one.at), row === now);
    if (held) {
      c.beginPath(); c.moveTo(...pixel(held)); c.lineTo(...pixel(places[now].at));
      c.setLineDash([5, 4]); c.lineWidth = 2; c.strokeStyle = INK; c.stroke(); c.setLineDash([]);
    }
    for (const one of hospitals) hospital(c, pixel(one.at));
    for (const one of stations) station(c, pixel(one.at), one);
    labels(c, fills, told);
    put();
  }
  function dot(c, [x, y], chosen) {
    c.beginPath(); c.arc(x, y, chosen ? 9 : 2.2, 0, 7);
    c.fillStyle = chosen ? "#f0b400" : "#222222"; c.globalAlpha = 0.6; c.fill(); c.globalAlpha = 1;
    c.lineWidth = chosen ? 2 : 0.8; c.strokeStyle = chosen ? INK : "#fff"; c.stroke();
  }
  function labels(c, fills, told) {
    const taken = [...stations, places[now]].map((one) => { const [x, y] = pixel(one.at); return [x - 13, y - 13, x + 13, y + 13]; });
    const size = view.w < 500 ? 10.5 : 12.5;
    c.font = `600 ${size}px ${FONT}`; c.lineJoin = "round";
    townships.forEach((one, row) => {
      const [x, y] = pixel(one.at), text = `${of(one.name)}${mode() === "change" ? ` ${sign(told.verdict[row])}` : ""}`;
      const wide = c.measureText(text).width;
      for (const [dx, dy] of [[-wide / 2, -8], [-wide / 2, size + 9], [8, size * 0.35], [-8 - wide, size * 0.35]]) {
        const box = [x + dx - 2, y + dy - size, x + dx + wide + 2, y + dy + 3];
        if (box[0] < 2 || box[2] > view.w - 2 || box[1] < 2 || box[3] > view.h - 2) continue;
        if (taken.some((t) => box[0] < t[2] && t[0] < box[2] && box[1] < t[3] && t[1] < box[3])) continue;
        taken.push(box);
        c.lineWidth = 3; c.strokeStyle = fills[row].ink === INK ? "#ffffffcc" : "#222222aa"; c.strokeText(text, x + dx, y + dy);
        c.fillStyle = fills[row].ink; c.fillText(text, x + dx, y + dy);
        return;
      }
    });
  }
  function put() {
    const [x, y] = pixel(held ?? places[now].at);
    hand.style.transform = `translate(${x}px, ${y + chart.offsetTop}px)`;
  }

  // ── the answer ─────────────────────────────────────────────────────────────────────────
  function name(row) {
    const one = places[row], place = of(townships[one.township].name);
    return one.seat ? place : say("demo_near", { place, n: String(numbers[row]) });
  }
  function show() {
    const one = places[now], dragging = Boolean(held);
    showAnswer({ ...one.answer, n: now, final: true, dragging }, []);
    $("computed").textContent = dragging
      ? say("demo_under_hand", { km: km(held, one.at) })
      : away === null ? say("demo_exact") : say("demo_from_hand", { km: away });
    const [head, today, proposal, ...more] = of(one.answer.table).rows[0]; // for who sees the map alone
    $("brief").replaceChildren(make("b", {}, `${head}  ${today} → ${proposal}`), make("span", {}, more.join("  ")));
    if (!dragging) {
      $("settled").textContent = `${$("computed").textContent} ${$("sentence").textContent}`;
      $("place").value = String(now);
      hand.setAttribute("aria-label", say("demo_hand", { place: name(now) }));
      $("area-list").replaceChildren(...of(one.answer.townships.text).map((text) => make("li", {}, text)));
    }
    draw();
  }
  function km(from, to) { return (Math.hypot(from[0] - to[0], from[1] - to[1]) * KM).toFixed(1); }
  function nearest(at) {
    let best = 0, least = Infinity;
    places.forEach((one, row) => {
      const far = Math.hypot(one.at[0] - at[0], one.at[1] - at[1]);
      if (far < least) { least = far; best = row; }
    });
    return best;
  }
  function go(row, from = null) {
    now = row; held = null; away = from && km(from, places[row].at);
    hand.classList.remove("held");
    show();
  }

  // ── the hand ───────────────────────────────────────────────────────────────────────────
  const at = (event) => { const box = chart.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
  let grip = [0, 0], before = now;
  hand.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    const here = at(event), stands = pixel(places[now].at);
    grip = [stands[0] - here[0], stands[1] - here[1]]; before = now;
    hand.setPointerCapture(event.pointerId); hand.focus();
    held = places[now].at; hand.classList.add("held");
    event.preventDefault();
  });
  hand.addEventListener("pointermove", (event) => {
    if (!held) return;
    const [x, y] = at(event), inside = (value, most) => Math.max(0, Math.min(most, value));
    held = unit([inside(x + grip[0], view.w), inside(y + grip[1], view.h)]);
    now = nearest(held);
    show();
  });
  hand.addEventListener("pointerup", () => { if (held) go(now, held); });
  hand.addEventListener("pointercancel", () => { if (held) go(before); });
  hand.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && held) return go(before);
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!way || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const next = beside(way);
    if (next >= 0) go(next);
  });
  function beside([east, north]) { // the next place in a direction: near, and not far aside
    const here = places[now].at;
    let best = -1, least = Infinity;
    places.forEach((one, row) => {
      const x = one.at[0] - here[0], y = one.at[1] - here[1];
      const along = x * east + y * north, aside = Math.abs(x * north) + Math.abs(y * east);
      const far = along + 2 * aside;
      if (along > 0 && aside <= along && far < least) { least = far; best = row; }
    });
    return best;
  }
  chart.addEventListener("click", (event) => { const here = unit(at(event)); go(nearest(here), here); });
  chart.addEventListener("pointermove", (event) => {
    const ratio = devicePixelRatio || 1, c = chart.getContext("2d"), [x, y] = at(event);
    const row = held ? -1 : areas.findIndex((path) => c.isPointInPath(path, x * ratio, y * ratio, "evenodd"));
    $("under").hidden = row < 0;
    $("under").textContent = row < 0 ? "" : of(places[now].answer.townships.text)[row];
  });
  chart.addEventListener("pointerleave", () => { $("under").hidden = true; });
  $("place").addEventListener("change", () => go(Number($("place").value)));
  for (const one of document.querySelectorAll('input[name="mode"]')) one.addEventListener("change", () => { legend(); draw(); });

  // ── words ──────────────────────────────────────────────────────────────────────────────
  function spell() {
    fill();
    document.title = say("demo_title"); $("title").textContent = document.title;
    $("marks").textContent = of(data.marks).join(" ");
    $("source-text").textContent = data.source;
    $("day-about").textContent = say("demo_day", { place: name(data.begin) });
    $("languages").replaceChildren(...Object.keys(data.texts).map((code) => {
      const button = make("button", { type: "button", lang: code }, ownName(code));
      button.setAttribute("aria-pressed", String(code === language()));
      button.addEventListener("click", () => { speak(code); $("languages").querySelector('[aria-pressed="true"]').focus(); });
      return button;
    }));
    const group = (label, seat) => make("optgroup", { label },
      ...places.flatMap((one, row) => (one.seat === seat ? [new Option(name(row), String(row))] : [])));
    $("place").replaceChildren(...[group(say("demo_seats"), true), group(say("demo_between"), false)].filter((one) => one.children.length));
    legend();
    show();
    speakDay();
  }
  function legend() {
    const gaps = places.some((one) => one.answer.townships.within.includes(null));
    const about = make("li", { className: "about" }, say(`legend_${mode()}`));
    $("legend-classes").replaceChildren(about, ...classes(mode(), gaps));
    const kinds = [["legend_new", (c) => { dot(c, [12, 12], true); }],
      ["legend_station", (c) => station(c, [12, 12], { ambulances: "n", kind: "station" })],
      ["legend_substation", (c) => station(c, [12, 12], { ambulances: "n", kind: "substation" })],
      ["legend_hospital", (c) => hospital(c, [3, 21])], ["demo_dots", (c) => dot(c, [12, 12], false)]];
    $("legend-marks").replaceChildren(...kinds.map(([key, mark]) => {
      const canvas = make("canvas", {}), ratio = devicePixelRatio || 1, c = canvas.getContext("2d");
      canvas.width = canvas.height = 24 * ratio; canvas.style.width = canvas.style.height = "24px";
      canvas.setAttribute("aria-hidden", "true");
      c.scale(ratio, ratio); mark(c);
      return make("li", {}, canvas, say(key));
    }));
  }

  // ── a day ──────────────────────────────────────────────────────────────────────────────
  $("day-tab").hidden = !$("day");
  async function look(day) {
    $("station-side").hidden = day; $("day-side").hidden = !day;
    $("map-tab").setAttribute("aria-pressed", String(!day)); $("day-tab").setAttribute("aria-pressed", String(day));
    if (day && !$("day-frame").srcdoc) {
      $("day-frame").addEventListener("load", speakDay);
      $("day-frame").srcdoc = new TextDecoder().decode(await unpacked("day"));
    }
  }
  function speakDay() { // the replay's own switch, set to the language of this page
    const inner = $("day-frame").contentDocument, choice = inner && inner.getElementById("language");
    if (!choice) return;
    if (!inner.documentElement.dataset.ready) { setTimeout(speakDay, 50); return; }
    if (choice.value !== language()) { choice.value = language(); choice.onchange(); }
  }
  $("map-tab").addEventListener("click", () => look(false));
  $("day-tab").addEventListener("click", () => look(true));

  onLanguage(spell);
  new ResizeObserver(() => { if (chart.clientWidth) { layer(); draw(); } }).observe($("map"));
  layer();
  spell();
  // What tests and the curious ask for.
  window.demo = { places: data.places, now: () => now, pixel: (row) => pixel(places[row].at) };
  document.documentElement.dataset.ready = "yes";
}

/** Of the places of a township that are no seat, the how manieth each is. */
function numbered(places) {
  const so = new Map();
  return places.map((one) => {
    if (one.seat) return 0;
    so.set(one.township, (so.get(one.township) ?? 0) + 1);
    return so.get(one.township);
  });
}

function station(c, [x, y], one) {
  const r = 9;
  c.beginPath();
  if (one.kind === "substation") c.arc(x, y, r, 0, 7); else c.rect(x - r, y - r, 2 * r, 2 * r);
  c.fillStyle = one.kind === "substation" ? BLUE : INK; c.fill();
  c.lineWidth = 1.6; c.strokeStyle = "#fff"; c.stroke();
  c.fillStyle = "#fff"; c.font = `700 12px ${FONT}`; c.textAlign = "center"; c.fillText(String(one.ambulances), x, y + 4.3); c.textAlign = "left";
}

function hospital(c, [x, y]) {
  c.beginPath(); c.arc(x + 9, y - 9, 6.5, 0, 7); c.fillStyle = "#fff"; c.fill();
  c.lineWidth = 1.3; c.strokeStyle = "#9b1c1c"; c.stroke();
  c.fillStyle = "#9b1c1c"; c.font = `700 9px ${FONT}`; c.textAlign = "center"; c.fillText("H", x + 9, y - 5.8); c.textAlign = "left";
}

if (window.DecompressionStream) begin(); else $("old").hidden = false;
