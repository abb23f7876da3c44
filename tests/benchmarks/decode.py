"""What it costs to turn geometry answers into buffers, beside what nobody can do without.

    python tests/benchmarks/decode.py [OBJECTS ...]    # by default 20000

A sandbox of that size serves its answers over HTTP; the other payloads are the same bodies written otherwise. A row is
a payload, chunk by chunk as it comes, medians of five in milliseconds of processor time:

- parse: pysimdjson alone, a fresh parser a chunk, as the decoder does it
- buffers: parse, then the two `as_buffer` of each geometry and nothing else
- reads: parse, then the least that a mesh needs to ask the parser for: also the id, type and colour of each object.
  Nothing is decoded yet, and it is taken for granted that all of it is there
- memcpy: the buffers joined, the least that making one array of them takes
- decode: `threejs.read(body, attributes=False)`
- reads ×, decode ×: over parse. The goal is out of reach as long as the reads are above it
- batch, creases: of the chunks' meshes; batch all: of one mesh of all chunks
- peak: greatest memory of a process that decodes and batches chunk after chunk and keeps meshes and batches, less what
  it had before, over the bytes of the arrays it keeps
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import orjson
import report
import simdjson
from report import Against, Options, table

import bimplus_nb as bp
from bimplus_nb.api.parallel import fetch_chunks
from bimplus_nb.geometry import Batch, Mesh, batch, creases, threejs
from bimplus_nb.sandbox import Sandbox

Answers = list[bytes]


def served(count: int) -> dict[str, Answers]:
    """The chunks of a whole model: geometry, geometry with attributes, geometry with normals."""
    bits = {"plain": 0, "with attributes": 2, "face normals": 4}
    with Sandbox(scale=count) as sandbox:
        os.environ["BIMPLUS_SANDBOX_URL"] = sandbox.url
        client = bp.connect()
        name = next(p["name"] for p in client.projects.everywhere() if p["name"].startswith("Quarter"))
        project = client.project(name)
        return {label: [answer.body for answer in _fetched(project, each)] for label, each in bits.items()}


def _fetched(project: bp.Project, bits: int) -> Iterator[Any]:
    def ask(part: Any) -> Callable[[int], Any]:
        get = project.api.objects.layer_geometry_properties
        return lambda chunk: get(part.topology_id, part.layer_id, bits, chunk=chunk)

    jobs = [(number, ask(part)) for number, part in enumerate(project._source.parts(None, None))]
    return (answer for *_, answer in sorted(fetch_chunks(jobs), key=lambda found: found[:2]))


def rewritten(answers: Answers, records: Callable[[int, list[int]], list[list[int]]], palette: bytes = b"") -> Answers:
    """The same bodies with every face record replaced: `records` is given its number and its corners."""
    out = []
    for body in answers:
        answer = orjson.loads(body)
        for item in answer["objects"]:
            if shape := item["attributes"].get("geometry", {}).get("threejs"):
                faces, at, codes = shape["faces"], 0, []
                for number in range(len(faces)):
                    if at >= len(faces):
                        break
                    behind = at + (5 if faces[at] & 1 else 4)
                    codes += [code for record in records(number, faces[at + 1 : behind]) for code in record]
                    at = behind
                shape["faces"] = codes
        out.append(orjson.dumps(answer).replace(b'"colors":[', b'"colors":[' + palette, 1))
    return out


def triangles(_: int, corners: list[int]) -> list[list[int]]:
    if len(corners) == 3:
        return [[0, *corners]]
    a, b, c, d = corners
    return [[0, a, b, d], [0, b, c, d]]


def mixed(number: int, corners: list[int]) -> list[list[int]]:
    """Quads and triangles with and without normals, in no order."""
    whole = [[1, *corners]] if len(corners) == 4 and number * 2654435761 >> 7 & 1 else triangles(number, corners)
    return [[r[0] | 16, *r[1:], number] if (number + k) * 2246822519 >> 9 & 1 else r for k, r in enumerate(whole)]


def vertex_normals(number: int, corners: list[int]) -> list[list[int]]:
    return [[48 | (len(corners) == 4), *corners, number, *corners]]


def colours(number: int, corners: list[int]) -> list[list[int]]:
    return [[64 | (len(corners) == 4), *corners, number % 2]]


def parse(body: bytes) -> None:
    simdjson.Parser().parse(body)


def shapes(body: bytes) -> Iterator[tuple[Any, Any]]:
    """The objects of a chunk, each with its geometry."""
    for item in simdjson.Parser().parse(body)["objects"]:  # type: ignore[union-attr, call-overload]
        yield item, item["attributes"]["geometry"]["threejs"]


def buffers(body: bytes) -> list[Any]:
    """The numbers of a chunk's geometries, as they are written."""
    return [
        numbers
        for _, shape in shapes(body)
        for numbers in (shape["faces"].as_buffer(of_type="i"), shape["vertices"].as_buffer(of_type="d"))
    ]


