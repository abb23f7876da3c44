// The exact place under the cursor: where the ray meets the triangles of the part that was picked, drawn to a corner or
// an edge nearby. Numbers are those of the buffers: the grid that the kernel rounded the places to.

const SNAP = 10;                             // CSS pixels
const NEARBY = 6;                            // CSS pixels around the cursor in which other parts have corners and edges too
const MOST_NEAR = 12;                        // of them; from afar there are hundreds
const BEND = Math.cos(28 * Math.PI / 180);   // creases, as edges.py has them
const BODIES = 64;                           // parts whose corners and edges are remembered

class Places {
  constructor(stage) {
    this.stage = stage;
    this.meshes = new Map();      // of each part
    this.known = new Set();       // meshes that are in there
    this.triangles = new Map();   // of each part, by mesh
    this.bodies = new Map();
    this.last = null;             // the part that was met last: its outer corners can be hit from just beside it
  }

  // What is at a point of the canvas (CSS pixels from its top left): {part, at, snap: 'corner', 'edge', 'face' or 'cut',
  // error, line}, or null. `at` is mm in the frame of the scene, `error` how far it may be off, `line` the edge's ends.
  // `around`: the parts beside the cursor have corners and edges too; to look for them takes a picture more.
  find(view, x, y, {snapping = true, around = true} = {}) {
    const solid = part => part !== null && (this.stage.bits[4 * part + 3] & (VISIBLE | GHOST)) === VISIBLE;
    const middle = pick(view, x, y), box = {left: x - NEARBY, top: y - NEARBY, right: x + NEARBY, bottom: y + NEARBY};
    const beside = snapping && around ? pickAll(view, box).slice(0, MOST_NEAR) : [];
    const parts = [middle ?? this.last, ...beside].filter(solid);
    if (!parts.length) return null;
    this.last = parts[0];
    const bodies = [...new Set(parts)].map(part => this.body(part)), size = view.renderer.getSize();
    const sight = {size, ray: this.stage.ray([x, y], size), at: [x, y]};
    const found = (snapping && (this.corner(bodies, sight) ?? this.edge(bodies, sight)))
      || (middle !== null && this.face(this.body(middle), sight));
    return found ? {...found, part: found.body.part, error: found.body.step * Math.sqrt(3) / 2} : null;
  }

  // The place on a surface that is seen at a point of the canvas, where it is drawn; null over nothing.
  under(view, x, y) {
    const found = this.find(view, x, y, {snapping: false});
    return found && this.drawn(found.at, found.part);
  }

  // The surface that is seen at a point of the canvas: {place, normal} of it where it is drawn, the normal towards the eye;
  // null over nothing and over what a section has filled.
  facing(view, x, y) {
    const found = this.find(view, x, y, {snapping: false});
    if (found?.snap !== 'face') return null;
    const {body: {places, triangles}, at, part} = found, {from, way} = this.stage.ray([x, y], view.renderer.getSize());
    const start = subtract(from, this.drawn([0, 0, 0], part)), t = dot(subtract(at, start), way) / dot(way, way);
    let met = null, least = Infinity;
    for (let k = 0; k < triangles.length; k += 3) {
      const one = triangles.subarray(k, k + 3), [hit = Infinity] = meetings({places, triangles: one}, start, way);
      if (Math.abs(hit - t) < least) [met, least] = [one, Math.abs(hit - t)];
    }
    const [a, b, c] = Array.from(met, i => [...places.slice(3 * i, 3 * i + 3)]);
    const normal = unit(cross(subtract(b, a), subtract(c, a)));
    return {place: this.drawn(at, part), normal: dot(normal, way) > 0 ? normal.map(k => -k) : normal};
  }

  // Where a place of a part is drawn: storeys may be drawn apart.
  drawn(place, part) {
    return along(place, [0, this.stage.lift(part), 0]);
  }

  // The planes of sections, as [x, y, z, w]: what has dot(place, xyz) > w of any of them is cut away.
  get planes() {
    return this.stage.cuts.planes;
  }

  cutAway(place, but) {
    return this.planes.some(plane => plane !== but && dot(place, plane) > plane[3] + 1e-6);
  }

