// The stage: the live scene, and everything that happens to it between two messages of the kernel.
//
// pythreejs brings renderer, scene and camera, and then rests (_pause_autorender): what is in the scene is made here, and
// each frame asked for. One Stage belongs to one model; each place on the page that shows it is a Pane (pane.js).
// Longer than most files because all of it is one scene's state, and in what order that changes is to be read in one place.

const SETTLED = 300;         // ms without a frame until the view counts as at rest
const GROWING = 300;         // ms between two frames of a building that is still arriving, at least
const TEXELS = 1024;         // in a row of the texture
const GAPS = {1: Uint8Array, 2: Uint16Array, 4: Uint32Array};
const PICTURE_WIDTH = 1280;  // pixels; what is sent without being asked for is no wider
const PRINT_WIDTH = 960;     // pixels of the picture that stays in the notebook
const PRINTING = 2500;       // ms at rest until it is renewed, which costs the kernel some work and the notebook a change
const ENDED = 'The kernel of this view has ended. Run the notebook again to work with it.';

// What a stage that is closed lets go of, whoever may still know it.
const LARGE = ['chunks', 'derived', 'cuts', 'materials', 'backdrop', 'light', 'texels', 'bits', 'places', 'listed'];

// Numbers of three.js that have no name outside it.
const LINEAR_FILTER = 1006, LUMINANCE_ALPHA = 1025;

class Stage extends Looking {
  constructor(model) {
    super();
    this.model = model;
    this.drawnAt = this.cost = 0;
    this.detail = new Detail();
    this.untouched = true;  // nobody has moved the camera from home
    this.panes = new Set();
    this.renderers = new Set();  // that ever drew this; a view is gone from the page before its widgets are closed
    this.connected = this.connect();
    this.shown = new Promise(done => { this.first = done; });
  }

  async connect() {
    this.renderer = await this.model.widget_manager.get_model(this.model.get('renderer'));
    await this.renderer.initPromise;
    const scene = this.renderer.get('scene');
    if (!scene?.obj) throw await undrawn();
    const kinds = await this.model.widget_manager.get_model(this.model.get('kinds'));
    await kinds.initPromise;
    if (this.closed) return new Promise(() => {});  // before it was there: what waits for that waits for nothing
    this.kinds = new Kinds(kinds.obj);
    this.scene = scene.obj;
    this.adopt(this.renderer.get('camera').obj);
    scene.on('beforeRender', (_, gl) => this.beforeFrame(gl));
    scene.on('afterRender', () => this.afterFrame());
    this.build();
    this.takeTexels(this.model.get('texels'));
    const {position, target, fov, height} = this.model.get('camera');
    if (position) {
      this.camera.fov = fov;
      this.height = height;
      this.lookFrom(position, target);
      this.untouched = false;
    }
    this.derived = new Derived(this);
    this.cuts = new Cuts(this);
    this.cuts.takeSeams(this.model.get('seams'));
    this.applyLight();
    this.applyUniforms();
    await this.load();
    this.model.on('change:parcels', () => this.load());
    this.model.on('change:arriving', () => this.arrived());
  }

  // What is drawn, in this order: first what is in front, so that nothing is painted that is painted over. Edges come
  // before ghosts and glass, which tint what is behind them.
  build() {
    const {kinds} = this, materials = this.materials = this.scene.materials = new Materials(kinds.Material, THEMES.light);
    const {opaque, edges, glass} = this.chunks = new Chunks(kinds, materials);
    this.loaded = 0;  // parcels
    this.loading = Promise.resolve();
    this.backdrop = [kinds.square(true), kinds.screen()];
    this.scene.add(
      opaque,
      kinds.group('caps'),
      kinds.alone('ground', this.backdrop[0], materials.make('ground')),
      kinds.alone('back', this.backdrop[1], materials.make('back')),
      edges,
      kinds.group('ghosts'),
      glass,
      kinds.group('lines'),
    );
  }

