"""What a page draws and when, whoever draws it; and what a kernel takes meanwhile."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labnotebook import CODE_CELL, Notebook
from playwright.sync_api import Error

if TYPE_CHECKING:
    from playwright.sync_api import Frame

# Notes every frame of every WebGL canvas. It differs from the script of labnotebook.py in what a benchmark needs: it
# knows both versions of WebGL and draws into textures (k3d, vtk.js), lives in inner frames too (trame), and reads one
# pixel back after a frame, so that its time is that of pixels and not of orders given to the graphics process.
# A run begins with the key that runs the cell. Times are ms since 1970, the clock of all frames and of the kernel.
PAGE_SCRIPT = """
(() => {
  if (window.__probe) return;
  const now = () => performance.timeOrigin + performance.now();
  const probe = window.__probe = {start: 0, frames: [], contexts: [], uploads: 0, kept: null};
  probe.begin = () => {
    const lab = window.__lab;
    Object.assign(probe, {start: now(), frames: [], uploads: 0});
    if (probe.kept) probe.kept = [];
    if (lab) lab.received = lab.receivedBytes = 0;
  };
  addEventListener('keydown', event => { if (event.shiftKey && event.key === 'Enter') probe.begin(); }, true);

  const getContext = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
    const context = getContext.call(this, kind, ...more);
    const known = probe.contexts.some(one => one.deref() === context);
    if (context && /webgl/.test(kind) && !known) probe.contexts.push(new WeakRef(context));
    return context;
  };
  probe.living = () => probe.contexts.filter(one => one.deref() && !one.deref().isContextLost()).length;

  const drawing = new Map();
  const done = gl => {
    const frame = drawing.get(gl), gl2 = gl instanceof WebGL2RenderingContext;
    drawing.delete(gl);
    const target = gl2 ? gl.READ_FRAMEBUFFER : gl.FRAMEBUFFER;
    const bound = gl.getParameter(gl2 ? gl.READ_FRAMEBUFFER_BINDING : gl.FRAMEBUFFER_BINDING);
    if (bound) gl.bindFramebuffer(target, null);
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
    if (bound) gl.bindFramebuffer(target, bound);
    const at = now(), {received = 0, receivedBytes = 0} = window.__lab ?? {};
    const shown = gl.canvas.isConnected !== false;
    probe.frames.push({...frame, shown, at, ms: at - frame.began, uploads: probe.uploads, received, receivedBytes});
  };
  const hook = (name, count, instances) => {
    for (const {prototype} of [WebGLRenderingContext, WebGL2RenderingContext]) {
      const original = prototype[name];
      if (!original) continue;
      prototype[name] = function (...all) {
        if (!drawing.has(this)) {
          drawing.set(this, {began: now(), triangles: 0});
          queueMicrotask(() => done(this));
        }
        if (all[0] === this.TRIANGLES) drawing.get(this).triangles += all[count] / 3 * (instances ? all[instances] : 1);
        return original.apply(this, all);
      };
    }
  };
  hook('drawElements', 1);
  hook('drawArrays', 2);
  hook('drawElementsInstanced', 1, 4);
  hook('drawArraysInstanced', 2, 3);
  hook('drawRangeElements', 3);
  for (const {prototype} of [WebGLRenderingContext, WebGL2RenderingContext]) {
    for (const name of ['bufferData', 'bufferSubData', 'texImage2D', 'texSubImage2D', 'texImage3D', 'texSubImage3D']) {
      const original = prototype[name];
      if (original) prototype[name] = function (...all) {
        const start = performance.now();
        try { return original.apply(this, all); } finally { probe.uploads += performance.now() - start; }
      };
    }
  }

  const Original = window.WebSocket;
  window.WebSocket = class extends Original {
    constructor(...all) {
      super(...all);
      if (String(all[0]).includes('/channels')) {
        this.addEventListener('message', event => { probe.kept?.push(event.data); probe.heard = now(); });
      }
    }
  };
  // Bytes of the first messages of a run, and what deflate leaves of them as one stream: what a web socket would carry.
  probe.deflated = async count => {
    const stream = new Blob(probe.kept.slice(0, count)).stream();
    return (await new Response(stream.pipeThrough(new CompressionStream('deflate-raw'))).arrayBuffer()).byteLength;
  };
})();
"""

ALL = """
start => window.__probe?.frames.filter(frame => frame.shown && frame.began >= start)
  .map(frame => ({...frame, seconds: (frame.at - start) / 1000})) ?? []
