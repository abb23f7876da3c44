// What the mouse rests on: lit up by the page alone, and named by the kernel if it has time to.
//
// The light is laid over the canvas, not drawn into it: no frame, nothing in pictures, nothing sent. Which part is where
// is read once a view; after that a look at it costs nothing.

const GAP = 14;           // CSS pixels between the mouse and the words
const SHARE = 12;         // times what it takes to read a view must pass before it is done again
const PATIENCE = 30_000;  // ms until the kernel is asked again if it has not answered

TOOLS.push(pane => {
  const {overlay} = pane.panel;
  const light = make('canvas', 'bv-light'), words = make('div', 'bv-words');
  let map = null, readyAt = 0, at = null, part = null, asked = null, askedAt = 0;
  light.setAttribute('aria-hidden', 'true');
  words.setAttribute('role', 'tooltip');
  light.hidden = words.hidden = true;
  overlay.append(light, words);

  const leave = () => {
    part = at = null;
    light.hidden = words.hidden = true;
  };

  const read = () => {
    if (map || performance.now() < readyAt) return;
    const {width, height} = extent(pane.view.renderer), start = performance.now();
    map = partsAt(pane.view, 0, 0, width, height);
    readyAt = performance.now() + SHARE * (performance.now() - start);
  };

  // Tint the pixels of these parts, and more so along their rim.
  const shine = parts => {
    const {words: all, width, height} = map, wanted = new Set(parts.map(k => (k | 0xff000000) >>> 0));
    const mine = new Uint8Array(width * height);
    let left = width, right = -1, low = height, high = -1, last = 0, lit = false;
    for (let i = 0, y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        if (all[i] !== last) lit = wanted.has(last = all[i]);
        if (!lit) continue;
        mine[i] = 1;
        if (x < left) left = x;
        if (x > right) right = x;
        if (y < low) low = y;
        if (y > high) high = y;
      }
    }
    if (right < 0) return;
    const {ratio} = extent(pane.view.renderer), reach = Math.max(1, Math.round(ratio)), edge = 2 * reach;
    left = Math.max(0, left - reach), right = Math.min(width - 1, right + reach);
    low = Math.max(0, low - reach), high = Math.min(height - 1, high + reach);
    light.width = right - left + 1;
    light.height = high - low + 1;
    const [r, g, b] = getComputedStyle(light).color.match(/\d+/g).map(Number), pen = light.getContext('2d');
    const image = pen.createImageData(light.width, light.height), out = new Uint32Array(image.data.buffer);
    const color = r | g << 8 | b << 16, tint = (color | 34 << 24) >>> 0, rim = (color | 225 << 24) >>> 0;
    const there = (x, y) => x >= 0 && y >= 0 && x < width && y < height && mine[y * width + x];
    for (let y = low; y <= high; y++) {
      for (let x = left; x <= right; x++) {
        const here = there(x, y);
        let other = false;
        for (const [dx, dy] of [[reach, 0], [-reach, 0], [0, reach], [0, -reach]]) other ||= there(x + dx, y + dy) != here;
        if (here || other) out[(high - y) * light.width + x - left] = other ? rim : tint;
      }
    }
    pen.putImageData(image, 0, 0);
    Object.assign(light.style, {
      left: `${left / ratio}px`, top: `${(height - 1 - high) / ratio}px`,
      width: `${light.width / ratio}px`, height: `${light.height / ratio}px`,
    });
    light.hidden = false;
  };

  // A kernel that is busy has one question waiting, not a hundred.
  const ask = () => {
    if (asked !== null && performance.now() < askedAt + PATIENCE) return;
    asked = part;
    askedAt = performance.now();
    pane.act('about', {part});
  };

  const under = event => {
    const [x, y] = pane.at(event), {ratio} = extent(pane.view.renderer);
    return partIn(map.words[(map.height - 1 - Math.floor(y * ratio)) * map.width + Math.floor(x * ratio)] ?? 0);
  };

  return {
    rest(event) {
      if (!event || pane.on || event.buttons || event.pointerType === 'touch' || overlay.querySelector('.bv-menu')) leave();
      else {
        read();
        const found = map && under(event);
        if (found === part) return;
        leave();
        if (found === null) return;
        part = found;
        at = pane.at(event);
        shine([part]);
        ask();
      }
    },
    move(event) {
      if (part !== null && under(event) !== part) leave();
    },
    down() {
      leave();
    },
    frame() {
      map = null;
      leave();
    },
    about({part: of, parts, words: {name, type, storey}}) {
      if (of === null) return;  // the menu has asked
      const was = asked;
      asked = null;
      if (part === null) return;
      if (of !== part) {
        if (was !== part) ask();
        return;
      }
      shine(parts);
      const about = [type, storey].filter(Boolean).join(' · ');
      words.replaceChildren(make('b', '', name));
      if (about) words.append(make('span', '', about));
      words.hidden = false;
      const [width, height] = [overlay.clientWidth - words.offsetWidth, overlay.clientHeight - words.offsetHeight];
      const [x, y] = at.map(k => k + GAP);
      words.style.left = `${Math.max(0, x > width ? at[0] - GAP - words.offsetWidth : x)}px`;
      words.style.top = `${Math.max(0, y > height ? at[1] - GAP - words.offsetHeight : y)}px`;
    },
    close() {
      light.remove();
      words.remove();
    },
  };
});

ASKS.about = (stage, message) => {
  for (const pane of stage.panes) pane.ask('about', message);
};
