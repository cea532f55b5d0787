"""Requests to the workbench, made from its own description, so that nothing is left out."""

import json
import random
import re
import shutil
import tempfile
from functools import cache
from pathlib import Path
from urllib.parse import quote

from fuzz_inputs import FIXTURES, ODD, Input, base_documents, make_case, mutated, other
from winset.case.folder import read_case
from winset.errors import WinsetError

AT_MOST = 30  # requests to one folder, before it is begun again
NAMES: dict[str, tuple[str, ...]] = {
    "place": ("own", "own", "own", "shipped", "x"),
    "name": ("split-pie", "bridge", "bridge", "emission-standards", "..", "x y"),
    "collection": ("case", "parties", "issues", "actors", "stances", "ties", "documents", "claims",
                   "statements", "scenarios", "questions", "x"),
    "document": ("letter", "minutes", "letters", "x"),
    "issue": ("pie", "toll", "x"),
    "actor": ("ann", "holm", "x"),
    "view": ("outcome", "levers", "games", "models", "claims", "sealed", "driving", "rounds", "x"),
    "job": ("x", "0" * 32),
}  # fmt: skip
# Minutes of work each, and no more than a case to read.
DEAR = ("/api/backtest",)


@cache
def described() -> tuple[tuple[str, str, dict[str, object], dict[str, object]], ...]:
    """Return every request that the workbench knows: method, path, schema of its body, schemas."""
    from winset.web.api.openapi import description
    from winset.web.server.app import endpoints

    told = json.loads(json.dumps(description(endpoints()), default=str))
    schemas = told["components"]["schemas"]
    return tuple(
        (method.upper(), path, entry.get("requestBody", {}).get("content", {}), schemas)
        for path, methods in told["paths"].items()
        if path not in DEAR
        for method, entry in methods.items()
    )


@cache
def standing() -> dict[str, list[dict[str, object]]]:
    """Return the rows that a page has seen, by table: edits begin with these."""
    with _client(None) as client:
        rows: dict[str, list[dict[str, object]]] = {}
        for name in ("split-pie", "bridge"):
            for table, some in client.get(f"/api/cases/own/{name}").json()["rows"].items():
                rows.setdefault(table, []).extend(some)
        return rows


def make_request(chance: random.Random) -> Input:
    """A request: its line, and its body."""
    method, path, content, schemas = chance.choice(described())
    filled = re.sub(r"{(\w+)}", lambda m: quote(_name(chance, m[1]), safe=""), path)
    said: dict[str, object] = {"method": method, "path": filled, "type": next(iter(content), "")}
    body = b""
    if "multipart/form-data" in content:
        name, data = chance.choice(base_documents())
        said |= {"file": name, "fields": other(chance, _form())}
        body = mutated(chance, data)
    elif content:
        value = _value(chance, next(iter(content.values()))["schema"], schemas)
        if "/rows/" in path and chance.random() < 0.8:
            value = _row(chance, filled.rpartition("/")[2], method)
        value = other(chance, value, rate=chance.choice((0.0, 0.05, 0.2)))
        body = json.dumps(value).encode("utf-8", "surrogatepass")
        if chance.random() < 0.1:
            body = mutated(chance, body)
    files = {"request.json": json.dumps(said).encode("utf-8", "surrogatepass"), "body": body}
    if chance.random() < 0.05:  # the case that is asked for does not hold
        files |= {f"broken/{name}": data for name, data in make_case(chance).items()}
    return files


def _name(chance: random.Random, of: str) -> str:
    return chance.choice(NAMES.get(of, ("x",)))


def _form() -> dict[str, str]:
    return {"id": "ferry", "title": "Ferry", "as_of": "2024-01-01", "publisher": "P", "url": "",
            "published": "2023-01-01"}  # fmt: skip


def _row(chance: random.Random, collection: str, method: str) -> dict[str, object]:
    rows = standing().get(collection) or [{"key": {}, "revision": None, "fields": {}}]
    row = chance.choice(rows)
    body: dict[str, object] = {"key": row["key"], "revision": row["revision"]}
    if method == "PATCH":
        fields = dict(row["fields"])  # type: ignore[call-overload]
        names = sorted(fields)
        if names:
            fields[chance.choice(names)] = chance.choice(ODD)
        body["fields"] = fields
        if chance.random() < 0.2:
            body["revision"] = None
    return body


