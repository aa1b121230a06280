"""What a person does with the page."""

from __future__ import annotations

from playwright.sync_api import ConsoleMessage, Page, Request

from tests.browser.edge import Edge


class Inspector:
    """The status page in a browser; collects all that a console shows and all that is asked for."""

    def __init__(self, page: Page, edge: Edge) -> None:
        self.page, self.edge = page, edge
        self.troubles: list[str] = []
        self.requests: list[Request] = []
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("request", lambda request: self.requests.append(request))
        self.open()

    def open(self) -> None:
        """Load it anew and wait until it has read the documents."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.edge.url}/")
        self.page.get_by_text("in the JWK Set.").wait_for()

    def verdict(self, token: str, audience: str = "", types: str = "") -> str:
        """Paste, inspect, read."""
        self.page.get_by_label("Token", exact=True).fill(token)
        self.page.get_by_label("Your audience").fill(audience)
        self.page.get_by_label("Types you take").fill(types)
        self.page.locator("#verdict").evaluate("element => element.replaceChildren()")
        self.page.get_by_role("button", name="Inspect").click()
        return self.page.locator("#verdict p").inner_text()

    def refuse_trouble(self) -> None:
        """No error, no breach of the policy, no request to anybody else, none that carries anything."""
        assert self.troubles == []
        assert all(request.url.startswith((self.edge.url, "about:blank")) for request in self.requests)
        assert {request.method for request in self.requests} <= {"GET"}
        assert not [request.url for request in self.requests if "?" in request.url or "eyJ" in request.url]

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "404" not in message.text:
            self.troubles.append(message.text)
