"""Gather the static files under names that carry their digest: `python -m kiosk_ui.build`.

Third-party parts come from npm as pinned by package-lock.json; ours lie in `static/`. The result,
`static/built/` with its `manifest.json`, is all that a running box reads: no Node, no network.
"""

import base64
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
BUILT = HERE / "static" / "built"
PARTS = {
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "hx-sse.js": "htmx.org/dist/ext/hx-sse.min.js",
    "openseadragon.js": "openseadragon/build/openseadragon/openseadragon.min.js",
    "sortable.js": "sortablejs/Sortable.min.js",
    "uplot.js": "uplot/dist/uPlot.iife.min.js",
    "uplot.css": "uplot/dist/uPlot.min.css",
}


def fetch() -> None:
    """Install the pinned parts by npm, unless the ones at hand already answer to the lock file."""
    installed, lock = HERE / "node_modules" / ".package-lock.json", HERE / "package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is missing: apt-get install -y --no-install-recommends npm")
    subprocess.run([npm, "ci", "--ignore-scripts"], cwd=HERE, check=True)


def sources() -> dict[str, bytes]:
    """Map each public name to its content; the stylesheets become one, in the order of names."""
    sheets = sorted((HERE / "static" / "css").glob("*.css"))
    files = {"dangxia.css": b"\n".join(sheet.read_bytes() for sheet in sheets)}
    for folder in ("js", "img"):
        for path in sorted((HERE / "static" / folder).iterdir()):
            files[path.name] = path.read_bytes()
    for name, part in PARTS.items():
        content = (HERE / "node_modules" / part).read_bytes()
        # The maps are not shipped, and a reference to one is an error in the browser's console.
        files[name] = content.split(b"\n//# sourceMappingURL=")[0]
    return files


def build(out: Path = BUILT) -> dict[str, dict[str, str]]:
    """Write every source to `out` as name.digest.suffix; return the manifest, name -> file, sri.

    Files of earlier builds stay: a box that runs still names them.
    """
    out.mkdir(parents=True, exist_ok=True)
    manifest = {}
    for name, content in sources().items():
        digest = hashlib.sha384(content).digest()
        stem, suffix = name.rsplit(".", 1)
        file = f"{stem}.{digest.hex()[:12]}.{suffix}"
        (out / file).write_bytes(content)
        manifest[name] = {"file": file, "sri": f"sha384-{base64.b64encode(digest).decode()}"}
    (out / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    return manifest


if __name__ == "__main__":
    fetch()
    print(f"kiosk_ui: {len(build())} static files", file=sys.stderr)