  // Take in the parcels that have come, one after the other. Nothing is at rest while that takes its time.
  load() {
    clearTimeout(this.settling);
    return this.loading = this.loading.then(async () => {
      const all = this.model.get('parcels');
      while (this.loaded < all.length) {
        const parcel = await this.model.widget_manager.get_model(all[this.loaded++].replace('IPY_MODEL_', ''));
        if (this.closed) return;
        parcel.on('change:lines', () => this.improved());
        this.chunks.add(parcel);
      }
      this.arrived();
    });
  }

  // To the kernel. Where that has ended, what is here stays: the camera needs none, and for the rest there are words.
  tell(content, buffers) {
    try {
      this.model.send(content, undefined, buffers);
    } catch {
      for (const {panel: {notice}} of this.panes) notice.textContent = notice.title = ENDED;
    }
  }

  part(name) {
    return this.scene.children.find(child => child.name === name);
  }

  // --- frames ---------------------------------------------------------------------------------------------------

  draw(resting = false) {
    this.detail.choose(resting);
    for (const pane of this.panes) pane.view?.tick();
  }

  // What is here can be drawn better. That is for a view at rest.
  improved() {
    this.better = true;
    this.rest();
  }

  rest() {
    clearTimeout(this.settling);
    clearTimeout(this.printing);
    this.busy(true);
    this.settling = setTimeout(() => this.settled(), SETTLED);
  }

  // Whether a better picture is still to come, for who cannot see whether it is.
  busy(yes) {
    for (const {element} of this.panes) element.ariaBusy = String(yes);
  }

  // More of the building has come. While more is on its way four fifths of the time are left to that, by what a frame
  // of all that is here will cost.
  arrived() {
    const here = this.part('opaque').children.length, cost = this.cost * here / (this.drawn || here || 1);
    const wait = this.model.get('arriving') ? this.drawnAt + Math.max(GROWING, 4 * cost) - performance.now() : 0;
    this.unseen = true;
    clearTimeout(this.arriving);
    this.arriving = setTimeout(() => requestAnimationFrame(() => this.unseen && this.include()), Math.max(wait, 0));
  }

  // Draw all that is here.
  include() {
    this.unseen = false;
    this.drawn = this.part('opaque').children.length;
    this.detail.forget();
    this.derived.update();
    this.cuts.update();
    if (this.untouched && this.scene.visible) this.home(false);
    this.applyUniforms();
    this.draw();
  }

  // The ground goes where the building ends; in a section, where the earth is cut.
  settle() {
    const {low, high, ground, earth} = this.model.get('home'), radius = size(subtract(high, low)) / 2;
    const level = this.cuts.standing.length ? earth : ground, floor = this.part('ground'), middle = along(low, subtract(high, low), 0.5);
    floor.position.set(middle[0], level, middle[2]);
    floor.scale.setScalar(40 * radius);
    this.materials.set({centre: middle, reach: 3 * radius, level, far: 2.6 * radius, fade: [0.9 * radius, 3.2 * radius], middle: [middle[0], middle[2]]});
  }

  beforeFrame(gl) {
    const {width, height} = gl.getSize();
    this.detail.apply(gl);
    this.part('edges').visible = !this.detail.coarse;  // where they would be two pixels wide
    this.aim(width, height);
    this.cuts.frame(gl);
    this.materials.set({pixels: height / (this.height ?? this.heightAt(1)), resolution: [width, height]});
  }

  afterFrame() {
    if (!this.scene.visible) return;  // no pane knows its size yet: this was a frame of nothing
    const start = this.drawnAt = performance.now(), {level} = this.detail;
    const whole = !this.model.get('arriving');
    requestAnimationFrame(() => requestAnimationFrame(() => {  // now it is on the screen
      this.cost = performance.now() - start;
      this.detail.took(level, this.cost);
      if (whole && !this.whole) this.tell({type: 'whole'});
      this.whole ||= whole;
    }));
    if (this.first) {
      this.first();
      this.first = null;
      this.tell({type: 'drawn', at: Date.now() / 1000});
    }
    for (const pane of this.panes) pane.ask('frame');
    this.rest();
  }

