// What is drawn with what: programs put together from the texts of glsl/, and the uniforms that all of them share.
//
// A uniform is one object for every material that has it, so to set it once is to set it everywhere; only what `own` names
// belongs to one material alone. What a program does not use costs nothing.

const MOST_PLANES = 6;

const SHARED = {
  texels: null, lifted: 0, cuts: Array(4 * MOST_PLANES).fill(0), cutting: 0, pixels: 1, resolution: [1, 1],
  light: null, lightLow: [0, 0, 0], lightSize: [1, 1, 1], lightAmount: [0, 0, 0], sun: [0, 1, 0],
  centre: [0, 0, 0], reach: 1, level: 0, far: 1, fade: [0, 0], middle: [0, 0],
};

// Numbers of three.js.
const BOTH_SIDES = 2;

const OVER = {transparent: true, depthWrite: false};  // drawn over what is there
const FARTHER = {polygonOffset: true, polygonOffsetFactor: 1, polygonOffsetUnits: 1};    // so that lines on it are seen
const NEARER = {polygonOffset: true, polygonOffsetFactor: -1, polygonOffsetUnits: -2};
const UNSEEN = {colorWrite: false, depthTest: false, depthWrite: false};

const SURFACE = {vertex: ['lens.glsl', 'texel.glsl', 'surface.vert'], fragment: ['cut.glsl', 'light.glsl', 'surface.frag']};
const LINES = {vertex: ['lens.glsl', 'texel.glsl', 'outline.vert'], fragment: ['cut.glsl', 'outline.frag'], side: BOTH_SIDES, ...OVER};

// `pick`: what picking draws as well, with part numbers for colours.
const MATERIALS = {
  back: {vertex: ['back.vert'], fragment: ['back.glsl', 'back.frag'], depthWrite: false},
  ground: {vertex: ['ground.vert'], fragment: ['cut.glsl', 'light.glsl', 'back.glsl', 'ground.frag'], pick: true},
  opaque: {...SURFACE, defines: {LAYER: 0}, side: BOTH_SIDES, pick: true, ...FARTHER},
  glass: {...SURFACE, defines: {LAYER: 1}, side: BOTH_SIDES, pick: true, ...OVER},
  ghost: {...SURFACE, defines: {LAYER: 2}, ...OVER},
  edge: {vertex: ['lens.glsl', 'texel.glsl', 'edge.vert'], fragment: ['cut.glsl', 'edge.frag'], own: {span: 1}, ...OVER},
  outline: {...LINES, own: {width: 1.2, color: [0, 0, 0, 0]}},
  seam: {...LINES, own: {width: 1.2, color: [0, 0, 0, 0.9]}, defines: {SEAM: 1}},
  count: {vertex: ['texel.glsl', 'count.vert'], fragment: ['cut.glsl', 'count.frag'], own: {which: 0}, side: BOTH_SIDES, ...UNSEEN},
  cap: {vertex: ['cap.vert'], fragment: ['cut.glsl', 'cap.frag'], own: {which: 0}, side: BOTH_SIDES, ...NEARER},
  earth: {vertex: ['cap.vert'], fragment: ['cut.glsl', 'earth.frag'], own: {which: 0}, defines: {EARTH: 1}, side: BOTH_SIDES, ...OVER},
};

const program = names => names.map(name => GLSL[name]).join('\n');

class Materials {
  // `Material` is the class, `values` are those of more uniforms.
  constructor(Material, values) {
    this.Material = Material;
    this.shared = Object.fromEntries(Object.entries({...SHARED, ...values}).map(([name, value]) => [name, {value}]));
    this.cutting = false;
    this.made = [];
  }

  make(name, own = {}) {
    const {vertex, fragment, own: usual, pick, defines, ...options} = MATERIALS[name];
    const mine = Object.fromEntries(Object.entries({...usual, ...own}).map(([key, value]) => [key, {value}]));
    const made = new this.Material({
      name, vertexShader: program(vertex), fragmentShader: program(fragment), uniforms: {...this.shared, ...mine},
      defines: {PICK: 0, CUT: Number(this.cutting), ...defines}, ...options,
    });
    this.made.push(made);
    return made;
  }

  // What picking draws in place of this: part numbers (`what` 1) or depths (2), the nearest pane of glass first, and no slope
  // moved back by a pixel behind the ground it lies on. Nothing for what cannot be picked.
  picked(material, what = 1) {
    if (!MATERIALS[material.name]?.pick) return null;
    material.twins ??= {};
    if (!material.twins[what]) {
      const twin = material.twins[what] = this.make(material.name);
      Object.assign(twin, {transparent: false, depthWrite: true, polygonOffsetFactor: 0});
      twin.defines.PICK = what;
    }
    return material.twins[what];
  }

  set(values) {
    for (const [name, value] of Object.entries(values)) this.shared[name].value = value;
  }

  // Whether anything is cut away: else the programs do without asking.
  cut(any) {
    if (any === this.cutting) return;
    this.cutting = any;
    for (const material of this.made) {
      material.defines.CUT = Number(any);
      material.needsUpdate = true;
    }
  }

  // Programs stay until the next of us closes: when a cell is run again its new view has the same canvas, and to compile
  // them once more would be most of its first frame. What they drew with goes at once.
  close() {
    for (const material of spent.splice(0, Infinity, ...this.made)) material.dispose();
    for (const {uniforms} of this.made) for (const uniform of Object.values(uniforms)) uniform.value = null;
  }
}

const spent = [];
