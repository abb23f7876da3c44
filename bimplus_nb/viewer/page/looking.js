// Where one looks from: the part of a Stage (stage.js) that has the camera, and everything that moves it.
//
// A view is a position and a target, mm, and for an orthographic one the `height` in mm that fills the canvas from bottom
// to top. The camera of pythreejs is one of perspective, and stays it: an orthographic view only gives it another matrix.
// While the height is in keeping with the distance, what is at the target is equally large in both.

const GLIDE = 260;        // ms a flight of the camera takes
const MARGIN = 0.86;      // share of the canvas that a fitted box fills
const HALVINGS = 40;      // of the place that is looked for, until it is found; as camera.py has it
const NEAREST = 100;      // mm between the eye and what it looks at, at least
const FARTHEST = 20;      // distance from the target, in radii of the building
const STEEPEST = Math.PI / 2 - 1e-4;  // radians from the horizon, as far as a drag gets: there left and right are still known
const TURN = 0.0075;      // radians a CSS pixel

// Which way one looks in the views that have a number, as camera.py has them by name.
const VIEWS = [[0, -1, 0], [0, 0, -1], [1, 0, 0], [-1, 0, 0], [0, 0, 1], [0, 1, 0], [1, -1, -1]];

class Looking {
  adopt(camera) {
    this.camera = camera;
    this.height = null;
    // Also asked for by three.js itself, when picking looks at a piece of the canvas (setViewOffset).
    const perspective = camera.updateProjectionMatrix;
    camera.updateProjectionMatrix = () => this.height ? this.flatten() : perspective.call(camera);
  }

  // Let the camera go as it came.
  leave() {
    if (this.camera) delete this.camera.updateProjectionMatrix;
  }

  flatten() {
    const {aspect, near, far, view, projectionMatrix, projectionMatrixInverse} = this.camera, tall = this.height;
    let left = -tall * aspect / 2, top = tall / 2, width = tall * aspect, height = tall;
    if (view?.enabled) {
      left += view.offsetX * width / view.fullWidth;
      top -= view.offsetY * height / view.fullHeight;
      width *= view.width / view.fullWidth;
      height *= view.height / view.fullHeight;
    }
    projectionMatrix.makeOrthographic(left, left + width, top, top - height, near, far);
    projectionMatrixInverse.getInverse(projectionMatrix);
  }

  // Before each frame: near and far enclose what there is to see, as close as they can: between them depth has 2^24 steps,
  // most of them just behind near.
  aim(width, height) {
    const {camera} = this, {low, high} = this.model.get('home'), radius = this.radius;
    const out = subtract(along(low, subtract(high, low), 0.5), this.position);
    if (this.height) {
      const depth = dot(out, this.axes.forward);  // what is behind the eye is seen as well
      camera.near = depth - 4 * radius;
      camera.far = depth + 4 * radius;
    } else {
      camera.near = Math.max(this.target ? 0.9 * this.nearest() : 0, radius / 1000);
      camera.far = size(out) + 45 * radius;
    }
    camera.aspect = width / height;
    camera.updateProjectionMatrix();
  }

  // How deep in a perspective picture lies what is nearest: building, cut earth, or the ground at the picture's edge.
  nearest() {
    const {low, high} = this.model.get('home'), {axes: {forward, up}, position, camera} = this;
    const ends = [low, [high[0], high[1] + this.model.get('lifted') * this.storeys, high[2]]];
    const corners = Array.from({length: 8}, (_, bits) => [0, 1, 2].map(k => ends[bits >> k & 1][k]));
    const depths = [...corners, ...this.cuts.strips()].map(place => dot(subtract(place, position), forward));
    const tall = Math.tan(camera.fov * Math.PI / 360), below = this.part('ground').position.y - position[1];
    const ground = [-1, 1].map(side => below / (forward[1] + side * tall * up[1])).filter(depth => depth > 0);
    return Math.min(...depths, ...ground);
  }

  get position() { return this.camera.position.toArray(); }
  get away() { return size(subtract(this.position, this.target)); }
  get axes() { return upright(subtract(this.target, this.position)); }
  get radius() { const {low, high} = this.model.get('home'); return size(subtract(high, low)) / 2; }

