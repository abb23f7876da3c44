// Points and directions are arrays of three numbers.

const subtract = (a, b) => a.map((x, i) => x - b[i]);
const along = (a, b, k = 1) => a.map((x, i) => x + b[i] * k);
const dot = (a, b) => a.reduce((sum, x, i) => sum + x * b[i], 0);
const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
const size = a => Math.hypot(...a);
const unit = a => a.map(x => x / (size(a) || 1));

// The axes of one who looks along `way` with the head up; straight up or down, x is to the right, as on a plan.
function upright(way) {
  const forward = unit(way), steep = Math.hypot(forward[0], forward[2]) < 1e-6;
  const right = steep ? [1, 0, 0] : unit(cross(forward, [0, 1, 0]));
  return {forward, right, up: cross(right, forward)};
}
