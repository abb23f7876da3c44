"""`Notebook`: one notebook open in a browser; see lab.py.

Longer than most files because what a test does with a notebook, and how the page is asked for it, are one class.
"""

from __future__ import annotations

import base64
import io
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from playwright.sync_api import ConsoleMessage, Error, Locator, Page

SECOND = 1_000  # ms, playwright's unit
LOOK = 50  # ms from one look at the page to the next; else it would be asked, and so made, frame by frame

# Counts what passes between page and kernel and what WebGL draws into the canvas, without touching either.
PAGE_SCRIPT = """
(() => {
  const lab = window.__lab = {
    frames: 0, triangles: 0, received: 0, sent: 0, receivedBytes: 0, sentBytes: 0, quietSince: 0,
  };
  const busy = () => { lab.quietSince = performance.now(); };
  const size = data => typeof data === 'string' ? data.length : data.byteLength ?? data.size ?? 0;
  const Original = window.WebSocket;
  window.WebSocket = class extends Original {
    constructor(...all) {
      super(...all);
      this.toKernel = String(all[0]).includes('/channels');
      if (!this.toKernel) return;
      this.addEventListener('message', e => { lab.received++; lab.receivedBytes += size(e.data); busy(); });
    }
    send(data) {
      if (this.toKernel) { lab.sent++; lab.sentBytes += size(data); busy(); }
      return super.send(data);
    }
  };
  let drawing = 0;
  for (const [name, count] of [['drawElements', 1], ['drawArrays', 2]]) {
    const original = WebGL2RenderingContext.prototype[name];
    WebGL2RenderingContext.prototype[name] = function (...all) {
      if (this.getParameter(this.FRAMEBUFFER_BINDING) === null) {
        if (!drawing) queueMicrotask(() => { lab.frames++; lab.triangles = drawing; drawing = 0; busy(); });
        drawing += all[0] === this.TRIANGLES ? all[count] / 3 : 1e-9;
      }
      return original.apply(this, all);
    };
  }
})();
"""

READY = (
    "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
    " && window.jupyterapp.shell.currentWidget.content.widgets?.length > 0"
)

OPEN = """
async path => {
  for (const [name, value] of Object.entries(__lab)) if (typeof value === 'number') __lab[name] = 0;
  await jupyterapp.commands.execute('docmanager:open', {path});
}
"""

# Whether it is the page that was opened or reloaded here, and asks nothing.
AS_OPENED = "() => window.__opened && !document.querySelector('.jp-Dialog')"

# Nobody is asked whether to save.
CLOSE_ALL = """
async () => {
  for (const widget of jupyterapp.shell.widgets('main')) if (widget.context) widget.context.model.dirty = false;
  await jupyterapp.commands.execute('application:close-all');
}
"""

# Asked before each frame of the browser. On a busy machine these are rare, and what waits for one has not happened yet.
QUIET = """
ms => {
  const idle = jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle';
  const drawn = !document.querySelector('.jupyter-threejs[aria-busy=true]');
  const calm = idle && drawn && performance.now() - __lab.quietSince > ms;
  __lab.calm = calm ? (__lab.calm ?? 0) + 1 : 0;
  return __lab.calm > 3;
}
"""

RUN_IN_KERNEL = """
async code => {
  const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const future = kernel.requestExecute({code, store_history: false});
  let out = '', error = null;
  future.onIOPub = m => {
    if (m.header.msg_type === 'stream') out += m.content.text;
    if (m.header.msg_type === 'error') error = m.content.traceback.join('\\n');
  };
  await future.done;
  return {out, error};
}
"""

# Shift+Enter in the last cell adds an empty one, which has nothing to run and never gets a number.
CELLS_TO_RUN = """
() => jupyterapp.shell.currentWidget.content.widgets.filter(cell => cell.model.type === 'code')
  .flatMap((cell, i) => cell.model.sharedModel.getSource().trim() ? [i] : [])
"""

CODE_CELL = "jupyterapp.shell.currentWidget.content.widgets.filter(cell => cell.model.type === 'code')[i].model"

OUTPUT = (
    f"i => {{ const model = {CODE_CELL};"
    + """
  let text = '', error = null;
  for (const o of model.outputs.toJSON()) {
    if (o.output_type === 'stream') text += [].concat(o.text).join('');
    else if (o.output_type === 'error') error = o.traceback.join('\\n');
    else if (o.data?.['text/plain']) text += [].concat(o.data['text/plain']).join('');
  }
  return {text, error};
}
"""
)


