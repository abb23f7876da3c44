// Marks of issues on the building: as large at any distance, faint behind something, gathered where there is no room for each.
//
// They lie over the canvas as buttons, so that they are sharp, have words, and can be reached by the keyboard. There are
// never more than have room: 8,000 pins take 1 to 2 ms a frame to sort into marks, and 200 marks 2 ms to be moved.

const ROOM_WIDE = 54, ROOM_TALL = 28;  // CSS pixels of a mark and the gap to the next
const DEEP = 0xffffff;                 // the farthest that the camera sees, as partsAt has it
const UNVEILED = 180;                  // ms without a frame until it is looked what is behind something
const SHARE_SEEN = 2;                  // times as long as that took, where it takes longer
const COARSE = 2;                      // pixels of the screen in each direction that it is asked for together
const CLOSE = 600;                     // mm around pins that are as good as in one place
const LISTED = 200;                    // issues of one place that are named
const SIGNS = {                        // beside the number: colours alone are not for everybody
  open: 'M8 2.5a5.5 5.5 0 100 11 5.5 5.5 0 000-11z',
  solved: 'M2.5 8.5l3.8 3.8 7.2-8',
  closed: 'M3 3h10v10H3z',
  other: 'M8 1.8L14.2 8 8 14.2 1.8 8z',
};
const FIRST = ['open', 'other', 'solved', 'closed'];  // whose mark stands for a group

class Pins {
  constructor(pane) {
    this.pane = pane;
    this.box = make('div', 'bv-pins');
    this.box.setAttribute('role', 'group');
    this.box.setAttribute('aria-label', 'Issues in the building: arrows go from one to the next, Enter opens it');
    this.box.dataset.lmSuppressShortcuts = 'true';
    this.words = make('div', 'bv-words bv-pin-words');
    this.words.setAttribute('role', 'tooltip');
    this.words.hidden = true;
    this.count = this.cost = 0;
    this.marks = new Map();  // by the pin that stands there
    this.spare = [];
    this.box.addEventListener('keydown', event => this.key(event));
    this.box.addEventListener('pointerover', event => this.point(this.of(event.target)));
    this.box.addEventListener('pointerleave', () => this.point(null));
    this.box.addEventListener('focusin', event => this.point(this.of(event.target)));
    this.box.addEventListener('focusout', () => this.point(null));
    this.box.addEventListener('click', event => this.open(this.of(event.target)));
    // A mark is in nobody's way: who turns the wheel over it means the building.
    this.box.addEventListener('wheel', event => {
      event.preventDefault();
      event.stopPropagation();
      pane.element.dispatchEvent(new WheelEvent('wheel', event));
    }, {passive: false});
    pane.panel.overlay.append(this.box, this.words);
    this.took = () => this.take(pane.model.get('pins'));
    pane.model.on('change:pins', this.took);
    this.took();
  }

  // What the kernel has said.
  take({places = [], parts = [], issues = [], numbers = [], names = [], statuses = [], kinds = [], overdue = []}) {
    this.count = issues.length;
    Object.assign(this, {places: new Float64Array(places), parts, issues, numbers, names, statuses, kinds, overdue});
    this.hidden = new Uint8Array(this.count);
    const rank = issues.map(issue => FIRST.indexOf(kinds[issue]) * 2 + (overdue[issue] ? 0 : 1));
    this.order = Uint32Array.from({length: this.count}, (_, k) => k).sort((a, b) => rank[a] - rank[b] || a - b);
    this.x = new Float32Array(this.count);
    this.y = new Float32Array(this.count);
    this.z = new Float64Array(this.count);
    this.put();
    this.point(null);
    this.box.replaceChildren();
    this.marks.clear();
    this.spare = [];
    if (this.pane.view?.renderer) this.frame();
  }

  show() {
    const {chosen = -1} = this.pane.model.get('tools').pins ?? {};
    if (chosen === this.chosen) return;
    this.chosen = chosen;
    if (this.pane.view?.renderer) this.frame();
  }

  frame() {
    if (!this.count && !this.marks.size) return;
    this.sort();
    this.lay();
    clearTimeout(this.looking);
    this.looking = setTimeout(() => this.look(), Math.max(UNVEILED, SHARE_SEEN * this.cost));
  }

