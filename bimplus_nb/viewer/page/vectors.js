// Points and directions are arrays of three numbers.

const subtract = (a, b) => a.map((x, i) => x - b[i]);
const along = (a, b, k = 1) => a.map((x, i) => x + b[i] * k);
const dot = (a, b) => a.reduce((sum, x, i) => sum + x * b[i], 0);
const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
const size = a => Math.hypot(...a);
const unit = a => a.map(x => x / (size(a) || 1));