  // How high what fills the canvas is at a distance in front of a perspective camera.
  heightAt(away) { return 2 * away * Math.tan(this.camera.fov * Math.PI / 360); }

  // Where a place of the scene is on a canvas: CSS pixels from its top left, and how far away; null behind the eye.
  project(place, {width, height}) {
    const {elements: view} = this.camera.matrixWorldInverse, {elements: lens} = this.camera.projectionMatrix;
    const through = (m, p) => [0, 1, 2, 3].map(k => m[k] * p[0] + m[k + 4] * p[1] + m[k + 8] * p[2] + m[k + 12] * p[3]);
    const seen = through(view, [...place, 1]), [x, y, , w] = through(lens, seen);
    return w > 0 ? [(x / w + 1) / 2 * width, (1 - y / w) / 2 * height, -seen[2]] : null;
  }

  // What a point of a canvas looks along, and the place there that is as far away as the target.
  ray([x, y], {width, height}) {
    const {position, target, axes: {forward, right, up}} = this, tall = (this.height ?? this.heightAt(this.away)) / 2;
    const across = tall * width / height * (2 * x / width - 1);
    const at = along(along(target, right, across), up, tall * (1 - 2 * y / height));
    return this.height ? {from: along(at, forward, this.camera.near - this.away), way: forward, at}
      : {from: position, way: unit(subtract(at, position)), at};
  }

  // --- at once ----------------------------------------------------------------------------------------------------

  lookFrom(position, target) {
    const {up} = upright(subtract(target, position));
    this.camera.position.fromArray(position);
    this.target = target;
    this.camera.up.fromArray(up);  // three.js alone would tilt a view straight down
    this.camera.lookAt(...target);
  }

  // By hand: whatever flies stops.
  move(position, target, height = this.height) {
    this.stop();
    this.untouched = false;
    this.height = height;
    this.lookFrom(position, target);
    this.draw();
  }

  // Turn as a drag of so many pixels does. The pivot stays where it is on the canvas.
  turn(dx, dy, pivot = this.target) {
    const was = this.axes, {around, rise} = angles(was);
    const now = facing(around - dx * TURN, Math.min(STEEPEST, Math.max(-STEEPEST, rise + dy * TURN)));
    const carried = place => {
      const out = subtract(place, pivot);
      return ['right', 'up', 'forward'].reduce((sum, axis) => along(sum, now[axis], dot(out, was[axis])), pivot);
    };
    this.move(carried(this.position), carried(this.target));
  }

  shift(dx, dy, canvasHeight) {
    const {right, up} = this.axes, scale = (this.height ?? this.heightAt(this.away)) / canvasHeight;
    const by = along(right.map(k => -dx * scale * k), up, dy * scale);
    this.move(along(this.position, by), along(this.target, by));
  }

  // Everything comes nearer by the same factor, seen from the place under the cursor: so that place stays under it.
  zoom(factor, at, canvas) {
    const {away} = this, least = NEAREST / away, most = this.radius * FARTHEST / away;
    const k = Math.min(most, Math.max(least, factor)), {at: fixed} = this.ray(at, canvas);
    const towards = place => along(fixed, subtract(place, fixed), k);
    this.move(towards(this.position), towards(this.target), this.height && this.height * k);
  }

  // What one looks at lies as deep as this place from now on: zoom and shift go by it. The picture stays.
  focus(place) {
    const {forward} = this.axes, depth = dot(subtract(place, this.position), forward);
    if (depth > NEAREST) this.target = along(this.position, forward, depth);
  }

  setProjection(projection) {
    const flat = projection === 'orthographic';
    if (flat === Boolean(this.height)) return;
    this.land();
    if (flat) this.height = this.heightAt(this.away);
    else {
      this.lookFrom(along(this.target, this.axes.forward, -this.height / this.heightAt(1)), this.target);
      this.height = null;
    }
    this.draw();
  }

  // --- gliding ----------------------------------------------------------------------------------------------------

