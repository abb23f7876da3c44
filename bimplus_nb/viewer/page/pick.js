// Which part is in front at each pixel, exactly: the scene drawn once more with part numbers for colours.
//
// Into a framebuffer of its own, one sample a pixel of the screen: the canvas is as fine as there is time for (detail.js).
// Renderbuffers and not textures, because three.js caches texture bindings.

const targets = new WeakMap();

// A framebuffer of at least this many pixels.
function target(gl, width, height) {
  let one = targets.get(gl);
  if (one?.width >= width && one.height >= height) return one.frame;
  const was = gl.getParameter(gl.FRAMEBUFFER_BINDING);
  one ??= {frame: gl.createFramebuffer(), buffers: [gl.createRenderbuffer(), gl.createRenderbuffer()], width: 0, height: 0};
  one.width = Math.max(one.width, width);
  one.height = Math.max(one.height, height);
  gl.bindFramebuffer(gl.FRAMEBUFFER, one.frame);
  [[gl.RGBA8, gl.COLOR_ATTACHMENT0], [gl.DEPTH_COMPONENT24, gl.DEPTH_ATTACHMENT]].forEach(([format, point], k) => {
    gl.bindRenderbuffer(gl.RENDERBUFFER, one.buffers[k]);
    gl.renderbufferStorage(gl.RENDERBUFFER, format, one.width, one.height);
    gl.framebufferRenderbuffer(gl.FRAMEBUFFER, point, gl.RENDERBUFFER, one.buffers[k]);
  });
  gl.bindRenderbuffer(gl.RENDERBUFFER, null);
  gl.bindFramebuffer(gl.FRAMEBUFFER, was);
  targets.set(gl, one);
  return one.frame;
}

// The parts at the pixels of a rectangle of the canvas (pixels of the screen from its top left), as {words, width, height}: a
// word a pixel, row by row from the bottom, to be read by `partIn`. The canvas itself is not touched.
// `what` DEPTH: how deep what is opaque there is instead, 0 to 0xffffff as the camera has it; to be read by `partIn` as well.
// `coarse`: a word stands for so many pixels in each direction, or for a part of one in its middle.
const PART = 1, DEPTH = 2;
const FINE = 1 / 16;  // of a pixel

function partsAt({renderer, scene, camera}, left, top, wide, tall, {what = PART, coarse = 1} = {}) {
  const [width, height] = [wide, tall].map(side => Math.ceil(side / coarse));
  const gl = renderer.context, ratio = renderer.getPixelRatio(), size = renderer.getSize(), whole = extent(renderer);
  const undo = [], change = (object, values) => {
    const was = Object.fromEntries(Object.keys(values).map(key => [key, object[key]]));
    Object.assign(object, values);
    undo.push(() => Object.assign(object, was));
  };
  const unseen = what === DEPTH ? ['ghosts', 'glass', 'ground'] : ['ghosts'];
  for (const child of scene.children) if (unseen.includes(child.name)) change(child, {visible: false});
  scene.traverse(object => {
    if (!object.material) return;
    const material = scene.materials.picked(object.material, what);
    change(object, material ? {material} : {visible: false});
  });
  const color = renderer.getClearColor().clone(), alpha = renderer.getClearAlpha(), {aspect} = camera;
  renderer.setClearColor(0, 0);
  camera.setViewOffset(whole.width, whole.height, left, top, width * coarse, height * coarse);
  camera.aspect = aspect;  // whole pixels may have another
  camera.updateProjectionMatrix();
  renderer.setFramebuffer(target(gl, width, height));
  // r97 turns the viewport upside down and multiplies it by the pixel ratio, then GL cuts the fraction off.
  const across = (width + 0.01) / ratio, down = (height + 0.01) / ratio;
  renderer.setViewport(0, size.height - down, across, down);
  renderer.render(scene, camera);
  const bytes = new Uint8Array(4 * width * height);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
  renderer.setFramebuffer(null);
  renderer.setRenderTarget(null);
  renderer.setViewport(0, 0, size.width, size.height);
  renderer.setClearColor(color, alpha);
  camera.clearViewOffset();
  camera.aspect = aspect;
  camera.updateProjectionMatrix();
  for (const back of undo.reverse()) back();
  return {words: new Uint32Array(bytes.buffer), width, height};
}

const partIn = word => word >>> 24 ? word & 0xffffff : null;

// The canvas in pixels of the screen, which is how fine it is picked, however fine it is drawn.
function extent(renderer) {
  const {width, height} = renderer.getSize();
  return {ratio: devicePixelRatio, width: Math.floor(width * devicePixelRatio), height: Math.floor(height * devicePixelRatio)};
}

// The part at a point of the canvas (CSS pixels from its top left), or null: what the middle of the pixel shows. Corners are
// rounded to a grid of places in a pixel, 16 or more each way; of a picture of the middle alone it is so much finer.
function pick(view, x, y) {
  const {ratio} = extent(view.renderer), [left, top] = [x, y].map(k => Math.floor(k * ratio) + (1 - FINE) / 2);
  return partIn(partsAt(view, left, top, FINE, FINE, {coarse: FINE}).words[0]);
}

// Every part that is seen in a rectangle of the canvas (CSS pixels), each once.
function pickAll(view, {left, top, right, bottom}) {
  const whole = extent(view.renderer), found = new Set();
  const [x, y] = [left, top].map(k => Math.max(0, Math.floor(k * whole.ratio)));
  const width = Math.min(whole.width, Math.ceil(right * whole.ratio)) - x;
  const height = Math.min(whole.height, Math.ceil(bottom * whole.ratio)) - y;
  let last = 0;
  for (const word of width > 0 && height > 0 ? partsAt(view, x, y, width, height).words : []) {
    if (word !== last && word) found.add(partIn(word));
    last = word;
  }
  found.delete(null);
  return [...found];
}
