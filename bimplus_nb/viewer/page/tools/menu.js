// The menu of a right click, or of the menu key: what one can do with what is selected. A right click on what is not
// selected selects it first.

const SAME = ['type', 'storey', 'layer'];

TOOLS.push(pane => {
  const {stage, element} = pane, {overlay} = pane.panel;
  let menu = null, closing = null, swallow = false;

  const close = back => {
    if (!menu) return;
    menu.remove();
    menu = null;
    for (const name of ['pointerdown', 'wheel']) document.removeEventListener(name, outside, true);
    if (back) element.focus({preventScroll: true});
  };

  // A click beside the menu closes it, and is nothing else.
  const outside = event => {
    if (menu?.contains(event.target)) return;
    closing = event;
    close(false);
  };

  const keys = event => {
    const rows = [...menu.querySelectorAll('button:enabled')], here = rows.indexOf(document.activeElement);
    const to = {ArrowDown: here + 1, ArrowUp: here < 0 ? -1 : here - 1, Home: 0, End: -1}[event.key];
    if (to !== undefined) rows.at(to % rows.length)?.focus();
    else if (event.key === 'Escape' || event.key === 'Tab') close(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const row = (text, hint, able, act) => {
    const button = make('button');
    button.type = 'button';
    button.setAttribute('role', 'menuitem');
    button.disabled = !able;
    button.append(make('span', '', text), make('em', '', hint));
    button.onclick = () => {
      close(true);
      act();
    };
    menu.append(button);
    return button;
  };

  const open = ([x, y], any, colored) => {
    close(false);
    pane.ask('rest', null);
    menu = make('div', 'bv-menu');
    menu.setAttribute('role', 'menu');
    menu.setAttribute('aria-label', 'What to do with the selection');
    menu.tabIndex = -1;
    menu.dataset.lmSuppressShortcuts = 'true';
    menu.append(make('h4', '', any ? 'Selection' : 'Nothing selected'));
    for (const column of SAME) {
      row(`Select same ${column}`, '', any, () => pane.act('same', {column})).dataset.column = column;
    }
    if (pane.model.get('legend').rows?.length) row('Select same colour', '', any && colored, () => pane.act('same', {column: null}));
    menu.append(make('hr'));
    row('Hide', 'H', any, () => pane.act('hide'));
    row('Isolate', 'I', any, () => pane.act('isolate'));
    row('X-ray others', '', any, () => pane.act('xray_others'));
    row('Show all', '', true, () => pane.act('show'));
    menu.append(make('hr'));
    row('Fit', 'F', true, () => pane.act('fit'));
    row('Copy id', '', any, () => pane.act('copy'));
    menu.addEventListener('keydown', keys);
    menu.addEventListener('contextmenu', event => {
      event.preventDefault();
      event.stopPropagation();
    });
    overlay.append(menu);
    const {width, height} = menu.getBoundingClientRect();
    menu.style.left = `${Math.max(0, Math.min(x, overlay.clientWidth - width))}px`;
    menu.style.top = `${Math.max(0, Math.min(y, overlay.clientHeight - height))}px`;
    for (const name of ['pointerdown', 'wheel']) document.addEventListener(name, outside, true);
    menu.focus({preventScroll: true});
    if (any) pane.act('about', {part: null});  // comes after what was clicked has been selected
  };

  // By the bits of texels: whether any part that is drawn has all of these.
  const any = mask => {
    for (let i = 3; i < 4 * stage.parts; i += 4) if ((stage.bits[i] & mask) === mask) return true;
    return false;
  };

  return {
    menu(event) {
      const at = pane.at(event), part = pick(pane.view, ...at), bits = part === null ? 0 : stage.bits[4 * part + 3];
      if (part !== null && !(bits & SELECTED)) pane.act('pick', {part});
      open(at, part !== null || any(SELECTED), part === null ? any(SELECTED | COLORED) : (bits & COLORED) !== 0);
      return true;
    },
    key(key, event) {
      if (key !== 'contextmenu' && !(key === 'f10' && event.shiftKey)) return false;
      const {width, height} = pane.view.renderer.getSize();
      open([width / 2, height / 3], any(SELECTED), any(SELECTED | COLORED));
      menu.querySelector('button:enabled').focus({preventScroll: true});
      return true;
    },
    down(event) {
      swallow = event === closing;
      return false;
    },
    click: () => swallow,
    about({part, words}) {
      if (!menu || part !== null || !words.count) return;
      menu.firstChild.textContent = words.count === 1 ? words.name : `${words.count.toLocaleString('en')} objects`;
      for (const button of menu.querySelectorAll('[data-column]')) {
        button.lastChild.textContent = words[button.dataset.column] ?? '';
      }
    },
    close: () => close(false),
  };
});

ASKS.copy = async (stage, {text}) => {
  const fallback = () => {  // pages that are not served by https have no clipboard
    const area = document.body.appendChild(Object.assign(make('textarea'), {value: text}));
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  };
  const done = await (navigator.clipboard?.writeText(text).then(() => true, () => false) ?? false);
  if (!done && !fallback()) throw new Error('the browser does not let the id into its clipboard; in Python it is viewer.selected_ids');
};
