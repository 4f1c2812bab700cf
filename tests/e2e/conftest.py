"""The demo as a process in a folder of its own, and a phone-wide window of headless Chromium."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Locator, Page, expect, sync_playwright

from tests.delivery.processes import in_season
from tests.house import ROOT

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE = {"width": 390, "height": 844}


def executable() -> str:
    """Debian's Chromium; skips the test where it is missing."""
    for name in ("chromium", "chromium-browser"):
        if found := shutil.which(name):
            return found
    pytest.skip("no Chromium: apt-get install chromium")


@dataclass
class Demo:
    """Where `bot demo` keeps everything; it can be started again and again."""

    folder: Path
    said: list[str] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[str]:
        """Runs it; gives the address that it prints, and fails where it does not stop cleanly."""
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "bot", "demo"),
                *("--port", str(_free_port()), "--config", str(ROOT / "config.toml")),
            ],
            cwd=self.folder,
            env=os.environ
            | {
                "PYTHONPATH": str(ROOT),
                "PYTHONUNBUFFERED": "1",
                "BOT_CONTENT__PATH": str(self.folder / "content"),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            assert process.stdout
            yield next(line.rpartition(" ")[2].strip() for line in process.stdout if "http://" in line)
            process.send_signal(signal.SIGINT)
            rest = process.communicate(timeout=30)[0]
            assert (process.returncode, "Traceback" in rest) == (0, False), rest
        finally:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """A folder for the demo, with the contest in season."""
    executable()
    folder = tmp_path_factory.mktemp("demo")
    in_season(folder / "content")
    return Demo(folder)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium."""
    path = executable()
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield made
        made.close()


class Phone:
    """The chat page as a person sees it on a phone: what it shows, and what they do by visible labels."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._context = browser.new_context(viewport={"width": PHONE["width"], "height": PHONE["height"]})
        self.page: Page = self._context.new_page()
        self.page.set_default_timeout(10_000)
        self.faults: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.goto(address)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(message.text)

    def be(self, person: int) -> None:
        """Switches to a person's chat."""
        self.page.get_by_test_id(f"person-{person}").click()
        expect(self.page.get_by_test_id(f"person-{person}")).to_have_attribute("aria-pressed", "true")

    def start(self) -> None:
        """The button at the bottom of an empty chat."""
        self.page.get_by_test_id("start").click()

    def taps(self, *labels: str) -> None:
        """Taps buttons of the newest message that has them; waits until the bot has answered each."""
        for label in labels:
            button = self.buttons(label).last
            button.click()
            expect(self.page.locator("[data-testid=inline-button][aria-busy=true]")).to_have_count(0)

    def buttons(self, label: str) -> Locator:
        """The inline buttons with this label."""
        return self.page.locator(f'[data-testid=inline-button][data-label="{label}"]')

    @property
    def messages(self) -> Locator:
        """What the bot wrote, the oldest first."""
        return self.page.locator("[data-testid=message][data-from=bot]")

    @property
    def newest(self) -> Locator:
        """What the bot wrote last."""
        return self.messages.last

    def presses(self, label: str) -> None:
        """A key of the keyboard below the chat."""
        self.page.locator(f'[data-testid=reply-key][data-label="{label}"]').click()

    def types(self, text: str) -> None:
        """Writes a message and sends it."""
        self.page.get_by_test_id("input").fill(text)
        self.page.get_by_test_id("send").click()

    def sees(self, text: str) -> None:
        """Waits until the newest message of the bot holds the words."""
        expect(self.newest).to_contain_text(text)
        self.is_whole()

    def is_whole(self) -> None:
        """Nothing is wider than the phone."""
        wide = self.page.evaluate(
            """() => [document.documentElement, ...document.querySelectorAll("body *")]
            .filter((node) => node.getBoundingClientRect().right > innerWidth + 1 && node.checkVisibility()
                && !node.closest("#people") && !node.closest("svg"))
            .map((node) => `${node.tagName}.${node.className} ${node.textContent.slice(0, 40)}`)"""
        )
        assert wide == []
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    def shot(self, name: str) -> None:
        """A picture for whoever looks, where the environment names a folder for it."""
        if folder := os.environ.get("TEST_SCREENSHOTS"):
            self.page.screenshot(path=f"{folder}/{name}.png")

    def close(self) -> None:
        """Closes the page; fails where it complained of anything."""
        self._context.close()
        assert self.faults == []


@contextmanager
def phone(browser: Browser, address: str) -> Iterator[Phone]:
    """The chat page in a window of its own."""
    opened = Phone(browser, address)
    try:
        yield opened
    except (AssertionError, Error):
        opened.shot("failed")
        raise
    opened.close()
