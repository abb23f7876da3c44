// What follows from the buffers and texels that are on the page already, so that nothing has to be sent for it: ghosts,
// lines by their length, the outline of the selection, and where things end.

// Bits of a texel, as in state.py.
const VISIBLE = 1, GHOST = 2, SELECTED = 4, COLORED = 8, CLOSED = 16, ROOM = 32;

const MOST_LINES = 60_000;  // of an outline; of more that is selected the tint and the colour of its edges have to do

// Make a geometry of n lines that have a width, each a quad: (3n) `from` and `to`, (n) the part of each. (Drawn as n
// instances of one quad they would be a quarter of the bytes, and five times as slow where software draws.)
function quads(kinds, geometry, from, to, parts) {
  const n = parts.length, four = (values, size) => {
    const all = new Float32Array(4 * size * n);
    for (let i = 0, at = 0; i < values.length; i += size) {
      for (let c = 0; c < 4; c++) for (let k = 0; k < size; k++) all[at++] = values[i + k];
    }
    return kinds.attribute(all, size);
  };
  const corner = new Float32Array(4 * n), index = new Uint32Array(6 * n);
  for (let k = 0; k < n; k++) {
    corner.set(CORNERS, 4 * k);
    for (let c = 0; c < 6; c++) index[6 * k + c] = 4 * k + TRIANGLES[c];
  }
  geometry.dispose();
  geometry.addAttribute('position', four(from, 3));
  geometry.addAttribute('other', four(to, 3));
  geometry.addAttribute('part', four(parts, 1));
  geometry.addAttribute('corner', kinds.attribute(corner, 1));
  geometry.setIndex(kinds.attribute(index, 1));
}

const CORNERS = [0, 1, 2, 3], TRIANGLES = [0, 1, 2, 2, 1, 3];

const isOutlined = looks => (looks & SELECTED) !== 0 && (looks & VISIBLE) !== 0;

// How many of these lines are of what has an outline: it is selected and visible.
function countOutlined({attributes: {part: {array: owner}}, index: {array: index}}, bits) {
  let n = 0;
  for (let i = 0; i < index.length; i += 2) n += isOutlined(bits[4 * owner[index[i]] + 3]);
  return n;
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
    for (let part = 0; part < stage.parts; part++) any |= stage.bits[4 * part + 3];
    ghosts.visible = (any & GHOST) !== 0;
    if (ghosts.visible) {
      this.ghost ??= materials.make('ghost');
      for (const {geometry, position, scale} of stage.part('opaque').children.slice(ghosts.children.length)) {
        ghosts.add(kinds.mesh(geometry, this.ghost, {at: position.toArray(), step: scale.x}));
      }
    }
    this.selected = (any & SELECTED) !== 0;
    const outlined = this.selected && this.outline();
    for (const line of this.outlines) line.visible = outlined;
  }

  // The crease lines of what is selected; false if they are too many.
  outline() {
    const {bits} = this.stage, edges = this.stage.part('edges').children;
    let n = 0;
    for (const {geometry} of edges) if ((n += countOutlined(geometry, bits)) > MOST_LINES) return false;
    const from = new Float32Array(3 * n), to = new Float32Array(3 * n), parts = new Float32Array(n);
    let k = 0;
    for (const {geometry, position, scale} of edges) {
      const {position: {array}, part: {array: owner}} = geometry.attributes, index = geometry.index.array;
      const at = position.toArray(), step = scale.x;
      for (let i = 0; i < index.length; i += 2) {
        const part = owner[index[i]];
        if (!isOutlined(bits[4 * part + 3])) continue;
        for (let c = 0; c < 3; c++) {
          from[3 * k + c] = array[3 * index[i] + c] * step + at[c];
          to[3 * k + c] = array[3 * index[i + 1] + c] * step + at[c];
        }
        parts[k++] = part;
      }
    }
    quads(this.stage.kinds, this.geometry, from, to, parts);
    return true;
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