  // --- where they are -------------------------------------------------------------------------------------------------

  // Where each is on the canvas (x NaN: nowhere), and how deep.
  project() {
    const {stage, view} = this.pane, {width, height} = view.renderer.getSize(), {places, parts, x, y, z} = this;
    const lens = stage.camera.projectionMatrix.elements, eye = stage.camera.matrixWorldInverse.elements, m = new Float64Array(16);
    for (let i = 0; i < 4; i++) for (let j = 0; j < 4; j++) for (let k = 0; k < 4; k++) m[4 * j + i] += lens[4 * k + i] * eye[4 * j + k];
    const lifted = stage.model.get('lifted'), cut = stage.places.planes.length > 0;
    for (let k = 0; k < this.count; k++) {
      const px = places[3 * k], pz = places[3 * k + 2], py = places[3 * k + 1] + (lifted && parts[k] >= 0 ? stage.lift(parts[k]) : 0);
      const w = m[3] * px + m[7] * py + m[11] * pz + m[15];
      const u = ((m[0] * px + m[4] * py + m[8] * pz + m[12]) / w + 1) / 2 * width;
      const v = (1 - (m[1] * px + m[5] * py + m[9] * pz + m[13]) / w) / 2 * height;
      const seen = w > 0 && u > -20 && u < width + 20 && v > -4 && v < height + 30 && !(cut && stage.places.cutAway([px, py, pz]));
      x[k] = seen ? u : NaN;
      y[k] = v;
      z[k] = ((m[2] * px + m[6] * py + m[10] * pz + m[14]) / w + 1) / 2;
    }
    return {width, height};
  }

  // Sort them into groups, each with the one first that is most urgent. A grid of the size of a mark tells what is near; the
  // issue that is chosen has a grid of its own, so that it is always seen. `many`: of several issues.
  sort() {
    const {width} = this.project(), {x, y, order, issues, hidden} = this, across = Math.ceil((width + 40) / ROOM_WIDE) + 2;
    const grids = [new Map(), new Map()], groups = this.groups = [];
    for (const k of order) {
      if (Number.isNaN(x[k])) continue;
      const alone = issues[k] === this.chosen, i = Math.floor((x[k] + 20) / ROOM_WIDE) + 1, j = Math.floor((y[k] + 20) / ROOM_TALL) + 1;
      const grid = grids[Number(alone)];
      let into = null;
      for (let a = -1; a < 2 && !into; a++) {
        for (let b = -1; b < 2; b++) {
          const there = grid.get((j + a) * across + i + b);
          if (there && Math.abs(x[there.head] - x[k]) < ROOM_WIDE && Math.abs(y[there.head] - y[k]) < ROOM_TALL) {
            into = there;
            break;
          }
        }
      }
      if (into) {
        into.pins.push(k);
        into.faint &&= hidden[k];
        into.many ||= issues[k] !== issues[into.head];
        continue;
      }
      const group = {head: k, pins: [k], faint: hidden[k], alone, many: false};
      groups.push(group);
      grid.set(j * across + i, group);
    }
  }

  // What is behind something: by the depths of the whole picture, once the view is at rest. A pin lies on a face, and a pixel
  // is as deep as its middle: so it counts as seen if it is no deeper than any pixel around, give or take what a face that
  // is seen at a sharp angle makes of that.
  look() {
    const {pane, x, y, z, hidden, places} = this, {stage, view} = pane;
    if (!view?.renderer || !this.count || stage.model.get('arriving')) return;
    const start = performance.now(), whole = extent(view.renderer), ratio = whole.ratio / COARSE;
    const {words, width, height} = partsAt(view, 0, 0, whole.width, whole.height, {what: DEPTH, coarse: COARSE});
    this.cost = performance.now() - start;
    const {near, far} = stage.camera, flat = Boolean(stage.height);
    const away = depth => flat ? near + depth * (far - near) : near * far / (far - depth * (far - near));
    let changed = false;
    for (let k = 0; k < this.count; k++) {
      if (Number.isNaN(x[k])) continue;
      const u = Math.floor(x[k] * ratio), v = height - 1 - Math.floor(y[k] * ratio);
      if (u < 1 || v < 1 || u >= width - 1 || v >= height - 1) continue;
      let deepest = 0;
      for (let j = -1; j < 2; j++) for (let i = -1; i < 2; i++) {
        const word = words[(v + j) * width + u + i];
        deepest = Math.max(deepest, word >>> 24 ? word & 0xffffff : DEEP);
      }
      const own = away(z[k]), now = Number(deepest < DEEP && away(deepest / DEEP) < own - Math.max(15, own * 2e-3));
      changed ||= now !== hidden[k];
      hidden[k] = now;
    }
    if (!changed) return;
    for (const group of this.groups) group.faint = group.pins.every(k => hidden[k]) ? 1 : 0;
    this.lay();
  }

