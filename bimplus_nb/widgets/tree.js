// A tree of any size. The kernel knows which rows there are (branches.py) and what is chosen; the page draws those in
// sight, asks for them when they come into sight, and says what a person does. Text is set as text, never as HTML.

const LINE = 26;       // height of a row, CSS pixels
const AT_ONCE = 200;   // rows that the kernel sends at once, at most
const ENDED = 'The kernel of this tree has ended. Run the notebook again to work with it.';

const make = (tag, name, text = '') => {
  const element = document.createElement(tag);
  element.className = name;
  element.textContent = text;
  return element;
};

// A row as the kernel says it.
const read = ([entry, level, name, kind, open, size, chosen, up, nth, siblings]) =>
  ({entry, level, name, kind, open, size, chosen, up, nth, siblings});

function render({model, el}) {
  const tree = make('div', 'bp-tree'), search = make('input', 'bp-tree-search'), rows = make('div', 'bp-tree-rows');
  const extent = make('div', ''), words = make('p', '', 'Nothing has this in its name.');
  const unique = Math.random().toString(36).slice(2);
  let known = new Map(), before = new Map(), of = 0, active = 0, asked = false, waiting = 0, pressed = null;

  Object.assign(search, {type: 'search', placeholder: 'Search', spellcheck: false, autocomplete: 'off'});
  search.setAttribute('aria-label', 'Show only entries with this in their names');
  tree.dataset.lmSuppressShortcuts = 'true';
  tree.style.height = `${model.get('height')}px`;
  words.setAttribute('role', 'status');
  rows.tabIndex = 0;
  rows.setAttribute('role', 'tree');
  rows.setAttribute('aria-multiselectable', 'true');
  rows.setAttribute('aria-label', model.get('label'));
  rows.append(extent);
  tree.append(search, words, rows);
  el.append(tree);

  const total = () => model.get('total');
  // Until the kernel has said a row anew it is shown as it was, so that nothing flickers.
  const row = at => known.get(at) ?? before.get(at);

  // To the kernel. Where that has ended, what is here stays, and there are words.
  function tell(content) {
    try {
      model.send(content);
    } catch {
      words.textContent = ENDED;
      words.hidden = false;
    }
  }

  function heard() {
    of = model.get('number');
    before = known.size ? known : before;
    known = new Map();
    asked = false;
    extent.style.height = `${total() * LINE}px`;
    words.hidden = total() > 0;
    active = Math.max(0, Math.min(active, total() - 1));
    const goal = model.get('goal');
    goal >= 0 ? go(goal) : draw();
  }

  function told({number, first, rows: said}) {
    if (number !== of) return;
    asked = false;
    said.forEach((one, k) => known.set(first + k, read(one)));
    draw();
    if (pressed && known.has(active)) press(...pressed);
  }

  const inSight = () => {
    const first = Math.floor(rows.scrollTop / LINE);
    return [first, Math.min(total(), first + Math.ceil(rows.clientHeight / LINE) + 1)];
  };

  function ask(first, end) {
    if (asked) return;
    let from = first;
    while (from < end && known.has(from)) from++;
    if (from >= end) return;
    asked = true;
    tell({do: 'rows', first: from, count: Math.min(AT_ONCE, end - from)});
  }

  // Only the rows in sight are on the page; each is made once and used again.
  const made = [];
  function draw() {
    const [first, end] = inSight();
    while (made.length < end - first) made.push(makeLine());
    made.forEach((line, k) => {
      const there = first + k < end;
      if (there !== line.element.isConnected) there ? rows.append(line.element) : line.element.remove();
      if (there) fill(line, first + k);
    });
    if (active >= first && active < end) rows.setAttribute('aria-activedescendant', made[active - first].element.id);
    else rows.removeAttribute('aria-activedescendant');
    ask(first, end);
  }

  function makeLine() {
    const element = make('div', 'bp-tree-row'), twist = make('span', 'bp-tree-twist', '▸'), name = make('bdi', '');
    const kind = make('span', 'bp-tree-kind'), size = make('span', 'bp-tree-size');
    element.id = `bp-tree-${unique}-${made.length}`;
    element.setAttribute('role', 'treeitem');
    twist.setAttribute('aria-hidden', 'true');
    element.append(twist, name, kind, size);
    return {element, twist, name, kind, size, item: null};
  }

  function fill(line, at) {
    const {element} = line, item = line.item = row(at);
    element.style.top = `${at * LINE}px`;
    element.dataset.row = at;
    element.classList.toggle('bp-tree-here', at === active);
    element.classList.toggle('bp-tree-some', item?.chosen === 1);
    line.name.textContent = item?.name ?? '…';
    line.kind.textContent = item?.kind ?? '';
    line.size.textContent = item?.size ? item.size.toLocaleString('en') : '';
    element.title = item ? `${item.name}${item.kind ? ` (${item.kind})` : ''}` : '';
    element.style.paddingLeft = `${(item?.level ?? 0) * 14 + 2}px`;
    element.setAttribute('aria-busy', String(!known.has(at)));
    element.setAttribute('aria-selected', String(item?.chosen === 2));
    for (const [name, value] of [['level', item && item.level + 1], ['posinset', item?.nth], ['setsize', item?.siblings], ['expanded', item?.open ?? undefined]]) {
      if (value === undefined) element.removeAttribute(`aria-${name}`);
      else element.setAttribute(`aria-${name}`, String(value));
    }
  }

  // --- what a person does ------------------------------------------------------------------------------------------

  const turn = (item, open) => tell({do: 'turn', entry: item.entry, open});
  const choose = (item, add) => tell({do: 'choose', entry: item.entry, add});

  // Make a row the one that the keyboard is at, and bring it into sight.
  function go(at, scroll = true) {
    active = Math.max(0, Math.min(total() - 1, at));
    if (scroll) {
      const top = active * LINE, height = rows.clientHeight;
      if (top < rows.scrollTop) rows.scrollTop = top;
      else if (top + LINE > rows.scrollTop + height) rows.scrollTop = top + LINE - height;
    }
    draw();
  }

  const page = () => Math.max(1, Math.floor(rows.clientHeight / LINE) - 1);
  const KEYS = {
    ArrowDown: () => go(active + 1),
    ArrowUp: () => go(active - 1),
    PageDown: () => go(active + page()),
    PageUp: () => go(active - page()),
    Home: () => go(0),
    End: () => go(total() - 1),
    '/': () => search.focus(),
  };
  const OF_A_ROW = {
    ArrowRight(item) { if (item.open === false) turn(item, true); else if (item.open) go(active + 1); },
    ArrowLeft(item) { if (item.open) turn(item, false); else if (item.up >= 0) go(item.up); },
    Enter: choose,
    ' ': choose,
  };
  // A key waits until the kernel has said what is in the row.
  function press(key, add) {
    pressed = OF_A_ROW[key] && !known.has(active) ? [key, add] : null;
    if (!pressed) OF_A_ROW[key] ? OF_A_ROW[key](known.get(active), add) : KEYS[key]();
  }
  rows.addEventListener('keydown', event => {
    const {key} = event, add = event.ctrlKey || event.metaKey;
    if (!(key in KEYS || key in OF_A_ROW) || event.altKey || (add && OF_A_ROW[key] !== choose)) return;
    event.preventDefault();
    event.stopPropagation();
    press(key, add);
  });
  rows.addEventListener('click', event => {
    const line = made.find(one => one.element === event.target.closest('.bp-tree-row')), item = line?.item;
    if (!item) return;
    go(Number(line.element.dataset.row), false);
    if (event.target === line.twist && item.open !== null) turn(item, !item.open);
    else choose(item, event.ctrlKey || event.metaKey);
  });
  rows.addEventListener('dblclick', event => {
    const line = made.find(one => one.element === event.target.closest('.bp-tree-row')), item = line?.item;
    if (item && item.open !== null && event.target !== line.twist) turn(item, !item.open);
  });
  rows.addEventListener('scroll', () => draw());

  const filter = () => {
    clearTimeout(waiting);
    rows.scrollTop = active = 0;
    tell({do: 'filter', text: search.value});
  };
  search.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 120);
  });
  search.addEventListener('keydown', event => {
    event.stopPropagation();
    if (event.key === 'ArrowDown' || event.key === 'Enter') {
      event.preventDefault();
      rows.focus({preventScroll: true});
    } else if (event.key === 'Escape' && search.value) {
      event.preventDefault();
      search.value = '';
      filter();
    }
  });

  const watch = new ResizeObserver(() => draw());
  watch.observe(rows);
  model.on('change:number', heard);
  model.on('msg:custom', told);
  heard();
  return () => {
    clearTimeout(waiting);
    watch.disconnect();
    model.off('change:number', heard);
    model.off('msg:custom', told);
  };
}

export default hearing({render});
