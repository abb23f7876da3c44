"""From a click to Python: how long a person waits for the selection, in a real browser with software GL.

    python tests/benchmarks/picking.py [OBJECTS ...]    # by default 1000 34500, the latter a million triangles

For each number of objects a building of boxes and columns is on the page, and real mouse clicks go to random places
where some object is in front. Printed, as medians and 95th percentiles of so many clicks, in ms:

- pick: of that the page's part, from the event to the message that leaves it
- kernel: from the event to the call of an `on_select` callback; both clocks are this machine's
- lit: from the event to the first frame after it, which shows the selection
- bare: the floor of the page's part: as many triangles into a single pixel, by a shader that does nothing, and that
  pixel read back
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import lab as harness
import numpy as np
import report
from labnotebook import Notebook
from report import Against, Options, table

SIZES = (1_000, 34_500)
CLICKS = 40

SETUP = f"""
import sys, time
sys.path.insert(0, {str(Path(__file__).parent.parent)!r})
import houses
from bimplus_nb.viewer import Viewer
"""
SHOW = "viewer = Viewer(houses.many({}))\nviewer"
HEAR = "heard = []; viewer.on_select(lambda ids: heard.append(time.time() * 1000)); None"

# When the mouse was released, by the clock on the wall, and when the next message left and the next frame was drawn.
WATCH = """
() => {
  const now = () => performance.timeOrigin + performance.now(), click = window.__click = {};
  window.addEventListener('pointerup', () => {
    const {frames} = __lab;
    Object.assign(click, {at: now(), sent: null, lit: null});
    const look = () => {
      if (__lab.frames > frames) click.lit = now();
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, {capture: true});
  const {send} = WebSocket.prototype;
  WebSocket.prototype.send = function (...all) {
    if (click.at && !click.sent) click.sent = now();
    return send.apply(this, all);
  };
}
"""

BARE = """
triangles => {
  const gl = document.createElement('canvas').getContext('webgl2', {antialias: false}), program = gl.createProgram();
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, 'in vec3 place; void main() { gl_Position = vec4(place, 1.); }'],
    [gl.FRAGMENT_SHADER, 'precision mediump float; out vec4 color; void main() { color = vec4(1.); }'],
  ]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, `#version 300 es\\n${source}`);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  gl.useProgram(program);
  gl.enable(gl.DEPTH_TEST);
  gl.viewport(0, 0, 1, 1);
  const quads = triangles / 2, corners = Float32Array.from({length: 12 * quads}, () => 2 * Math.random() - 1);
  const order = Uint32Array.from({length: 6 * quads}, (_, k) => 4 * Math.floor(k / 6) + [0, 1, 2, 0, 2, 3][k % 6]);
  for (const [target, data] of [[gl.ARRAY_BUFFER, corners], [gl.ELEMENT_ARRAY_BUFFER, order]]) {
    gl.bindBuffer(target, gl.createBuffer());
    gl.bufferData(target, data, gl.STATIC_DRAW);
  }
  const place = gl.getAttribLocation(program, 'place'), pixel = new Uint8Array(4);
  gl.enableVertexAttribArray(place);
  gl.vertexAttribPointer(place, 3, gl.FLOAT, false, 0, 0);
  const took = Array.from({length: 6}, () => {
    const start = performance.now();
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.drawElements(gl.TRIANGLES, order.length, gl.UNSIGNED_INT, 0);
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    return performance.now() - start;
  }).slice(1).sort((a, b) => a - b);  // without the one that compiles
  if (gl.getError() || !pixel[0]) throw new Error('nothing was drawn');
  gl.getExtension('WEBGL_lose_context').loseContext();
  return took[2];
}
"""


def measure(notebook: Notebook) -> dict[str, list[float]]:
    """Milliseconds of each click that selected something."""
    notebook.kernel(HEAR)
    notebook.page.evaluate(WATCH)
    width, height = notebook.ask("viewer.size")
    took: dict[str, list[float]] = {"pick": [], "kernel": [], "lit": []}
    rng = np.random.default_rng(1)
    while len(took["kernel"]) < CLICKS:
        x, y = rng.uniform((0.3, 0.3), (0.7, 0.7)) * (width, height)
        before = notebook.ask("len(heard)")
        notebook.click(float(x), float(y))
        notebook.settle()
        click = notebook.page.evaluate("__click")
        heard = notebook.ask("heard")
        if len(heard) > before and click["lit"]:
            took["pick"].append(click["sent"] - click["at"])
            took["kernel"].append(heard[-1] - click["at"])
            took["lit"].append(click["lit"] - click["at"])
    return took


def main(options: Options) -> None:
    """Measure and print the table."""
    rows: list[list[object]] = []
    for count in options.sizes:
        with (
            tempfile.TemporaryDirectory() as folder,
            harness.running(Path(folder), {"JUPYTER_WIDGETS_ECHO": "0"}) as lab,
            lab.open([SETUP, SHOW.format(count)]) as notebook,
        ):
            notebook.run(0)
            notebook.run(1, timeout=300)
            notebook.until("viewer._page.side.light_shape and viewer._page.picture", timeout=300)
            notebook.settle(2, timeout=300)
            triangles = notebook.ask("viewer.stats['triangles']")
            took = measure(notebook)
            bare = notebook.page.evaluate(BARE, triangles)
        figures = {f"{name} {share:.0%}": np.quantile(ms, share) for name, ms in took.items() for share in (0.5, 0.95)}
        cells: dict[str, object] = {name: f"{ms:.0f}" for name, ms in figures.items()}
        cells["kernel 50%"] = Against(figures["kernel 50%"], 120, "{:.0f}")
        rows.append([f"{CLICKS} clicks", count, triangles, *cells.values(), f"{bare:.0f}"])
    columns = ("ms", "objects", "triangles", "pick", "95 %", "kernel", "95 %", "lit", "95 %", "bare")
    table("Picking: from a click to Python and to the picture", columns, rows)


if __name__ == "__main__":
    if why := harness.missing():
        raise SystemExit(why)
    main(Options.from_line(SIZES))
    report.verdict()
