// Measuring: places are clicked, lines and numbers lie over the picture. What is clicked is measured here at once, as well
// as the buffers know it; the kernel then finds the same places on the mesh itself, and its places take over.

const MEASURES = {
  distance: {word: 'Distance', places: 2, asks: ['Click where the distance begins', 'Click where it ends']},
  height: {word: 'Height', places: 2, asks: ['Click the lower place', 'Click the higher place']},
  angle: {word: 'Angle', places: 3, asks: ['Click a place on one side', 'Click the corner', 'Click a place on the other side']},
  area: {
    word: 'Area',
    places: Infinity,
    asks: ['Click the first corner', 'Click the next corner, around the area', 'Click the next corner', 'Click the next corner; double-click or Enter closes the area'],
  },
  point: {word: 'Point', places: 1, asks: ['Click a place']},
};
const TWICE = 350;       // ms between the clicks of a double click
const QUICK = 30;        // ms within which a place is found while the mouse moves
const BUSY = 3;          // times as long as it took until the next is looked for, where it takes longer
const RESTS = 90;        // ms without a move until the mouse rests
const RULER = 'M1.6 10.9l9.3-9.3 3.5 3.5-9.3 9.3zM4 8.5l1.6 1.6M6.2 6.3l1.1 1.1M8.4 4.1L10 5.7';

// --- numbers and words ----------------------------------------------------------------------------------------------

function inDigits(value, digits) {
  const rounded = Number(value.toFixed(digits)) || 0;  // and no -0
  return rounded.toLocaleString('en', {minimumFractionDigits: digits, maximumFractionDigits: digits});
}

const inMetres = mm => `${inDigits(mm / 1000, Math.abs(mm) < 100 ? 4 : 3)} m`;

function inSquareMetres(mm2) {
  const value = mm2 / 1e6;
  return `${inDigits(value, value < 100 ? 3 : value < 10_000 ? 2 : 1)} m²`;
}

// As geometry/measuring.py: the area between corners as a vector normal to it, and whether its sides cross.
function areaVector(points) {
  const local = points.map(p => subtract(p, points[0]));
  return local.reduce((sum, p, i) => along(sum, cross(p, local[(i + 1) % local.length]), 0.5), [0, 0, 0]);
}

function sidesCross(points) {
  const vector = areaVector(points), most = vector.map(Math.abs), axis = most.indexOf(Math.max(...most));
  const reach = Math.max(...[0, 1, 2].map(k => Math.max(...points.map(p => p[k])) - Math.min(...points.map(p => p[k]))));
  if (size(vector) <= 1e-9 * reach ** 2) return true;
  const flat = points.map(p => subtract(p, points[0]).filter((_, k) => k !== axis)), n = flat.length;
  const side = (p, q, r) => Math.sign((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]));
  const apart = (i, j) => side(flat[i], flat[(i + 1) % n], flat[j]) * side(flat[i], flat[(i + 1) % n], flat[(j + 1) % n]) < 0;
  return flat.some((_, i) => flat.some((__, j) => j > i && apart(i, j) && apart(j, i)));
}

function angleBetween(one, corner, other) {
  const a = subtract(one, corner), b = subtract(other, corner);
  return Math.atan2(size(cross(a, b)), dot(a, b)) * 180 / Math.PI;
}

