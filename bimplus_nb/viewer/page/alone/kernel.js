// What a kernel would answer to a page (choosing.py, showing.py, listing.py), for a page without one.

class Kernel {
  // `about`: names, ids, and of each column its words and a code an object; `legend`: the objects of each class;
  // `groups`: of each kind what the tree shows, its objects group by group.
  constructor(model, {looks, about, legend, groups}) {
    Object.assign(this, {model, about, groups});
    this.looks = new Looks(looks);
    this.codes = Object.fromEntries(Object.entries(about.columns).map(([name, {codes}]) => [name, numbers(codes)]));
    this.classes = legend.map(numbers);
    this.first = new Map();  // part of each object
    this.looks.owner.forEach((i, part) => { if (!this.first.has(i)) this.first.set(i, part); });
    this.cut = {planes: String(model.get('cuts').planes), seams: model.get('seams')};
    this.number = 0;
  }

  get stage() { return stageOf(this.model); }
  where(holds) { return Array.from({length: this.looks.count}, (_, i) => i).filter(holds); }
  get chosen() { return this.where(i => this.looks.selected[i]); }

  // An act of a person. What is not here needs a kernel.
  hear({type, name, ...said}) {
    if (type === 'act') ACTS[name]?.(this, said);
  }

  choose(which) {
    this.looks.selected.fill(0);
    for (const i of which) this.looks.selected[i] = 1;
  }

  hide(which) {
    for (const i of which) this.looks.visible[i] = this.looks.asked[i] = 0;
  }

  isolate(which) {
    this.looks.visible.fill(0);
    this.looks.asked.fill(0);
    this.looks.bring(which);
  }

  showAll() {
    this.looks.visible.fill(1);
    this.looks.ghost.fill(0);
  }

  // Everything but the selection, or these, one can see through.
  xray(which) {
    const {looks} = this;
    if (which) for (const i of which) looks.ghost[i] = 1;
    else for (let i = 0; i < looks.count; i++) looks.ghost[i] = !looks.selected[i] && !looks.room[i];
  }

  uncolor() {
    this.looks.uncolor();
    this.classes = [];
    this.model.set('legend', {});
  }

  // Bring the page up to date.
  show() {
    const {looks, model} = this, none = new DataView(new ArrayBuffer(0)), legend = model.get('legend'), chosen = this.chosen.length;
    ASKS.patch(this.stage, {gap: 2, indexed: false}, [none, new DataView(looks.texels().buffer), none]);
    model.set('words', {...model.get('words'), chosen: chosen ? `${chosen.toLocaleString('en')} selected` : ''});
    if (legend.rows) {
      const some = [...this.classes.keys()].filter(k => this.classes[k].length);
      model.set('legend', {
        ...legend,
        off: some.filter(k => !this.classes[k].some(i => looks.visible[i])),
        chosen: some.filter(k => this.classes[k].every(i => looks.selected[i])),
      });
    }
    if (this.by) ASKS.seen(this.stage, {number: this.number}, [this.seen()]);
  }

  // The word that all of these objects have in a column, or how many there are.
  common(column, which) {
    const {words} = this.about.columns[column], different = new Set(which.map(i => this.codes[column][i]));
    different.delete(0);
    return different.size === 1 ? words[[...different][0]] : different.size ? `${different.size.toLocaleString('en')} values` : '';
  }

  name(i) { return this.about.names[i] || this.about.ids[i]; }

  // Objects that lie wholly inside all of these planes, by the corners of their parts.
  within(sides) {
    const {looks, stage} = this, out = new Uint8Array(looks.count), met = new Uint8Array(looks.count);
    for (const {geometry, position, scale} of ['opaque', 'glass'].flatMap(name => stage.part(name).children)) {
      const {position: {array}, part} = geometry.attributes;
      for (let v = 0; v < part.array.length; v++) {
        const i = looks.owner[part.array[v]];
        const place = stage.places.drawn([0, 1, 2].map(k => array[3 * v + k] * scale.x + position.getComponent(k)), part.array[v]);
        met[i] = 1;
        if (!out[i] && sides.some(side => dot(place, side) + side[3] < 0)) out[i] = 1;
      }
    }
    return this.where(i => met[i] && !out[i] && looks.shown(i));
  }

