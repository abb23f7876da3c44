"""The command ``bimplus-nb``: ``lab`` opens the tutorials in JupyterLab, ``sandbox`` runs the sandbox alone, ``doctor``
says what keeps a view empty."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import threading
import webbrowser
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from bimplus_nb._version import __version__
from bimplus_nb.errors import BimplusError, SandboxError

if TYPE_CHECKING:
    from bimplus_nb.sandbox import Sandbox

FIRST = "01_first_look.ipynb"
LAB_CONFIG = Path(__file__).parent / "jupyter"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    parser = _parser()
    args = parser.parse_args(argv)
    try:
        return int(args.run(args))
    except BimplusError as error:
        print(f"bimplus-nb: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def lab(args: argparse.Namespace) -> int:
    """Start the sandbox and JupyterLab on the first tutorial; stay until either is stopped."""
    if find_spec("jupyterlab") is None:
        raise SandboxError('JupyterLab is not installed here: pip install "bimplus-nb[lab]"')
    folder = tutorials(Path.cwd())
    with _sandbox(args) as sandbox:
        # The kernels find this one sandbox by its address, so that all notebooks share one project, and a cell that
        # is run again starts nothing new. ECHO=0: ipywidgets then sends half the messages, none of which we need.
        # And JupyterLab does not begin with a question about news of its own, unless one has set that otherwise.
        config = os.pathsep.join(filter(None, (str(LAB_CONFIG), os.environ.get("JUPYTER_CONFIG_PATH"))))
        env = {**os.environ, "BIMPLUS_SANDBOX_URL": sandbox.url, "JUPYTER_WIDGETS_ECHO": "0"}
        env["JUPYTER_CONFIG_PATH"] = config
        command = [sys.executable, "-m", "jupyterlab", f"--port={args.port}", f"--ServerApp.root_dir={folder}"]
        command += [f"--LabApp.default_url=/lab/tree/{FIRST}", "--log-level=WARN"]
        if args.no_browser or not _has_browser():
            command.append("--no-browser")
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--allow-root")  # in a container one is root, and JupyterLab would refuse to start
        print(f"Sandbox: {sandbox.url} (demo users {', '.join(user.username for user in sandbox.users)})")
        print(f"Tutorials: {folder}\nJupyterLab prints its address below. Ctrl-C stops both.", flush=True)
        process = subprocess.Popen(command, env=env)
        _on_terminate(process.terminate)
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.terminate()
            return process.wait()


def sandbox(args: argparse.Namespace) -> int:
    """Run the sandbox alone, until Ctrl-C."""
    stop = threading.Event()
    _on_terminate(stop.set)
    with _sandbox(args, port=args.port) as running:
        print(f"Sandbox:  {running.url}\nSign-in:  {running.issuer} (client id {running.client_id})")
        for user in running.users:
            print(f"  {user.username:8} {user.name}, {user.role}")
        print(f'In Python: bp.connect("{running.url}", client_id="{running.client_id}")\nCtrl-C stops it.', flush=True)
        stop.wait()
    return 0


def doctor(args: argparse.Namespace) -> int:
    """Say what would keep a view empty here, and what mends it. Status 1 where there is something."""
    from bimplus_nb.diagnosis import examine, facts

    report = examine(args.service, mend=args.mend, pip=f"{facts.python()} -m pip")
    print(report)
    return 1 if report.problems else 0


def tutorials(folder: Path) -> Path:
    """Where the tutorial notebooks are: those of a checkout at `folder`, else copies placed beside it.

    Copies that are there already are kept: they may hold somebody's work.
    """
    checkout = folder / "notebooks"
    if (checkout / FIRST).is_file():
        return checkout
    package = Path(__file__).parent
    # In the wheel they lie in the package; an editable install leaves them where they are.
    originals = next(place for place in (package / "notebooks", package.parent / "notebooks") if place.is_dir())
    copies = folder / "bimplus_notebooks"
    for original in (
        each for kind in ("*.ipynb", "pictures/*.png", "files/boathouse.*") for each in originals.glob(kind)
    ):
        copy = copies / original.relative_to(originals)
        if not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(original, copy)
    return copies


def _sandbox(args: argparse.Namespace, port: int = 0) -> Sandbox:
    """A started sandbox with what the command line asks for in it."""
    from bimplus_nb.sandbox import Sandbox

    started = Sandbox(port=port, scale=args.scale, seed=args.seed, demo=args.demo, path=args.file)
    try:
        for file in args.imports:
            print(f"Importing {file} …", flush=True)
            started.import_ifc(file)
    except BaseException:
        started.stop()
        raise
    return started


def _has_browser() -> bool:
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def _on_terminate(action: object) -> None:
    """Run `action` on SIGTERM too, so that a supervisor's stop is as clean as Ctrl-C."""
    assert callable(action)
    signal.signal(signal.SIGTERM, lambda *_: action())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bimplus-nb", description="Allplan Bimplus in a notebook.")
    parser.add_argument("--version", action="version", version=f"bimplus-nb {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")
    for run, port in ((lab, 8888), (sandbox, 0)):
        summary = (run.__doc__ or "").splitlines()[0]
        command = commands.add_parser(run.__name__, help=summary, description=summary)
        command.set_defaults(run=run)
        command.add_argument("--port", type=int, default=port, help="port to listen on (default: %(default)s)")
        command.add_argument("--seed", type=int, default=0, help="seed of the demo project (default: 0)")
        command.add_argument("--no-demo", dest="demo", action="store_false", help="begin without the demo projects")
        command.add_argument("--scale", type=int, metavar="N", help="add a project of N objects, to measure with")
        command.add_argument(
            "--file",
            type=Path,
            metavar="PATH",
            help="keep everything in this file, used again if it exists (then as it is: --seed, --scale and --no-demo "
            "are for new ones); without it, all is gone at the end",
        )
        command.add_argument(
            "--import", dest="imports", type=Path, metavar="FILE.ifc", action="append", default=[],
            help="import an IFC file as a project of its own (may be repeated)",
        )  # fmt: skip
        if run is lab:
            command.add_argument("--no-browser", action="store_true", help="print the address instead of opening it")
    summary = (doctor.__doc__ or "").splitlines()[0]
    command = commands.add_parser("doctor", help=summary, description=summary)
    command.set_defaults(run=doctor)
    command.add_argument(
        "--service", default="sandbox", metavar="URL",
        help="what to reach: sandbox (the default), production, stage, dev or an address",
    )  # fmt: skip
    command.add_argument("--mend", action="store_true", help="switch on what is installed here and switched off")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
