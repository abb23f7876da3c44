// Choosing with a box. Drawn from left to right it takes what is wholly inside, also what stands behind something else;
// from right to left all that is seen in it, were it by a corner: the custom of drawing programs. Ctrl or Shift adds.

const BOX = {
  name: 'box',
  tip: 'Select with a box (B, or Alt-drag): rightwards what is wholly inside, leftwards whatever is seen in it',
  icon: 'M2 5V2.5h2.5M7 2.5h2M11.5 2.5H14V5M14 7.5v1.5M2 7.5V9M2 11v2.500h2.500M7 13.500h1M9 8l5.500 2.200-2.400.9-.9 2.400z',
};

TOOLS.push(pane => {
  const {stage, element} = pane;
  let from = null, to = null, band = null;

  const drop = () => {
    band?.remove();
    from = to = band = null;
  };

  const corners = () => ({
    left: Math.min(from[0], to[0]), right: Math.max(from[0], to[0]),
    top: Math.min(from[1], to[1]), bottom: Math.max(from[1], to[1]),
  });

  const show = () => {
    const {left, top, right, bottom} = corners(), touching = to[0] < from[0];
    if (!band) {
      band = make('div', 'bv-band');
      band.append(make('span'));
      pane.panel.overlay.append(band);
    }
    band.classList.toggle('bv-touching', touching);
    band.firstChild.textContent = touching ? 'whatever is seen in it' : 'wholly inside';
    band.firstChild.hidden = right - left < 110 || bottom - top < 26;
    Object.assign(band.style, {left: `${left}px`, top: `${top}px`, width: `${right - left}px`, height: `${bottom - top}px`});
  };

  // The planes through the sides of the box, as [x, y, z, d] that are positive inside, in the frame of the scene. A place
  // is right of the left side where its clip x is more than x0 times its clip w, and so on.
  const sides = ({left, top, right, bottom}) => {
    const {width, height} = pane.view.renderer.getSize(), {camera} = stage;
    const {elements: m} = camera.projectionMatrix.clone().multiply(camera.matrixWorldInverse);
    const row = k => [m[k], m[k + 4], m[k + 8], m[k + 12]], [x, y, , w] = [0, 1, 2, 3].map(row);
    const across = k => 2 * k / width - 1, up = k => 1 - 2 * k / height;
    return [along(x, w, -across(left)), along(w.map(k => k * across(right)), x, -1),
      along(y, w, -up(bottom)), along(w.map(k => k * up(top)), y, -1)];
  };

  element.addEventListener('pointercancel', drop);
  return {
    button: BOX,
    cursor: 'crosshair',
    stop: drop,
    down(event) {
      if (event.button !== 0 || !(pane.on?.button === BOX || event.altKey && !pane.on)) return false;
      from = to = pane.at(event);
      return true;
    },
    move(event) {
      if (!from) return false;
      to = pane.at(event);
      if (band || size(subtract(to, from)) > STILL) show();
      return true;
    },
    up(event) {
      if (!from) return false;
      const drawn = band !== null, add = event.ctrlKey || event.metaKey || event.shiftKey, box = drawn && corners();
      const touching = drawn && to[0] < from[0];
      drop();
      if (drawn) pane.act('box', touching ? {parts: pickAll(pane.view, box), add} : {sides: sides(box), add});
      return drawn;  // else it was a click
    },
    key(key) {
      if (key === 'escape' && from) drop();
      else if (key === 'b') pane.turnOn(this);
      else return false;
      return true;
    },
    close() {
      element.removeEventListener('pointercancel', drop);
      drop();
    },
  };
});