// What is said of a measurement: the number, and lines that say more. `origin` is (0, 0, 0) of the scene in the world, mm.
function wordsOf(kind, points, origin) {
  const [a] = points, b = points.at(-1);
  if (points.length < Math.min(3, MEASURES[kind].places)) return null;
  if (kind === 'point') {
    const [x, y, z] = along(a, origin);
    return [`${y < 0 ? '' : '+'}${inMetres(y)}`, [`X ${inDigits(x, 1)}  Y ${inDigits(y, 1)}  Z ${inDigits(z, 1)} mm`, 'height above zero; Y is up']];
  }
  const d = subtract(b, a);
  if (kind === 'distance') {
    const parts = ['X', 'Y', 'Z'].map((axis, k) => `Δ${axis} ${inDigits(d[k] / 1000, 3)}`).join('  ');
    return [inMetres(size(d)), [`${parts} m`, `horizontal ${inMetres(Math.hypot(d[0], d[2]))}, vertical ${inMetres(Math.abs(d[1]))}`]];
  }
  if (kind === 'height') return [inMetres(d[1]), [`horizontal ${inMetres(Math.hypot(d[0], d[2]))}`]];
  if (kind === 'angle') {
    const between = angleBetween(...points);
    return [`${inDigits(between, 2)}°`, [`and ${inDigits(180 - between, 2)}° to the straight line`]];
  }
  if (sidesCross(points)) return ['—', ['the sides cross: Backspace takes the last corner back']];
  const vector = areaVector(points), normal = unit(vector), middle = middleOf(points);
  const off = Math.max(...points.map(p => Math.abs(dot(normal, subtract(p, middle)))));
  const round = points.reduce((sum, p, i) => sum + size(subtract(points[(i + 1) % points.length], p)), 0);
  const flat = off < 0.05 ? 'flat' : `not flat: corners up to ${inDigits(off, off < 10 ? 1 : 0)} mm off the plane`;
  return [inSquareMetres(size(vector)), [`around it ${inMetres(round)}; ${flat}`]];
}

function middleOf(points) {
  return points.reduce((sum, p) => along(sum, p, 1 / points.length), [0, 0, 0]);
}

// The lines that show it, as runs of places: drawn, and dashed; where its label goes; whether they go round something.
function figureOf(kind, points) {
  const [a, b, c] = points;
  if (points.length < 2) return {lines: [], dashed: [], where: a};
  if (kind === 'height') {
    const level = [a[0], b[1], a[2]];
    return {lines: [[a, level]], dashed: [[level, b]], where: middleOf([a, level])};
  }
  if (kind === 'angle' && c) {
    const one = unit(subtract(a, b)), other = unit(subtract(c, b)), turn = angleBetween(a, b, c) * Math.PI / 180;
    const reach = 0.35 * Math.min(size(subtract(a, b)), size(subtract(c, b)));
    const aside = unit(subtract(other, along([0, 0, 0], one, dot(one, other))));
    const at = share => along(along(b, one, reach * Math.cos(turn * share)), aside, reach * Math.sin(turn * share));
    return {lines: [[a, b, c], Array.from({length: 25}, (_, k) => at(k / 24))], dashed: [], where: at(0.5)};
  }
  if (kind === 'area' && c) return {lines: [[...points, a]], dashed: [], where: middleOf(points), filled: true};
  return {lines: [points], dashed: [], where: middleOf([a, b])};
}

// --- what is drawn --------------------------------------------------------------------------------------------------

function svgPath(parent, className) {
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('class', className);
  parent.append(path);
  return path;
}

// The `d` of a path through places of the scene; what lies behind the eye is left out.
function routeThrough(stage, run, canvas) {
  const {camera: {matrixWorldInverse: {elements: view}, projectionMatrix: {elements: lens}}} = stage;
  const near = lens[15] ? Infinity : -NEAREST / 10;  // of a parallel view nothing is behind the eye
  const depth = p => view[2] * p[0] + view[6] * p[1] + view[10] * p[2] + view[14];
  let d = '', last = null;
  for (let k = 1; k < run.length; k++) {
    let [p, q] = [run[k - 1], run[k]];
    const from = depth(p), to = depth(q);
    if (from > near && to > near) continue;
    const between = from > near || to > near ? along(p, subtract(q, p), (near - from) / (to - from)) : null;
    if (from > near) p = between;
    if (to > near) q = between;
    const [start, end] = [p, q].map(at => stage.project(at, canvas));
    if (!start || !end) continue;
    d += `${last === p ? '' : `M${start[0].toFixed(1)} ${start[1].toFixed(1)}`}L${end[0].toFixed(1)} ${end[1].toFixed(1)}`;
    last = q;
  }
  return d;
}

// One measurement over the picture.
class Dimension {
  constructor(svg, box, remove) {
    this.paths = ['bv-m-fill', 'bv-m-halo', 'bv-m-line', 'bv-m-dashed', 'bv-m-ends'].map(name => svgPath(svg, name));
    this.label = make('div', 'bv-m-label');
    this.value = make('b');
    this.more = make('span', 'bv-quiet');
    this.label.append(this.value, this.more);
    if (remove) this.label.append(crossButton('Delete this measurement', remove));
    box.append(this.label);
  }

