// How fine a frame is drawn: as many pixels for each of the canvas's as there is time for.
//
// At rest everything is drawn with twice as many pixels each way as the screen has, which the browser then draws together:
// smooth edges, at less than the browser's own smoothing costs where there is no graphics card (1.3 s against 2.4 s for
// 600,000 triangles), where each frame in motion can do without. What moves or is still arriving is as fine as it can be
// without keeping anybody waiting.

const LEVELS = [0.5, 1, 2];   // of the screen's own pixels
const PATIENCE_MS = 70;       // that a frame in motion may take
const MOST_PIXELS = 6e6;

class Detail {
  constructor() {
    this.level = LEVELS[0];
    this.costs = new Map();  // ms of the last frame of each level
  }

  get fine() { return this.level === LEVELS.at(-1); }
  get coarse() { return this.level === LEVELS[0]; }

  // How fine the next frame is to be.
  choose(resting) {
    this.level = resting ? LEVELS.at(-1) : LEVELS.findLast(level => this.expected(level) <= PATIENCE_MS) ?? LEVELS[0];
  }

  expected(level) {
    return this.costs.get(level) ?? Math.min(...[...this.costs].map(([known, ms]) => ms * level / known));
  }

  took(level, ms) {
    this.costs.set(level, ms);
  }

  // There is more to draw than there was.
  forget() {
    this.costs.clear();
  }

  apply(gl) {
    const {width, height} = gl.getSize(), most = Math.sqrt(MOST_PIXELS / (width * height));
    const ratio = Math.min(this.level * devicePixelRatio, Math.max(most, devicePixelRatio));
    if (gl.getPixelRatio() !== ratio) gl.setPixelRatio(ratio);
  }
}
