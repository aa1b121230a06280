"""`jwx publish-page`: the files of the status page, to the bucket behind the domain."""

from __future__ import annotations

from pathlib import Path

from jwx_cli.commands.publish_page import SITE
from tests.unit.cli.commands.people import BASE, Person


def test_every_file_gets_to_the_edge(person: Person) -> None:
    """With the type that browsers insist on; the page comes last, and the CDN forgets the old ones."""
    ended = person.jwx("publish-page")

    assert ended.out == f"The status page is at {BASE}/\n"
    assert {key.rpartition("/")[2] for key in person.page.files} == {path.name for path in SITE.iterdir()}
    assert list(person.page.files)[-1] == "bucket/static/index.html"
    assert person.page.files["bucket/static/page.js"].content_type == "text/javascript; charset=utf-8"
    assert person.page.forgotten == ["E1", "/", "/static/*"]


def test_a_folder_without_a_page_is_told(person: Person, tmp_path: Path) -> None:
    """Nothing is written then."""
    ended = person.jwx("publish-page", "--site", str(tmp_path))

    assert (ended.code, person.page.files) == (2, {})