  // `rubber` is where an area would go on, {at, part}: what is not clicked is not counted.
  set({kind, points, parts, error, rubber}, origin) {
    const words = wordsOf(kind, points, origin), {label} = this;
    Object.assign(this, {kind, places: points, parts, rubber, lifted: null, width: 0});
    label.hidden = !words;
    this.value.textContent = words ? `${error ? '≈ ' : ''}${words[0]}` : '';
    this.more.textContent = kind === 'point' && words ? words[1][0] : '';
    label.title = words?.[1].join('\n') ?? '';
    label.classList.toggle('bv-m-above', kind === 'point');
  }

  // Where storeys are drawn apart, the lines go to where the places are drawn.
  lift(places, lifted) {
    this.lifted = lifted;
    this.points = this.places.map((place, k) => this.parts?.[k] == null ? place : places.drawn(place, this.parts[k]));
    Object.assign(this, {filled: false}, figureOf(this.kind, this.points));
    if (this.rubber) this.dashed = [[this.points.at(-1), places.drawn(this.rubber.at, this.rubber.part), this.points[0]]];
  }

  draw(stage, canvas) {
    const lifted = stage.model.get('lifted');
    if (this.lifted !== lifted) this.lift(stage.places, lifted);
    const [fill, halo, line, dashed, ends] = this.paths, through = runs => runs.map(run => routeThrough(stage, run, canvas)).join('');
    const solid = through(this.lines), thin = through(this.dashed);
    fill.setAttribute('d', this.filled && this.points.every(p => stage.project(p, canvas)) ? solid : '');
    halo.setAttribute('d', solid + thin);
    line.setAttribute('d', solid);
    dashed.setAttribute('d', thin);
    const dots = this.points.map(p => stage.project(p, canvas)).filter(Boolean);
    ends.setAttribute('d', dots.map(([x, y]) => `M${x.toFixed(1)} ${y.toFixed(1)}h0`).join(''));
    const at = this.where && stage.project(this.where, canvas);
    this.label.style.visibility = at ? '' : 'hidden';
    if (!at || this.label.hidden) return;
    this.width ||= this.label.offsetWidth;
    const [x, half] = [at[0], this.width / 2 + 4];  // as much in the picture as its place is
    const inside = x < 0 || x > canvas.width ? x : Math.max(half, Math.min(canvas.width - half, x));
    this.label.style.translate = `${inside.toFixed(1)}px ${at[1].toFixed(1)}px`;
  }

  remove() {
    for (const one of [...this.paths, this.label]) one.remove();
  }
}

function crossButton(words, pressed) {
  const button = make('button', 'bv-m-delete');
  button.type = 'button';
  button.title = words;
  button.setAttribute('aria-label', words);
  button.append(icon('M4.5 4.5l7 7M11.5 4.5l-7 7'));
  button.onclick = pressed;
  return button;
}

// What the mouse would take: a square on a corner, a bar along an edge, a cross on a face.
function markerOf(stage, {at: place, part, snap, line}, canvas) {
  const at = stage.places.drawn(place, part), seen = stage.project(at, canvas);
  if (!seen) return '';
  const [x, y] = seen.map(k => Math.round(k * 2) / 2);
  if (snap === 'corner') return `M${x - 6} ${y - 6}h12v12h-12z`;
  if (snap !== 'edge') return `M${x - 7} ${y}h14M${x} ${y - 7}v14`;
  const next = stage.project(along(at, subtract(line[1], line[0]), 0.01), canvas) ?? seen;
  const [dx, dy] = unit([next[0] - seen[0], next[1] - seen[1]]).map(k => 14 * k);
  return `M${x - dx} ${y - dy}L${x + dx} ${y + dy}M${x} ${y}h0`;
}

// --- the tool -------------------------------------------------------------------------------------------------------

