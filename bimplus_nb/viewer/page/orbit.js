// Mouse, pen and fingers: turn, shift, zoom to the cursor, and the click that is not a drag.

const STILL = 4;      // CSS pixels a click may move
const RESTING = 350;  // ms without a move until the mouse rests

function orbit(pane, element) {
  const {stage} = pane, pointers = new Map(), mark = make('i', 'bv-pivot');
  let travelled = 0, resting, pressed, pivot = null;  // where a drag began, and what it turns about
  let taken = null, meant = false;  // the pointer that a tool has taken; whether a menu is meant

  const rest = event => {
    clearTimeout(resting);
    resting = setTimeout(() => pane.ask('rest', event), RESTING);
  };

  // A drag turns about the selection, if its middle is in the picture: what one has chosen is what one wants to see from
  // all sides. Else about the place under the cursor, so that what one took hold of stays in one's hand; and over nothing,
  // about what one looks at.
  const pivotAt = event => {
    const {view} = pane, canvas = view.renderer.getSize(), at = pane.at(event);
    const ends = stage.derived.selected ? stage.derived.ends(SELECTED | VISIBLE) : null;
    if (ends) {
      const middle = [0, 1, 2].map(k => (Math.min(...ends.map(p => p[k])) + Math.max(...ends.map(p => p[k]))) / 2);
      const seen = stage.project(middle, canvas);
      if (seen && seen[0] > 0 && seen[1] > 0 && seen[0] < canvas.width && seen[1] < canvas.height) return middle;
    }
    return stage.places.under(view, ...at) ?? stage.target;
  };

  const take = event => {
    pivot = pivotAt(event);
    stage.focus(pivot);
    const [x, y] = stage.project(pivot, pane.view.renderer.getSize()) ?? [-99, -99];
    Object.assign(mark.style, {left: `${x}px`, top: `${y}px`});
    pane.panel.overlay.append(mark);
  };

  const letGo = () => {
    pivot = null;
    mark.remove();
  };

  const zoom = (factor, event) => stage.zoom(factor, pane.at(event), pane.view.renderer.getSize());

  const handlers = {
    pointerdown(event) {
      if (event.target.tagName !== 'CANVAS') return;
      element.setPointerCapture(event.pointerId);
      clearTimeout(resting);
      pane.ask('rest', null);
      pointers.set(event.pointerId, [event.clientX, event.clientY]);
      if (pointers.size === 1) {
        travelled = 0;
        pressed = event;
      }
      meant = event.button === 2;
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
        stage.shift(dx / 2, dy / 2, element.clientHeight);
        zoom(size(subtract(before, other)) / size(subtract(now, other)), {clientX: middle[0], clientY: middle[1]});
      } else if (travelled > STILL) {
        if (event.buttons & 6 || event.shiftKey || event.ctrlKey || event.metaKey) stage.shift(dx, dy, element.clientHeight);
        else {
          if (!pivot) take(pressed);
          stage.turn(dx, dy, pivot);
        }
      }
    },
    pointerup(event) {
      const known = pointers.delete(event.pointerId), mine = taken === event.pointerId;
      letGo();
      if (mine) taken = null;
      if (mine && pane.ask('up', event)) return;
      if (!known || pointers.size || travelled > STILL) return;
      if (meant) pane.ask('menu', event);
      else if (event.button === 0) pane.click(event);
    },
    pointercancel(event) {
      pointers.delete(event.pointerId);
      letGo();
      if (taken === event.pointerId) taken = null;
    },
    pointerleave() {
      clearTimeout(resting);
      pane.ask('rest', null);
    },
    contextmenu(event) {
      // Systems differ in when they say this, and a right drag shifts: it is decided when the button is let go.
      event.preventDefault();
      event.stopPropagation();  // the Lab has a menu too
      meant ||= pointers.size > 0;
    },
    wheel(event) {
      event.preventDefault();
      event.stopPropagation();
      if (pane.ask('wheel', event)) return;
      const lines = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1;
      zoom(Math.exp(Math.min(240, Math.max(-240, event.deltaY * lines)) * 0.0012), event);
    },
  };
  for (const [name, handler] of Object.entries(handlers)) element.addEventListener(name, handler, {passive: false});
  return () => {
    clearTimeout(resting);
    letGo();
    for (const [name, handler] of Object.entries(handlers)) element.removeEventListener(name, handler);
  };
}
