// The cube in the corner: it turns with the building, and a click on a face, an edge or a corner of it looks from there.
//
// Each face is drawn flat once, with nine fields to click; turning it is a matrix a face. A drag on the cube turns the
// building.

const SIDE = 26;     // half an edge of the cube, in units of a picture of 100 x 100
const FIELDS = [[-1, -0.56], [-0.56, 0.56], [0.56, 1]];
const SIDES = [      // name, outwards, and what is to the right and downwards for one who reads it
  ['top', [0, 1, 0], [1, 0, 0], [0, 0, 1]],
  ['front', [0, 0, 1], [1, 0, 0], [0, -1, 0]],
  ['left', [-1, 0, 0], [0, 0, 1], [0, -1, 0]],
  ['right', [1, 0, 0], [0, 0, -1], [0, -1, 0]],
  ['back', [0, 0, -1], [-1, 0, 0], [0, -1, 0]],
  ['bottom', [0, -1, 0], [1, 0, 0], [0, 0, -1]],
];

function drawn(tag, attributes) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

TOOLS.push(pane => {
  const {stage} = pane, svg = drawn('svg', {class: 'bv-cube', viewBox: '-50 -50 100 100', role: 'group', 'aria-label': 'View from'});
  const fields = [], shown = {orientation: ''};

  const faces = SIDES.map(([name, out, across, down], number) => {
    const face = drawn('g', {class: `bv-face bv-${name}`}), word = drawn('text', {y: 0.02});
    word.textContent = name;
    face.append(drawn('rect', {class: 'bv-side', x: -1, y: -1, width: 2, height: 2}), word);
    FIELDS.forEach(([left, right], i) => FIELDS.forEach(([top, bottom], j) => {
      const from = along(along(out, across, i - 1), down, j - 1);
      const words = SIDES.filter(([, side]) => dot(from, side) > 0).map(([side]) => side);
      const tip = `From the ${words.join(', ')}${words.length === 1 ? ` (${number + 1})` : ''}`;
      const field = drawn('rect', {x: left, y: top, width: right - left, height: bottom - top, role: 'button', 'aria-label': tip});
      const title = drawn('title', {});
      title.textContent = tip;
      field.append(title);
      fields.push({field, from});
      face.append(field);
    }));
    svg.append(face);
    return {face, out, across, down};
  });

  const fieldOf = event => fields.find(({field}) => field === event.target);
  // An edge is two fields, a corner three: all of them light up.
  const light = one => fields.forEach(({field, from}) => field.classList.toggle('bv-lit', Boolean(one) && String(from) === String(one.from)));

  let pressed = null, at = null, far = 0;
  svg.addEventListener('pointermove', event => {
    if (!at) return light(fieldOf(event));
    const now = [event.clientX, event.clientY], [dx, dy] = subtract(now, at);
    far += Math.hypot(dx, dy);
    at = now;
    if (far > STILL) stage.turn(dx * 1.6, dy * 1.6);
  });
  svg.addEventListener('pointerleave', () => light(null));
  svg.addEventListener('pointerdown', event => {
    pressed = fieldOf(event);
    at = [event.clientX, event.clientY];
    far = 0;
    svg.setPointerCapture(event.pointerId);
    event.preventDefault();
    pane.element.focus({preventScroll: true});
  });
  svg.addEventListener('pointerup', () => {
    if (pressed && far <= STILL) stage.fit(stage.subject(), pressed.from.map(k => -k));
    pressed = at = null;
  });
  svg.addEventListener('pointercancel', () => { pressed = at = null; });
  pane.panel.overlay.append(svg);

  return {
    frame() {
      const {right, up, forward} = stage.axes, orientation = String([right, up]);
      if (orientation === shown.orientation) return;
      shown.orientation = orientation;
      const onScreen = way => [dot(way, right) * SIDE, -dot(way, up) * SIDE];
      for (const {face, out, across, down} of faces) {
        const visible = dot(out, forward) < -0.01;
        face.style.display = visible ? '' : 'none';
        if (visible) face.setAttribute('transform', `matrix(${[across, down, out].flatMap(onScreen).map(k => k.toFixed(3)).join(' ')})`);
      }
    },
    close() { svg.remove(); },
  };
});
