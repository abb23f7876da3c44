// The tree beside the picture: what there is, by storey, type, layer or model, each with an eye. The kernel sends groups
// and what is seen of them (groups.py); objects come when their group is opened, some hundred at a time.

const LINE = 26;          // height of a row, CSS pixels
const BESIDE = 700;       // of a viewer this wide the tree takes a part; in a narrower one it floats
const AT_ONCE = 200;      // objects that the kernel sends at once

const KINDS = {storey: 'Storeys', type: 'Types', layer: 'Layers', model: 'Models', material: 'Materials'};

// As in groups.py.
const SEEN = ['shown', 'hidden', 'ghosts', 'partly'], ALL_CHOSEN = 8, SOME_CHOSEN = 16, LEFT_OUT = 32;
const EYES = {
  shown: ['Hide', 'M1.5 8s2.4-4.5 6.5-4.5S14.5 8 14.5 8 12.1 12.5 8 12.5 1.5 8 1.5 8z', 'M8 9.4a1.4 1.4 0 100-2.8 1.4 1.4 0 000 2.8z'],
  hidden: ['Show', 'M1.5 8s2.4-4.5 6.5-4.5S14.5 8 14.5 8 12.1 12.5 8 12.5 1.5 8 1.5 8z', 'M2.5 13.5l11-11'],
  ghosts: ['X-ray; show solid', 'M1.5 8s2.4-4.5 6.5-4.5S14.5 8 14.5 8 12.1 12.5 8 12.5 1.5 8 1.5 8z', 'M8 9.4a1.4 1.4 0 100-2.8 1.4 1.4 0 000 2.8z'],
  partly: ['Partly shown; show all', 'M1.5 8s2.4-4.5 6.5-4.5S14.5 8 14.5 8', 'M8 9.4a1.4 1.4 0 100-2.8 1.4 1.4 0 000 2.8z'],
};

// What the kernel has said, and what of it follows; the same for all panes of a stage.
class Listed {
  constructor(message, [seen]) {
    Object.assign(this, message);
    this.members = new Map();  // of groups, objects by their place
    this.loading = new Set();
    this.look(seen);
    this.path = this.names.map((name, k) => this.levels[k] ? `${this.path0}\n${name}` : (this.path0 = name));
  }

  look(seen) {
    this.seen = new Uint8Array(seen.buffer.slice(seen.byteOffset, seen.byteOffset + seen.byteLength));
  }
}