  // The view has come to rest: the kernel learns where from, and how it looks.
  async settled() {
    const pane = this.live(), {settling} = this;
    if (!pane) return this.busy(false);
    if (this.model.get('arriving')) return;
    if (this.better && this.detail.fine && performance.now() < this.drawnAt + 3 * this.cost) return this.rest();
    if (this.better || !this.detail.fine) {
      this.better = false;
      return this.draw(true);  // and come back here
    }
    const {width, height: rows} = pane.view.renderer.getSize();
    const {position, target, height, camera: {fov}} = this;
    this.model.set('camera', {position, target, fov, height});
    this.model.set('size', [width, rows]);
    this.model.save_changes();
    const canvas = await this.canvas(PICTURE_WIDTH);
    this.tell({type: 'picture'}, [await bytesOf(canvas)]);
    if (settling === this.settling) this.busy(false);
    clearTimeout(this.printing);
    if (this.model.get('printed')) this.printing = setTimeout(() => this.print(), this.printed ? PRINTING : 0);
  }

  // What is seen, for the notebook (print.py). By now its output may have been cleared.
  async print() {
    if (!this.live()) return;
    this.printed = true;
    const canvas = await this.canvas(PRINT_WIDTH), {width, height} = canvas, pixels = new Uint8Array(3 * width * height);
    const copy = Object.assign(document.createElement('canvas'), {width, height}).getContext('2d');
    copy.drawImage(canvas, 0, 0);
    const {data} = copy.getImageData(0, 0, width, height);
    for (let i = 0, k = 0; i < data.length; i += 4) for (let c = 0; c < 3; c++) pixels[k++] = data[i + c];
    const packed = new Blob([pixels]).stream().pipeThrough(new CompressionStream('deflate'));
    this.tell({type: 'print', width, height}, [await new Response(packed).arrayBuffer()]);
  }

  // A pane that has a canvas; the browser lends only so many at a time.
  live() {
    return [...this.panes].find(pane => pane.view?.renderer);
  }

  // The canvas as PNG bytes.
  async picture() {
    return bytesOf(await this.canvas());
  }

  // A canvas with what is seen, `most` pixels wide or less.
  async canvas(most = Infinity) {
    await this.shown;
    const pane = this.live();
    if (!pane) throw new Error('the viewer is not on the page');
    if (!this.detail.fine) {
      this.detail.choose(true);
      pane.view.renderScene();
    }
    const {domElement: canvas} = pane.view.renderer;
    if (canvas.width <= most) return canvas;
    const small = document.createElement('canvas');
    small.width = most;
    small.height = Math.round(canvas.height * most / canvas.width);
    const pen = small.getContext('2d');
    pen.imageSmoothingQuality = 'high';
    pen.drawImage(canvas, 0, 0, small.width, small.height);
    return small;
  }

  // --- colours, light, looks --------------------------------------------------------------------------------------

  applyUniforms() {
    const theme = THEMES[this.theme ?? 'light'];
    this.cuts.update();
    this.materials.set({...theme, ...this.model.get('uniforms'), texels: this.texels, lifted: this.model.get('lifted')});
    this.applyCuts();
    if (this.light) this.materials.set({light: this.light});
    this.derived.paint(theme);
  }

  applyCuts() {
    const {lightAmount} = this.model.get('uniforms');
    this.cuts.update();
    this.settle();
    this.materials.set(this.cuts.uniforms());
    this.materials.cut(this.cuts.planes.length > 0);
    // The sun's shadow is that of the whole building as it stands, and would lie on what the cut lays open.
    const parted = this.cuts.planes.length || this.model.get('lifted');
    if (lightAmount) this.materials.set({lightAmount: parted ? [lightAmount[0], 0, lightAmount[2]] : lightAmount});
  }

  setTheme(theme) {
    if (theme === this.theme) return;
    this.theme = theme;
    this.model.set('shown_theme', theme);
    this.model.save_changes();
    if (!this.derived) return;
    this.applyUniforms();
    this.draw();
  }

  // The light volume is a 3D texture. pythreejs cannot make one, so it is made of its 2D kind.
  applyLight() {
    const bytes = this.model.get('light'), [depth, height, width] = this.model.get('light_shape');
    if (!bytes?.byteLength) return;
    this.light?.dispose();
    const data = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.light = Object.assign(new this.kinds.Texture(data, width, height), {
      isDataTexture: false,
      isDataTexture3D: true,
      image: {data, width, height, depth},
      format: LUMINANCE_ALPHA,
      minFilter: LINEAR_FILTER,
      magFilter: LINEAR_FILTER,
      needsUpdate: true,
    });
    this.materials.set({light: this.light});
  }