"""
FIRST = f"([start, enough]) => ({ALL})(start).find(frame => frame.triangles >= enough)"
EMPTY = """
() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'
  && !__probe.frames.some(frame => frame.shown && performance.timeOrigin + performance.now() - frame.at < 500)
"""

LITTLE = 0.05
"""Seconds of processor time in a second: what a kernel at rest takes."""

MOST = f"start => Math.max(0, ...({ALL})(start).map(frame => frame.triangles))"


class Probe:
    """The eyes of a benchmark on one notebook, which was opened with `PAGE_SCRIPT`."""

    def __init__(self, notebook: Notebook) -> None:
        self.notebook = notebook
        self.page = notebook.page

    def run(self, cell: int, triangles: int, *, patience: float = 300) -> dict[str, float]:
        """Run a cell until it has drawn so many triangles at once; see `frame`."""
        self.clear(cell)
        self.notebook.run(cell, timeout=patience)
        return self.frame(triangles, patience=patience)

    def clear(self, cell: int) -> None:
        """Take the output of a cell off the page, so that a frame of an old one is not taken for one of the next."""
        self.page.evaluate(f"i => {CODE_CELL}.outputs.clear()", cell)
        self.page.wait_for_function(EMPTY, timeout=120_000)

    def calm(self, *, patience: float = 15) -> None:
        """Wait until the page rests, or not much longer: some draw without end."""
        with contextlib.suppress(Error):
            self.notebook.settle(1, timeout=patience)
        self.page.wait_for_timeout(2_000)  # inner frames are not counted by what settles

    def frame(self, triangles: int, *, patience: float = 300) -> dict[str, float]:
        """The first frame of this run with at least so many triangles, waiting for it.

        ``seconds`` since the key was pressed until it could be seen, ``ms`` of that for the frame itself, ``uploads``
        ms until then to hand buffers to WebGL, ``received`` and ``receivedBytes``: messages and bytes until then.
        """
        until = time.monotonic() + patience
        while True:
            start = self.page.evaluate("__probe.start")
            for inner in self.page.frames:
                if found := _asked(inner, FIRST, [start, triangles - 0.5]):
                    return found
            if time.monotonic() > until:
                most = max(_asked(inner, MOST, start) or 0 for inner in self.page.frames)
                raise TimeoutError(f"no frame with {triangles:,} triangles in {patience:.0f} s, at most {most:,.0f}")
            self.page.wait_for_timeout(50)

    def frames(self) -> list[dict[str, float]]:
        """All frames of this run that the page itself drew, as `frame` gives one."""
        seen: list[dict[str, float]] = self.page.evaluate(f"({ALL})(__probe.start)")
        return seen

    def begin(self) -> None:
        """Begin a run that no key begins."""
        self.page.evaluate("__probe.begin()")

    def contexts(self) -> int:
        """How many WebGL contexts of the page live."""
        return int(self.page.evaluate("__probe.living()"))

    def heap(self) -> float:
        """Bytes the page holds after it has cleaned up: JavaScript's own and those of its arrays."""
        return sum(self.notebook.memory())

    def png(self, cell: int) -> bytes:
        """What the output of a cell shows, as PNG. Not read from the canvas: most empty theirs after each frame."""
        output = self.page.locator(".jp-Notebook .jp-CodeCell").nth(cell).locator(".jp-Cell-outputArea")
        return bytes(output.screenshot(timeout=120_000))


def _asked(frame: Frame, function: str, argument: Any) -> Any:
    try:
        return frame.evaluate(function, argument)
    except Error:  # an inner frame that is just being replaced
        return None


class Process:
    """What the operating system knows of a kernel (Linux): asked from outside, so that no message passes."""

    def __init__(self, notebook: Notebook) -> None:
        self._proc = Path("/proc", str(notebook.ask("__import__('os').getpid()")))

    def _status(self, name: str) -> int:
        for line in (self._proc / "status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1])
        raise KeyError(name)

    @property
    def memory(self) -> int:
        """Bytes it has in memory now."""
        return self._status("VmRSS") * 1024

    @property
    def peak(self) -> int:
        """The most bytes it had since `forget`."""
        return self._status("VmHWM") * 1024

    def forget(self) -> None:
        """Begin to look for the peak."""
        (self._proc / "clear_refs").write_text("5")

    def rest(self, *, patience: float = 300) -> None:
        """Wait until it has done next to nothing for a second: until what it does in the background is done."""
        until = time.monotonic() + patience
        before = -1.0
        while time.monotonic() < until:
            now = self._worked()
            if now - before < LITTLE:
                return
            before = now
            time.sleep(1)

    def _worked(self) -> float:
        """Seconds of processor time so far."""
        fields = (self._proc / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
