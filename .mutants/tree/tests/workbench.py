"""A workbench over a copy of the small case, with a client that has entered."""

import shutil
from pathlib import Path

from starlette.testclient import TestClient

from winset.web.server.app import make_app
from winset.web.server.security import PROOF

BASE = "http://127.0.0.1"
OURS = {"origin": BASE, "sec-fetch-site": "same-origin"}
PIE = "/api/cases/own/split-pie"


def a_folder(tmp_path: Path) -> Path:
    """Return a folder that holds the case ``split-pie``."""
    folder = tmp_path / "cases"
    shutil.copytree(Path(__file__).parent / "fixtures" / "split-pie", folder / "split-pie")
    return folder


def stranger(folder: Path, *, base: str = BASE, **options: object) -> TestClient:
    """Return a client that has not entered yet."""
    app = make_app(folder, token="the-token", **options)
    return TestClient(app, base_url=base, follow_redirects=False)


def entered(folder: Path, *, base: str = BASE, **options: object) -> TestClient:
    """Return a client with the session's secrets, which says where its requests come from."""
    client = stranger(folder, base=base, **options)
    client.get("/enter", params={"token": "the-token"})
    client.headers.update({**OURS, "origin": base, PROOF: client.app.state.session.proof})
    return client


def row(client: TestClient, collection: str, **key: str) -> dict:
    """Return a row of the small case as the interface tells it."""
    rows = client.get(PIE).json()["rows"][collection]
    return next(r for r in rows if all(r["key"][k] == v for k, v in key.items()))