def _value(chance: random.Random, schema: dict[str, object], schemas: dict[str, object]) -> object:
    """Return a value that ``schema`` may well allow."""
    if "$ref" in schema:
        named = schemas[str(schema["$ref"]).rpartition("/")[2]]
        assert isinstance(named, dict)
        return _value(chance, named, schemas)
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return _value(chance, chance.choice(schema[several]), schemas)  # type: ignore[arg-type]
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return chance.choice(schema["enum"])  # type: ignore[arg-type]
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        fields = schema.get("properties", {})
        needed = schema.get("required", [])
        assert isinstance(fields, dict)
        return {
            name: _value(chance, part, schemas) if name not in NAMES else _name(chance, name)
            for name, part in fields.items()
            if name in needed or chance.random() < 0.4  # type: ignore[operator]
        }
    if kind == "array":
        items = schema.get("items", {})
        return [_value(chance, items, schemas) for _ in range(chance.choice((0, 1, 1, 2)))]  # type: ignore[arg-type]
    if kind == "integer":
        return chance.choice((0, 1, 2, 10, 200, -1, 2**31))
    if kind == "number":
        return chance.choice((0, 0.5, 1, 10.0, -1.0, 1e9))
    if kind == "boolean":
        return chance.random() < 0.5
    if kind == "null":
        return None
    return chance.choice([odd for odd in ODD if isinstance(odd, str)])


class _Bench:
    """A workbench kept open over many requests, begun again now and then."""

    client = None
    place: tempfile.TemporaryDirectory[str] | None = None
    count = 0


def _client(folder: Path | None):
    from workbench import entered

    if folder is None:
        folder = Path(tempfile.mkdtemp(prefix="winset-fuzz-"))
    shutil.copytree(FIXTURES / "split-pie", folder / "split-pie")
    shutil.copytree(FIXTURES / "two-coders", folder / "bridge")
    return entered(folder)


def close() -> None:
    """End the workbench that is open."""
    if _Bench.client is not None:
        _Bench.client.__exit__(None, None, None)
        _Bench.client = None
    if _Bench.place is not None:
        _Bench.place.cleanup()
        _Bench.place = None


def try_request(files: Input, folder: Path) -> None:
    """Send it to a workbench; then every case there must be whole."""
    said = json.loads(files["request.json"])
    broken = {name.removeprefix("broken/"): data for name, data in files.items() if "/" in name}
    if _Bench.client is None or _Bench.count >= AT_MOST:
        close()
        _Bench.place = tempfile.TemporaryDirectory(prefix="winset-fuzz-")
        _Bench.client = _client(Path(_Bench.place.name)).__enter__()
        _Bench.count = 0
    _Bench.count += 1
    assert _Bench.place is not None
    cases = Path(_Bench.place.name)
    for name, data in broken.items():
        path = cases / "split-pie" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    try:
        answer = _sent(_Bench.client, said, files["body"])
        if answer.status_code >= 500 and answer.status_code != 503:
            raise AssertionError(f"answered {answer.status_code}: {answer.text[:500]}")
        if answer.status_code == 200 and "json" in answer.headers.get("content-type", ""):
            json.loads(answer.content)
        if not broken:
            for path in sorted(cases.iterdir()):
                if (path / "case.yaml").exists():
                    read_case(path)
    except WinsetError as error:  # from reading: the workbench itself must not let one out
        close()
        raise AssertionError(f"a request left a case that does not hold: {error}") from error
    except BaseException:
        close()
        raise
    if broken:
        close()
    if answer.status_code >= 400:
        raise WinsetError(answer.text[:200])


def _sent(client, said, body: bytes):
    method, path = said["method"], said["path"]
    if said["type"] == "multipart/form-data":
        fields = said["fields"] if isinstance(said["fields"], dict) else {}
        texts = {k: str(v).encode("utf-8", "replace").decode() for k, v in fields.items()}
        return client.request(method, path, data=texts, files=[("files", (said["file"], body))])
    headers = {"content-type": said["type"]} if said["type"] else {}
    return client.request(method, path, content=body, headers=headers)
