"""The site of the documentation: built strictly, once, and looked at as its readers find it."""

import html.parser
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest

import winset

ROOT = Path(__file__).parents[1]
LOADS = {"link": "href", "script": "src", "img": "src", "iframe": "src", "source": "src"}


class Links(html.parser.HTMLParser):
    """What a page leads to, what it loads, and what can be led to in it."""

    def __init__(self, source):
        super().__init__()
        self.leads, self.loads, self.places = [], [], set()
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.places |= {given[name] for name in ("id", "name") if given.get(name)}
        if tag == "a" and given.get("href"):
            self.leads.append(given["href"])
        if LOADS.get(tag) in given and given.get("rel") not in ("canonical", "next", "prev"):
            self.loads.append(given[LOADS[tag]])


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of the built site, and its pages by their path in it."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT, capture_output=True, text=True, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    paths = [path for path in folder.rglob("*.html") if path.name != "404.html"]
    return folder, {path: Links(path.read_text("utf-8")) for path in paths}


def test_every_page_of_the_documents_is_in_the_site_and_in_its_navigation(site):
    folder, pages = site
    sources = [path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")]
    assert {folder / path.with_suffix(".html") for path in sources} <= set(pages)
    front = pages[folder / "index.html"]
    reached = {(folder / unquote(urldefrag(link)[0])).resolve() for link in front.leads}
    assert {path.resolve() for path in pages} - reached - {front_path(folder)} == set()


def front_path(folder):
    return (folder / "index.html").resolve()


def test_no_link_of_the_site_is_broken(site):
    _, pages = site
    broken = []
    for path, page in pages.items():
        for link in page.leads:
            target, anchor = urldefrag(link)
            if urlsplit(link).scheme:
                continue
            goal = (path.parent / unquote(target)).resolve() if target else path.resolve()
            known = {other.resolve(): other for other in pages}
            if not goal.exists():
                broken.append(f"{path.name}: {link}")
            elif anchor and goal in known and unquote(anchor) not in pages[known[goal]].places:
                broken.append(f"{path.name}: {link}: no such place")
    assert broken == []


def test_nothing_in_the_site_is_loaded_from_elsewhere(site):
    folder, pages = site
    elsewhere = [link for page in pages.values() for link in page.loads if "//" in link]
    assert elsewhere == []
    for path in folder.rglob("*.css"):
        assert not re.search(r"(url\(|@import\s*)[\"']?(https?:)?//", path.read_text("utf-8"))


def test_the_reference_holds_every_name_of_the_front_door_with_its_docstring(site):
    folder, pages = site
    places = set().union(*(p.places for path, p in pages.items() if path.parent.name == "api"))
    values = {name: getattr(winset, name) for name in winset.__all__ if name != "MODELS"}
    homes = {f"{value.__module__}.{name}" for name, value in values.items()}
    assert homes <= places
    models = (folder / "api" / "models.html").read_text("utf-8")
    assert "Return the model" in models and "maximises the product of all gains" in models


def test_the_readme_is_not_left_behind_by_the_first_page(site):
    folder, _ = site
    assert "that can be checked" in (folder / "index.html").read_text("utf-8")
    readme = (ROOT / "README.md").read_text("utf-8")
    for target in re.findall(r"\]\((docs/[^)#]+)", readme):
        source = Path(target).relative_to("docs")
        assert (folder / source).exists() or (folder / source.with_suffix(".html")).exists(), target


def test_the_picture_of_the_rooms_is_drawn_without_a_script(site):
    folder, _ = site
    page = (folder / "architecture.html").read_text("utf-8")
    assert 'class="rooms"' in page and "mermaid" not in page.split("</main>")[0]
