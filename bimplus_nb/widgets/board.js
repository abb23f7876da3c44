// The issues of a project: a list that filters here, and one of them (board_issue.js). The kernel does what is to be done.

const LINE = 58;        // height of a row, CSS pixels
const PAUSE = 250;      // ms after a key until the building shows what the list does
const SORTS = {newest: 'Newest', due: 'Due first', priority: 'Most urgent', changed: 'Last changed'};
const ENDED = 'The kernel of this board has ended, so nothing was sent. Copy what you have written, and run the notebook again.';
const CHIPS = {open: 'Open', mine: 'Mine', overdue: 'Overdue'};

class Board {
  constructor(model, el) {
    this.model = model;
    this.el = el;
    this.wanted = {open: false, mine: false, overdue: false, storey: '', sort: 'newest', text: ''};
    this.rows = [];
    this.active = 0;
    this.asks = new Map();
    this.lines = [];
    this.unique = Math.random().toString(36).slice(2);
    this.build();
    const on = (name, does) => {
      model.on(name, does);
      (this.undo ??= []).push(() => model.off(name, does));
    };
    on('change:table', () => this.take());
    on('change:chosen', () => this.open());
    on('msg:custom', (message, buffers) => this.heard(message, buffers ?? []));
    this.take();
    const chosen = model.get('chosen');
    if (chosen) this.act('tell', {issue: chosen});
  }

  get hasViewer() { return this.model.get('has_viewer'); }
  get people() { return this.model.get('people'); }
  get choices() { return this.model.get('choices'); }

  build() {
    const board = this.element = make('div', 'bp-board'), side = make('div', 'bp-list');
    board.dataset.lmSuppressShortcuts = 'true';  // Lab would take single letters for itself
    board.style.height = `${this.model.get('height')}px`;
    this.search = make('input', '', undefined, {type: 'search', placeholder: 'Search  /', spellcheck: false, autocomplete: 'off'});
    this.search.setAttribute('aria-label', 'Show only issues with these words');
    const top = make('div', 'bp-top'), why = this.model.get('why');
    this.fresh = button('New issue', () => this.begin(), why, 'bp-main');
    this.fresh.addEventListener('refused', ({detail}) => this.details.say(`No new issues: ${detail}.`));
    top.append(this.search, this.fresh);
    const chips = make('div', 'bp-chips');
    this.chips = Object.entries(CHIPS).map(([name, word]) => {
      const chip = make('button', 'bp-filter', word, {type: 'button'});
      chip.dataset.filter = name;
      if (name === 'mine') chip.title = 'Those that you wrote or are to solve';
      chip.onclick = () => this.filter({[name]: !this.wanted[name]});
      return chip;
    });
    this.storey = make('select', '', undefined, {title: 'Storey'});
    this.storey.setAttribute('aria-label', 'Storey');
    this.storey.onchange = () => this.filter({storey: this.storey.value});
    this.sorted = make('select', '', undefined, {title: 'Order'});
    this.sorted.setAttribute('aria-label', 'Order');
    for (const [key, word] of Object.entries(SORTS)) this.sorted.append(make('option', '', word, {value: key}));
    this.sorted.onchange = () => this.filter({sort: this.sorted.value});
    chips.append(...this.chips, this.storey, this.sorted);
    this.list = make('div', 'bp-rows');
    this.list.tabIndex = 0;
    this.list.setAttribute('role', 'listbox');
    this.list.setAttribute('aria-label', `Issues of ${this.model.get('label')}`);
    this.extent = make('div');
    this.list.append(this.extent);
    this.count = make('div', 'bp-count');
    this.count.setAttribute('role', 'status');
    const again = button('Reload', () => this.details.act('reload'), '', 'bp-small');
    const foot = make('div', 'bp-foot');
    foot.append(this.count, again);
    side.append(top, chips, this.list, foot);
    this.details = new Details(this);
    board.append(side, this.details.element);
    this.el.style.containerType = 'inline-size';
    this.el.append(board);
    this.search.addEventListener('input', () => this.filter({text: this.search.value}));
    this.search.addEventListener('keydown', event => this.inSearch(event));
    board.addEventListener('keydown', event => this.key(event));
    this.list.addEventListener('scroll', () => this.draw());
    this.list.addEventListener('click', event => {
      const line = this.lines.find(({element}) => element.contains(event.target));
      if (line) this.choose(this.active = line.at);
    });
    let tall = 0;
    this.watch = new ResizeObserver(() => {
      tall ? this.draw() : this.go(this.active);  // it may have been opened where nobody saw it, as behind a tab
      tall = this.list.clientHeight;
    });
    this.watch.observe(this.list);
  }

  // --- what the kernel says ---------------------------------------------------------------------------------------------

