// The line to the server: numbered messages, one drag at a time, and patience when the line is lost.

// After so long a newer drag is sent though the last one has no answer yet. It follows how long
// answers take: a newer drag ends the work on an older one, and a hand that moves would see none.
const PATIENCE_MS = { least: 1000, first: 2000, most: 5000 };
const PAUSES_S = [1, 2, 4, 8, 15, 30]; // between attempts to come back
const TAB = "tenthirty-tab";

/**
 * Connect and stay connected. `on` has: message(message), online(), lost(seconds), busy(text).
 * A message of the server reaches on.message unless a newer drag has made it stale.
 */
export function connect(on) {
  let socket = null;
  let number = 0;
  let attempt = 0;
  let retry = 0;
  let turnedAway = false;
  let newestDrag = 0; // number of the newest drag that was sent
  let inHand = null; // {number, timer, since}: the drag that waits for its answer
  let patience = PATIENCE_MS.first;
  let next = null; // the newest position, which is sent when the one in hand is answered

  function open() {
    clearTimeout(retry);
    turnedAway = false;
    socket?.close();
    const address = new URL("ws", document.baseURI);
    address.protocol = address.protocol.replace("http", "ws");
    const mine = new WebSocket(address);
    socket = mine;
    mine.onopen = () => send("hello", { tab: tab() });
    mine.onmessage = (event) => mine === socket && hear(JSON.parse(event.data));
    mine.onclose = () => mine === socket && lose();
  }

  function lose() {
    forgetDrags();
    if (turnedAway) return;
    const seconds = PAUSES_S[Math.min(attempt, PAUSES_S.length - 1)];
    attempt += 1;
    retry = setTimeout(open, seconds * 1000);
    on.lost(seconds);
  }

  function hear(message) {
    if (message.kind === "busy") {
      turnedAway = true;
      on.busy(message.text);
      return;
    }
    if (message.kind === "state") {
      attempt = 0;
      on.online();
    }
    if ((message.kind === "answer" || message.kind === "refused") && inHand && message.n >= inHand.number) {
      wait(4 * (performance.now() - inHand.since));
      free();
    }
    const ofDrag = message.kind === "answer" || message.kind === "reach";
    if (ofDrag && message.n < newestDrag) return;
    on.message(message);
  }

  function send(what, fields = {}) {
    if (socket?.readyState !== WebSocket.OPEN) return 0;
    number += 1;
    socket.send(JSON.stringify({ n: number, do: what, ...fields }));
    return number;
  }

  function free() {
    if (inHand) clearTimeout(inHand.timer);
    inHand = null;
    const waiting = next;
    next = null;
    if (waiting) drag(waiting.station, waiting.at);
  }

  function wait(wanted) {
    patience = Math.max(PATIENCE_MS.least, Math.min(PATIENCE_MS.most, wanted));
  }

  function forgetDrags() {
    if (inHand) clearTimeout(inHand.timer);
    inHand = next = null;
  }

  /** Tell where a station is held; of positions that come too fast only the newest is sent. */
  function drag(station, at) {
    if (inHand) {
      next = { station, at };
      return;
    }
    const sent = send("drag", { station, at });
    if (!sent) return;
    newestDrag = sent;
    const timer = setTimeout(() => {
      wait(2 * patience);
      free();
    }, patience);
    inHand = { number: sent, timer, since: performance.now() };
  }

  /** Any message but a drag; drags that were not sent yet are forgotten. Returns its number. */
  function ask(what, fields) {
    if (what !== "why") forgetDrags();
    return send(what, fields);
  }

  open();
  return { ask, drag, again: open };
}

/** The same for one tab as long as it lives, also when it is loaded again. */
function tab() {
  let kept = sessionStorage.getItem(TAB);
  if (!kept) {
    kept = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    sessionStorage.setItem(TAB, kept);
  }
  return kept;
}