  // --- the marks ------------------------------------------------------------------------------------------------------

  make() {
    const element = make('button', 'bv-pin'), sign = icon(''), label = make('b');
    element.type = 'button';
    element.append(sign, label);
    return {element, label, sign: sign.firstChild};
  }

  lay() {
    const {marks, groups, x, y, z} = this, wanted = new Set(groups.map(({head}) => head));
    for (const [head, mark] of marks) {
      if (wanted.has(head)) continue;
      marks.delete(head);
      if (mark.element.contains(document.activeElement)) this.pane.element.focus({preventScroll: true});
      mark.element.hidden = true;
      this.spare.push(mark);
    }
    for (const group of groups) {
      const {head} = group;
      let mark = marks.get(head);
      if (!mark) {
        mark = this.spare.pop() ?? this.make();
        marks.set(head, mark);
        if (!mark.element.isConnected) this.box.append(mark.element);
        mark.element.hidden = false;
        mark.said = '';
      }
      mark.group = group;
      this.word(mark);
      const {style} = mark.element;
      style.translate = `${x[head].toFixed(1)}px ${y[head].toFixed(1)}px`;
      style.zIndex = group.alone ? 2_000_000 : Math.round((1 - z[head]) * 1e6) + (group.faint ? 0 : 1e6);
    }
    if (!this.box.querySelector('.bv-pin:not([hidden])[tabindex="0"]')) this.stops()[0]?.setAttribute('tabindex', 0);
  }

  // What a mark says; only what is new of it.
  word(mark) {
    const {group: {head, pins: {length}, faint, alone, many}, element} = mark, issue = this.issues[head];
    const late = this.overdue[issue], kind = this.kinds[issue], said = `${head} ${many && length} ${faint} ${alone}`;
    if (mark.said === said) return;
    mark.said = said;
    element.className = `bv-pin${many ? ' bv-pins-many' : ''}${faint ? ' bv-faint' : ''}${alone ? ' bv-chosen-pin' : ''}`;
    element.dataset.kind = kind;
    element.dataset.late = Boolean(late);
    element.dataset.issue = issue;
    mark.label.textContent = many ? length.toLocaleString('en') : this.numbers[issue] || '•';
    mark.sign.setAttribute('d', many ? '' : SIGNS[kind] ?? SIGNS.other);
    element.setAttribute('aria-label', many ? `${length.toLocaleString('en')} pins close together` : this.title(issue).join('. '));
    element.tabIndex = -1;
  }

  title(issue) {
    const number = this.numbers[issue] ? `#${this.numbers[issue]} ` : '';
    return [`${number}${this.names[issue]}`, [this.statuses[issue], this.overdue[issue] ? 'overdue' : ''].filter(Boolean).join(' · ')];
  }

  of(target) {
    const element = target.closest?.('.bv-pin');
    return element ? [...this.marks.values()].find(mark => mark.element === element) : null;
  }

  // --- what a person does ---------------------------------------------------------------------------------------------

  // Words beside the mark that is pointed at.
  point(mark) {
    const {words} = this, {overlay} = this.pane.panel;
    words.hidden = !mark;
    if (!mark) return;
    const {head, pins, faint, many: several} = mark.group, [name, about] = this.title(this.issues[head]);
    const kinds = FIRST.map(kind => [kind, pins.filter(k => this.kinds[this.issues[k]] === kind).length]).filter(([, n]) => n);
    const many = [`${pins.length.toLocaleString('en')} pins`, kinds.map(([kind, n]) => `${n.toLocaleString('en')} ${kind}`).join(' · ')];
    const [first, second] = several ? many : [name, [about, pins.length > 1 ? `${pins.length} pins` : '', faint ? 'behind something' : ''].filter(Boolean).join(' · ')];
    words.replaceChildren(make('b', '', first), make('span', '', second));
    const x = Math.max(0, Math.min(this.x[head] + 14, overlay.clientWidth - words.offsetWidth)), y = this.y[head] + 10;
    words.style.left = `${x}px`;
    words.style.top = `${y + words.offsetHeight > overlay.clientHeight ? Math.max(0, this.y[head] - 40 - words.offsetHeight) : y}px`;
  }