# What somebody would say who looked over the shoulder of a test that fails.
ACCOUNT = """
() => {
  const session = window.jupyterapp?.shell.currentWidget?.sessionContext?.session;
  const dialogs = [...document.querySelectorAll('.jp-Dialog')].map(dialog => `dialog: ${dialog.innerText}`);
  const outputs = [...document.querySelectorAll('.jp-OutputArea-output')].map(output => {
    const [box, canvases] = [output.getBoundingClientRect(), output.querySelectorAll('canvas').length];
    return `output at y = ${box.top}, ${box.width} x ${box.height}, ${canvases} canvases: ${output.innerText}`;
  });
  const words = [`${location.pathname}, kernel ${session?.kernel?.id} ${session?.kernel?.status}`];
  const {activeElement: focused} = document;
  words.push(`the focus is on ${focused?.tagName} ${focused?.className} in ${focused?.parentElement?.className}`);
  return words.concat(dialogs, outputs).map(one => one.replaceAll(/\\s+/g, ' ').slice(0, 300)).join('\\n');
}
"""


class Notebook:
    """One open notebook: its page, its kernel, its canvas."""

    open: ClassVar[list[Notebook]] = []  # those of this process

    def __init__(self, page: Page, url: str, *, left: Callable[[], None] | None = None) -> None:
        """`left` is called instead of closing the window, where it can be used again."""
        self.page = page
        self.errors: list[str] = []  # what the page's console complained about
        self._warnings: list[str] = []  # what it only mentioned
        self._url = url
        self._left = left
        page.set_default_timeout(60 * SECOND)
        page.on("console", self._complaint)
        page.on("pageerror", self._failure)
        self.open.append(self)

    def _failure(self, error: Error) -> None:
        self.errors.append(error.stack or error.message)

    def _complaint(self, message: ConsoleMessage) -> None:
        # Lab warns that pythreejs asks for an older @lumino, and WebGL that pixels are read; known and harmless.
        if any(known in message.text for known in ("Unsatisfied version", "GPU stall")):
            return
        if message.type == "error":
            self.errors.append(message.text)
        elif message.type == "warning":
            self._warnings.append(message.text)

    def account(self) -> str:
        """What there is to see and to read, for the report of a failure."""
        try:
            seen = self.page.evaluate(ACCOUNT)
        except Exception as gone:  # the failure that is being told about matters more
            seen = f"nothing, because {gone}"
        return "\n".join([seen, *(text[:300] for text in (*self.errors[-10:], *self._warnings[-10:]))])

    def __enter__(self) -> Notebook:
        return self

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        if error:
            error.add_note(self.account())
            self._left = None  # who knows what the window is like after a failure
        self.close()

    def close(self) -> None:
        """Shut the kernel down and leave the window."""
        self.open.remove(self)
        self.page.evaluate("async () => { await jupyterapp.shell.currentWidget.sessionContext.shutdown(); }")
        if self._left is None or self.errors or not self.page.evaluate(AS_OPENED):
            self.page.context.close()
            return
        self.page.evaluate(CLOSE_ALL)
        self.page.remove_listener("console", self._complaint)
        self.page.remove_listener("pageerror", self._failure)
        self._left()

    def enter(self, path: str) -> None:
        """Open a file in a Lab that is loaded already."""
        self.page.evaluate(OPEN, path)
        self.page.wait_for_function(READY, polling=LOOK)

    def reload(self) -> None:
        """Load the page (again); a kernel that runs keeps running."""
        self.page.goto(self._url)
        self.page.wait_for_function(READY, polling=LOOK)
        self.page.evaluate("() => { jupyterapp.shell.collapseLeft(); window.__opened = true; }")

    def save(self) -> None:
        """Save the notebook file."""
        self.page.evaluate("jupyterapp.commands.execute('docmanager:save')")

    def theme(self, name: str) -> None:
        """Change the Lab's theme, such as "JupyterLab Dark"."""
        self.page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", name)
        wanted = "false" if "Dark" in name else "true"
        self.page.wait_for_function("light => document.body.dataset.jpThemeLight === light", arg=wanted)

    def run(self, cell: int, *, stay: bool = False, timeout: float = 60) -> str:
        """Run one cell as a person does, with Shift+Enter; its text output. A cell that fails raises its traceback.

        `stay`: with Ctrl+Enter, which does not go on to the next cell.
        """
        box = self.page.locator(".jp-Notebook .jp-CodeCell").nth(cell)
        count = f"i => {CODE_CELL}.executionCount"
        before = self.page.evaluate(count, cell)
        box.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter" if stay else "Shift+Enter")
        self.page.wait_for_function(
            f"([i, before]) => {{ const n = ({count})(i); return n !== null && n !== before; }}",
            arg=[cell, before],
            polling=LOOK,
            timeout=timeout * SECOND,
        )
        self.page.wait_for_function(
            "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'",
            polling=LOOK,
            timeout=timeout * SECOND,
        )
        return self.output(cell)

    def run_all(self, *, timeout: float = 60) -> list[str]:
        """Run every code cell that is not empty, in order; their text outputs."""
        return [self.run(cell, timeout=timeout) for cell in self.page.evaluate(CELLS_TO_RUN)]

    def output(self, cell: int) -> str:
        """The text a cell has put out so far; raises the traceback of a cell that failed."""
        result = self.page.evaluate(OUTPUT, cell)
        if result["error"]:
            raise AssertionError(result["error"])
        return str(result["text"])

    def kernel(self, code: str) -> str:
        """Run code in the kernel without a cell; what it printed."""
        result = self.page.evaluate(RUN_IN_KERNEL, code)
        if result["error"]:
            raise AssertionError(result["error"])
        return str(result["out"]).rstrip("\n")

    def ask(self, expression: str) -> Any:
        """The value of a Python expression in the kernel, by way of JSON."""
        return json.loads(self.kernel(f"import json; print(json.dumps({expression}))"))

    def settle(self, quiet: float = 0.5, *, timeout: float = 60) -> None:
        """Wait until kernel and viewers are at rest, and neither frame nor message came for `quiet` seconds."""
        self.page.evaluate("__lab.calm = 0")
        self.page.wait_for_function(QUIET, arg=quiet * SECOND, timeout=timeout * SECOND)

    def until(self, expression: str, *, timeout: float = 60) -> None:
        """Wait until a Python expression is true in the kernel."""
        end = time.monotonic() + timeout
        while not self.ask(f"bool({expression})"):
            if time.monotonic() > end:
                raise AssertionError(f"still not true after {timeout} s: {expression}")
            self.page.wait_for_timeout(50)  # between two looks, for what is waited for needs the processor too

    def traffic(self) -> dict[str, float]:
        """Frames drawn, triangles of the last one, messages and bytes between page and kernel since it was opened."""
        counted: dict[str, float] = self.page.evaluate("__lab")
        return counted

    def memory(self) -> tuple[float, float]:
        """Bytes the page holds after it has cleaned up: JavaScript's own, and those of its arrays."""
        cdp = self.page.context.new_cdp_session(self.page)
        cdp.send("HeapProfiler.enable")
        for _ in range(3):
            cdp.send("HeapProfiler.collectGarbage")
            self.page.wait_for_timeout(200)  # finalizers run between two collections
        usage = cdp.send("Runtime.getHeapUsage")
        cdp.detach()
        return float(usage["usedSize"]), float(usage["backingStorageSize"])

    # --- the canvas -----------------------------------------------------------------------------------------------

    def canvas_png(self, number: int = -1) -> bytes:
        """What a WebGL canvas shows, as PNG; the last one unless told otherwise."""
        url = self.page.evaluate(
            "n => [...document.querySelectorAll('.jupyter-threejs canvas')].at(n).toDataURL('image/png')", number
        )
        return base64.b64decode(url.split(",")[1])

    def pixels(self, number: int = -1) -> NDArray[np.uint8]:
        """What a canvas shows: (height, width, 3) uint8, pixels of the screen, as the browser draws them together."""
        from PIL import Image

        size = self.page.evaluate(
            """n => {
              const box = [...document.querySelectorAll('.jupyter-threejs canvas')].at(n).getBoundingClientRect();
              return [box.width, box.height].map(k => Math.floor(k * devicePixelRatio));
            }""",
            number,
        )
        with Image.open(io.BytesIO(self.canvas_png(number))) as picture:
            return np.asarray(picture.convert("RGB").resize(size, Image.Resampling.BOX))

    def at(self, x: float, y: float, number: int = -1) -> tuple[float, float]:
        """Page coordinates of a point of a canvas (CSS pixels from its top left), scrolled into view."""
        one = self._canvas(number)
        one.scroll_into_view_if_needed()
        box = one.bounding_box()
        assert box is not None, "the canvas is not on the page"
        return box["x"] + x, box["y"] + y

    def _canvas(self, number: int) -> Locator:
        canvas = self.page.locator(".jupyter-threejs canvas")
        return canvas.nth(number if number >= 0 else canvas.count() + number)

    def click(self, x: float, y: float, *, key: str = "", number: int = -1) -> None:
        """Click into a canvas with the real mouse, with "Control" or "Shift" held if told."""
        # Lab puts the cells in order once more after it has scrolled; until then a click there hits nothing.
        self._canvas(number).hover(position={"x": x, "y": y}, trial=True)
        page_x, page_y = self.at(x, y, number)
        self.page.mouse.move(page_x, page_y)
        if key:
            self.page.keyboard.down(key)
        self.page.mouse.click(page_x, page_y)
        if key:
            self.page.keyboard.up(key)

    def click_object(self, viewer: str, id: str, *, key: str = "", number: int = -1) -> tuple[float, float]:
        """Click an object where it can be seen; the point. `viewer` is an expression in the kernel."""
        x, y = self.find(viewer, id)
        self.click(x, y, key=key, number=number)
        return x, y

    def find(self, viewer: str, id: str) -> tuple[float, float]:
        """Where on the canvas (CSS pixels) an object is in front, by rays cast in numpy; see sight.py."""
        path = str(Path(__file__).parent)
        self.kernel(f"import sys; sys.path[:] = [{path!r}, *(p for p in sys.path if p != {path!r})]; import sight")
        x, y = self.ask(f"sight.where({viewer}, {id!r})")
        return float(x), float(y)