def reads(body: bytes) -> list[Any]:
    """All that a mesh of a chunk needs to know, undecoded."""
    found: list[Any] = []
    for item, shape in shapes(body):
        found += item["id"], item["type"], shape["metadata"]["colorid"]
        found += shape["faces"].as_buffer(of_type="i"), shape["vertices"].as_buffer(of_type="d")
    return found


def timed(work: Callable[[Any], Any], chunks: Sequence[Any]) -> float:
    """Median of five, ms. What a chunk becomes is let go before the next, as new memory costs more than some of it."""
    times = []
    for _ in range(5):
        start = time.process_time()
        for chunk in chunks:
            work(chunk)
        times.append(time.process_time() - start)
    return 1000 * median(times)


def kept_bytes(mesh: Mesh, drawn: Batch) -> int:
    arrays = [mesh.vertices, mesh.triangles, mesh.vertex_start, mesh.triangle_start, mesh.owner, mesh.color]
    return sum(array.nbytes for array in arrays) + sum(chunk.nbytes + chunk.source.nbytes for chunk in drawn.chunks)


def peak(answers: Answers) -> float:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "answers")
        with path.open("wb") as file:
            for body in answers:
                pickle.dump(body, file)
        run = [sys.executable, __file__, "--peak", str(path), str(len(answers))]
        return float(subprocess.run(run, check=True, capture_output=True, text=True).stdout)


def peak_here(path: str, count: int) -> float:
    """In a process of its own."""
    before, kept = greatest_memory(), []
    with Path(path).open("rb") as file:
        for _ in range(count):
            mesh = threejs.read(pickle.load(file), attributes=False).mesh
            kept.append((mesh, batch(mesh)))
    return (greatest_memory() - before) / sum(kept_bytes(*pair) for pair in kept)


def greatest_memory() -> int:
    """Of this process so far, bytes. Linux; `resource` would count what the process was forked from."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return 1024 * int(line.split()[1])


def measure(count: int) -> list[list[Any]]:
    """The rows of one size."""
    payloads = served(count)
    plain = payloads["plain"]
    payloads["triangles alone"] = rewritten(plain, triangles)
    payloads["all mixed"] = rewritten(plain, mixed)
    payloads["vertex normals"] = rewritten(plain, vertex_normals)
    payloads["face colours"] = rewritten(plain, colours, b"-1,-2,")
    rows: list[list[Any]] = []
    for label, answers in payloads.items():
        meshes = [threejs.read(body, attributes=False).mesh for body in answers]
        if problems := [problem for mesh in meshes for problem in mesh.problems]:
            raise SystemExit(f"{label}: {problems[:3]}")
        whole = Mesh.concatenate(meshes)
        parsed, asked = timed(parse, answers), timed(reads, answers)
        decoded = timed(partial(threejs.read, attributes=False), answers)
        rows.append(
            [
                label,
                len(whole),
                f"{sum(map(len, answers)) / 1e6:.1f}",
                len(answers),
                parsed,
                timed(buffers, answers),
                asked,
                timed(b"".join, [buffers(body) for body in answers]),
                decoded,
                asked / parsed,
                Against(decoded / parsed, 1.6),
                timed(batch, meshes),
                timed(batch, [whole]),
                timed(creases, meshes),
                peak(answers),
            ]
        )
        print(f"{label}: decoded in {decoded:.0f} ms", flush=True)
    return rows


def main(options: Options) -> None:
    """Measure and print the table."""
    times = ("parse", "buffers", "reads", "memcpy", "decode", "reads ×", "decode ×", "batch", "batch all", "creases")
    columns = ("payload", "objects", "MB", "chunks", *times, "peak")
    rows = [row for count in options.sizes for row in measure(count)]
    table("Decoding: from bytes to vertices and indices, ms of processor time", columns, rows)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peak"]:
        print(peak_here(sys.argv[2], int(sys.argv[3])))
    else:
        main(Options.from_line((20_000,)))
        report.verdict()
