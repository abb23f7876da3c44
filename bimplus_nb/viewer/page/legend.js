// The legend over the canvas: what the colours mean, how many objects have which, and a way to all of them.
//
// `show` gets it from the kernel (coloring.py, `Coloring.legend`). Text is set as text, never as HTML. Rows are made anew
// only when they are others: a click must not take the focus away.

const OPEN_EYE = 'M1.5 8s2.4-4.5 6.5-4.5S14.5 8 14.5 8 12.1 12.5 8 12.5 1.5 8 1.5 8zM8 9.9a1.9 1.9 0 100-3.8 1.9 1.9 0 000 3.8z';
const SHUT_EYE = 'M2.5 2.5l11 11M6.4 3.7A6.6 6.6 0 018 3.5c4.1 0 6.5 4.5 6.5 4.5a11 11 0 01-2 2.5M4.3 4.9A10.6 10.6 0 001.5 8S3.9 12.5 8 12.5a6.5 6.5 0 003-.75';
const CROSS = 'M4 4l8 8M12 4l-8 8';
const FOLD = 'M4 6l4 4 4-4';

class Legend {
  constructor(act) {
    this.act = act;
    this.element = make('section', 'bv-legend');
    this.element.hidden = true;
    this.element.dataset.lmSuppressShortcuts = 'true';  // Lab would take H, X, I and Enter for itself
    this.element.addEventListener('keydown', event => this.key(event));
  }

  show({title, unit, axis, rows, off, chosen}) {
    this.element.hidden = !rows?.length;
    if (this.element.hidden) {
      this.made = '';
      this.element.replaceChildren();
      return;
    }
    const now = JSON.stringify([title, unit, axis, rows]);
    if (now !== this.made) this.make(title, unit, axis, rows);
    this.made = now;
    this.items.forEach((item, k) => {
      if (!item) return;
      const hidden = off.includes(k);
      item.setAttribute('aria-pressed', String(chosen.includes(k)));
      item.parentElement.classList.toggle('bv-off', hidden);
      const eye = item.nextElementSibling;
      if (!eye) return;
      eye.replaceChildren(icon(hidden ? SHUT_EYE : OPEN_EYE));
      eye.title = hidden ? 'Show (H)' : 'Hide (H)';
      eye.setAttribute('aria-label', `${hidden ? 'Show' : 'Hide'} ${rows[k].label}`);
    });
  }

  make(title, unit, axis, rows) {
    const fold = this.button('bv-fold', '', 'Fold the legend', () => this.fold(!this.folded));
    const heading = make('h4', '', title || 'Colours');
    if (unit) heading.append(make('span', 'bv-quiet', unit));
    fold.append(icon(FOLD), heading);
    fold.removeAttribute('aria-label');  // its name is the heading, which is seen
    const close = this.button('bv-close', '', 'Colours of the model again', () => this.act('legend_close'));
    close.append(icon(CROSS));
    const head = make('header');
    head.append(fold, close);
    const body = make('div', 'bv-classes');
    body.setAttribute('role', 'group');
    body.setAttribute('aria-label', title || 'Colours');
    this.items = rows.map((row, k) => row.bar && !row.count ? null : this.item(row, k, unit));
    if (axis) body.append(...this.histogram(axis, rows));
    rows.forEach((row, k) => { if (!row.bar) body.append(this.line(row, k)); });
    this.element.replaceChildren(head, body);
    this.element.setAttribute('aria-label', 'Legend');
    this.enter(this.items.find(Boolean));
    this.fold(this.folded ?? false);
  }

  button(className, text, tip, pressed) {
    const button = make('button', className, text);
    button.type = 'button';
    button.title = tip;
    button.setAttribute('aria-label', tip);
    button.onclick = pressed;
    return button;
  }

  // What a class is clicked by. Only one of them is on the way of the Tab key; arrows lead to the others.
  item({label, count, bar}, k, unit) {
    const words = `${label}${bar && unit ? ` ${unit}` : ''}: ${count.toLocaleString('en')}`;
    const item = this.button(bar ? 'bv-bar' : 'bv-class', '', words, event => this.choose(k, event));
    item.dataset.row = k;
    item.tabIndex = -1;
    item.disabled = !count;
    return item;
  }

  line({label, color, count}, k) {
    const line = make('div', 'bv-line'), item = this.items[k], swatch = make('i');
    swatch.style.background = color;
    item.append(swatch, make('bdi', '', label), make('em', '', count.toLocaleString('en')));
    item.removeAttribute('aria-label');
    const eye = this.button('bv-eye', '', '', () => this.act('legend_eye', {row: k}));
    eye.tabIndex = -1;
    eye.disabled = !count;
    line.append(item, eye);
    return line;
  }

  histogram({colors, ticks, words}, rows) {
    const bars = make('div', 'bv-bars'), most = Math.max(1, ...rows.filter(row => row.bar).map(row => row.count));
    rows.forEach((row, k) => {
      if (!row.bar) return;
      const place = make('span'), fill = make('i');
      Object.assign(fill.style, {background: row.color, height: `max(3px, ${100 * row.count / most}%)`});
      if (this.items[k]) {
        this.items[k].append(fill);
        place.append(this.items[k]);
      }
      bars.append(place);
    });
    const scale = make('div', 'bv-scale'), marks = make('div', 'bv-ticks');
    scale.style.background = `linear-gradient(to right, ${colors.join(', ')})`;
    for (const [at, text] of ticks) {
      const mark = make('span', '', text);
      mark.style.setProperty('--bv-at', at);
      marks.append(mark);
    }
    return [bars, scale, marks, make('p', 'bv-quiet', words)];
  }

  choose(row, event) {
    this.enter(this.items[row]);
    this.act('legend', {row, toggle: event.ctrlKey || event.metaKey || event.shiftKey});
  }

  enter(item) {
    for (const one of this.items) if (one) one.tabIndex = one === item ? 0 : -1;
  }

  fold(folded) {
    this.folded = folded;
    this.element.classList.toggle('bv-folded', folded);
    const button = this.element.querySelector('.bv-fold');
    button.setAttribute('aria-expanded', String(!folded));
    button.title = folded ? 'Unfold the legend' : 'Fold the legend';
  }

  // Arrows go from class to class, Enter and Space choose, H hides and shows. Other keys are those of the canvas.
  key(event) {
    const {key} = event, here = event.target.dataset.row, items = this.items.filter(item => item && !item.disabled);
    const at = items.findIndex(item => item.dataset.row === here), name = KEYS[key.toLowerCase()];
    const to = {ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: items.length - 1}[key];
    if (at >= 0 && to !== undefined) {
      const next = items[(to + items.length) % items.length];
      this.enter(next);
      next.focus();
    } else if (at >= 0 && (key === 'Enter' || key === ' ')) this.choose(Number(here), event);
    else if (event.ctrlKey || event.metaKey || event.altKey || key === 'Tab') return;
    else if (at >= 0 && name === 'hide') this.act('legend_eye', {row: Number(here)});
    else if (name && name !== 'hide') this.act(name);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