  // One texel a part (state.py), in a texture with room for more; below them, once it matters, the part's storey.
  takeTexels(bytes) {
    const rows = 2 ** Math.ceil(Math.log2(Math.max(1, bytes.byteLength / 4 / TEXELS)));
    const storeys = this.model.get('storeys'), floor = TEXELS * rows * 4;
    this.bits = new Uint8Array(storeys?.byteLength ? 2 * floor : floor);
    this.storeys = 0;  // the number of the highest
    for (let i = 0; i < storeys?.byteLength; i++) {
      this.bits[floor + 4 * i] = storeys.getUint8(i);
      this.storeys = Math.max(this.storeys, storeys.getUint8(i));
    }
    this.bits.set(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    this.parts = bytes.byteLength / 4;
    this.texels?.dispose();
    this.texels = Object.assign(new this.kinds.Texture(this.bits, TEXELS, this.bits.length / TEXELS / 4), {needsUpdate: true});
  }

  grow([more]) {
    const all = new Uint8Array(4 * this.parts + more.byteLength);
    all.set(this.bits.subarray(0, 4 * this.parts));
    all.set(new Uint8Array(more.buffer, more.byteOffset, more.byteLength), 4 * this.parts);
    this.takeTexels(all);
    this.materials.set({texels: this.texels});
  }

  // All texels anew, as the kernel has told them.
  retake() {
    this.takeTexels(this.model.get('texels'));
    this.applyUniforms();
    this.derived.update();
    this.draw();
  }

  // Changed texels, as state.py packs them: gaps between them unless it is all of them, values, an index into these.
  patch({gap, indexed, grown}, [gaps, values, index]) {
    const array = (type, view) => new type(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
    const all = new Uint32Array(this.bits.buffer, this.bits.byteOffset, this.bits.byteLength / 4);
    const table = array(Uint32Array, values), steps = array(GAPS[gap], gaps), which = array(Uint8Array, index);
    const value = k => table[indexed ? which[k] : k];
    if (!steps.length) for (let k = 0; k < this.parts; k++) all[k] = value(k);
    for (let k = 0, at = 0; k < steps.length; k++) all[at += steps[k]] = value(k);
    this.texels.needsUpdate = true;
    if (grown) return this.arrived();
    this.derived.update();
    this.draw();
  }

  // How far up a part is drawn from where it is.
  lift(part) {
    const lifted = this.model.get('lifted');
    return lifted && lifted * this.bits[this.bits.length / 2 + 4 * part];
  }

  // The storeys of parts, or how far they are apart, have changed.
  applyStoreys() {
    this.takeTexels(this.bits.slice(0, 4 * this.parts));
    this.applyUniforms();
    this.draw();
    if (this.untouched && this.target) this.home(true);
  }

  close() {
    clearTimeout(this.settling);
    clearTimeout(this.printing);
    clearTimeout(this.arriving);
    this.light?.dispose();
    this.texels?.dispose();
    this.derived?.close();
    this.cuts?.close();
    this.chunks?.close();
    this.materials?.close();
    this.backdrop?.forEach(geometry => geometry.dispose());
    // pythreejs keeps scene and camera of a canvas until it lends that again, and Lab some of whom it has called back.
    this.scene?.remove(...this.scene.children);
    if (this.scene) delete this.scene.materials;
    this.leave();
    this.closed = true;
    for (const name of LARGE) this[name] = null;
  }
}

// Why the page made something else of the renderer's model than pythreejs would.
async function undrawn() {
  const {cause, values} = await Causes.extension('jupyter-threejs');
  return cause ? Causes.error(cause, values) : new Error('pythreejs does not draw in this page: bp.doctor() in a cell may say why.');
}

async function bytesOf(canvas) {
  const blob = await new Promise(done => canvas.toBlob(done, 'image/png'));
  return blob.arrayBuffer();
}