  // --- the tree -------------------------------------------------------------------------------------------------------

  get listed() { return this.groups[this.by]; }

  // The objects of a group; `object` is the only one that is meant, if any.
  members({number, group, object}) {
    if (number !== this.number || !this.by) return [];
    const {order, start, counts} = this.listed, all = numbers(order).subarray(start[group], start[group] + counts[group]);
    return object === undefined ? [...all] : [...all].filter(i => i === object);
  }

  list(by) {
    this.by = by && (this.groups[by] ? by : Object.keys(this.groups)[0]);
    this.model.set('tools', {...this.model.get('tools'), tree: {by: this.by}});
    if (!this.by) return;
    this.number += 1;
    const {levels, names, counts, colors} = this.listed;
    ASKS.groups(this.stage, {number: this.number, by: this.by, kinds: Object.keys(this.groups), levels, names, counts, colors, more: []}, [this.seen()]);
  }

  // As groups.py says what is seen of each group.
  seen() {
    const {looks} = this, {order, start, counts} = this.listed, all = numbers(order);
    return new DataView(Uint8Array.from(start, (from, k) => {
      let there = 0, shown = 0, visible = 0, chosen = 0;
      for (const i of all.subarray(from, from + counts[k])) {
        const here = looks.there(i);
        there += here ? 1 : 0;
        shown += looks.shown(i) ? 1 : 0;
        visible += here && looks.visible[i] ? 1 : 0;
        chosen += looks.selected[i] ? 1 : 0;
      }
      const look = visible === 0 ? 'hidden' : shown === there ? 'shown' : shown === 0 && visible === there ? 'ghosts' : 'partly';
      return SEEN.indexOf(look) | (chosen === counts[k] ? ALL_CHOSEN : chosen ? SOME_CHOSEN : 0);
    }).buffer);
  }
}

const numbers = ({buffer, byteOffset, byteLength}) => new Uint32Array(buffer.slice(byteOffset, byteOffset + byteLength));
const AT_A_TIME = 200;

// What is done to a group of the tree.
const DOINGS = {
  eye: (kernel, which) => {
    const {looks} = kernel, here = which.filter(i => looks.there(i));
    here.length && here.every(i => looks.visible[i] && !looks.ghost[i]) ? kernel.hide(which) : looks.bring(which);
  },
  ghost: ({looks}, which) => {
    const through = which.filter(i => !looks.room[i]);
    if (through.every(i => looks.ghost[i] && looks.visible[i])) looks.bring(through);
    else for (const i of through) looks.visible[i] = looks.ghost[i] = 1;
  },
  isolate: (kernel, which) => {
    const {looks} = kernel, mine = new Set(which);
    const alone = kernel.where(i => Boolean(looks.visible[i]) !== mine.has(i)).length === 0 && !which.some(i => looks.ghost[i]);
    alone ? kernel.showAll() : kernel.isolate(which);
  },
  select: (kernel, which) => kernel.choose(which),
  add: ({looks}, which) => {
    const all = which.every(i => looks.selected[i]);
    for (const i of which) looks.selected[i] = Number(!all);
  },
  show: ({looks}, which) => looks.bring(which),
};

const shows = act => (kernel, said) => {
  act(kernel, said);
  kernel.show();
};

