"use strict";
// A day on the map. All words come with the data; instants are whole seconds after midnight.
(async () => {
const $ = (id) => document.getElementById(id);
if (!window.DecompressionStream) { $("old").hidden = false; return; }

// ── what the page holds ──────────────────────────────────────────────────────────────────
const data = JSON.parse(new TextDecoder().decode(await unpacked("facts")));
const SHARES = 4096;
const squeeze = Math.cos((data.corner[1] + (data.whole[1] + data.whole[3]) / 2) / 1e5 * Math.PI / 180);

// Roads: points as x, y, and how far each is along its road. x is east, y north, both alike long.
const roads = roadsOf(await unpacked("roads"), squeeze);
const byRank = [0, 1, 2, 3].map((rank) => roads.filter((road) => road.rank === rank));
function onRoad(number, share) {
  const { xs, ys, far } = roads[number], last = far.length - 1, want = share * far[last];
  let i = 1;
  while (i < last && far[i] < want) i++;
  const part = far[i] > far[i - 1] ? (want - far[i - 1]) / (far[i] - far[i - 1]) : 0;
  return [xs[i - 1] + part * (xs[i] - xs[i - 1]), ys[i - 1] + part * (ys[i] - ys[i - 1])];
}

// Drives: by ambulance, each a list of stretches {road or −1, from, to, x, y, until}.
async function drivesOf(row, fleet) {
  const { next, signed } = reader(await unpacked(`drives-${row}`)), after = new Map(), took = new Map();
  return fleet.map((one) => {
    const found = [];
    let now = 0, here = [one[4] * squeeze, one[5]];
    for (let left = next(); left > 0; left--) {
      now += signed();
      const drive = { began: now, from: here, stretches: [] };
      let last = -1;
      for (let more = next(); more > 0; more--) {
        const code = next();
        let part;
        if (code === 1) {
          const road = next(), from = next() / SHARES, to = next() / SHARES;
          now += next();
          part = { road, from, to, at: onRoad(road, to) };
        } else if (code === 2) {
          const to = [signed() * squeeze, signed()];
          now += next();
          part = { road: -1, from: 0, to: 1, at: to };
        } else {
          const way = code ? code - 3 : after.get(last), back = way % 2, road = (way - back) / 2;
          const seconds = signed() + (took.get(way) || 0);
          after.set(last, way); took.set(way, seconds); last = way; now += seconds;
          part = { road, from: back, to: 1 - back, at: onRoad(road, 1 - back) };
        }
        part.until = now; part.start = here; here = part.at;
        drive.stretches.push(part);
      }
      drive.ended = now;
      found.push(drive);
    }
    return found;
  });
}
const layouts = [];
for (const [row, one] of data.layouts.entries()) {
  const drives = await drivesOf(row, one.fleet);
  const stages = one.fleet.map(() => []);
  for (const stage of one.stages) stages[stage[0]].push(stage);
  const stations = one.stations.map((s) => ({ name: s, at: [s[2] * squeeze, s[3]], fresh: s[4], closed: s[5] }));
  const hospitals = one.hospitals.map((h) => ({ name: h, at: [h[2] * squeeze, h[3]] }));
  layouts.push({ ...one, drives, stages, stations, hospitals });
}
const townships = data.townships.map((h) => ({ name: h, at: [h[2] * squeeze, h[3]] }));

function place(layout, who, now) {
  const drives = layout.drives[who];
  let low = 0, high = drives.length;
  while (low < high) { const mid = (low + high) >> 1; if (drives[mid].began <= now) low = mid + 1; else high = mid; }
  const home = layout.fleet[who];
  if (!low) return { at: [home[4] * squeeze, home[5]], drive: null };
  const drive = drives[low - 1], parts = drive.stretches;
  if (now >= drive.ended) return { at: parts.length ? parts[parts.length - 1].at : drive.from, drive: null };
  let a = 0, b = parts.length - 1;
  while (a < b) { const mid = (a + b) >> 1; if (parts[mid].until < now) a = mid + 1; else b = mid; }
  const part = parts[a], since = a ? parts[a - 1].until : drive.began;
  const done = part.until > since ? (now - since) / (part.until - since) : 1;
  if (part.road < 0) {
    const [x, y] = part.start;
    return { at: [x + done * (part.at[0] - x), y + done * (part.at[1] - y)], drive, part: a };
  }
  return { at: onRoad(part.road, part.from + done * (part.to - part.from)), drive, part: a };
}
function stageOf(layout, who, now) {
  let found = null;
  for (const stage of layout.stages[who]) if (stage[2] <= now && now < stage[3]) found = stage;
  return found;
}
const TO_SCENE = 0, AT_SCENE = 1, TO_HOSPITAL = 2, WAITING = 3, HANDOVER = 4, RETURNING = 5, BREAK = 6, OFF_ROAD = 7, OFF_DUTY = 8;
const IN_TIME = 0, LATE = 1, CANCELLED = 2, PLANNED = 3;

// ── words ────────────────────────────────────────────────────────────────────────────────
let lang = data.lang, words = data.texts[lang];
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
const say = (name, values) => fill(words[name], values || {});
const named = (names) => names[lang.startsWith("zh") ? 0 : 1];
const clock = (s) => {
  const m = Math.floor(s / 60), h = Math.floor(m / 60);
  return `${String(h > 24 || (h === 24 && data.span[1] > 86400) ? h - 24 : h).padStart(2, "0")}:${String(m % 60).padStart(2, "0")}`;
};
const weekday = (s) => words.days[(data.weekday + (s >= 86400 && data.span[1] > 86400 ? 1 : 0)) % 7];
function crew(layout, who) {
  const [station, n, zh, en] = layout.fleet[who];
  const values = { station: named(layout.stations[station].name), n, kind: named([zh, en]) };
  return say(values.kind ? "ambulance_of" : "ambulance", values);
}
function callName(call) {
  const values = { n: call[0], time: clock(call[1]), stream: words.streams[call[5]] };
  return say(call[5] ? "call_other" : "call", values);
}

// ── the page around the maps ─────────────────────────────────────────────────────────────
let now = data.span[0], playing = false, follow = null, view = null, moved = 0;
const still = matchMedia("(prefers-reduced-motion: reduce)");
for (const [row, one] of layouts.entries()) {
  const box = document.createElement("section");
  box.className = "layout";
  box.innerHTML = `<h2></h2><p><span class="share"></span> <span class="gone"></span></p><canvas tabindex="-1" role="img"></canvas>`;
  $("maps").append(box);
  one.row = row; one.box = box; one.canvas = box.querySelector("canvas"); one.ground = document.createElement("canvas");
}
function setText(node, text) { if (node.textContent !== text) node.textContent = text; }
function options(select, none, groups) {
  const chosen = select.value;
  select.replaceChildren(new Option(none, ""));
  for (const [label, list] of groups) {
    const into = label ? Object.assign(document.createElement("optgroup"), { label }) : select;
    for (const [value, text] of list) into.append(new Option(text, value));
    if (label) select.append(into);
  }
  select.value = chosen;
}
function spell() {
  words = data.texts[lang];
  document.documentElement.lang = lang;
  document.title = words.title;
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = words[node.dataset.text];
  for (const node of document.querySelectorAll("[data-label]")) { node.setAttribute("aria-label", words[node.dataset.label]); node.title = words[node.dataset.label]; }
  $("notes").replaceChildren(...words.marks.map((text) => Object.assign(document.createElement("p"), { className: "note", textContent: text })),
    Object.assign(document.createElement("p"), { className: "aside", textContent: `${words.example} ${words.foot}` }));
  $("result").hidden = !words.sentences.length; $("no_result").hidden = words.sentences.length > 0;
  $("sentences").replaceChildren(...words.sentences.map((text) => Object.assign(document.createElement("p"), { textContent: text })));
  const rate = $("speed").value || "10";
  $("speed").replaceChildren(...data.speeds.map((n) => new Option(say("speed", { n }), n)));
  $("speed").value = rate;
  options($("ambulance"), words.nobody, layouts.map((one) => [layouts.length > 1 ? named(one.name) : "",
    one.fleet.map((_, who) => [`${one.row}:${who}`, crew(one, who)])]));
  const numbers = new Map();
  for (const one of layouts) for (const call of one.calls) if (!numbers.has(call[0])) numbers.set(call[0], call);
  options($("call"), words.nobody, [["", [...numbers.values()].map((call) => [call[0], callName(call)])]]);
  for (const one of layouts) {
    setText(one.box.querySelector("h2"), named(one.name));
    one.canvas.setAttribute("aria-label", say("map_label", { layout: named(one.name) }));
  }
  legend();
  ground();
  show();
}

// ── looking at the map ───────────────────────────────────────────────────────────────────
function fit(box, room) {
  const { clientWidth: w, clientHeight: h } = layouts[0].canvas;
  const wide = Math.max((box[2] - box[0]) * squeeze, 500), high = Math.max(box[3] - box[1], 500);
  return { x: (box[0] + box[2]) / 2 * squeeze, y: (box[1] + box[3]) / 2, scale: room * Math.min(w / wide, h / high) };
}
const whole = () => fit(data.whole, 0.94);
const limits = () => { const s = whole().scale; return [s * 0.7, s * 60]; };
function zoom(times, at) {
  const [low, high] = limits(), scale = Math.min(high, Math.max(low, view.scale * times));
  if (at) { const k = 1 / view.scale - 1 / scale; view.x += at[0] * k; view.y -= at[1] * k; }
  view.scale = scale; ground();
}
const toScreen = (one, at) => [(at[0] - view.x) * view.scale + one.canvas.clientWidth / 2, (view.y - at[1]) * view.scale + one.canvas.clientHeight / 2];
let grounds = 0, size = 1;  // of marks: smaller where there are many stations and all are seen
function ground() { if (!grounds) grounds = requestAnimationFrame(() => { grounds = 0; drawGround(); show(); }); }
function drawGround() {
  size = Math.min(1, Math.max(0.5, Math.sqrt(view.scale / whole().scale * 25 / Math.max(1, layouts[0].stations.length))));
  const ratio = devicePixelRatio || 1;
  for (const one of layouts) {
    const w = one.canvas.clientWidth, h = one.canvas.clientHeight;
    for (const canvas of [one.canvas, one.ground]) { canvas.width = Math.round(w * ratio); canvas.height = Math.round(h * ratio); }
    const c = one.ground.getContext("2d");
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    const near = view.scale / whole().scale;
    drawRoads(c, byRank, view, w, h, Math.min(2.2, Math.sqrt(Math.max(1, near * 0.6))));
    names(one, c, w, h, near);
  }
}
function names(one, c, w, h, near) {
  const taken = [];
  const marks = [];
  const write = (spot, text, size, colour, weight) => {
    const [x, y] = toScreen(one, spot);
    if (x < 0 || y < 0 || x > w || y > h) return;
    c.font = `${weight} ${size}px system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif`;
    const wide = c.measureText(text).width;
    for (const [dx, dy] of [[13, size * 0.35], [-13 - wide, size * 0.35], [-wide / 2, -13], [-wide / 2, size + 12]]) {
      const box = [x + dx - 2, y + dy - size, x + dx + wide + 2, y + dy + 3];
      if (box[0] < 2 || box[2] > w - 2 || box[1] < 2 || box[3] > h - 2) continue;
      if (taken.some((t) => box[0] < t[2] && t[0] < box[2] && box[1] < t[3] && t[1] < box[3])) continue;
      taken.push(box);
      c.lineWidth = 3.5; c.strokeStyle = "#fbfbf9"; c.lineJoin = "round"; c.strokeText(text, x + dx, y + dy);
      c.fillStyle = colour; c.fillText(text, x + dx, y + dy);
      return;
    }
  };
  for (const s of [...one.stations.filter((s) => !s.closed), ...one.hospitals]) {
    const [x, y] = toScreen(one, s.at);
    marks.push([x - 11, y - 11, x + 11, y + 11]);
  }
  taken.push(...marks);
  for (const s of one.stations) if (s.fresh && !s.closed) write(s.at, named(s.name), 14, "#7a1fa2", 700);
  for (const s of one.stations) if (!s.fresh && !s.closed) write(s.at, named(s.name), 12.5, "#1d2530", 600);
  if (near > 2.5 || one.hospitals.length < 12) for (const s of one.hospitals) if (!besides(one, s, 14)) write(s.at, named(s.name), 11.5, "#0b5394", 500);
  if (townships.length < 60 || near > 3) for (const s of townships) write(s.at, named(s.name), 11, "#5d6671", 400);
}

// ── marks ────────────────────────────────────────────────────────────────────────────────
const GREEN = "#1b7837", RED = "#b2182b", GREY = "#6b6b6b", INK = "#1d2530";
function mark(c, x, y, r, outcome, used) {
  c.beginPath(); c.arc(x, y, r, 0, 7);
  c.fillStyle = outcome === IN_TIME ? GREEN : outcome === LATE ? RED : "#fff";
  c.fill(); c.lineWidth = outcome === null || outcome === CANCELLED ? 1.6 : 1.2;
  c.strokeStyle = outcome === null || outcome === CANCELLED ? GREY : "#fff"; c.stroke();
  c.lineCap = "round"; c.lineWidth = Math.max(1.4, r * 0.26); c.strokeStyle = "#fff"; c.beginPath();
  if (outcome === IN_TIME) { c.moveTo(x - r * 0.48, y + r * 0.02); c.lineTo(x - r * 0.12, y + r * 0.4); c.lineTo(x + r * 0.5, y - r * 0.38); }
  if (outcome === LATE) { const d = r * 0.4; c.moveTo(x - d, y - d); c.lineTo(x + d, y + d); c.moveTo(x + d, y - d); c.lineTo(x - d, y + d); }
  if (outcome === CANCELLED) { c.strokeStyle = GREY; c.moveTo(x - r * 0.5, y); c.lineTo(x + r * 0.5, y); }
  if (outcome === null) { c.strokeStyle = GREY; c.fillStyle = "#8a8a8a"; c.moveTo(x, y); c.arc(x, y, r * 0.72, -Math.PI / 2, -Math.PI / 2 + 2 * Math.PI * used); c.closePath(); c.fill(); return; }
  c.stroke();
}
// Each kind of stage has a shape of its own.
function vehicle(c, x, y, stage, angle, times) {
  c.save(); c.translate(x, y); c.scale(times, times); c.lineJoin = "round"; c.lineWidth = 1.6; c.strokeStyle = "#fff"; c.beginPath();
  if (stage === TO_SCENE || stage === RETURNING) {
    const s = stage === TO_SCENE ? 9 : 6.5;
    c.rotate(angle); c.moveTo(s, 0); c.lineTo(-s * 0.8, -s * 0.75); c.lineTo(-s * 0.45, 0); c.lineTo(-s * 0.8, s * 0.75); c.closePath();
    c.fillStyle = stage === TO_SCENE ? "#d55e00" : "#757575"; c.fill(); c.stroke();
  } else if (stage === TO_HOSPITAL) {
    c.rotate(angle); c.moveTo(10, 0); c.lineTo(5, -6); c.lineTo(-8, -6); c.lineTo(-8, 6); c.lineTo(5, 6); c.closePath();
    c.fillStyle = "#0072b2"; c.fill(); c.stroke();
    c.lineWidth = 2; c.beginPath(); c.moveTo(-2, -3.4); c.lineTo(-2, 3.4); c.moveTo(-5.4, 0); c.lineTo(1.4, 0); c.stroke();
  } else if (stage === WAITING) {
    c.rect(-6, -6, 12, 12); c.fillStyle = "#fff"; c.fill(); c.strokeStyle = "#d55e00"; c.lineWidth = 2.2; c.stroke();
    c.beginPath(); c.moveTo(0, -3.2); c.lineTo(0, 0.4); c.lineTo(2.6, 2); c.lineWidth = 1.6; c.stroke();
  } else if (stage === HANDOVER) {
    c.rect(-5.5, -5.5, 11, 11); c.fillStyle = "#7a3b69"; c.fill(); c.stroke();
  } else if (stage === AT_SCENE) {
    c.moveTo(0, -7.5); c.lineTo(7.5, 0); c.lineTo(0, 7.5); c.lineTo(-7.5, 0); c.closePath(); c.fillStyle = "#56b4e9"; c.fill(); c.strokeStyle = INK; c.lineWidth = 1.2; c.stroke();
  } else {
    c.arc(0, 0, 5.5, 0, 7); c.fillStyle = "#fff"; c.fill(); c.strokeStyle = GREY; c.stroke();
    c.beginPath();
    if (stage === BREAK) { c.moveTo(-2, -2.5); c.lineTo(-2, 2.5); c.moveTo(2, -2.5); c.lineTo(2, 2.5); } else { c.moveTo(-3.5, 3.5); c.lineTo(3.5, -3.5); }
    c.stroke();
  }
  c.restore();
}
function station(c, x, y, free, fresh, times) {
  c.save(); c.translate(x, y); c.scale(times, times); x = y = 0;
  c.lineWidth = fresh ? 2.6 : 1.6; c.strokeStyle = fresh ? "#7a1fa2" : INK; c.fillStyle = "#fff"; c.lineJoin = "round";
  c.beginPath(); c.moveTo(x - 9, y + 8); c.lineTo(x - 9, y - 3); c.lineTo(x, y - 11); c.lineTo(x + 9, y - 3); c.lineTo(x + 9, y + 8); c.closePath(); c.fill(); c.stroke();
  if (fresh) { c.beginPath(); c.arc(x, y - 1, 15, 0, 7); c.setLineDash([4, 3]); c.stroke(); c.setLineDash([]); }
  c.fillStyle = free ? INK : "#b2182b"; c.font = "700 11px system-ui, sans-serif"; c.textAlign = "center"; c.fillText(String(free), x, y + 5.5);
  c.restore();
}
function hospital(c, x, y, times) {
  c.save(); c.translate(x, y); c.scale(times, times);
  c.fillStyle = "#fff"; c.strokeStyle = "#0b5394"; c.lineWidth = 1.8;
  c.beginPath(); c.rect(-7.5, -7.5, 15, 15); c.fill(); c.stroke();
  c.fillStyle = "#0b5394"; c.font = "700 11px system-ui, sans-serif"; c.textAlign = "center"; c.fillText("H", 0, 4); c.textAlign = "left";
  c.restore();
}
// Whether a station is drawn at a hospital, whose own sign then stands beside it.
const besides = (one, h, pixels) => one.stations.some((s) => !s.closed && Math.hypot(s.at[0] - h.at[0], s.at[1] - h.at[1]) * view.scale < pixels);
function badge(c, middle, y, text, colour) {
  c.font = `600 11px system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif`;
  const wide = c.measureText(text).width, x = middle - wide / 2 - 4;
  c.fillStyle = "#fff"; c.strokeStyle = colour; c.lineWidth = 1.2;
  c.beginPath(); c.rect(x, y - 8, wide + 8, 16); c.fill(); c.stroke();
  c.fillStyle = colour; c.fillText(text, x + 4, y + 4);
}
function legend() {
  const rows = [
    ["open_call", (c) => mark(c, 13, 13, 9, null, 0.35)], ["in_time", (c) => mark(c, 13, 13, 9, IN_TIME)],
    ["late", (c) => mark(c, 13, 13, 9, LATE)], ["cancelled", (c) => mark(c, 13, 13, 9, CANCELLED)],
  ];
  if (data.same_calls && layouts.length > 1) rows.push(["differs", (c) => { mark(c, 13, 13, 7, IN_TIME); ring(c, 13, 13, 11); }]);
  rows.push(["station", (c) => station(c, 13, 14, 2, 0, 1)]);
  if (layouts.some((one) => one.stations.some((s) => s.fresh && !s.closed))) rows.push(["new_station", (c) => station(c, 13, 14, 1, 1, 0.8)]);
  rows.push(["hospital", (c) => hospital(c, 13, 13, 1)]);
  const kinds = [...new Set(layouts.flatMap((one) => one.stages.flat().map((s) => s[1])))].filter((k) => k < OFF_DUTY).sort();
  for (const kind of kinds) rows.push([words.stages[kind], (c) => vehicle(c, 13, 13, kind, 0, 1)]);
  $("legend").replaceChildren(...rows.map(([name, draw]) => {
    const item = document.createElement("li"), canvas = document.createElement("canvas"), ratio = devicePixelRatio || 1;
    canvas.width = canvas.height = 26 * ratio; canvas.setAttribute("aria-hidden", "true");
    const c = canvas.getContext("2d"); c.scale(ratio, ratio); draw(c);
    item.append(canvas, document.createTextNode(name in words ? words[name] : name));
    return item;
  }));
}
function ring(c, x, y, r, followed) {
  c.beginPath(); c.arc(x, y, r, 0, 7); c.lineWidth = followed ? 3 : 2; c.strokeStyle = followed ? "#e69f00" : "#7a1fa2";
  if (!followed) c.setLineDash([3, 2.5]);
  c.stroke(); c.setLineDash([]);
}

// ── an instant ───────────────────────────────────────────────────────────────────────────
function draw(one) {
  const c = one.canvas.getContext("2d"), ratio = devicePixelRatio || 1;
  c.setTransform(1, 0, 0, 1, 0, 0);
  c.drawImage(one.ground, 0, 0);
  c.globalCompositeOperation = "destination-over"; c.fillStyle = "#fbfbf9"; c.fillRect(0, 0, one.canvas.width, one.canvas.height); c.globalCompositeOperation = "source-over";
  c.setTransform(ratio, 0, 0, ratio, 0, 0);
  const found = one.fleet.map((_, who) => ({ who, stage: stageOf(one, who, now), ...place(one, who, now) }));
  const free = one.stations.map(() => 0), doors = new Map();
  one.seen = [];
  for (const f of found) {  // the way ahead
    if (!f.drive) continue;
    const ahead = f.stage && (f.stage[1] === TO_SCENE || f.stage[1] === TO_HOSPITAL);
    const followed = follow && follow.row === one.row && follow.who === f.who;
    if (!ahead && !followed) continue;
    c.beginPath(); c.moveTo(...toScreen(one, f.at));
    for (let i = f.part; i < f.drive.stretches.length; i++) {
      const part = f.drive.stretches[i];
      if (part.road >= 0) {
        const { xs, ys, far } = roads[part.road], n = far.length - 1, whole = far[n] || 1;
        const first = i === f.part ? part.from + share(f, i) * (part.to - part.from) : part.from;
        const inner = [...far.keys()].filter((k) => (far[k] / whole - first) * (far[k] / whole - part.to) < 0);
        if (part.to < part.from) inner.reverse();
        for (const k of inner) c.lineTo(...toScreen(one, [xs[k], ys[k]]));
      }
      c.lineTo(...toScreen(one, part.at));
    }
    c.lineWidth = followed ? 4.5 : 3; c.globalAlpha = followed ? 0.8 : 0.45;
    c.strokeStyle = f.stage && f.stage[1] === TO_SCENE ? "#d55e00" : f.stage && f.stage[1] === TO_HOSPITAL ? "#0072b2" : "#757575";
    c.stroke(); c.globalAlpha = 1;
  }
  let decided = 0, good = 0, open = 0, gone = 0;
  const marks = [];
  for (const [row, call] of one.calls.entries()) {
    if (call[1] > now) break;
    const [number, at, x, y, area, stream, outcome, when, , differs] = call;
    const known = now >= when;
    if (stream === 0) { if (!known) open++; else if (outcome === CANCELLED) gone++; else { decided++; good += outcome === IN_TIME; } }
    marks.push({ row, number, known, outcome, spot: toScreen(one, [x * squeeze, y]), old: known && now > when + 3600, used: Math.min(1, (now - at) / data.target_s[area]), differs });
  }
  for (const m of marks.sort((a, b) => (b.old - a.old) || (b.known - a.known))) {
    const [x, y] = m.spot, r = (m.old ? 5.5 : 9.5) * Math.max(0.7, size);
    mark(c, x, y, r, m.known ? m.outcome : null, m.used);
    if (m.known && differs(m.number)) ring(c, x, y, r + 4);
    if (follow && follow.call === m.number) ring(c, x, y, r + 6, true);
    one.seen.push({ x, y, call: m.number });
  }
  for (const h of one.hospitals) {
    const [x, y] = toScreen(one, h.at);
    if (besides(one, h, 16)) hospital(c, x + 12 * size, y + 8 * size, 0.72 * size); else hospital(c, x, y, size);
  }
  for (const f of found) {
    const kind = f.stage ? f.stage[1] : -1;
    if (kind < 0 && !f.drive) {
      let best = -1, least = Infinity;
      one.stations.forEach((s, k) => { const d = s.closed ? Infinity : Math.hypot(s.at[0] - f.at[0], s.at[1] - f.at[1]); if (d < least) { least = d; best = k; } });
      if (best >= 0 && least < 2) { free[best]++; f.hidden = true; f.spot = toScreen(one, f.at); }
    }
    if (kind === OFF_DUTY && !f.drive) f.hidden = true;
  }
  one.stations.forEach((s, k) => { if (!s.closed) station(c, ...toScreen(one, s.at), free[k], s.fresh, s.fresh ? 1 : size); });
  for (const f of found) {
    let [x, y] = toScreen(one, f.at), angle = 0;
    const kind = f.stage ? f.stage[1] : -1;
    if (kind === WAITING || kind === HANDOVER) {
      const slot = doors.get(f.stage[5]) || 0; doors.set(f.stage[5], slot + 1);
      x += (-6 + 14 * (slot % 6)) * size; y += (18 + 14 * Math.floor(slot / 6)) * size;
    }
    if (f.drive) {
      const next = place(one, f.who, Math.min(now + 4, f.drive.ended)).at, to = toScreen(one, next);
      angle = Math.atan2(to[1] - y, to[0] - x);
    }
    if (kind === BREAK || kind === OFF_ROAD) {
      const slot = doors.get(`${f.at}`) || 0; doors.set(`${f.at}`, slot + 1);
      x -= (16 + 12 * slot) * size;  // beside the station
    }
    if (kind === AT_SCENE) x += 15 * size;  // beside the call, whose sign stays seen
    f.spot = [x, y];
    if (!f.hidden) vehicle(c, x, y, kind < 0 ? RETURNING : kind, angle, Math.max(0.7, size));
    const followed = follow && follow.row === one.row && follow.who === f.who;
    if (followed) ring(c, x, y, 15, true);
    if (!f.hidden) one.seen.push({ x, y, who: f.who, row: one.row });
  }
  const badges = [];
  for (const [row, bays, ...levels] of one.bays) {
    let taken = 0, waiting = 0;
    for (let i = 0; i < levels.length && levels[i] <= now; i += 3) { taken = levels[i + 1]; waiting = levels[i + 2]; }
    const [x, y] = toScreen(one, one.hospitals[row].at);
    const text = say(waiting ? "bays_waiting" : "bays", { taken, bays, n: waiting });
    if (waiting || size > 0.8) badges.push({ x, y: y - 23 * size, text, waiting });
  }
  const taken = [];  // who waits comes first; a sign that has no room comes with the zoom
  for (const b of badges.sort((a, z) => z.waiting - a.waiting)) {
    const wide = b.text.length * 7 + 10;
    if (taken.some((t) => Math.abs(t.x - b.x) < (t.wide + wide) / 2 && Math.abs(t.y - b.y) < 17)) continue;
    taken.push({ ...b, wide });
    badge(c, b.x, b.y, b.text, b.waiting ? "#b2182b" : "#0b5394");
  }
  one.found = found;
  const share_ = one.box.querySelector(".share"), gone_ = one.box.querySelector(".gone");
  setText(share_, decided ? say("so_far", { n: good, m: decided, percent: Math.round(100 * good / decided), open }) : say("none_so_far", { open }));
  setText(gone_, gone ? say("gone_so_far", { n: gone }) : "");
  one.box.dataset.good = good; one.box.dataset.decided = decided; one.box.dataset.open = open;
}
function share(f, i) {
  const part = f.drive.stretches[i], since = i ? f.drive.stretches[i - 1].until : f.drive.began;
  return part.until > since ? (now - since) / (part.until - since) : 1;
}
const difference = new Map();
if (data.same_calls && layouts.length > 1) for (const call of layouts[1].calls) if (call[9]) difference.set(call[0], call[9]);
const pairs = new Map(layouts.map((one) => [one, new Map(one.calls.map((call) => [call[0], call]))]));
// Once both know what became of it.
const differs = (number) => difference.has(number) && layouts.every((one) => pairs.get(one).get(number)[7] <= now);
function compare() {
  $("compared").hidden = layouts.length < 2;
  if (layouts.length < 2) return;
  if (!data.same_calls) return setText($("compared"), words.not_compared);
  let better = 0, worse = 0;
  for (const [number, sign] of difference) if (differs(number)) { if (sign > 0) better++; else worse++; }
  setText($("compared"), say("compared", { n: better + worse, better, worse, other: named(layouts[1].name), base: named(layouts[0].name) }));
}
function story() {
  if (!follow) return setText($("story"), "");
  if (follow.call === undefined) {
    const one = layouts[follow.row], stage = stageOf(one, follow.who, now), who = crew(one, follow.who);
    const driving = place(one, follow.who, now).drive;
    const what = stage ? words.stages[stage[1]] : driving ? words.driving_again : words.free;
    const call = stage && stage[4] >= 0 ? one.calls[stage[4]][0] : null;
    const values = { who, what, call, hospital: stage && stage[5] >= 0 ? named(one.hospitals[stage[5]].name) : "" };
    return setText($("story"), say(values.hospital && call ? "doing_hospital" : call ? "doing_call" : "doing", values));
  }
  const lines = [];
  let meant = null;
  for (const one of layouts) {
    const call = pairs.get(one).get(follow.call);
    if (!call) continue;
    meant = meant || call;
    if ([1, 2, 3].some((k) => call[k] !== meant[k])) continue;  // another call of that number
    if (!lines.length) lines.push(callName(call));
    const [, at, , , area, stream, outcome, when, came] = call;
    const minutes = (s) => (s / 60).toFixed(1).replace(/\.0$/, "");
    const values = { layout: named(one.name), minutes: minutes((came >= 0 && came <= now ? came : now) - at), target: minutes(data.target_s[area]) };
    let name = "call_to_come";
    if (now >= at) {
      if (now < when) name = "call_open";
      else if (outcome === CANCELLED) name = "call_cancelled";
      else if (stream === PLANNED) name = outcome === IN_TIME ? "planned_in_time" : "planned_late";
      else if (outcome === IN_TIME) name = "call_in_time";
      else name = came >= 0 && came <= now ? "call_late" : "call_late_waits";
    }
    lines.push(say(name, values));
  }
  setText($("story"), lines.join("\n"));
}
function show() {
  if (!view) return;
  const text = `${weekday(now)} ${clock(now)}`;
  setText($("clock"), text);
  $("time").value = Math.floor(now); $("time").setAttribute("aria-valuetext", text);
  if (follow) {
    const at = follow.call === undefined ? place(layouts[follow.row], follow.who, now).at : spotOf(follow.call);
    if (at && Math.hypot(at[0] - view.x, at[1] - view.y) * view.scale > 60) { const k = playing && !still.matches ? 0.15 : 1; view.x += (at[0] - view.x) * k; view.y += (at[1] - view.y) * k; drawGround(); }
  }
  for (const one of layouts) draw(one);
  compare(); story(); button();
}
function spotOf(number) {
  for (const one of layouts) { const call = pairs.get(one).get(number); if (call) return [call[2] * squeeze, call[3]]; }
  return null;
}
// What changes all the time is read aloud only while nothing moves.
const spoken = [$("story"), $("compared"), ...layouts.map((one) => one.box.querySelector("p"))];
function button() {
  for (const node of spoken) if (node.ariaLive !== (playing ? "off" : "polite")) node.ariaLive = playing ? "off" : "polite";
 setText($("play"), playing ? words.pause : now >= data.span[1] ? words.again : words.play); }

// ── time goes on ─────────────────────────────────────────────────────────────────────────
let last = 0, timer = 0;
function move(to) { now = Math.max(data.span[0], Math.min(data.span[1], to)); show(); }
function frame(at) {
  if (!playing || still.matches) return;
  const seconds = Math.min(0.1, (at - last) / 1000); last = at;
  step(seconds);
  requestAnimationFrame(frame);
}
function step(seconds) {
  now = Math.min(data.span[1], now + seconds * 60 * Number($("speed").value));
  if (now >= data.span[1]) halt(); else show();
}
function go() {
  if (now >= data.span[1]) now = data.span[0];
  playing = true; last = performance.now(); show();
  if (still.matches) timer = setInterval(() => step(1), 1000);  // no smooth movement: a step a second
  else requestAnimationFrame(frame);
}
function halt() { playing = false; clearInterval(timer); show(); }
const toggle = () => (playing ? halt() : go());
function followThis(what) {
  follow = what;
  $("ambulance").value = what && what.call === undefined ? `${what.row}:${what.who}` : "";
  $("call").value = what && what.call !== undefined ? String(what.call) : "";
  if (what) { const near = whole().scale * 3; if (view.scale < near) view.scale = near; ground(); }
  show();
}

$("play").onclick = toggle;
$("back").onclick = () => move(now - 600);
$("on").onclick = () => move(now + 600);
$("time").min = data.span[0]; $("time").max = data.span[1];
$("time").oninput = () => move(Number($("time").value));
$("zoom_in").onclick = () => zoom(1.5);
$("zoom_out").onclick = () => zoom(1 / 1.5);
$("whole").onclick = () => { if (follow) followThis(null); view = whole(); ground(); };
$("town").hidden = !data.town;
$("town").onclick = () => { if (follow) followThis(null); view = fit(data.town, 0.8); ground(); };
$("ambulance").onchange = () => { const [row, who] = $("ambulance").value.split(":").map(Number); followThis($("ambulance").value ? { row, who } : null); };
$("call").onchange = () => {
  const number = Number($("call").value);
  if (!number) return followThis(null);
  const at = Math.min(...layouts.map((one) => (pairs.get(one).get(number) || [0, Infinity])[1]));
  if (now < at) now = at;
  followThis({ call: number });
};
for (const code of Object.keys(data.texts)) $("language").append(new Option(data.texts[code].language, code));
$("language").value = lang;
$("language").onchange = () => { lang = $("language").value; spell(); };
addEventListener("keydown", (event) => {
  const on = event.target, tag = on.tagName;
  if (event.altKey || event.ctrlKey || event.metaKey || tag === "SELECT") return;
  const jump = event.shiftKey ? 600 : 60;
  if (event.key === " " && tag !== "BUTTON") toggle();
  else if (event.key === "ArrowRight") move(now + jump);
  else if (event.key === "ArrowLeft") move(now - jump);
  else if (event.key === "Home" && on === $("time")) move(data.span[0]);
  else if (event.key === "End" && on === $("time")) move(data.span[1]);
  else if (event.key === "+" || event.key === "=") zoom(1.5);
  else if (event.key === "-") zoom(1 / 1.5);
  else if (event.key === "Escape") followThis(null);
  else return;
  event.preventDefault();
});

// ── the hand on the map ──────────────────────────────────────────────────────────────────
for (const one of layouts) {
  const held = new Map();
  const at = (event) => { const box = one.canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
  const fromMiddle = ([x, y]) => [x - one.canvas.clientWidth / 2, y - one.canvas.clientHeight / 2];
  one.canvas.onpointerdown = (event) => { one.canvas.setPointerCapture(event.pointerId); held.set(event.pointerId, at(event)); if (held.size === 1) moved = 0; };
  one.canvas.onpointermove = (event) => {
    if (!held.has(event.pointerId)) return;
    const before = held.get(event.pointerId), here = at(event), others = [...held].filter(([id]) => id !== event.pointerId);
    if (others.length) {
      const [other] = others.map(([, p]) => p);
      const times = Math.hypot(here[0] - other[0], here[1] - other[1]) / Math.max(1, Math.hypot(before[0] - other[0], before[1] - other[1]));
      zoom(times, fromMiddle(other)); moved = 99;
    } else {
      moved += Math.hypot(here[0] - before[0], here[1] - before[1]);
      if (moved > 5) { if (follow) followThis(null); view.x -= (here[0] - before[0]) / view.scale; view.y += (here[1] - before[1]) / view.scale; ground(); }
    }
    held.set(event.pointerId, here);
  };
  one.canvas.onpointerup = (event) => {
    const was = held.delete(event.pointerId);
    if (!was || moved > 5) return;
    const [x, y] = at(event);
    let best = null, least = 18;
    for (const thing of one.seen) { const d = Math.hypot(thing.x - x, thing.y - y) + (thing.call === undefined ? 0 : 3); if (d < least) { least = d; best = thing; } }
    followThis(best ? (best.call === undefined ? { row: best.row, who: best.who } : { call: best.call }) : null);
  };
  one.canvas.onpointercancel = (event) => held.delete(event.pointerId);
  one.canvas.addEventListener("wheel", (event) => { event.preventDefault(); zoom(Math.exp(-event.deltaY / 400), fromMiddle(at(event))); }, { passive: false });
}
new ResizeObserver(() => ground()).observe($("maps"));
still.addEventListener("change", () => { if (playing) { halt(); if (!still.matches) go(); } });
view = whole();
spell();
document.documentElement.dataset.ready = "yes";
// What tests and the curious ask for.
window.replay = { place: (row, who, at) => { const [x, y] = place(layouts[row], who, at).at; return [x / squeeze, y]; }, now: () => now, view: () => ({ ...view }), seen: (row) => layouts[row].seen };
if (!still.matches) go();
})();
