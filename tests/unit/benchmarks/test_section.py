"""How a benchmark's text gets into the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.section import Section

PAGE = "# P\n\n<!-- begin: python -m benchmarks.one -->\nold\n<!-- end -->\n\nprose\n"


def _page(folder: Path) -> Path:
    (folder / "images").mkdir()
    page = folder / "page.md"
    page.write_text(PAGE)
    return page


def test_a_section_replaces_what_is_between_its_markers(tmp_path: Path) -> None:
    """Nothing else on the page changes; charts lie beside it."""
    page = _page(tmp_path)
    Section(name="one", text="new\n", charts={"c": b"<svg/>"}).write(page)
    assert page.read_text() == PAGE.replace("old", "new")
    assert (tmp_path / "images" / "c.svg").read_bytes() == b"<svg/>"


def test_a_section_without_a_place_is_an_error(tmp_path: Path) -> None:
    """A figure that silently goes nowhere would leave the page old."""
    page = _page(tmp_path)
    with pytest.raises(LookupError, match=r"benchmarks\.two"):
        Section(name="two", text="new").write(page)
    assert page.read_text() == PAGE