class Measure {
  constructor(pane) {
    this.pane = pane;
    pane.stage.places ??= new Places(pane.stage);
    this.button = {name: 'measure', tip: 'Measure distances, heights, angles, areas and places (M)', icon: RULER};
    this.cursor = 'crosshair';
    this.kind = 'distance';
    this.places = [];        // clicked so far
    this.hover = null;
    this.cost = this.wait = 0;  // of finding a place, ms; until when none is looked for
    this.pending = new Map();  // what the kernel has not answered yet, by key
    this.gone = new Set();   // keys of what was deleted here
    this.dimensions = new Map();
    this.build();
  }

  get on() { return this.pane.on === this; }
  get canvas() { return this.pane.view.renderer.getSize(); }
  get origin() { return this.pane.model.get('cuts').origin ?? [0, 0, 0]; }

  build() {
    const svg = this.svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('class', 'bv-m-lines');
    svg.setAttribute('aria-hidden', 'true');
    this.bar = make('div', 'bv-m-bar');
    this.bar.hidden = true;
    this.bar.dataset.lmSuppressShortcuts = 'true';
    this.kinds = make('div', 'bv-m-kinds');
    this.kinds.setAttribute('role', 'radiogroup');
    this.kinds.setAttribute('aria-label', 'What to measure');
    Object.entries(MEASURES).forEach(([kind, {word}], k) => {
      const button = make('button', '', word);
      button.type = 'button';
      button.title = `${word} (${k + 1})`;
      button.dataset.kind = kind;
      button.setAttribute('role', 'radio');
      button.onclick = () => this.choose(kind);
      this.kinds.append(button);
    });
    this.hint = make('p');
    this.hint.setAttribute('role', 'status');
    this.list = make('ul');
    this.bar.append(this.kinds, this.hint, this.list);
    this.bar.addEventListener('keydown', event => this.pane.press(event));
    this.figures = make('div', 'bv-m-figures');
    this.figures.append(svg);
    this.preview = new Dimension(svg, this.figures);
    this.halo = svgPath(svg, 'bv-m-halo');
    this.mark = svgPath(svg, 'bv-m-mark');
    this.pane.panel.overlay.append(this.figures, this.bar);
  }

  start() {
    this.bar.hidden = false;
    this.figures.classList.add('bv-m-on');  // labels are in nobody's way
    this.choose(this.kind);
  }

  stop() {
    this.bar.hidden = true;
    this.figures.classList.remove('bv-m-on');
    this.places = [];
    this.point(null);
  }

  choose(kind) {
    this.kind = kind;
    this.places = [];
    for (const button of this.kinds.children) button.setAttribute('aria-checked', String(button.dataset.kind === kind));
    this.update();
    this.pane.element.focus({preventScroll: true});
  }

  // --- the mouse and the keys

  move(event) {
    if (!this.on || event.buttons) return;
    this.mouse = {at: this.pane.at(event), snapping: !event.altKey};
    clearTimeout(this.looking);
    if (this.cost < QUICK) this.wanted ??= requestAnimationFrame(() => this.look(true));
    else if (performance.now() > this.wait) this.wanted ??= requestAnimationFrame(() => this.look(false));
    else this.looking = setTimeout(() => this.look(true), RESTS);
  }

  // Find what the mouse is over. In a large building that takes a while: the parts around it wait until it rests.
  look(around) {
    this.wanted = undefined;
    if (!this.on || !this.mouse || !this.pane.view.renderer) return;
    const start = performance.now(), {at, snapping} = this.mouse;
    this.point(this.find(at, {snapping, around}));
    const now = performance.now(), took = now - start;
    this.wait = now + BUSY * took;
    if (around) this.cost = took;
    else this.looking = setTimeout(() => this.look(true), RESTS);
  }

  find([x, y], how) {
    const {stage, view} = this.pane;
    return stage.places.find(view, x, y, how);
  }

  // The mouse is over this place now, or over none.
  point(place) {
    this.hover = place;
    this.update();
  }

  rest(event) {
    if (!this.on) return false;
    if (event) return true;  // no words about the part: the marker is in its place
    this.mouse = null;
    this.point(null);
    return false;
  }

  click(event) {
    if (!this.on) return false;
    const at = this.pane.at(event), {last} = this;
    this.last = {time: event.timeStamp, at};
    if (last && event.timeStamp - last.time < TWICE && size(subtract(at, last.at)) < 6) {
      this.last = null;
      if (this.kind === 'area') this.finish();
      return true;  // the second click of two is at no other place
    }
    const place = this.find(at, {snapping: !event.altKey});
    if (!place) {
      this.say('There is nothing here to measure: click on the building');
      return true;
    }
    this.places.push(place);
    if (this.places.length === MEASURES[this.kind].places) this.finish();
    else this.update();
    return true;
  }

