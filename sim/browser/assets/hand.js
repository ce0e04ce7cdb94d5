// A station that is taken with the keyboard: arrows move it, Enter lets go, Esc puts it back.

const STEP_M = 100;
const FAR_M = 1000; // with the shift key
const DEGREE_M = 111_320; // of latitude
const ARROWS = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

/**
 * The keyboard's hand. `on` has: where(id), able(id), taken(id, held), move(id, at), drop(id, at)
 * and cancel(id).
 */
export function makeHand(on) {
  let held = null; // {id, at, moved}

  function take(id) {
    if (held || !on.able(id)) return;
    held = { id, at: on.where(id), moved: false };
    on.taken(id, true);
  }

  function end() {
    const done = held;
    held = null;
    on.taken(done.id, false);
    return done;
  }

  function letGo() {
    const { id, at, moved } = end();
    if (moved) on.drop(id, at);
  }

  function putBack() {
    const { id, moved } = end();
    if (moved) on.cancel(id);
  }

  return {
    held: () => held?.id ?? null,
    /** Take a station, or let go of it. */
    toggle: (id) => (held?.id === id ? letGo() : take(id)),
    /** What a key means on the mark or the row of a station; true if it was meant for the hand. */
    key(id, event) {
      const pressed = event.key === "Enter" || event.key === " ";
      const arrow = ARROWS[event.key];
      if (held?.id !== id) {
        if (!pressed || event.repeat) return false;
        take(id);
      } else if (pressed && !event.repeat) {
        letGo();
      } else if (event.key === "Escape") {
        putBack();
      } else if (arrow) {
        const metres = event.shiftKey ? FAR_M : STEP_M;
        const north = (arrow[1] * metres) / DEGREE_M;
        const east = (arrow[0] * metres) / (DEGREE_M * Math.cos((held.at[1] * Math.PI) / 180));
        held.at = [held.at[0] + east, held.at[1] + north];
        held.moved = true;
        on.move(id, held.at);
      } else if (!pressed) {
        return false;
      }
      event.preventDefault();
      event.stopPropagation();
      return true;
    },
    /** Who goes elsewhere with the keyboard puts the station back. */
    leave: (id) => held?.id === id && putBack(),
    forget: () => held && end(),
  };
}
