"""The system's Chromium, for the tests that drive a real browser."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
)


def chromium() -> str | None:
    """Where it is on this machine."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next(filter(None, map(shutil.which, names)), None)


@contextmanager
def opened() -> Iterator[Browser]:
    """A browser, for the tests of one file: each opens a context of its own, which shares nothing with the others.

    Where there is none the test is skipped, and in continuous integration it fails.
    """
    program = chromium()
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("Il manque Chromium : en intégration continue, les parcours ne se sautent pas.")
        pytest.skip("Chromium n’est pas là")
    # Playwright keeps a loop of its own in this thread: Django would believe that it is called from it.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        browser.close()