TOOLS.push(pane => {
  const {stage, model, el} = pane, box = el.parentElement;
  let by = null, opened = new Set(), wanted = '', blocks = [], total = 0, active = 0, asked = new Set(), of = 0, wide = true;

  const button = toolButton({name: 'tree', tip: 'Storeys, types and layers (T)', icon: 'M2 3.5h3M7 3.5h7M5 8h2M9 8h5M5 12.5h2M9 12.5h5M3 5.5v7h1M3 8h1'}, () => toggle());
  button.className = 'bv-lister';
  button.setAttribute('aria-pressed', 'false');
  pane.panel.title.before(button);

  const tree = make('section', 'bv-tree'), tabs = make('div', 'bv-kinds'), narrow = make('div', 'bv-narrow'), rows = make('div', 'bv-rows');
  const filter = make('input'), empty = make('p'), extent = make('div');
  tree.hidden = true;
  tree.setAttribute('aria-label', 'What there is');
  tree.dataset.lmSuppressShortcuts = 'true';
  tabs.setAttribute('role', 'tablist');
  Object.assign(filter, {type: 'search', placeholder: 'Filter', spellcheck: false, autocomplete: 'off'});
  filter.setAttribute('aria-label', 'Show only groups with this in their names');
  const everything = toolButton({name: 'all', tip: 'Show everything, solid', icon: EYES.shown[1]}, () => pane.act('group', {do: 'all'}));
  everything.firstChild.append(icon(EYES.shown[2]).firstChild);
  narrow.append(filter, everything);
  rows.tabIndex = 0;
  rows.setAttribute('role', 'tree');
  rows.setAttribute('aria-multiselectable', 'true');
  rows.append(extent);
  tree.append(tabs, narrow, empty, rows);
  el.append(tree);

  const shows = () => stage.listed;
  const place = () => {
    wide = el.clientWidth >= BESIDE;
    tree.classList.toggle('bv-floats', !wide);
    box?.classList.toggle('bv-listed', wide && by !== null);
  };
  const watch = new ResizeObserver(() => { place(); if (by !== null) draw(); });
  watch.observe(el);

  function toggle(focus = false) {
    turn(by === null ? shows()?.by ?? 'storey' : null, true);
    (by === null ? pane.element : focus ? rows : null)?.focus({preventScroll: true});
  }

  // To another kind of groups, or (null) to none; `tell`: the kernel does not know it yet.
  function turn(kind, tell) {
    by = kind;
    tree.hidden = by === null;
    button.setAttribute('aria-pressed', String(by !== null));
    place();
    if (tell) pane.act('tree', {by});
    else if (by !== null) pane.act('groups');
    if (by !== null) layOut();
  }

  // --- which rows there are ----------------------------------------------------------------------------------------

  // A block is one group, or the objects of one, or the heading or one of what is not loaded; `at` is its first row.
  function layOut() {
    const listed = shows();
    blocks = [];
    total = 0;
    const add = block => { blocks.push({...block, at: total}); total += block.size ?? 1; };
    if (listed) {
      if (of !== listed.number) asked = new Set();
      of = listed.number;
      const fits = k => listed.names[k].toLowerCase().includes(wanted), {levels} = listed;
      for (let k = 0; k < levels.length;) {
        let end = k + 1;
        while (levels[end] === 1) end++;
        const own = fits(k), some = [];
        for (let m = k + 1; m < end; m++) if (own || fits(m)) some.push(m);
        if (own || some.length) {
          const open = isOpen(k) || !own;
          add({group: k, open});
          if (open && end === k + 1) add({members: k, size: listed.counts[k]});
          for (const m of open ? some : []) {
            add({group: m, open: isOpen(m)});
            if (isOpen(m)) add({members: m, size: listed.counts[m]});
          }
        }
        k = end;
      }
      const more = listed.more.map((name, k) => ({more: name, k})).filter(({more}) => more.toLowerCase().includes(wanted));
      if (more.length) add({heading: 'Not loaded'});
      more.forEach(add);
    }
    empty.hidden = total > 0;
    empty.textContent = listed ? 'Nothing has this in its name.' : 'One moment …';
    extent.style.height = `${total * LINE}px`;
    active = Math.min(active, Math.max(total - 1, 0));
    drawTabs();
    draw();
  }

  const isOpen = k => opened.has(`${shows().by}\n${shows().path[k]}`);
  function open(k, wish) {
    const path = `${shows().by}\n${shows().path[k]}`;
    if (wish) opened.add(path);
    else opened.delete(path);
    layOut();
  }

  // What the row is: its block, and of members which one.
  function row(at) {
    let low = 0, high = blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (blocks[middle].at <= at) low = middle;
      else high = middle - 1;
    }
    const block = blocks[low];
    if (block?.members === undefined) return block;
    const index = at - block.at, first = index - index % AT_ONCE, key = `${block.members} ${first}`;
    const found = shows().members.get(key);
    if (!found && !asked.has(key)) {
      asked.add(key);
      pane.act('members', {number: of, group: block.members, first});
    }
    const [name, object, part, out] = found?.[index - first] ?? [];
    return {...block, name, object, part, out};
  }

  const levelOf = ({group, members}) => members === undefined ? shows().levels[group] ?? 0 : shows().levels[members] + 1;

  // --- what they look like -----------------------------------------------------------------------------------------

  function drawTabs() {
    const listed = shows(), kinds = listed?.kinds ?? [];
    if (tabs.children.length !== kinds.length) {
      tabs.replaceChildren(...kinds.map(kind => {
        const tab = make('button', '', KINDS[kind]);
        Object.assign(tab, {type: 'button', onclick: () => { rows.scrollTop = active = 0; turn(kind, true); }});
        tab.setAttribute('role', 'tab');
        tab.title = KINDS[kind];
        return tab;
      }));
    }
    [...tabs.children].forEach((tab, k) => tab.setAttribute('aria-selected', String(kinds[k] === listed.by)));
    rows.setAttribute('aria-label', KINDS[listed?.by] ?? '');
  }

  // Only the rows in sight are on the page; each is made once and used again.
  const made = [];
  function draw() {
    if (by === null) return;
    const first = Math.floor(rows.scrollTop / LINE), many = Math.ceil(rows.clientHeight / LINE) + 1;
    const count = Math.max(0, Math.min(many, total - first));
    while (made.length < count) made.push(makeRow());
    made.forEach((one, k) => {
      const there = k < count;
      if (there !== one.line.isConnected) there ? rows.append(one.line) : one.line.remove();
      if (there) fill(one, first + k);
    });
    const shown = active >= first && active < first + count;
    if (shown) rows.setAttribute('aria-activedescendant', made[active - first].line.id);
    else rows.removeAttribute('aria-activedescendant');
  }

  function makeRow() {
    const line = make('div', 'bv-row'), twist = make('button', 'bv-twist'), swatch = make('i'), name = make('bdi');
    const out = make('button', 'bv-out', 'more'), count = make('em'), load = make('button', 'bv-load'), eye = make('button', 'bv-shown');
    line.id = `bv-row-${Math.random().toString(36).slice(2)}`;
    line.setAttribute('role', 'treeitem');
    twist.append(icon('M5 2l6 6-6 6'));
    out.title = 'Small objects are left out of the picture; click to draw them too';
    for (const inner of [twist, out, load, eye]) Object.assign(inner, {type: 'button', tabIndex: -1});
    line.append(twist, swatch, name, out, count, load, eye);
    return {line, twist, swatch, name, out, count, load, eye};
  }

  function lookOf({group, members, object, part, out}) {
    const listed = shows();
    if (group !== undefined) {
      const bits = listed.seen[group];
      return {seen: SEEN[bits & 7], all: bits & ALL_CHOSEN, some: bits & SOME_CHOSEN, out: bits & LEFT_OUT};
    }
    if (object === undefined) return {};
    const bits = part < 0 ? VISIBLE : stage.bits[4 * part + 3], room = (bits & ROOM) && !(bits & COLORED);
    const seen = room || !(bits & VISIBLE) ? 'hidden' : bits & GHOST ? 'ghosts' : 'shown';
    return {seen, all: bits & SELECTED, out: out && listed.seen[members] & LEFT_OUT};
  }

  function fill(one, at) {
    const listed = shows(), item = row(at), {group, heading, more} = item, {seen, all, some, out} = lookOf(item);
    const {line, twist, swatch, eye, count, load} = one, level = levelOf(item);
    const name = heading ?? more ?? item.name ?? listed.names[group] ?? '…';
    const color = group === undefined ? '' : listed.colors[group];
    line.style.top = `${at * LINE}px`;
    line.style.paddingLeft = `${level * 14}px`;
    line.dataset.row = at;
    line.dataset.seen = seen ?? '';
    line.className = ['bv-row', at === active && 'bv-here', some && 'bv-some', heading && 'bv-part'].filter(Boolean).join(' ');
    line.setAttribute('aria-level', level + 1);
    line.setAttribute('aria-selected', String(Boolean(all)));
    if (item.open === undefined) line.removeAttribute('aria-expanded');
    else line.setAttribute('aria-expanded', String(item.open));
    twist.setAttribute('aria-label', item.open ? 'Close' : 'Open');
    swatch.hidden = !color;
    swatch.style.background = color;
    one.name.textContent = name;
    one.out.hidden = !out;
    count.textContent = group === undefined ? '' : listed.counts[group].toLocaleString('en');
    load.hidden = more === undefined;
    const busy = listed.loading.has(more);
    load.textContent = busy ? 'Loading …' : 'Load';
    load.disabled = busy;
    eye.hidden = !seen;
    const hint = group !== undefined || item.object !== undefined ? `${name}\nClick selects, Ctrl+click adds, double click isolates` : name;
    line.title = hint;
    let label = name;
    if (seen) {
      const [tip, ...paths] = EYES[seen];
      if (eye.dataset.shows !== seen) {
        eye.dataset.shows = seen;
        const drawn = icon(paths[0]);
        for (const path of paths.slice(1)) drawn.append(icon(path).firstChild);
        eye.replaceChildren(drawn);
      }
      eye.title = `${tip} (Alt+click: x-ray)`;
      eye.setAttribute('aria-label', `${tip}: ${name}`);
      label += `${group === undefined ? '' : `, ${count.textContent} objects`}, ${seen === 'ghosts' ? 'x-ray' : seen}`;
    } else if (more !== undefined) label += busy ? ', loading' : ', not loaded';
    line.setAttribute('aria-label', label);
  }

  // --- what a person does ------------------------------------------------------------------------------------------

  function act(what, item) {
    if (item.more !== undefined) {
      if (what === 'isolate' || shows().loading.has(item.more)) return;
      shows().loading.add(item.more);
      draw();
      pane.act('load', {place: item.k, more: item.more});
    } else if (item.group !== undefined) pane.act('group', {do: what, number: of, group: item.group});
    else if (item.object !== undefined) pane.act('group', {do: what, number: of, group: item.members, object: item.object});
  }

  const rowOf = event => {
    const line = event.target.closest?.('.bv-row');
    return line && Number(line.dataset.row);
  };

  rows.addEventListener('click', event => {
    const at = rowOf(event), item = at !== null && row(at), hit = name => event.target.closest(name);
    if (!item) return;
    go(at, false);
    if (hit('.bv-twist')) open(item.group, !item.open);
    else if (hit('.bv-load')) act('load', item);
    else if (hit('.bv-out')) act('show', item);
    else if (hit('.bv-shown')) act(event.altKey ? 'ghost' : 'eye', item);
    else if (item.more !== undefined || event.detail > 1) return;
    else act(event.altKey ? 'ghost' : event.ctrlKey || event.metaKey ? 'add' : 'select', item);
  });
  rows.addEventListener('dblclick', event => {
    const at = rowOf(event);
    if (at !== null && !event.target.closest('button')) act('isolate', row(at));
  });
  rows.addEventListener('scroll', () => draw());

  // Make a row the one that the keyboard is at, and bring it into sight.
  function go(at, scroll = true) {
    active = Math.max(0, Math.min(total - 1, at));
    if (scroll) {
      const top = active * LINE, height = rows.clientHeight;
      if (top < rows.scrollTop) rows.scrollTop = top;
      else if (top + LINE > rows.scrollTop + height) rows.scrollTop = top + LINE - height;
    }
    draw();
  }

  const page = () => Math.max(1, Math.floor(rows.clientHeight / LINE) - 1);
  const KEYS_HERE = {
    arrowdown: () => go(active + 1),
    arrowup: () => go(active - 1),
    pagedown: () => go(active + page()),
    pageup: () => go(active - page()),
    home: () => go(0),
    end: () => go(total - 1),
    arrowright: item => { if (item.open === false) open(item.group, true); else if (item.open) go(active + 1); },
    arrowleft(item) {
      if (item.open && isOpen(item.group)) return open(item.group, false);
      let at = item.members !== undefined ? item.at - 1 : active;
      if (item.members === undefined) while (at > 0 && levelOf(item) > 0 && levelOf(row(at)) >= levelOf(item)) at--;
      go(at);
    },
    ' ': item => act('eye', item),
    enter: (item, event) => act(event.ctrlKey || event.metaKey ? 'add' : 'select', item),
    i: item => act('isolate', item),
    x: item => act('ghost', item),
    t: () => toggle(),
    '/': () => filter.focus(),
    escape: () => pane.element.focus({preventScroll: true}),
  };
  rows.addEventListener('keydown', event => {
    const key = event.key.toLowerCase(), does = KEYS_HERE[key], item = row(active);
    if (!does || event.altKey || ((event.ctrlKey || event.metaKey) && key !== 'enter')) return;
    event.preventDefault();
    event.stopPropagation();
    if (item || key === 't' || key === 'escape') does(item, event);
  });
  filter.addEventListener('input', () => {
    wanted = filter.value.trim().toLowerCase();
    rows.scrollTop = active = 0;
    layOut();
  });
  filter.addEventListener('keydown', event => {
    event.stopPropagation();
    if (event.key === 'ArrowDown' || event.key === 'Enter') {
      event.preventDefault();
      rows.focus({preventScroll: true});
    } else if (event.key === 'Escape') {
      event.preventDefault();
      if (!filter.value) return rows.focus({preventScroll: true});
      filter.value = wanted = '';
      layOut();
    }
  });

  let heard = null;
  return {
    key(key) {
      if (key !== 't') return false;
      toggle(true);
      return true;
    },
    show() {
      const {by: said = null} = model.get('tools').tree ?? {};
      if (said === heard) return;
      heard = said;
      if (said !== by) turn(said, false);
    },
    listed() {
      if (by !== null) layOut();
    },
    seen() {
      draw();
    },
    close() {
      watch.disconnect();
      box?.classList.remove('bv-listed');
      tree.remove();
      button.remove();
    },
  };
});

Object.assign(ASKS, {
  groups(stage, message, buffers) {
    const before = stage.listed;
    stage.listed = new Listed(message, buffers);
    if (before?.number === message.number) stage.listed.members = before.members;
    for (const pane of stage.panes) pane.ask('listed');
  },
  seen(stage, {number}, [seen]) {
    if (stage.listed?.number !== number) return;
    stage.listed.look(seen);
    for (const pane of stage.panes) pane.ask('seen');
  },
  members(stage, {number, group, first, rows}) {
    if (stage.listed?.number !== number) return;
    stage.listed.members.set(`${group} ${first}`, rows);
    for (const pane of stage.panes) pane.ask('seen');
  },
});