  take() {
    const table = this.table = this.model.get('table'), {ids = [], names, numbers, tags, status, author, responsible, priority} = table;
    const word = (column, k) => column.words[column.codes[k]] ?? '';
    this.row = new Map(ids.map((id, k) => [id, k]));
    this.texts = ids.map((_, k) => `#${numbers[k]} ${names[k]} ${tags[k]} ${word(author, k)} ${word(responsible, k)} ${word(table.type, k)}`.toLowerCase());
    const urgency = ['high', 'medium', 'low'], rank = ids.map((_, k) => (urgency.indexOf(word(priority, k).toLowerCase()) + 4) % 4 || 9);
    const is = ids.map((_, k) => word(status, k).toLowerCase() === 'open');
    this.isOpen = is;
    const all = ids.map((_, k) => k), last = '9999';
    this.orders = {
      newest: [...all].sort((a, b) => numbers[b] - numbers[a]),
      due: [...all].sort((a, b) => is[b] - is[a] || ((table.due[a] || last) < (table.due[b] || last) ? -1 : 1)),
      priority: [...all].sort((a, b) => is[b] - is[a] || rank[a] - rank[b] || table.overdue[b] - table.overdue[a] || numbers[b] - numbers[a]),
      changed: [...all].sort((a, b) => table.modified[a] < table.modified[b] ? 1 : -1),
    };
    this.storey.replaceChildren(make('option', '', 'All storeys', {value: ''}), ...(table.storeys?.words ?? []).map((name, k) => make('option', '', name, {value: String(k)})));
    if (this.wanted.storey && !(this.wanted.storey in (table.storeys?.words ?? []))) this.wanted.storey = '';
    this.storey.value = this.wanted.storey;
    this.filter({}, !this.unfiltered);
    if (this.details.issue || !this.details.form) this.open();  // else a new issue is being written
  }

  issue(k) {
    const {table} = this, word = name => table[name].words[table[name].codes[k]] ?? '';
    return {
      id: table.ids[k], number: table.numbers[k], name: table.names[k], status: word('status') || 'Open', priority: word('priority'),
      type: word('type'), author: word('author'), responsible: word('responsible'), due: table.due[k], created: table.created[k],
      overdue: Boolean(table.overdue[k]), storeys: table.storeys.lists[k].map(n => table.storeys.words[n]), pins: table.pins[k],
      comments: table.comments[k], attachments: table.attachments[k],
    };
  }

  heard(message, buffers) {
    if (message.type === 'done') {
      this.asks.get(message.ask)?.(message.error);
      this.asks.delete(message.ask);
    } else if (message.type === 'issue') this.details.told(message);
    else if (message.type === 'picture') this.details.picture(message, buffers);
    else if (message.type === 'file') this.details.saved(message, buffers);
    else if (message.type === 'placed') this.placed(message.on);
  }

  // Ask the kernel for something; why it was not to be, in words, or nothing.
  async act(does, more = {}, buffers = []) {
    const ask = Math.random();
    try {
      this.model.send({do: does, ask, ...more}, undefined, buffers);
    } catch {
      return ENDED;
    }
    return new Promise(done => this.asks.set(ask, done));
  }

  // The kernel has opened one, or none.
  open() {
    const k = this.row.get(this.model.get('chosen'));
    if (k === undefined) this.details.show(null);
    else {
      this.details.show(this.issue(k));
      const at = this.rows.indexOf(k);
      if (at >= 0) this.go(at);
    }
    this.draw();
  }

  // --- the list ---------------------------------------------------------------------------------------------------------

  // Which rows there are, by what is wanted. `tell` the building.
  filter(change, tell = true) {
    Object.assign(this.wanted, change);
    const {wanted: {open, mine, overdue, storey, sort, text}, table, texts, isOpen} = this, floor = Number(storey);
    const words = text.toLowerCase().split(/\s+/).filter(Boolean), here = this.rows[this.active];
    this.rows = (this.orders[sort] ?? []).filter(k => (!open || isOpen[k]) && (!mine || table.mine[k]) && (!overdue || table.overdue[k])
      && (!storey || table.storeys.lists[k].includes(floor)) && words.every(word => texts[k].includes(word)));
    this.unfiltered = this.rows.length === texts.length;
    this.active = Math.max(0, this.rows.indexOf(here));
    for (const chip of this.chips) chip.setAttribute('aria-pressed', String(this.wanted[chip.dataset.filter]));
    const said = n => n.toLocaleString();
    this.count.textContent = this.unfiltered ? `${said(texts.length)} issues` : `${said(this.rows.length)} of ${said(texts.length)} issues`;
    this.extent.style.height = `${this.rows.length * LINE}px`;
    if ('text' in change || 'storey' in change) this.list.scrollTop = 0;
    this.draw();
    clearTimeout(this.telling);
    if (tell && this.hasViewer) {
      this.telling = setTimeout(() => this.act('shown', {}, [Uint32Array.from(this.rows).buffer]), PAUSE);
    }
  }

