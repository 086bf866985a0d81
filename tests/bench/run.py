"""``make bench``: whole-process time and memory, side by side with checkov where it can be installed.

Every figure is of this run on this machine; ratios count, absolute figures are orientation.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.corpus import SIZES, generate

READER = "import os,sys\nfor r,d,f in os.walk(sys.argv[1]):\n for n in f: open(os.path.join(r,n),'rb').read()"
PARSER = (
    "import os,sys,tree_sitter_hcl as h\nfrom tree_sitter import Language,Parser\np=Parser(Language(h.language()))\n"
    "for r,d,f in os.walk(sys.argv[1]):\n for n in f: p.parse(open(os.path.join(r,n),'rb').read())"
)


def measure(command: list[str], runs: int, environment: dict[str, str]) -> tuple[float, float]:
    """Median seconds and largest resident megabytes of *runs* runs."""
    times, peak = [], 0.0
    for _ in range(runs):
        before = time.perf_counter()
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, _, usage = os.wait4(process.pid, 0)
        times.append(time.perf_counter() - before)
        peak = max(peak, usage.ru_maxrss / 1024)
    return statistics.median(times), peak


def peer() -> Path | None:
    """The checkov command, in a virtual environment of its own; None when it cannot be installed."""
    folder = Path(".bench-venv")
    command = folder / "bin" / "checkov"
    if not command.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        done = subprocess.run([str(folder / "bin" / "pip"), "install", "--quiet", "checkov"], check=False)
        if done.returncode or not command.exists():
            return None
    return command


def main() -> None:
    """Print one line a tool and corpus."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, help="a real repository instead of the generated ones")
    parser.add_argument("--sizes", default="one,small,medium,large")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--no-peer", action="store_true")
    options = parser.parse_args()
    checkov = None if options.no_peer else peer()
    print(f"{'corpus':10} {'tool':12} {'seconds':>9} {'MB':>7} {'ratio':>7}")
    with tempfile.TemporaryDirectory() as temporary:
        targets = [("CORPUS", options.corpus)] if options.corpus else []
        if not targets:
            for size in options.sizes.split(","):
                folder = Path(temporary) / size
                generate(folder, size)
                targets.append((f"{size}/{SIZES[size]}", folder))
        for name, folder in targets:
            cache = Path(temporary) / "cache"
            shutil.rmtree(cache, ignore_errors=True)
            environment = {"HEGUI_CACHE_DIR": str(cache)}
            ours = [sys.executable, "-m", "compliance", "check", str(folder), "-f", "json"]
            measure([sys.executable, "-m", "compliance", "controls"], 1, environment)
            base, memory = measure([*ours, "--no-cache"], options.runs, environment)
            print(f"{name:10} {'hegui':12} {base:9.2f} {memory:7.0f} {1.0:7.1f}")
            measure(ours, 1, environment)
            again, memory = measure(ours, options.runs, environment)
            print(f"{name:10} {'hegui again':12} {again:9.2f} {memory:7.0f} {again / base:7.2f}")
            for label, command in (("read", [sys.executable, "-c", READER, str(folder)]), ("tree-sitter", [sys.executable, "-c", PARSER, str(folder)])):
                seconds, memory = measure(command, options.runs, {})
                print(f"{name:10} {label:12} {seconds:9.2f} {memory:7.0f} {seconds / base:7.2f}")
            if checkov is not None:
                command = [str(checkov), "-d", str(folder), "--framework", "terraform", "--compact", "--quiet", "--skip-download"]
                seconds, memory = measure(command, 1, {})
                print(f"{name:10} {'checkov':12} {seconds:9.2f} {memory:7.0f} {seconds / base:7.1f}")
    print(f"peak of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB", file=sys.stderr)


if __name__ == "__main__":
    main()