  // Fly so that these points fill the canvas, seen along `direction` (as now unless given).
  fit(points, direction, glide = true) {
    const {forward, right, up} = upright(direction ?? this.axes.forward), {aspect} = this.camera;
    const span = axis => { const all = points.map(p => dot(p, axis)); return [Math.min(...all), Math.max(...all)]; };
    const [front, back] = span(forward), middle = (front + back) / 2;
    const at = (x, y, far) => right.map((_, k) => right[k] * x + up[k] * y + forward[k] * far);
    if (this.height) {
      const [left, rightmost] = span(right), [bottom, top] = span(up);
      const height = Math.max(NEAREST, Math.max((rightmost - left) / aspect, top - bottom) / MARGIN);
      const x = (left + rightmost) / 2, y = (bottom + top) / 2;
      this.goTo(at(x, y, middle - height / this.heightAt(1)), at(x, y, middle), glide, height);
      return;
    }
    const tall = Math.tan(this.camera.fov * Math.PI / 360) * MARGIN, wide = tall * aspect;
    // Each point p must lie within the slope of the view: |p·axis - at| <= slope (away + p·forward). What its two sides ask
    // for gives the least distance.
    const between = (axis, slope) => [-1, 1].reduce((sum, sign) =>
      sum + Math.max(...points.map(p => sign * dot(p, axis) / slope - dot(p, forward))), 0) / 2;
    const eye = Math.min(-Math.max(between(right, wide), between(up, tall)), front - NEAREST);
    // Then as much is left free on either side. What is near fills more of the canvas, so that is not half way.
    const centre = axis => {
      let [low, high] = span(axis);
      for (let k = 0; k < HALVINGS; k++) {
        const at = (low + high) / 2, seen = points.map(p => (dot(p, axis) - at) / (dot(p, forward) - eye));
        if (Math.max(...seen) > -Math.min(...seen)) low = at; else high = at;
      }
      return low;
    };
    const x = centre(right), y = centre(up);
    this.goTo(at(x, y, eye), at(x, y, middle), glide);
  }

  // The selection, or everything that can be seen.
  subject() {
    const {derived} = this;
    return derived.ends(SELECTED | VISIBLE) ?? derived.ends(VISIBLE) ?? this.model.get('home').points;
  }

  home(glide) {
    const {points, direction} = this.model.get('home');
    this.fit((this.model.get('lifted') && this.derived.ends(VISIBLE)) || points, direction, glide);
    this.untouched = true;
  }

  goTo(position, target, glide = true, height = this.height && this.heightAt(size(subtract(target, position)))) {
    this.stop();
    this.untouched = false;
    this.goal = {position, target, height};
    if (Boolean(height) !== Boolean(this.height)) this.height = height;
    if (!glide || !this.target || matchMedia('(prefers-reduced-motion: reduce)').matches) return this.land();
    // Distance and angles and not the position go their way evenly: else a view that turns over flies through the house.
    const from = pose(this.position, this.target), to = pose(position, target), first = this.target, tall = this.height;
    const start = performance.now(), by = (a, b, share) => a * (b / a) ** share;
    const round = (to.around - from.around + 5 * Math.PI) % (2 * Math.PI) - Math.PI;
    const step = now => {
      const t = (now - start) / GLIDE, ease = t * t * (3 - 2 * t);
      if (t >= 1) return this.land();
      const {forward} = facing(from.around + round * ease, from.rise + (to.rise - from.rise) * ease);
      const at = along(first, subtract(target, first), ease);
      this.height = height && by(tall, height, ease);
      this.lookFrom(along(at, forward, -by(from.away, to.away, ease)), at);
      this.draw();
      this.flight = requestAnimationFrame(step);
    };
    step(start);
  }

  stop() {
    cancelAnimationFrame(this.flight);
    this.goal = null;
  }

  // Be where the flight goes.
  land() {
    const {goal} = this;
    this.stop();
    if (!goal) return;
    this.height = goal.height;
    this.lookFrom(goal.position, goal.target);
    this.draw();
  }
}

// Where an eye is around what it looks at: 0 in front of it, counted towards x; and how high above the horizon, radians.
const angles = ({right, forward}) => ({around: Math.atan2(-right[2], right[0]), rise: Math.asin(Math.min(1, Math.max(-1, -forward[1])))});
const facing = (around, rise) => upright([-Math.sin(around) * Math.cos(rise), -Math.sin(rise), -Math.cos(around) * Math.cos(rise)]);
const pose = (position, target) => {
  const way = subtract(target, position);
  return {away: size(way), ...angles(upright(way))};
};
