// The building as it has come: parcels of the kernel (parcel.py) made into meshes.

class Chunks {
  // `kinds` are the classes of three.js; meshes go into groups of these names.
  constructor(kinds, materials) {
    this.kinds = kinds;
    this.materials = materials;
    this.opaque = kinds.group('opaque');
    this.edges = kinds.group('edges');
    this.glass = kinds.group('glass');
    this.material = {opaque: materials.make('opaque'), glass: materials.make('glass')};
    this.geometries = [];
  }

  add(parcel) {
    const chunks = parcel.get('chunks').map(chunk => this.mesh(chunk));
    const lines = () => parcel.get('lines').forEach((line, k) => this.line(line, chunks[k]));
    lines();
    parcel.on('change:lines', lines);
  }

  mesh({at, step, positions, parts, counts, opaque, clear}) {
    const {kinds} = this, place = {at, step};
    const attributes = {
      position: kinds.attribute(summed(typed(Int16Array, positions), 3), 3),
      part: kinds.attribute(runs(typed(Uint32Array, parts), typed(Uint16Array, counts)), 1),
    };
    for (const [name, index] of [['opaque', opaque], ['glass', clear]]) {
      if (!index.byteLength) continue;
      const geometry = this.geometry(attributes, summed(typed(Uint16Array, index), 1));
      this[name].add(kinds.mesh(geometry, this.material[name], place));
    }
    return {attributes, place};
  }

  // Lines share vertices, so a vertex cannot say how long its line is: each run of lines has a material that can.
  line({index, spans}, {attributes, place}) {
    if (!index.byteLength) return;
    const geometry = this.geometry(attributes, typed(Uint16Array, index));
    geometry.groups = spans.map(([start, count, power]) => ({start, count, materialIndex: power}));
    this.lengths ??= Array.from({length: POWERS}, (_, power) => this.materials.make('edge', {span: 2 ** power}));
    this.edges.add(this.kinds.mesh(geometry, this.lengths, place, this.kinds.Lines));
  }

  geometry(attributes, index) {
    const made = this.kinds.geometry(attributes, index);
    this.geometries.push(made);
    return made;
  }

  close() {
    for (const geometry of this.geometries) geometry.dispose();
  }
}

const POWERS = 32;  // lengths of lines that are told apart, each twice the one before; the least is 1 mm

// Bytes that a message brought as numbers; they may begin anywhere in it.
function typed(type, {buffer, byteOffset, byteLength}) {
  if (byteOffset % type.BYTES_PER_ELEMENT) return new type(buffer.slice(byteOffset, byteOffset + byteLength));
  return new type(buffer, byteOffset, byteLength / type.BYTES_PER_ELEMENT);
}

// Numbers that came as steps from one to the next, `size` of them side by side. They wrap around.
function summed(steps, size) {
  const all = steps.slice();
  for (let i = size; i < all.length; i++) all[i] += all[i - size];
  return all;
}

// Each value as often as it is counted.
function runs(values, counts) {
  const all = new Float32Array(counts.reduce((sum, count) => sum + count, 0));
  let at = 0;
  values.forEach((value, k) => all.fill(value, at, at += counts[k]));
  return all;
}

// The classes of three.js, taken from the one thing of each kind that pythreejs has made (scene.py).
class Kinds {
  constructor(group) {
    const [mesh, lines] = group.children, {geometry, material} = mesh;
    this.Group = group.constructor;
    this.Mesh = mesh.constructor;
    this.Lines = lines.constructor;
    this.Geometry = geometry.constructor;
    this.Attribute = geometry.attributes.position.constructor;
    this.Material = material.constructor;
    this.Texture = material.uniforms.texture.value.constructor;
  }

  group(name) {
    return Object.assign(new this.Group(), {name});
  }

  attribute(array, size) {
    return new this.Attribute(array, size);
  }

  geometry(attributes, index) {
    const made = new this.Geometry();
    for (const [name, attribute] of Object.entries(attributes)) made.addAttribute(name, attribute);
    if (index) made.setIndex(this.attribute(index, 1));
    return made;
  }

  mesh(geometry, material, {at = [0, 0, 0], step = 1} = {}, Kind = this.Mesh) {
    const made = new Kind(geometry, material);
    made.position.fromArray(at);
    made.scale.setScalar(step);
    return made;
  }

  // What lies over the whole canvas, or is put where it belongs later: never left out for where it seems to be.
  alone(name, geometry, material) {
    return Object.assign(this.mesh(geometry, material), {name, frustumCulled: false});
  }

  // A triangle that covers the canvas.
  screen() {
    return this.geometry({position: this.attribute(new Float32Array([-1, -1, 0, 3, -1, 0, -1, 3, 0]), 3)});
  }

  // A square, standing or lying with its face up.
  square(lying) {
    const corners = [[-1, -1], [1, -1], [1, 1], [-1, 1]].flatMap(([x, y]) => lying ? [y, 0, x] : [x, y, 0]);
    return this.geometry({position: this.attribute(new Float32Array(corners), 3)}, new Uint16Array([0, 1, 2, 0, 2, 3]));
  }
}