const ACTS = {
  pick: shows((kernel, {part, toggle}) => {
    const i = part === null ? null : kernel.looks.owner[part];
    if (i === null && toggle) return;
    if (toggle) kernel.looks.selected[i] ^= 1;
    else kernel.choose(i === null ? [] : [i]);
  }),
  box: shows((kernel, {parts, sides, add}) => {
    const {looks} = kernel, boxed = parts ? [...new Set(parts.map(part => looks.owner[part]))].filter(i => looks.shown(i)) : kernel.within(sides);
    kernel.choose(add ? [...kernel.chosen, ...boxed] : boxed);
  }),
  same: shows((kernel, {column}) => {
    const {looks} = kernel, {chosen} = kernel;
    if (column === null) {
      kernel.choose(kernel.classes.filter(one => one.some(i => looks.selected[i])).flatMap(one => [...one]).filter(i => looks.shown(i)));
    } else {
      const codes = kernel.codes[column], wanted = new Set(chosen.map(i => codes[i]).filter(Boolean));
      if (wanted.size) kernel.choose(kernel.where(i => wanted.has(codes[i]) && looks.shown(i)));
    }
  }),
  hide: shows(kernel => { kernel.hide(kernel.chosen); kernel.choose([]); }),
  isolate: shows(kernel => { if (kernel.chosen.length) kernel.isolate(kernel.chosen); }),
  xray: shows(kernel => {
    const {looks} = kernel;
    looks.ghost.some(Boolean) ? looks.bring(kernel.where(i => looks.visible[i] && !looks.room[i])) : kernel.xray();
  }),
  xray_others: shows(kernel => { if (kernel.chosen.length) kernel.xray(); }),
  show: shows(kernel => kernel.showAll()),
  legend: shows((kernel, {row, toggle}) => {
    const {looks} = kernel, which = kernel.classes[row], all = which.every(i => looks.selected[i]);
    if (!toggle) kernel.choose([]);
    for (const i of which) looks.selected[i] = Number(!(toggle && all));
  }),
  legend_eye: shows((kernel, {row}) => {
    const which = [...kernel.classes[row]];
    which.some(i => kernel.looks.visible[i]) ? kernel.hide(which) : kernel.looks.bring(which);
  }),
  legend_close: shows(kernel => kernel.uncolor()),
  reset: shows(kernel => {
    kernel.showAll();
    kernel.looks.asked.fill(0);
    kernel.uncolor();
    kernel.choose([]);
    ACTS.section(kernel, {planes: []});
    ACTS.explode(kernel, {distance: 0});
    kernel.stage.height = null;
    kernel.stage.home();
  }),
  escape: shows(kernel => { kernel.chosen.length ? kernel.choose([]) : ACTS.reset(kernel, {}); }),
  group: shows((kernel, said) => {
    if (said.do === 'all') kernel.showAll();
    const which = kernel.members(said);
    if (which.length) DOINGS[said.do](kernel, which);
  }),
  tree: (kernel, {by}) => kernel.list(by),
  groups: kernel => kernel.list(kernel.by ?? 'storey'),
  members: (kernel, {number, group, first}) => {
    const rows = kernel.members({number, group}).slice(first, first + AT_A_TIME);
    ASKS.members(kernel.stage, {number, group, first, rows: rows.map(i => [kernel.name(i), i, kernel.first.get(i) ?? -1, false])});
  },
  about: (kernel, {part}) => {
    const which = part === null ? kernel.chosen : [kernel.looks.owner[part]];
    if (!which.length) return;
    const words = Object.fromEntries(SAME.map(column => [column, kernel.common(column, which)]));
    const parts = part === null ? [] : [...kernel.looks.owner.keys()].filter(k => kernel.looks.owner[k] === which[0]);
    ASKS.about(kernel.stage, {part, parts, words: {...words, name: which.length === 1 ? kernel.name(which[0]) : '', count: which.length}});
  },
  copy: kernel => ASKS.copy(kernel.stage, {text: kernel.chosen.map(i => kernel.about.ids[i]).join('\n')}),
  // The lines of a cut are only known of the one that there was at first.
  section({model, cut}, {planes}) {
    model.set('seams', String(planes) === cut.planes ? cut.seams : new DataView(new ArrayBuffer(0)));
    model.set('cuts', {...model.get('cuts'), planes});
  },
  explode({model}, {distance}) {
    if (model.get('storeys').byteLength) model.set('lifted', distance);
  },
  pin: ({model}, {issue}) => model.set('tools', {...model.get('tools'), pins: {chosen: issue}}),
};
