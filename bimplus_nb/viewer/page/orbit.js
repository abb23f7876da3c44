// Mouse, pen and fingers: turn, shift, zoom to the cursor, and the click that is not a drag.

const STILL = 4;         // CSS pixels a click may move
const STEEPEST = 0.01;   // radians from straight up or down
const TURN = 0.0075;     // radians a CSS pixel
const FARTHEST = 20;     // distance from the target, in radii of the building

const RESTING = 350;     // ms without a move until the mouse rests

function orbit(pane, element) {
  const {stage} = pane, {camera} = stage, pointers = new Map();
  let travelled = 0, resting, taken = null;  // the pointer that a tool has taken

  const rest = event => {
    clearTimeout(resting);
    resting = setTimeout(() => pane.ask('rest', event), RESTING);
  };

  const place = () => camera.position.toArray();
  const radius = () => { const {low, high} = stage.model.get('home'); return size(subtract(high, low)) / 2; };
  const axes = () => {
    const forward = unit(subtract(stage.target, place())), right = unit(cross(forward, [0, 1, 0]));
    return {forward, right, up: cross(right, forward)};
  };
  const move = (position, target) => {
    cancelAnimationFrame(stage.flight);
    stage.untouched = false;
    stage.lookFrom(position, target);
    stage.draw();
  };

  const turn = (dx, dy) => {
    const out = subtract(place(), stage.target), away = size(out);
    const around = Math.atan2(out[0], out[2]) - dx * TURN;
    const down = Math.min(Math.PI - STEEPEST, Math.max(STEEPEST, Math.acos(out[1] / away) - dy * TURN));
    const flat = Math.sin(down) * away;
    move(along(stage.target, [flat * Math.sin(around), Math.cos(down) * away, flat * Math.cos(around)]), stage.target);
  };

  const shift = (dx, dy) => {
    const {right, up} = axes(), away = size(subtract(place(), stage.target));
    const scale = 2 * away * Math.tan(camera.fov * Math.PI / 360) / element.clientHeight;
    const by = along(right.map(k => -dx * scale * k), up, dy * scale);
    move(along(place(), by), along(stage.target, by));
  };

  // Everything comes nearer by the same factor, seen from the point under the cursor: so that point stays under it.
  const zoom = (factor, event) => {
    const away = size(subtract(place(), stage.target));
    const least = NEAREST / away, most = radius() * FARTHEST / away;
    const k = Math.min(most, Math.max(least, factor)), box = element.getBoundingClientRect(), {forward, right, up} = axes();
    const tall = Math.tan(camera.fov * Math.PI / 360), wide = tall * box.width / box.height;
    const ray = along(along(forward, right, wide * (2 * (event.clientX - box.left) / box.width - 1)), up, tall * (1 - 2 * (event.clientY - box.top) / box.height));
    const fixed = along(place(), ray, away);
    const towards = p => along(fixed, subtract(p, fixed), k);
    move(towards(place()), towards(stage.target));
  };

  const handlers = {
    pointerdown(event) {
      if (event.target.tagName !== 'CANVAS') return;
      element.setPointerCapture(event.pointerId);
      clearTimeout(resting);
      pane.ask('rest', null);
      pointers.set(event.pointerId, [event.clientX, event.clientY]);
      if (pointers.size === 1) travelled = 0;
      if (pointers.size === 1 && pane.ask('down', event)) taken = event.pointerId;
    },
    pointermove(event) {
      const before = pointers.get(event.pointerId);
      if (!before || taken === event.pointerId) {
        if (before) travelled += Math.hypot(...subtract([event.clientX, event.clientY], before));
        if (before) pointers.set(event.pointerId, [event.clientX, event.clientY]);
        else rest(event);
        pane.ask('move', event);
        return;
      }
      const now = [event.clientX, event.clientY], [dx, dy] = subtract(now, before);
      const others = [...pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
      pointers.set(event.pointerId, now);
      travelled += Math.hypot(dx, dy);
      if (others.length) {
        const [other] = others, middle = along(now, subtract(other, now), 0.5);
        shift(dx / 2, dy / 2);
        zoom(size(subtract(before, other)) / size(subtract(now, other)), {clientX: middle[0], clientY: middle[1]});
      } else if (travelled > STILL) {
        if (event.buttons & 6 || event.shiftKey || event.ctrlKey || event.metaKey) shift(dx, dy);
        else turn(dx, dy);
      }
    },
    pointerup(event) {
      const known = pointers.delete(event.pointerId), mine = taken === event.pointerId;
      if (mine) taken = null;
      if (mine && pane.ask('up', event)) return;
      if (known && !pointers.size && travelled <= STILL && event.button === 0) pane.click(event);
    },
    pointercancel(event) {
      pointers.delete(event.pointerId);
      if (taken === event.pointerId) taken = null;
    },
    pointerleave() {
      clearTimeout(resting);
      pane.ask('rest', null);
    },
    contextmenu(event) {
      event.preventDefault();  // a right drag shifts
      if (travelled <= STILL) pane.ask('menu', event);
    },
    wheel(event) {
      event.preventDefault();
      event.stopPropagation();
      const lines = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1;
      zoom(Math.exp(Math.min(240, Math.max(-240, event.deltaY * lines)) * 0.0012), event);
    },
  };
  for (const [name, handler] of Object.entries(handlers)) element.addEventListener(name, handler, {passive: false});
  return () => {
    clearTimeout(resting);
    for (const [name, handler] of Object.entries(handlers)) element.removeEventListener(name, handler);
  };
}
