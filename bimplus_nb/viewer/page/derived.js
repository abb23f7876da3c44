// What follows from the buffers and texels that are on the page already, so that nothing has to be sent for it: ghosts,
// lines by their length, the outline of the selection, and where things end.

// Bits of a texel, as in state.py.
const VISIBLE = 1, GHOST = 2, SELECTED = 4, COLORED = 8, CLOSED = 16, ROOM = 32;

const MOST_LINES = 60_000;  // of an outline; beyond, the tint has to do

// Make a geometry of lines that have a width: two `ends` and the part of each.
function quads(kinds, geometry, ends, parts) {
  const n = parts.length, from = new Float32Array(12 * n), to = new Float32Array(12 * n);
  const corner = new Float32Array(4 * n), part = new Float32Array(4 * n), index = new Uint32Array(6 * n);
  for (let k = 0; k < n; k++) {
    for (let c = 0; c < 4; c++) {
      from.set(ends[2 * k], 12 * k + 3 * c);
      to.set(ends[2 * k + 1], 12 * k + 3 * c);
      corner[4 * k + c] = c;
      part[4 * k + c] = parts[k];
      index[6 * k + c] = 4 * k + c;
    }
    index.set([4 * k + 2, 4 * k + 1, 4 * k + 3], 6 * k + 3);
  }
  geometry.dispose();
  for (const [name, values, size] of [['position', from, 3], ['other', to, 3], ['corner', corner, 1], ['part', part, 1]]) {
    geometry.addAttribute(name, kinds.attribute(values, size));
  }
  geometry.setIndex(kinds.attribute(index, 1));
}

class Derived {
  constructor(stage) {
    this.stage = stage;
    // Three passes: what is hidden shines through thinly, then a halo, then the line itself.
    const {kinds, materials} = stage, geometry = this.geometry = kinds.screen();
    this.outlines = [1.2, 4.2, 2.2].map(width => kinds.alone('outline', geometry, materials.make('outline', {width, color: [0, 0, 0, 0]})));
    this.outlines[0].material.depthTest = false;
    for (const line of this.outlines) line.visible = false;  // nothing is selected yet
    stage.part('lines').add(...this.outlines);
  }

  update() {
    const {stage} = this, {kinds, materials} = stage, ghosts = stage.part('ghosts');
    let any = 0;
    for (let i = 3; i < stage.bits.length; i += 4) any |= stage.bits[i];
    ghosts.visible = (any & GHOST) !== 0;
    if (ghosts.visible) {
      this.ghost ??= materials.make('ghost');
      for (const {geometry, position, scale} of stage.part('opaque').children.slice(ghosts.children.length)) {
        ghosts.add(kinds.mesh(geometry, this.ghost, {at: position.toArray(), step: scale.x}));
      }
    }
    for (const line of this.outlines) line.visible = (any & SELECTED) !== 0;
    if (any & SELECTED) this.outline();
  }

  // The crease lines of what is selected, as quads.
  outline() {
    const {stage} = this, ends = [], parts = [];
    for (const {geometry, position, scale} of stage.part('edges').children) {
      const {position: {array}, part} = geometry.attributes, index = geometry.index.array;
      const place = i => [0, 1, 2].map(k => array[3 * i + k] * scale.x + position.getComponent(k));
      for (let k = 0; k < index.length && ends.length < 2 * MOST_LINES; k += 2) {
        const which = part.array[index[k]], bits = stage.bits[4 * which + 3];
        if (!(bits & SELECTED && bits & VISIBLE)) continue;
        ends.push(place(index[k]), place(index[k + 1]));
        parts.push(which);
      }
    }
    quads(stage.kinds, this.geometry, ends, parts);
  }

  paint({selectColor, haloColor, lineColor}) {
    const colors = [[...selectColor, 0.35], [...haloColor, 0.85], [...lineColor, 1]];
    this.outlines.forEach((line, i) => line.material.uniforms.color.value = colors[i]);
  }

  // Places at the far ends, in 26 directions, of the parts whose bits have all of `mask`; null if there are none.
  ends(mask) {
    const {stage} = this, ways = [];
    for (let k = 0; k < 27; k++) if (k !== 13) ways.push([k % 3 - 1, (k / 3 | 0) % 3 - 1, (k / 9 | 0) - 1]);
    const best = ways.map(() => -Infinity), found = [];
    for (const {geometry, position, scale} of ['opaque', 'glass'].flatMap(name => stage.part(name).children)) {
      const {position: {array}, part} = geometry.attributes;
      for (let i = 0; i < part.array.length; i++) {
        if ((stage.bits[4 * part.array[i] + 3] & mask) !== mask) continue;
        const x = array[3 * i] * scale.x + position.x;
        const y = array[3 * i + 1] * scale.x + position.y + stage.lift(part.array[i]);
        const z = array[3 * i + 2] * scale.x + position.z;
        for (let k = 0; k < 26; k++) {
          const far = x * ways[k][0] + y * ways[k][1] + z * ways[k][2];
          if (far > best[k]) {
            best[k] = far;
            found[k] = [x, y, z];
          }
        }
      }
    }
    return found.length ? found : null;
  }

  close() {
    this.geometry.dispose();
  }
}
