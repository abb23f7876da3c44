// Words in the picture: each in the middle of its object, the most prominent first, as many as have room.

const MOST_LABELS = 200;
const CELL = 48;         // CSS pixels: labels are looked for by the cells they lie in
const APART = 3;         // CSS pixels between two labels

class Labels {
  constructor(pane) {
    this.pane = pane;
    pane.stage.places ??= new Places(pane.stage);
    this.box = make('div', 'bv-labels');
    pane.panel.overlay.prepend(this.box);
    this.all = [];
  }

  show() {
    const said = this.pane.model.get('tools').labels;
    if (said === this.said) return;
    this.said = said;
    const {texts = [], places, sizes, parts} = said ?? {};
    this.box.replaceChildren();
    this.all = texts.map((lines, k) => ({lines, place: places[k], size: sizes[k], part: parts[k], element: null, width: 0}));
    this.frame();
  }

  // Made when it is first drawn, and measured once.
  element(label) {
    if (label.element) return label.element;
    label.element = make('div');
    label.element.append(...label.lines.map((line, k) => make(k ? 'span' : 'b', '', line)));
    this.box.append(label.element);
    label.width = label.element.offsetWidth;
    label.height = label.element.offsetHeight;
    return label.element;
  }

  // Whether its object is drawn: in sight, no ghost, not cut away there. A room is drawn while it has a colour.
  open({part, place}) {
    const {bits, places} = this.pane.stage, bit = bits[4 * part + 3];
    return bit & VISIBLE && (bit & ROOM ? bit & COLORED : !(bit & GHOST)) && !places.cutAway(places.drawn(place, part));
  }

  frame() {
    if (!this.all.length || !this.pane.view.renderer) return;
    const {stage} = this.pane, {places} = stage, canvas = this.pane.view.renderer.getSize(), taken = new Map(), seen = [];
    for (const label of this.all) {
      const at = this.open(label) ? stage.project(places.drawn(label.place, label.part), canvas) : null;
      if (at && at[0] > 0 && at[1] > 0 && at[0] < canvas.width && at[1] < canvas.height) seen.push([label.size / (stage.height ?? at[2]), label, at]);
    }
    seen.sort((a, b) => b[0] - a[0]);
    const drawn = new Set();
    for (const [, label, [x, y]] of seen) {
      if (drawn.size === MOST_LABELS) break;
      const element = this.element(label), w = label.width / 2 + APART, h = label.height / 2 + APART;
      const box = [x - w, y - h, x + w, y + h], cells = [];
      for (let i = Math.floor(box[0] / CELL); i * CELL < box[2]; i++) {
        for (let j = Math.floor(box[1] / CELL); j * CELL < box[3]; j++) cells.push(`${i} ${j}`);
      }
      const meets = other => other[0] < box[2] && box[0] < other[2] && other[1] < box[3] && box[1] < other[3];
      if (cells.some(cell => taken.get(cell)?.some(meets))) continue;
      for (const cell of cells) taken.set(cell, [...taken.get(cell) ?? [], box]);
      drawn.add(label);
      element.style.translate = `${(x - label.width / 2).toFixed(1)}px ${(y - label.height / 2).toFixed(1)}px`;
    }
    for (const label of this.all) if (label.element) label.element.hidden = !drawn.has(label);
  }

  close() {
    this.box.remove();
  }
}

TOOLS.push(pane => new Labels(pane));
