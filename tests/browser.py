"""A headless Chromium for tests, driven through its own pipe: opens files, presses keys, takes pictures, prints.

Chromium comes from the environment: export POLLBOOK_TEST_CHROMIUM=$(.ci/chromium). Without it those tests are skipped,
visibly, except where CI=true: there a missing browser is a failure.

Source: https://chromedevtools.github.io/devtools-protocol/ and Chromium's --remote-debugging-pipe.
"""

from __future__ import annotations

import base64
import json
import os
import select
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from lacking import lacking

VARIABLE = "POLLBOOK_TEST_CHROMIUM"
NO_BROWSER = f"no Chromium: set {VARIABLE}, for example to the output of .ci/chromium"
COMMANDS, ANSWERS = 3, 4  # descriptors that Chromium reads from and writes to
PATIENCE_SECONDS = 60  # for a busy machine; nothing here is timed
END = b"\0"
LIFE = "Page.lifecycleEvent"
CALM = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars"),
    *("--disable-extensions", "--force-color-profile=srgb", "--host-resolver-rules=MAP * ~NOTFOUND"),
)
KEYS = {
    "Tab": ("Tab", 9, ""),
    "Enter": ("Enter", 13, "\r"),
    "Escape": ("Escape", 27, ""),
    "ArrowDown": ("ArrowDown", 40, ""),
    "Space": ("Space", 32, " "),
}


def chromium() -> str:
    """The path of the browser; skips the test where there is none."""
    path = os.environ.get(VARIABLE, "")
    if not path:
        lacking(NO_BROWSER)
    return path


class Browser:
    """One window of a running Chromium."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands, self._answers = commands, answers
        self._number, self._unread = 0, b""
        self._events: list[dict[str, Any]] = []
        self._session = ""
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")
        self.send("Page.setLifecycleEventsEnabled", enabled=True)
        self.asked: list[str] = []  # every address that was asked for
        self.complaints: list[str] = []  # what the browser found wrong with pages

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Give a command and wait for its answer."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + END)
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, (method, answer)
                result: dict[str, Any] = answer["result"]
                return result

    def _read(self) -> dict[str, Any]:
        while END not in self._unread:
            assert select.select([self._answers], [], [], PATIENCE_SECONDS)[0], "Chromium does not answer"
            data = os.read(self._answers, 1 << 16)
            assert data, "Chromium is gone"
            self._unread += data
        line, _, self._unread = self._unread.partition(END)
        found: dict[str, Any] = json.loads(line)
        self._note(found)
        return found

    def _note(self, found: dict[str, Any]) -> None:
        match found.get("method"):
            case "Network.requestWillBeSent":
                self.asked.append(found["params"]["request"]["url"])
            case "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(found["params"]["exceptionDetails"])[:500])
            case "Log.entryAdded":
                self.complaints.append(found["params"]["entry"]["text"])
        if "method" in found:
            self._events.append(found)

    def _await_load(self, loader: str = "") -> None:
        """Wait until a page is loaded: that of a loader, where it is known."""

        def is_it(event: dict[str, Any]) -> bool:
            said = event["params"]
            return event["method"] == LIFE and said["name"] == "load" and loader in ("", said["loaderId"])

        while not any(map(is_it, self._events)):
            self._read()

    @contextmanager
    def loading(self) -> Iterator[None]:
        """Do what loads another page, and wait until it is there."""
        self._events.clear()
        yield
        self._await_load()

    def open(self, path: Path, fragment: str = "") -> None:
        """Open a file, and wait until it is loaded."""
        for address in ("about:blank", path.resolve().as_uri() + fragment):  # else another fragment loads nothing
            self._events.clear()
            self._await_load(self.send("Page.navigate", url=address)["loaderId"])

    def ask(self, script: str) -> Any:
        """Evaluate a script in the page; a promise is waited for."""
        answer = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def until(self, script: str) -> Any:
        """Wait until a script gives something true, and give that."""
        waiting = f"new Promise(done => {{ const look = () => {{ const found = ({script}); "
        return self.ask(waiting + "found ? done(found) : setTimeout(look, 10); }; look(); })")

    def press(self, key: str, *, shift: bool = False) -> None:
        """Press a key, by its name in KEYS or the character it makes."""
        code, number, text = KEYS.get(key, ("", ord(key[0]), key))
        known = {"key": key, "code": code, "windowsVirtualKeyCode": number, "modifiers": 8 if shift else 0}
        self.send("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **known)
        self.send("Input.dispatchKeyEvent", type="keyUp", **known)

    def type(self, text: str) -> None:
        """Press the key of each character."""
        for character in text:
            self.press(character)

    def resize(self, width: int, height: int = 900) -> None:
        """Make the window so wide and so high, in CSS pixels."""
        self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )

    def prefer(self, scheme: str) -> None:
        """Ask for a light or a dark scheme."""
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def scripts(self, *, on: bool) -> None:
        """Let pages run scripts, or not."""
        self.send("Emulation.setScriptExecutionDisabled", value=not on)

    def picture(self, path: Path, *, whole: bool = False) -> None:
        """Take a picture of the window, or of the whole page."""
        taken = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(taken["data"]))

    def printed(self) -> bytes:
        """Print the page as a PDF on A4."""
        made = self.send("Page.printToPDF", paperWidth=8.27, paperHeight=11.69, preferCSSPageSize=True)
        return base64.b64decode(made["data"])


@contextmanager
def browser(program: str, folder: Path) -> Iterator[Browser]:
    """Run a Chromium that keeps all that it writes in a folder."""
    reads, commands = os.pipe()
    answers, writes = os.pipe()
    flags = [*CALM, f"--user-data-dir={folder / 'profile'}", "--remote-debugging-pipe"]
    environment = {**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_CACHE_HOME": str(folder)}
    # The shell puts the ends of the pipes where Chromium looks for them.
    script = f'exec "$0" "$@" {COMMANDS}<&{reads} {ANSWERS}>&{writes}'
    with (folder / "chromium.log").open("wb") as log:
        process = subprocess.Popen(
            ["bash", "-c", script, program, *flags],
            pass_fds=(reads, writes),
            stdout=log,
            stderr=log,
            env=environment,
        )
    os.close(reads)
    os.close(writes)
    try:
        yield Browser(commands, answers)
    finally:
        os.close(commands)
        os.close(answers)
        with suppress(ProcessLookupError):
            process.terminate()
        process.wait()
