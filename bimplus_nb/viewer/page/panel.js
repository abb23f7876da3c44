// What stands around the canvas: head with title and tools, legend (legend.js), foot. Text is always set as text, never as HTML.

const BUTTONS = [
  ['fit', 'Fit the selection, or everything (F)', 'M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4'],
  ['home', 'View from the corner', 'M8 1.8l5.6 3.1v6.2L8 14.2l-5.6-3.1V4.9zM2.4 4.9L8 8l5.6-3.1M8 8v6.2'],
  null,
  ['xray', 'X-ray: everything but the selection becomes transparent (X)', 'M1.5 8s2.4-4.5 6.5-4.5S14.5 8 14.5 8 12.1 12.5 8 12.5 1.5 8 1.5 8zM8 9.9a1.9 1.9 0 100-3.8 1.9 1.9 0 000 3.8z'],
  ['reset', 'Show everything as it was', 'M3 3v3.5h3.5M3.3 6.2A5.5 5.5 0 112.6 9'],
  null,
  ['save', 'Save a picture', 'M1.5 5.2c0-.6.4-1 1-1h2L5.7 2.5h4.6l1.2 1.7h2c.6 0 1 .4 1 1v7c0 .6-.4 1-1 1h-11c-.6 0-1-.4-1-1zM8 11a2.6 2.6 0 100-5.2A2.6 2.6 0 008 11z'],
];

function make(tag, className, text) {
  const element = document.createElement(tag);
  element.className = className ?? '';
  if (text !== undefined) element.textContent = text;
  return element;
}

function icon(path) {
  const space = 'http://www.w3.org/2000/svg', svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(Object.assign(document.createElementNS(space, 'path')));
  svg.firstChild.setAttribute('d', path);
  return svg;
}

function toolButton({name, tip, icon: path}, pressed) {
  const button = make('button');
  button.type = 'button';
  button.title = tip;
  button.setAttribute('aria-label', tip);
  button.dataset.tool = name;
  button.append(icon(path));
  button.onclick = pressed;
  return button;
}

class Panel {
  constructor(el, act) {
    this.el = el;
    el.className = 'bv';
    this.title = make('b');
    this.count = make('span', 'bv-quiet');
    const tools = this.tools = make('div', 'bv-tools');
    tools.setAttribute('role', 'toolbar');
    for (const tool of BUTTONS) {
      if (!tool) {
        tools.append(make('i'));
        continue;
      }
      const [name, tip, path] = tool;
      tools.append(toolButton({name, tip, icon: path}, () => act(name)));
    }
    this.more = toolButton({name: 'more', tip: 'More tools', icon: 'M3.5 8h.01M8 8h.01M12.5 8h.01'}, () => this.unfold(this.menu.hidden));
    this.menu = make('div', 'bv-more');
    this.menu.addEventListener('click', () => this.unfold(false));
    this.menu.addEventListener('keydown', event => {
      if (event.key !== 'Escape') return;
      this.unfold(false);
      this.more.focus();
    });
    const head = this.head = make('header');
    head.append(this.title, this.count, tools, this.menu);
    head.addEventListener('focusout', ({relatedTarget: to}) => {
      if (to !== this.more && !this.menu.contains(to)) this.unfold(false);
    });
    tools.append(this.more);
    this.more.hidden = true;
    this.unfold(false);
    this.stage = make('div', 'bv-stage');
    this.overlay = make('div', 'bv-overlay');
    this.legend = new Legend(act);
    this.stage.append(this.overlay, this.legend.element);
    this.caption = make('span');
    this.notice = make('span', 'bv-notice');
    this.notice.setAttribute('role', 'alert');
    this.chosen = make('span', 'bv-chosen');
    this.chosen.setAttribute('role', 'status');
    const foot = make('footer');
    foot.append(this.caption, this.notice, this.chosen);
    el.replaceChildren(head, this.stage, foot);
    this.act = act;
  }

  // One more button; `mouse`: of a tool that has the mouse while it is on.
  addTool(button, pressed, mouse = false) {
    const made = toolButton(button, pressed), named = name => this.head.querySelector(`[data-tool=${name}]`);
    made.setAttribute('aria-pressed', 'false');
    if (mouse) made.dataset.mouse = '';
    if (button.after) named(button.after).after(made);
    else named('reset').before(made);
  }

  // The tool that has the mouse, if any.
  press(name) {
    for (const {dataset: {tool}} of this.head.querySelectorAll('[data-mouse]')) this.light(tool, tool === name);
  }

  light(name, on) {
    this.head.querySelector(`[data-tool=${name}]`).setAttribute('aria-pressed', String(on));
  }

  // What finds no room in the toolbar goes into a menu.
  fold() {
    const {head, tools, more, menu} = this;
    this.unfold(false);
    more.before(...menu.children);
    more.hidden = true;
    while (head.scrollWidth > head.clientWidth && more.previousSibling) {
      more.hidden = false;
      menu.prepend(more.previousSibling);
    }
    if (!more.hidden && more.previousSibling?.tagName === 'I') menu.prepend(more.previousSibling);
  }

  unfold(open) {
    this.menu.hidden = !open;
    this.more.setAttribute('aria-expanded', String(open));
    if (open) this.menu.querySelector('button').focus();
  }

  show(model) {
    const {title, count, caption, chosen} = model.get('words');
    this.title.textContent = this.title.title = title;
    if (this.count.textContent !== count) {
      this.count.textContent = count;
      cancelAnimationFrame(this.folding);  // while a building is arriving this changes with every message
      this.folding = requestAnimationFrame(() => this.fold());
    }
    this.caption.textContent = caption;
    this.chosen.textContent = chosen;
    this.notice.textContent = this.notice.title = model.get('notice');
    this.legend.show(model.get('legend'));
  }

  // Words in place of a canvas, what they are of, and a button {text, pressed}. Their lines: what is wrong, what to do, how
  // that is typed (causes.js).
  say(text, cause = '', button) {
    this.unsay();
    const instead = this.instead = make('div', 'bv-instead');
    instead.setAttribute('role', 'alert');
    instead.append(...text.split('\n').map((line, k) => make(k < 2 ? 'p' : 'code', '', line)));
    if (button) instead.append(Object.assign(make('button', '', button.text), {type: 'button', onclick: button.pressed}));
    this.stage.append(instead);
    this.el.dataset.cause = cause;
  }

  unsay() {
    this.instead?.remove();
    this.instead = null;
    delete this.el.dataset.cause;
  }
}