  key(key, event) {
    const kind = Object.keys(MEASURES)[Number(key) - 1];
    if (key === 'm') this.pane.turnOn(this);
    else if (!this.on) return false;
    else if (key === 'backspace') {
      this.places.pop();
      this.update();
    } else if (key === 'enter' && event.target.tagName !== 'BUTTON') this.finish();
    else if (kind) this.choose(kind);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  // All places are there.
  finish() {
    const points = this.places.map(({at}) => at), {kind} = this;
    if (points.length < Math.min(3, MEASURES[kind].places) || (kind === 'area' && sidesCross(points))) return;
    const key = `page-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}`;
    this.pending.set(key, {key, kind, points, parts: this.places.map(({part}) => part), error: Math.max(...this.places.map(({error}) => error))});
    this.pane.act('measure', {key, kind, places: this.places.map(({part, at, snap}) => ({part, at, snap}))});
    this.places = [];
    this.show();
  }

  delete(key) {
    this.gone.add(key);
    this.pending.delete(key);
    this.pane.act('unmeasure', {keys: [key]});
    this.show();
  }

  // --- what is shown

  // The kernel has said what there is.
  show() {
    const known = this.pane.model.get('tools').measure ?? [];
    for (const {key} of known) this.pending.delete(key);
    const all = [...known, ...this.pending.values()].filter(({key}) => !this.gone.has(key));
    for (const [key, dimension] of this.dimensions) {
      if (all.some(one => one.key === key)) continue;
      dimension.remove();
      this.dimensions.delete(key);
    }
    for (const one of all) {
      if (!this.dimensions.has(one.key)) this.dimensions.set(one.key, new Dimension(this.svg, this.figures, () => this.delete(one.key)));
      this.dimensions.get(one.key).set(one, this.origin);
    }
    this.svg.append(...this.preview.paths, this.halo, this.mark);  // on top
    this.list.replaceChildren(...all.map(one => this.line(one)));
    this.update();
  }

  line({key, kind, points, error}) {
    const row = make('li'), [value, more] = wordsOf(kind, points, this.origin), {word} = MEASURES[kind];
    const exactly = error ? `places to ±${inDigits(error, 2)} mm, until the kernel has answered` : '';
    row.append(make('span', 'bv-quiet', word), make('b', '', `${error ? '≈ ' : ''}${value}`), crossButton(`Delete: ${word} ${value}`, () => this.delete(key)));
    row.tabIndex = 0;  // the newest, or the one that is pointed at, says more
    for (const text of [...more, exactly].filter(Boolean)) row.append(make('small', '', text));
    return row;
  }

  say(words) {
    this.hint.textContent = words;
  }

  update() {
    const {kind, places, hover} = this, {asks} = MEASURES[kind];
    const more = places.length ? 'Backspace takes back' : 'Alt: no snapping';
    this.say(`${asks[Math.min(places.length, asks.length - 1)]} · ${more}`);
    const rubber = kind === 'area' && places.length > 1 ? hover : null, ahead = rubber ? null : hover;
    const shown = this.on && (places.length || kind === 'point') ? [...places, ahead].filter(Boolean) : [];
    this.preview.set({kind, points: shown.map(({at}) => at), parts: shown.map(({part}) => part), rubber}, this.origin);
    this.frame();
  }

  frame() {
    const {stage} = this.pane, {canvas} = this;
    for (const dimension of [...this.dimensions.values(), this.preview]) dimension.draw(stage, canvas);
    const d = this.on && this.hover ? markerOf(stage, this.hover, canvas) : '';
    this.halo.setAttribute('d', d);
    this.mark.setAttribute('d', d);
    this.mark.dataset.snap = d ? this.hover.snap : '';
  }

  close() {
    clearTimeout(this.looking);
    cancelAnimationFrame(this.wanted);
    this.figures.remove();
    this.bar.remove();
  }
}

TOOLS.push(pane => new Measure(pane));
