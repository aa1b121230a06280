"""The page around the inspector: keys, documents, other issuers, keyboard, small screens."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.edge import Edge
from tests.browser.inspector import Inspector


@pytest.fixture(autouse=True)
def on_the_default_issuer(inspector: Inspector) -> None:
    """These tests walk about, so that each begins with a fresh page."""
    inspector.open()


def test_every_key_is_listed_with_its_thumbprint_checked(inspector: Inspector) -> None:
    """Name, algorithm, kind; the name is computed anew from the key."""
    published = inspector.edge.world.ring().published(inspector.edge.world.clock())
    rows = inspector.page.locator("#keys tbody tr")

    assert rows.count() == len(published)
    for key in published:
        row = inspector.page.get_by_role("row", name=key.kid)
        assert key.algorithm in row.inner_text()
        assert "✓ is the key's name" in row.inner_text()


def test_kinds_of_keys_are_told(inspector: Inspector) -> None:
    """Curves and sizes as people know them."""
    text = inspector.page.locator("#keys").inner_text()

    assert all(kind in text for kind in ("RSA, 2048 bits", "elliptic curve P-521", "Ed25519", "post-quantum"))


def test_the_age_of_the_copy_is_shown(inspector: Inspector) -> None:
    """Whether one looks at an old copy is the first question at night."""
    facts = inspector.page.locator("#copy").inner_text()

    assert "Age of this copy\n7 s" in facts
    assert "max-age=300" in facts


def test_discovery_documents_are_readable(inspector: Inspector) -> None:
    """Both, member by member."""
    text = inspector.page.locator("#discovery").inner_text()

    assert "openid-configuration" in text
    assert "oauth-authorization-server" in text
    assert f"{inspector.edge.url}/.well-known/jwks.json" in text


def test_another_issuer_has_its_own_page(inspector: Inspector) -> None:
    """By its name, which the address keeps, so that it can be sent to a colleague."""
    inspector.edge.world.do("create_issuer", issuer="orders", policy={"algorithms": ["ES256"]})
    inspector.page.get_by_label("Issuer", exact=True).fill("orders")
    inspector.page.get_by_role("button", name="Show").click()

    inspector.page.get_by_text("2 keys in the JWK Set.").wait_for()
    assert inspector.page.url.endswith("/#orders")
    request = {"claims": {"sub": "s", "aud": "a"}, "issuer": "orders"}
    assert inspector.verdict(inspector.edge.stack.invoke("signer", request)["token"]).startswith("✓")


def test_an_issuer_that_is_not_there(inspector: Inspector) -> None:
    """What answers how is told."""
    inspector.page.goto(f"{inspector.edge.url}/#nobody")

    inspector.page.get_by_text("/nobody/.well-known/jwks.json answers 404.").first.wait_for()


def test_the_keyboard_is_enough(inspector: Inspector) -> None:
    """Skip link, field, button: in this order, without a mouse."""
    page = inspector.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the token inspector"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "token"
    page.keyboard.insert_text(inspector.edge.token())
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.locator("#verdict p").inner_text().startswith("✓")


def test_controls_have_names_and_verdicts_are_announced(inspector: Inspector) -> None:
    """For people who hear the page."""
    page = inspector.page
    unnamed = page.evaluate(
        "[...document.querySelectorAll('input, textarea, button')]"
        ".filter(e => !(e.labels?.length || e.textContent.trim())).length"
    )

    assert unnamed == 0
    assert page.locator("#verdict").get_attribute("aria-live") == "polite"
    assert page.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_is_enough_in_both_schemes(browser: Browser, edge: Edge, scheme: str) -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1 for each text, computed from what the browser really shows."""
    context = browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]
    opened = Inspector(context.new_page(), edge)
    opened.verdict(edge.token())

    assert opened.page.evaluate(LOW_CONTRAST) == []
    context.close()


@pytest.mark.parametrize("width", [320, 390, 768])
def test_no_screen_is_too_narrow(browser: Browser, edge: Edge, width: int) -> None:
    """Nobody scrolls sideways, not even with the longest kid and token."""
    context = browser.new_context(viewport={"width": width, "height": 700})
    opened = Inspector(context.new_page(), edge)
    opened.verdict(edge.token("RS512"))

    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


LOW_CONTRAST = """() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const luminance = (color) => {
    const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = channels(color).map((c) => linear(c / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const color = getComputedStyle(e).backgroundColor;
      if ((channels(color)[3] ?? 1) > 0) return color;
    }
    return "rgb(255, 255, 255)";
  };
  return [...document.querySelectorAll("body *")]
    .filter((e) => e.checkVisibility() && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
    .filter((e) => {
      const [a, b] = [luminance(getComputedStyle(e).color), luminance(behind(e))].sort((x, y) => y - x);
      return (a + 0.05) / (b + 0.05) < 4.5;
    })
    .map((e) => e.outerHTML.slice(0, 80));
}"""
