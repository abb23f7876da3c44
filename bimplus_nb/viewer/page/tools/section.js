// Sections by hand: a plane, or a box of six, each with a handle that is drawn along its normal.

const SECTION = {
  name: 'section',
  tip: 'Section (C)',
  icon: 'M2 14L14 2M3.5 2.5h5l-6 6v-5a1 1 0 011-1zM13.5 7v5.5a1 1 0 01-1 1H7z',
};
const WAYS = {x: [1, 0, 0], y: [0, 1, 0], z: [0, 0, 1]};
const AXES = [
  ['x', 'X', 'Cut across x'], ['y', 'Y', 'Cut at a height'], ['z', 'Z', 'Cut across z'],
  ['face', 'Face', 'Cut parallel to a face: click one in the picture'], ['box', 'Box', 'Cut away all but a box around the selection, or everything'],
];
const STEP = 100;       // mm an arrow key moves a plane; ten times that with Shift
const BEHIND = 10;      // mm behind the face that was clicked, so that it is cut
const BOX_MARGIN = 300; // mm around what a box is made for

TOOLS.push(pane => {
  const {stage, model} = pane, {cuts} = stage, bar = make('div', 'bv-section'), space = 'http://www.w3.org/2000/svg';
  const frame = document.createElementNS(space, 'svg'), handles = [], inputs = {};
  frame.setAttribute('aria-hidden', 'true');
  frame.append(document.createElementNS(space, 'path'));
  frame.classList.add('bv-frame');
  let on = false, active = 0, facing = false;

  const origin = () => model.get('cuts').origin ?? [0, 0, 0];
  const planes = () => cuts.planes;
  const normal = i => planes()[i].slice(0, 3);
  const above = i => planes()[i][3] + dot(normal(i), origin());  // mm, world
  const axisOf = i => Object.keys(WAYS).find(name => Math.abs(dot(WAYS[name], normal(i))) > 0.999999);
  const sign = i => (axisOf(i) ? Math.sign(dot(WAYS[axisOf(i)], normal(i))) : 1);
  const isBox = () => planes().length === MOST_PLANES;
  const extent = (mask = VISIBLE) => {
    const points = stage.derived.ends(mask) ?? model.get('home').points;
    return [Math.min, Math.max].map(pick => [0, 1, 2].map(k => pick(...points.map(p => p[k]))));
  };

  // Where the handle of a plane is: in the middle of what it cuts.
  const centre = i => {
    const n = normal(i), middle = isBox() ? boxMiddle() : bounds.low.map((x, k) => (x + bounds.high[k]) / 2);
    return along(middle, n, planes()[i][3] - dot(n, middle));
  };
  const boxMiddle = () => [0, 1, 2].map(k => planes().reduce((sum, p) => sum + p[k] * p[3], 0) / 2);
  let bounds = {low: [0, 0, 0], high: [0, 0, 0]};
  const measure = () => { [bounds.low, bounds.high] = extent(); };

  const change = (next, resting = true) => {
    cuts.hold(next);
    if (resting) cuts.release();
    show();
  };
  const moved = (i, at) => planes().map((plane, k) => {
    if (k !== i) return plane;
    if (!isBox()) return [...plane.slice(0, 3), at];
    const other = planes().findIndex((p, j) => j !== i && dot(p.slice(0, 3), plane.slice(0, 3)) < -0.999);
    return [...plane.slice(0, 3), other < 0 ? at : Math.max(at, 50 - planes()[other][3])];  // a box is never inside out
  });

  // --- the bar ------------------------------------------------------------------------------------------------------

  const button = (text, tip, pressed, name) => {
    const made = make('button', '', text);
    made.type = 'button';
    made.title = tip;
    made.setAttribute('aria-label', tip);
    if (name) made.dataset.way = name;
    made.onclick = pressed;
    return made;
  };
  const choose = make('div');
  choose.setAttribute('role', 'group');
  choose.setAttribute('aria-label', 'Direction of the section');
  choose.append(...AXES.map(([name, text, tip]) => button(text, tip, () => pickWay(name), name)));
  const place = make('label'), said = make('span'), field = make('input');
  Object.assign(field, {type: 'number', step: '0.1'});
  field.setAttribute('aria-label', 'Position of the section in metres');
  place.append(said, field, make('span', 'bv-quiet', 'm'));
  const flip = button('Flip', 'Keep the other side', () => change(planes().map((p, k) => (k === active ? p.map(x => -x) : p))));
  const off = button('Clear', 'No section any more', () => { facing = false; change([]); });
  const hint = make('span', 'bv-quiet');
  const apart = make('label'), slider = make('input');
  Object.assign(slider, {type: 'range', min: 0, max: 100, step: 1, value: 0});
  apart.title = 'Lift the storeys apart';
  apart.append(make('span', '', 'Storeys apart'), slider);
  slider.setAttribute('aria-label', 'Lift the storeys apart');
  bar.append(choose, place, hint, flip, off, apart);
  bar.setAttribute('role', 'group');
  bar.setAttribute('aria-label', 'Section');
  bar.dataset.lmSuppressShortcuts = 'true';
  bar.onkeydown = event => {
    if (event.key === 'Enter' && event.target === field) field.onchange();
    if (event.key !== 'Escape') return;
    pane.element.focus();
    pane.press(event);
  };

  field.onchange = () => {
    if (field.value === '' || !planes()[active]) return show();
    change(moved(active, sign(active) * 1000 * Number(field.value) - dot(normal(active), origin())));
  };
  // The first time the kernel must say which storey each part belongs to; then the page has what it takes.
  const lifted = () => (slider.value / 100) ** 2 * 2 * (model.get('home').high[1] - model.get('home').low[1]);
  slider.oninput = () => {
    if (!model.get('storeys')?.byteLength) return;
    stage.setUniforms({lifted: lifted()});
    stage.draw();
  };
  slider.onchange = () => pane.act('explode', {distance: lifted()});

  const pickWay = name => {
    facing = name === 'face' && !facing;
    if (name === 'face') return show();
    measure();
    const selected = stage.derived.ends(SELECTED | VISIBLE), middle = bounds.low.map((x, k) => (x + bounds.high[k]) / 2);
    if (name === 'box') {
      const [low, high] = selected ? extent(SELECTED | VISIBLE) : extent(), margin = BOX_MARGIN;
      active = 3;
      change(Object.values(WAYS).flatMap((way, k) => [[...way.map(x => -x), margin - low[k]], [...way, high[k] + margin]]));
      return;
    }
    const way = WAYS[name], towards = subtract(stage.position, middle);
    const n = name === 'y' || dot(way, towards) > 0 ? way : way.map(x => -x);
    active = 0;
    change([[...n, dot(n, middle)]]);
  };

  // --- the handles --------------------------------------------------------------------------------------------------

  // How far along the normal a plane must go for its handle to be under the mouse.
  const follow = (from, n, [x, y]) => {
    const view = canvas();
    let t = 0;
    for (let k = 0; k < 4; k++) {
      const here = stage.project(along(from, n, t), view);
      if (!here) return t;
      const reach = here[2] / 200, there = stage.project(along(from, n, t + reach), view);
      if (!there) return t;
      const sx = (there[0] - here[0]) / reach, sy = (there[1] - here[1]) / reach, square = sx * sx + sy * sy;
      // A plane that is looked at straight on is pushed away upwards.
      const pixel = view.height / (stage.height ?? 2 * here[2]);
      if (square < (0.02 * pixel) ** 2) return t + (here[1] - y) / pixel * (dot(n, subtract(stage.position, from)) > 0 ? -1 : 1);
      t += ((x - here[0]) * sx + (y - here[1]) * sy) / square;
    }
    return t;
  };

  const addHandle = i => {
    const handle = make('button', 'bv-handle');
    handle.type = 'button';
    handle.append(icon('M8 1.5v13M8 1.5L5 4.5M8 1.5l3 3M8 14.5l-3-3M8 14.5l3-3'));
    handle.setAttribute('role', 'slider');
    handle.dataset.lmSuppressShortcuts = 'true';
    let drag = null;
    handle.onpointerdown = event => {
      if (event.button !== 0) return;
      event.preventDefault();
      handle.focus({preventScroll: true});
      handle.setPointerCapture(event.pointerId);
      active = i;
      drag = {from: centre(i), at: planes()[i][3], off: subtract(pane.at(event), stage.project(centre(i), canvas()).slice(0, 2))};
      show();
    };
    handle.onpointermove = event => {
      if (!drag) return;
      const t = follow(drag.from, normal(i), subtract(pane.at(event), drag.off));
      if (Number.isFinite(t)) change(moved(i, drag.at + t), false);
    };
    const end = () => {
      if (drag && cuts.held) cuts.release();
      drag = null;
    };
    handle.onpointerup = handle.onpointercancel = end;
    handle.onkeydown = event => {
      const step = {ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1}[event.key];
      if (step) {
        active = i;
        change(moved(i, planes()[i][3] + sign(i) * step * STEP * (event.shiftKey ? 10 : 1)));
      } else if (event.key === 'Escape') {
        pane.element.focus();
        pane.press(event);
      } else return;
      event.preventDefault();
      event.stopPropagation();
    };
    handles[i] = handle;
    pane.panel.overlay.append(handle);
  };
  const canvas = () => ({width: frame.clientWidth, height: frame.clientHeight});

  const words = i => {
    const axis = axisOf(i), metres = (sign(i) * above(i) / 1000).toFixed(3);
    return axis === 'y' ? `Height ${metres} m` : axis ? `${axis} ${metres} m` : `${metres} m along the normal`;
  };

  // --- what is seen -------------------------------------------------------------------------------------------------

  function show() {
    bar.hidden = !on;
    frame.style.display = on ? '' : 'none';
    active = Math.min(active, Math.max(0, planes().length - 1));
    const any = planes().length > 0, way = facing ? 'face' : isBox() ? 'box' : planes().length === 1 && axisOf(0);
    for (const one of choose.children) one.setAttribute('aria-pressed', String(one.dataset.way === way));
    place.hidden = flip.hidden = off.hidden = !any;
    flip.hidden ||= isBox();
    hint.textContent = facing ? 'Click a face' : any ? '' : 'Choose a direction';
    if (any) {
      said.textContent = axisOf(active) === 'y' ? 'Height' : axisOf(active) ?? 'At';
      if (document.activeElement !== field) field.value = (sign(active) * above(active) / 1000).toFixed(3);
    }
    const distance = model.get('lifted'), whole = 2 * (model.get('home').high[1] - model.get('home').low[1]);
    if (document.activeElement !== slider) slider.value = 100 * Math.sqrt(distance / whole);
    placeHandles();
  }

  function placeHandles() {
    planes().forEach((_, i) => handles[i] ?? addHandle(i));
    const box = on && canvas();  // to ask for that is to lay the page out
    handles.forEach((handle, i) => {
      const at = on && i < planes().length ? stage.project(centre(i), box) : null;
      handle.hidden = !at;
      if (!at) return;
      const tip = stage.project(along(centre(i), normal(i), at[2] / 50), box) ?? at;
      const turn = Math.hypot(tip[0] - at[0], tip[1] - at[1]) < 1 ? 0 : Math.atan2(tip[1] - at[1], tip[0] - at[0]) + Math.PI / 2;
      const inside = (x, most) => Math.min(Math.max(x, 14), most - 14);
      const free = bar.offsetTop + bar.offsetHeight + 18;
      handle.style.left = `${inside(at[0], box.width)}px`;
      handle.style.top = `${Math.max(free, inside(at[1], box.height))}px`;
      handle.firstChild.style.transform = `rotate(${turn}rad)`;
      handle.classList.toggle('bv-active', i === active);
      handle.title = `${words(i)}: drag, or press arrow keys`;
      handle.setAttribute('aria-label', 'Section plane');
      handle.setAttribute('aria-valuenow', String(Math.round(sign(i) * above(i))));
      handle.setAttribute('aria-valuetext', words(i));
    });
    frame.firstChild.setAttribute('d', on ? edges(box) : '');
  }

  // The rim of the plane, or the edges of the box.
  function edges(box) {
    const loops = [];
    if (isBox()) {
      const [low, high] = [0, 1].map(end => [0, 1, 2].map(k => (end ? 1 : -1) * planes()[2 * k + end][3]));
      const corner = bits => [0, 1, 2].map(k => (bits >> k & 1 ? high[k] : low[k]));
      for (let a = 0; a < 8; a++) for (const bit of [1, 2, 4]) if (!(a & bit)) loops.push([corner(a), corner(a | bit)]);
    } else {
      planes().forEach((_, i) => {
        const n = normal(i), right = unit(cross(Math.abs(n[1]) > 0.9 ? [0, 0, 1] : [0, 1, 0], n)), up = cross(n, right);
        const half = way => bounds.low.reduce((sum, x, k) => sum + Math.abs(way[k]) * (bounds.high[k] - x) / 2, 300);
        const corner = (a, b) => along(along(centre(i), right, a * half(right)), up, b * half(up));
        loops.push([corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1), corner(-1, -1)]);
      });
    }
    return loops.map(loop => loop.map(p => stage.project(p, box))).filter(loop => loop.every(Boolean))
      .map(loop => `M${loop.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}`).join('');
  }

  pane.panel.overlay.append(frame, bar);
  show();
  const tool = {
    button: SECTION,
    start() {
      on = true;
      measure();
      if (!planes().length) {
        const out = subtract(stage.position, stage.target);
        pickWay(Math.abs(out[0]) > Math.abs(out[2]) ? 'x' : 'z');
      }
      show();
    },
    stop() {
      on = facing = false;
      show();
    },
    click(event) {
      if (!facing) return false;
      const face = stage.places.facing(pane.view, ...pane.at(event));
      if (!face) return true;
      facing = false;
      active = 0;
      change([[...face.normal, dot(face.normal, face.place) - BEHIND]]);
      return true;
    },
    key(key) {
      if (key !== 'c') return false;
      pane.turnOn(tool);
      return true;
    },
    frame() {
      if (on) show();
    },
    show,
  };
  return tool;
});
