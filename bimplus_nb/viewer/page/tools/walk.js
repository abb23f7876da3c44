// Walking through the building: keys move, a drag looks around, a double click on a floor stands there.

const EYE = 1600;     // mm above the floor
const AHEAD = 4000;   // mm to what one looks at
const STROLL = 1400;  // mm a second, at least
const LEGS = {        // right, up, forward; by place on the keyboard, whatever letter is there
  KeyW: [0, 0, 1], ArrowUp: [0, 0, 1], KeyS: [0, 0, -1], ArrowDown: [0, 0, -1],
  KeyA: [-1, 0, 0], ArrowLeft: [-1, 0, 0], KeyD: [1, 0, 0], ArrowRight: [1, 0, 0],
  KeyE: [0, 1, 0], PageUp: [0, 1, 0], KeyQ: [0, -1, 0], PageDown: [0, -1, 0],
};
const HINT = [['W A S D', 'or arrows: walk'], ['Drag', 'look around'], ['Q', 'down'], ['E', 'up'], ['Shift', 'faster'],
  ['Double click', 'stand on a floor'], ['Esc', 'end']];

TOOLS.push(pane => {
  const {stage, element} = pane, held = new Set(), hint = make('div', 'bv-hint');
  for (const [keys, does] of HINT) {
    const row = make('span');
    row.append(make('kbd', '', keys), ` ${does}`);
    hint.append(row);
  }
  let at = null, last = null, running, fast = false;

  const step = (way, mm) => {
    const {right, forward} = stage.axes, level = unit(cross([0, 1, 0], right));  // forward, but neither up nor down
    const by = [0, 1, 2].map(k => (right[k] * way[0] + level[k] * way[2] + (k === 1 ? way[1] : 0)) * mm);
    stage.move(along(stage.position, by), along(stage.target, by));
  };

  const run = now => {
    const way = [...held].map(code => LEGS[code]).reduce((sum, one) => along(sum, one), [0, 0, 0]);
    const seconds = Math.min(0.1, (now - (last ?? now)) / 1000), speed = Math.max(STROLL, stage.radius / 10) * (fast ? 4 : 1);
    last = now;
    if (size(way) && seconds) step(unit(way), speed * seconds);
    running = held.size ? requestAnimationFrame(run) : last = null;
  };

  const released = event => {
    fast = event.shiftKey;
    held.delete(event.code);
  };
  const rest = () => held.clear();

  // A floor is where the surface around the cursor lies level.
  const stand = event => {
    const [x, y] = pane.at(event), [floor, ...near] = [[0, 0], [2, 0], [0, 2]].map(([dx, dy]) => stage.places.under(pane.view, x + dx, y + dy));
    if (!floor || near.includes(null)) return;
    if (Math.abs(unit(cross(...near.map(place => subtract(place, floor))))[1]) < 0.9) return;
    const eye = along(floor, [0, EYE, 0]), level = unit(cross([0, 1, 0], stage.axes.right));
    stage.goTo(eye, along(eye, level, AHEAD));
  };

  const events = {keyup: released, blur: rest, dblclick: stand};
  const tool = {
    button: {
      name: 'walk',
      after: 'projection',
      tip: 'Walk through the building (W)',
      icon: 'M9.2 3.2a1.2 1.2 0 100-2.4 1.2 1.2 0 000 2.4zM8.5 5L7 9.5l2.5 2 .8 3.5M7 9.5L6.2 12 4 15M8.5 5L5.5 6.2 4.5 8.8M8.5 5l1.8 2.5 2.2.8',
    },
    cursor: 'move',
    start() {
      stage.setProjection('perspective');
      const {position, axes: {forward}} = stage;
      stage.move(position, along(position, forward, AHEAD));
      pane.panel.overlay.append(hint);
      for (const [name, handler] of Object.entries(events)) element.addEventListener(name, handler);
      element.focus({preventScroll: true});
    },
    stop() {
      rest();
      cancelAnimationFrame(running);
      last = at = null;
      hint.remove();
      for (const [name, handler] of Object.entries(events)) element.removeEventListener(name, handler);
    },
    down(event) {
      if (pane.on !== tool) return false;
      at = [event.clientX, event.clientY];
      return true;
    },
    move(event) {
      if (!at) return false;
      const now = [event.clientX, event.clientY], [dx, dy] = subtract(now, at);
      at = now;
      stage.turn(dx / 2, dy / 2, stage.position);
      return true;
    },
    up() { at = null; },
    wheel(event) {
      if (pane.on === tool) step([0, 0, 1], -Math.sign(event.deltaY) * STROLL / 2);
      return pane.on === tool;
    },
    key(key, event) {
      if (pane.on !== tool) {
        if (key === 'w') pane.turnOn(tool);
        return key === 'w';
      }
      if (!LEGS[event.code]) return false;
      fast = event.shiftKey;
      held.add(event.code);
      if (last === null) {
        last = performance.now();
        running = requestAnimationFrame(run);
      }
      return true;
    },
    close() { if (pane.on === tool) tool.stop(); },
  };
  return tool;
});