  // Only the rows in sight are on the page; each is made once and used again.
  draw() {
    const first = Math.floor(this.list.scrollTop / LINE), end = Math.min(this.rows.length, first + Math.ceil(this.list.clientHeight / LINE) + 1);
    while (this.lines.length < end - first) this.lines.push(this.line());
    const chosen = this.model.get('chosen');
    this.lines.forEach((line, i) => {
      const at = first + i, there = at < end;
      if (there !== line.element.isConnected) there ? this.list.append(line.element) : line.element.remove();
      if (there) this.fill(line, at, chosen);
    });
    const active = this.lines.find(({at, element}) => at === this.active && element.isConnected);
    active ? this.list.setAttribute('aria-activedescendant', active.element.id) : this.list.removeAttribute('aria-activedescendant');
  }

  line() {
    const element = make('div', 'bp-row'), name = make('bdi'), about = make('span', 'bp-more'), late = make('em'), counts = make('small');
    const status = badge('open');
    element.id = `bp-board-${this.unique}-${this.lines.length}`;
    element.setAttribute('role', 'option');
    const low = make('div');
    low.append(late, about, counts);
    element.append(status, name, low);
    return {element, status, name, late, about, counts};
  }

  fill(line, at, chosen) {
    const {element} = line, issue = this.issue(this.rows[at]);
    line.at = at;
    element.style.top = `${at * LINE}px`;
    element.classList.toggle('bp-here', at === this.active);
    element.setAttribute('aria-selected', String(issue.id === chosen));
    element.setAttribute('aria-setsize', this.rows.length);
    element.setAttribute('aria-posinset', at + 1);
    element.title = issue.name;
    line.status.dataset.kind = kindOf(issue.status);
    line.status.title = issue.status;
    line.status.querySelector('path').setAttribute('d', SIGNS[kindOf(issue.status)]);
    line.status.lastChild.textContent = `#${issue.number}`;
    line.name.textContent = issue.name || 'Without a name';
    line.late.textContent = issue.overdue ? `overdue ${day(issue.due)}` : '';
    line.about.textContent = [issue.overdue ? '' : issue.due && `due ${day(issue.due)}`, issue.responsible, issue.storeys.join(', ')].filter(Boolean).join(' · ');
    const some = [[issue.comments, 'comment'], [issue.attachments, 'file']].filter(([n]) => n);
    line.counts.textContent = [issue.priority.toLowerCase() === 'high' ? 'High' : '', ...some.map(([n, word]) => `${n} ${word}${n > 1 ? 's' : ''}`)].filter(Boolean).join(' · ');
  }

  go(at) {
    this.active = Math.max(0, Math.min(this.rows.length - 1, at));
    const {list} = this, top = this.active * LINE;
    if (top < list.scrollTop) list.scrollTop = top;
    else if (top + LINE > list.scrollTop + list.clientHeight) list.scrollTop = top + LINE - list.clientHeight;
    this.draw();
  }

  choose(at) {
    const k = this.rows[at];
    if (k === undefined) return;
    this.details.show(this.issue(k));
    this.draw();
    this.details.act('open', {issue: this.table.ids[k]});
  }

  leave() {
    this.details.act('open', {issue: null});
    this.list.focus({preventScroll: true});
  }

  // A new issue: where, then what.
  begin() {
    if (this.model.get('why')) return;
    if (!this.hasViewer) return this.details.write('');
    this.details.wait();
    this.act('place').then(error => { if (error && this.details.waiting) this.details.write(''); });
  }

  // Somewhere, or nowhere: then one has changed one's mind. Or one does not wait for it any more, and writes.
  placed(on) {
    if (!this.details.waiting) return;
    if (on) this.details.write(on);
    else this.details.leaveForm(true);
  }

  // --- keys -------------------------------------------------------------------------------------------------------------

  inSearch(event) {
    event.stopPropagation();
    if (event.key === 'ArrowDown' || event.key === 'Enter') {
      event.preventDefault();
      this.list.focus({preventScroll: true});
    } else if (event.key === 'Escape') {
      event.preventDefault();
      this.search.value = '';
      this.filter({text: ''});
    }
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    const inList = event.target === this.list, {key} = event;
    const page = Math.max(1, Math.floor(this.list.clientHeight / LINE) - 1);
    const to = inList ? {ArrowDown: this.active + 1, ArrowUp: this.active - 1, PageDown: this.active + page, PageUp: this.active - page, Home: 0, End: this.rows.length - 1}[key] : undefined;
    if (to !== undefined) this.go(to);
    else if (inList && key === 'Enter') this.choose(this.active);
    else if (key === '/') this.search.focus();
    else if (key.toLowerCase() === 'n') this.begin();
    else if (inList && key === 'Escape' && this.model.get('chosen')) this.leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  close() {
    clearTimeout(this.telling);
    this.watch.disconnect();
    this.details.close();
    for (const back of this.undo) back();
  }
}

export default hearing({
  render({model, el}) {
    const board = new Board(model, el);
    return () => board.close();
  },
});