  face(body, {ray: {from, way}}) {
    const low = this.drawn([0, 0, 0], body.part), start = subtract(from, low), bits = this.stage.bits[4 * body.part + 3];
    const hits = meetings(body, start, way), slack = body.step / size(way), found = [];
    const seen = hits.find(t => !this.cutAway(along(from, way, t)));
    if (seen !== undefined) found.push({t: seen, snap: 'face'});
    // A section fills what it cuts open, seen from outside: there the surface is met once more behind it.
    for (const plane of (bits & (CLOSED | ROOM)) === CLOSED ? this.planes : []) {
      const t = (plane[3] - dot(from, plane)) / dot(way, plane);
      const behind = hits.filter((hit, k) => hit > t && !(hit - hits[k - 1] < slack));
      if (dot(way, plane) < 0 && t > 0 && behind.length % 2 && !this.cutAway(along(from, way, t), plane)) found.push({t, snap: 'cut'});
    }
    const [first] = found.sort((a, b) => a.t - b.t);
    return first ? {body, at: along(start, way, first.t), snap: first.snap} : null;
  }

  corner(bodies, sight) {
    return this.nearest(bodies, sight, bodies.flatMap(body => body.corners.map(at => ({body, at, snap: 'corner'}))));
  }

  edge(bodies, sight) {
    const {from, way} = sight.ray, length = dot(way, way);
    return this.nearest(bodies, sight, bodies.flatMap(body => body.edges.map(line => {
      // Where the edge comes closest to the ray.
      const [start, end] = line, edge = subtract(end, start), between = subtract(this.drawn(start, body.part), from);
      const a = dot(edge, edge), b = dot(edge, way), rest = a * length - b * b;
      const share = rest > 1e-12 * a * length ? (b * dot(way, between) - length * dot(edge, between)) / rest : 0;
      return {body, at: along(start, edge, Math.min(1, Math.max(0, share))), snap: 'edge', line};
    })));
  }

  // The nearest candidate within reach of the cursor that none of the bodies hides.
  nearest(bodies, {size: canvas, at: [x, y]}, candidates) {
    const off = ({at, body}) => {
      const place = this.drawn(at, body.part), seen = this.stage.project(place, canvas);
      return seen && !this.cutAway(place) ? Math.hypot(seen[0] - x, seen[1] - y) : Infinity;
    };
    const open = ({at, body}) => {
      const place = this.drawn(at, body.part), [u, v] = this.stage.project(place, canvas);
      const {from, way} = this.stage.ray([u, v], canvas), length = size(way), there = dot(subtract(place, from), way) / length ** 2;
      const before = there - (2 * body.step + 2e-4 * there * length) / length;
      return !bodies.some(one => meetings(one, subtract(from, this.drawn([0, 0, 0], one.part)), way)
        .some(t => t < before && !this.cutAway(along(from, way, t))));
    };
    const near = candidates.map(one => [off(one), one]).filter(([pixels]) => pixels <= SNAP).sort((a, b) => a[0] - b[0]);
    return near.slice(0, 8).find(([, one]) => open(one))?.[1] ?? null;
  }

  // --- bodies -----------------------------------------------------------------------------------------------------

  // A part: {part, places: [x, y, z, …], triangles: [a, b, c, …], corners, edges, step}.
  body(part) {
    if (this.bodies.has(part)) return this.bodies.get(part);
    const places = [], triangles = [], seats = new Map();
    let step = 1;
    for (const mesh of this.holding(part)) {
      const {geometry: {index, attributes: {position: {array}}}, position: {x, y, z}, scale} = mesh;
      step = scale.x;
      const seat = vertex => {
        const place = [array[3 * vertex] * step + x, array[3 * vertex + 1] * step + y, array[3 * vertex + 2] * step + z];
        // A large body lies in several meshes, all on one grid: what is one place there becomes one here.
        const key = place.map(k => Math.round(k / step)).join();
        if (!seats.has(key)) {
          seats.set(key, places.length / 3);
          places.push(...place);
        }
        return seats.get(key);
      };
      for (const k of this.inMesh(mesh).get(part) ?? []) for (let c = 0; c < 3; c++) triangles.push(seat(index.array[k + c]));
    }
    const body = {part, places: new Float64Array(places), triangles: new Uint32Array(triangles), step};
    Object.assign(body, featuresOf(body));
    if (this.bodies.size >= BODIES) this.bodies.delete(this.bodies.keys().next().value);
    this.bodies.set(part, body);
    return body;
  }

