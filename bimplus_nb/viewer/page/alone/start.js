// A page of its own: what pythreejs, anywidget and the connection to a kernel are in a notebook, as little as is needed.

// The state of the side widget. What the page says goes to `hear`.
class Model {
  constructor(state) {
    this.state = state;
    this.handlers = {};
    this.hear = () => {};
  }

  get(name) { return this.state[name]; }

  set(name, value) {
    if (typeof name === 'object') return Object.entries(name).forEach(([one, its]) => this.set(one, its));
    this.state[name] = value;
    for (const handler of this.handlers[`change:${name}`] ?? []) handler();
  }

  on(names, handler) {
    for (const name of names.split(' ')) (this.handlers[name] ??= []).push(handler);
  }

  off(name, handler) {
    this.handlers[name] = (this.handlers[name] ?? []).filter(one => one !== handler);
  }

  send(message) { this.hear(message); }
  save_changes() {}
}

// One of each kind, and below it the scene, the camera and one view, as scene.py asks pythreejs for them.
function kinds() {
  const group = new THREE.Group(), geometry = new THREE.BufferGeometry();
  geometry.addAttribute('position', new THREE.BufferAttribute(new Float32Array(9), 3));
  const texture = new THREE.DataTexture(new Uint8Array(4), 1, 1, THREE.RGBAFormat);
  const material = new THREE.ShaderMaterial({uniforms: {texture: {value: texture}}});
  return {obj: group.add(new THREE.Mesh(geometry, material), new THREE.LineSegments(geometry, material))};
}

function rendering(el) {
  const scene = new THREE.Scene(), camera = new THREE.PerspectiveCamera(35, 1), told = {}, canvas = document.createElement('canvas');
  scene.add(camera);
  scene.visible = false;
  const context = canvas.getContext('webgl2', {alpha: false, depth: true, stencil: true, antialias: false, preserveDrawingBuffer: true});
  const renderer = context && Object.assign(new THREE.WebGLRenderer({canvas, context}), {sortObjects: false});
  let waiting = false;
  const view = {
    el, scene, camera, renderer,
    renderScene() {
      told.beforeRender?.(scene, renderer);
      renderer.render(scene, camera);
      told.afterRender?.(scene, renderer);
    },
    tick() {
      if (!waiting) requestAnimationFrame(() => { waiting = false; view.renderScene(); });
      waiting = true;
    },
  };
  el.append(canvas);
  const parts = {scene: {obj: scene, on: (name, act) => { told[name] = act; }}, camera: {obj: camera}};
  return {initPromise: Promise.resolve(), views: {only: Promise.resolve(view)}, get: name => parts[name], set() {}};
}

// Bytes packed by alone.py: a length, what is said in JSON, and the buffers that belong into it.
async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), char => char.charCodeAt(0));
  const all = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
  const length = new DataView(all).getUint32(0, true), {state, paths, sizes} = JSON.parse(new TextDecoder().decode(new Uint8Array(all, 4, length)));
  let at = 4 + length;
  paths.forEach((path, k) => {
    const last = path.at(-1), holder = path.slice(0, -1).reduce((one, key) => one[key], state);
    holder[last] = new DataView(all, at, sizes[k]);
    at += sizes[k];
  });
  return state;
}

async function start() {
  const {side, parcels, alone} = await unpacked(document.getElementById('packed').textContent);
  const box = document.getElementById('viewer'), canvas = make('div', 'jupyter-threejs'), el = make('div');
  box.append(canvas, el);
  if (!side.storeys.byteLength) box.classList.add('bv-level');
  const renderer = rendering(canvas), model = new Model({...side, renderer: 'renderer', kinds: 'kinds', parcels: parcels.map((_, k) => String(k))});
  const models = {renderer, kinds: kinds(), ...parcels.map(parcel => new Model(parcel))};
  model.widget_manager = {get_model: async name => models[name]};
  const kernel = new Kernel(model, alone);
  model.hear = message => kernel.hear(message);
  WIDGET.begin(model);
  WIDGET.render({model, el});
  await stageOf(model).connected;
  if (side.tools.tree?.by) kernel.list(side.tools.tree.by);
}

start();
