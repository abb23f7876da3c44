// Sections: planes that cut, and what is drawn where they do.
//
// A cap fills what a plane cuts of closed bodies. Behind a point of the plane that is inside a body there is one back face
// more than there are front faces, so both are counted in the stencil buffer, and a square in the plane is drawn where
// something is left. Counted is for one plane at a time, as if it were the only one; then bodies that overlap, and those
// that other planes cut as well, come out right. A plane has caps only while one looks at them from outside.

const UPRIGHT = 0.5;  // of a normal's y, less than which the plane stands
const NOTHING = 128;  // what the count begins with; wrong faces may make it less

class Cuts {
  constructor(stage) {
    this.stage = stage;
    this.group = stage.part('caps');
    this.seam = stage.kinds.alone('seam', stage.kinds.screen(), stage.materials.make('seam'));
    this.seam.visible = false;
    stage.part('lines').add(this.seam);
    this.caps = [];  // of each plane: its faces to count, its square, its earth
    this.planes = [];
    this.take(stage.model.get('cuts'));
  }

  // What the kernel says.
  take({planes}) {
    if (!this.held) this.planes = planes ?? [];
  }

  // What a hand on the page says: drawn at once. The lines of the cut are the kernel's to find when the hand has come to rest.
  hold(planes) {
    this.held = true;
    this.planes = planes;
    this.seam.visible = false;
    this.stage.applyCuts();
    this.stage.draw();
  }

  release() {
    this.held = false;
    const {model} = this.stage;
    this.stage.tell({type: 'act', name: 'section', planes: this.planes});
    if (String(model.get('cuts').planes) === String(this.planes)) this.takeSeams(model.get('seams'));
  }

  uniforms() {
    const all = Array.from({length: MOST_PLANES}, (_, i) => this.planes[i] ?? [0, 0, 0, 1]);
    return {cuts: all.flat(), cutting: this.planes.length};
  }

  // The planes that stand, and so cut the earth.
  get standing() { return this.planes.filter(([, y]) => Math.abs(y) < UPRIGHT); }

  // Corners of the earth that is drawn where they do (earth.frag).
  strips() {
    const {centre: {value: centre}, reach: {value: reach}} = this.stage.materials.shared, floor = this.stage.part('ground').position.y;
    return this.standing.flatMap(([x, y, z, at]) => {
      const normal = [x, y, z], middle = along(centre, normal, at - dot(centre, normal)), aside = unit([z, 0, -x]);
      return [-1, 1].flatMap(side => [0, 1].map(down => {
        const [across, , depth] = along(middle, aside, side * 1.3 * reach / 3);
        return [across, floor - down * reach / 6, depth];
      }));
    });
  }

  // There is as much to count as there are opaque surfaces.
  update() {
    const chunks = this.stage.part('opaque').children;
    while (this.caps.length < this.planes.length) this.caps.push(this.cap(this.caps.length));
    for (const {counted, count} of this.caps) {
      for (const {geometry, position, scale} of chunks.slice(counted.children.length)) {
        const mesh = this.stage.kinds.mesh(geometry, count, {at: position.toArray(), step: scale.x});
        counted.add(Object.assign(mesh, {onBeforeRender: counting}));
      }
    }
  }

  cap(which) {
    const {kinds, materials} = this.stage, all = kinds.group(''), counted = kinds.group(''), nothing = () => {};
    this.screen ??= kinds.screen();
    this.square ??= kinds.square(false);
    const own = name => materials.make(name, {which}), count = own('count');
    const alone = (geometry, material, onBeforeRender, onAfterRender = nothing) =>
      Object.assign(kinds.alone('', geometry, material), {onBeforeRender, onAfterRender});
    const earth = alone(this.square, own('earth'), nothing);
    all.add(alone(this.screen, count, clear), counted, alone(this.square, own('cap'), filling, done), earth);
    this.group.add(all);
    return {all, counted, count, earth};
  }

  // Which caps are to be seen from where the camera is.
  frame(gl) {
    const {stage} = this, {stencil} = gl.context.getContextAttributes();
    const outside = (n, d) => stage.height ? dot(n, stage.axes.forward) < 0 : dot(n, stage.position) > d;
    this.group.visible = this.planes.length > 0 && stencil;
    this.caps.forEach((cap, i) => {
      const [x, y, z, d] = this.planes[i] ?? [0, 0, 0, 0];
      cap.all.visible = i < this.planes.length && outside([x, y, z], d);
      cap.earth.visible = Math.abs(y) < UPRIGHT;
    });
  }

  // The lines of the cut, as the kernel has found them.
  takeSeams(bytes) {
    const lines = bytes?.byteLength ? new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)) : [];
    const n = lines.length / 7, from = new Float32Array(3 * n), to = new Float32Array(3 * n), parts = new Float32Array(n);
    for (let k = 0; k < n; k++) {
      from.set(lines.subarray(7 * k, 7 * k + 3), 3 * k);
      to.set(lines.subarray(7 * k + 3, 7 * k + 6), 3 * k);
      parts[k] = lines[7 * k + 6];
    }
    quads(this.stage.kinds, this.seam.geometry, from, to, parts);
    this.seam.visible = !this.held && this.planes.length > 0 && n > 0;
  }

  close() {
    this.screen?.dispose();
    this.square?.dispose();
    this.seam.geometry.dispose();
  }
}

function clear({context: gl}) {
  gl.enable(gl.STENCIL_TEST);
  gl.stencilOp(gl.KEEP, gl.KEEP, gl.KEEP);
  gl.clearStencil(NOTHING);
  gl.clear(gl.STENCIL_BUFFER_BIT);
  gl.clearStencil(0);
}

function counting({context: gl}) {
  gl.stencilFunc(gl.ALWAYS, 0, 0xff);
  gl.stencilOpSeparate(gl.FRONT, gl.KEEP, gl.KEEP, gl.DECR_WRAP);
  gl.stencilOpSeparate(gl.BACK, gl.KEEP, gl.KEEP, gl.INCR_WRAP);
}

function filling({context: gl}) {
  gl.stencilFunc(gl.LESS, NOTHING, 0xff);
  gl.stencilOp(gl.KEEP, gl.KEEP, gl.KEEP);
}

function done({context: gl}) {
  gl.disable(gl.STENCIL_TEST);
}