  // The meshes with vertices of a part, which lie side by side there. Each mesh is looked through once.
  holding(part) {
    for (const mesh of ['opaque', 'glass'].flatMap(name => this.stage.part(name).children)) {
      if (this.known.has(mesh)) continue;
      this.known.add(mesh);
      const {array} = mesh.geometry.attributes.part;
      for (let i = 0, last = -1; i < array.length; i++) {
        if (array[i] === last) continue;
        last = array[i];
        const there = this.meshes.get(last) ?? [];
        if (there.at(-1) !== mesh) this.meshes.set(last, [...there, mesh]);
      }
    }
    return this.meshes.get(part) ?? [];
  }

  // Where the triangles of each part begin in the index of a mesh; made when it is first needed.
  inMesh(mesh) {
    if (!this.triangles.has(mesh)) {
      const index = mesh.geometry.index.array, part = mesh.geometry.attributes.part.array, all = new Map();
      for (let k = 0; k < index.length; k += 3) {
        const own = part[index[k]];
        if (all.has(own)) all.get(own).push(k);
        else all.set(own, [k]);
      }
      this.triangles.set(mesh, all);
    }
    return this.triangles.get(mesh);
  }
}

// How far along a ray it meets triangles, ascending; from both sides (Möller and Trumbore).
function meetings({places, triangles}, [ox, oy, oz], [dx, dy, dz]) {
  const found = [];
  for (let k = 0; k < triangles.length; k += 3) {
    const a = 3 * triangles[k], b = 3 * triangles[k + 1], c = 3 * triangles[k + 2];
    const ax = places[a], ay = places[a + 1], az = places[a + 2];
    const ux = places[b] - ax, uy = places[b + 1] - ay, uz = places[b + 2] - az;
    const vx = places[c] - ax, vy = places[c + 1] - ay, vz = places[c + 2] - az;
    const px = dy * vz - dz * vy, py = dz * vx - dx * vz, pz = dx * vy - dy * vx;
    const det = ux * px + uy * py + uz * pz;
    if (det === 0) continue;
    const sx = ox - ax, sy = oy - ay, sz = oz - az, u = (sx * px + sy * py + sz * pz) / det;
    if (u < 0 || u > 1) continue;
    const qx = sy * uz - sz * uy, qy = sz * ux - sx * uz, qz = sx * uy - sy * ux, v = (dx * qx + dy * qy + dz * qz) / det;
    if (v < 0 || u + v > 1) continue;
    const t = (vx * qx + vy * qy + vz * qz) / det;
    if (t > 0) found.push(t);
  }
  return found.sort((a, b) => a - b);
}

// Edges are where the surface of a body bends or ends; corners where edges end or bend.
function featuresOf({places, triangles}) {
  const at = i => [places[3 * i], places[3 * i + 1], places[3 * i + 2]], sides = new Map(), count = places.length / 3;
  for (let k = 0; k < triangles.length; k += 3) {
    const three = [triangles[k], triangles[k + 1], triangles[k + 2]], [a, b, c] = three.map(at);
    const normal = unit(cross(subtract(b, a), subtract(c, a)));
    if (!size(normal)) continue;
    three.forEach((from, i) => {
      const to = three[(i + 1) % 3], key = Math.min(from, to) * count + Math.max(from, to), side = sides.get(key);
      if (side) side.others.push([normal, from]);
      else sides.set(key, {from, to, normal, others: []});
    });
  }
  const edges = [], ways = new Map();
  for (const {from, to, normal, others} of sides.values()) {
    // Two triangles that agree walk their common side in opposite directions.
    if (others.length === 1 && dot(normal, others[0][0]) * (others[0][1] === from ? -1 : 1) >= BEND) continue;
    const line = [at(from), at(to)], way = unit(subtract(line[1], line[0]));
    edges.push(line);
    ways.set(from, [...ways.get(from) ?? [], way]);
    ways.set(to, [...ways.get(to) ?? [], way.map(x => -x)]);
  }
  const straight = out => out.length === 2 && dot(...out) < -BEND;
  return {edges, corners: [...ways].filter(([, out]) => !straight(out)).map(([i]) => at(i))};
}