  // Of one, the kernel is told; into a group one goes, as long as that takes it apart.
  open(mark) {
    if (!mark) return;
    const {pins} = mark.group, {stage} = this.pane;
    const issues = [...new Set(pins.map(k => this.issues[k]))];
    if (issues.length === 1) return this.pane.act('pin', {issue: issues[0]});
    const ends = [0, 1, 2].map(axis => pins.map(k => this.places[3 * k + axis])).map(all => [Math.min(...all), Math.max(...all)]);
    if (Math.hypot(...ends.map(([low, high]) => high - low)) < CLOSE) return this.list(issues, mark);
    const room = CLOSE, corners = [];
    for (const x of ends[0]) for (const y of ends[1]) for (const z of ends[2]) corners.push([x, y, z]);
    this.point(null);
    stage.fit(corners.flatMap(([x, y, z]) => [[x - room, y - room, z - room], [x + room, y + room, z + room]]));
  }

  // The issues of one place, by name.
  list(issues, mark) {
    this.put();
    const menu = this.menu = make('div', 'bv-menu'), {overlay} = this.pane.panel;
    menu.dataset.lmSuppressShortcuts = 'true';
    menu.setAttribute('role', 'menu');
    menu.append(make('h4', '', `${issues.length.toLocaleString('en')} issues here`));
    for (const issue of issues.slice(0, LISTED)) {
      const row = make('button'), number = this.numbers[issue];
      row.type = 'button';
      row.setAttribute('role', 'menuitem');
      row.append(make('span', '', number ? `#${number}` : '•'), make('em', '', this.names[issue]));
      row.onclick = () => {
        this.put();
        this.pane.act('pin', {issue});
      };
      menu.append(row);
    }
    menu.addEventListener('keydown', event => {
      const rows = [...menu.querySelectorAll('button')], here = rows.indexOf(document.activeElement);
      if (event.key === 'ArrowDown') rows[(here + 1) % rows.length].focus();
      else if (event.key === 'ArrowUp') rows.at(here - 1).focus();
      else if (event.key === 'Escape') this.put(mark);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    menu.addEventListener('focusout', ({relatedTarget: to}) => { if (!menu.contains(to)) this.put(); });
    overlay.append(menu);
    menu.style.left = `${Math.max(0, Math.min(this.x[mark.group.head], overlay.clientWidth - menu.offsetWidth))}px`;
    menu.style.top = `${Math.max(0, Math.min(this.y[mark.group.head], overlay.clientHeight - menu.offsetHeight))}px`;
    menu.querySelector('button').focus({preventScroll: true});
  }

  put(mark) {
    const {menu} = this;
    this.menu = null;
    menu?.remove();
    mark?.element.focus({preventScroll: true});
  }

  // The marks in the order of their numbers.
  stops() {
    const number = ({group}) => this.issues[group.head];
    return [...this.marks.values()].sort((a, b) => number(a) - number(b)).map(({element}) => element);
  }

  key(event) {
    const all = this.stops(), here = all.indexOf(document.activeElement);
    const to = {ArrowRight: here + 1, ArrowDown: here + 1, ArrowLeft: here - 1, ArrowUp: here - 1, Home: 0, End: -1}[event.key];
    if (event.key === 'Escape') this.pane.element.focus({preventScroll: true});
    else if (to === undefined || here < 0) return;
    else {
      all[here].tabIndex = -1;
      const next = all.at(to % all.length);
      next.tabIndex = 0;
      next.focus({preventScroll: true});
    }
    event.preventDefault();
    event.stopPropagation();
  }

  close() {
    clearTimeout(this.looking);
    this.put();
    this.box.remove();
    this.words.remove();
    this.pane.model.off('change:pins', this.took);
  }
}

TOOLS.push(pane => new Pins(pane));
