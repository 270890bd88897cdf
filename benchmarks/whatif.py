"""The what-if desk on the whole demonstration hospital: start, 200 pairs of two weeks, and from key press to figure.

Needs data/simulate/demo (`make run`). The browser part needs Chromium and playwright. Wall seconds depend on who else
works on the machine: processor seconds and the load stand beside.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import shutil
import threading
import time
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from chairs.core.errors import Text
from chairs.live.app import server
from chairs.live.desk import Desk, Setting
from chairs.store import paths
from chairs.store.files import read_json
from chairs.twin.hospital.levers import Levers
from chairs.twin.model import read_model

AT = dt.datetime(2024, 1, 8, 7, tzinfo=ZoneInfo("Europe/Paris"))
QUESTIONS = {
    "ten beds": Levers(beds={"MIN": 10}),
    "stays 5 % shorter": Levers(stay=0.95),
    "half before noon": Levers(before_noon=0.5),
    "one doctor": Levers(staff={"URG doctor": 1}),
    "5 % more arrivals": Levers(emergency=1.05),
}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
PRESSES = 20
FINDING = "document.getElementById('finding').innerText"


def timed(name: str, work: Callable[[], Any]) -> Any:
    """Print wall and processor seconds of one piece of work."""
    wall, used = time.perf_counter(), time.process_time()
    result = work()
    print(f"{name:34s}{time.perf_counter() - wall:8.2f} s wall{time.process_time() - used:8.2f} s processor")
    return result


def press(address: str) -> None:
    """Print the seconds from a key press to the painted first figure, and to the figure of all pairs."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(address)
        page.wait_for_selector("#figure svg.main-svg")
        page.focus("#lever-beds-UHCD")
        first, whole = [], []
        for k in range(PRESSES):
            before = page.evaluate(FINDING)
            page.evaluate("document.querySelector('#figure svg').dataset.old = '1'")
            begun = time.perf_counter()
            page.keyboard.press("ArrowRight" if k % 2 == 0 else "ArrowLeft")
            page.wait_for_function(f"old => {FINDING} !== old", arg=before, polling="raf", timeout=60_000)
            page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            first.append(time.perf_counter() - begun)
            page.wait_for_function(f"{FINDING}.includes('(200 ')", polling="raf", timeout=60_000)
            whole.append(time.perf_counter() - begun)
        browser.close()
    for name, values in (("key press to first figure", first), ("key press to figure of all pairs", whole)):
        print(f"{name:34s}{np.median(values):8.2f} s median{np.quantile(values, 0.95):8.2f} s 95th percentile")


def main() -> None:
    """Print the table."""
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    folder = paths.stage_folder("simulate", "demo")
    model = read_model(read_json(folder / "model.json"))
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    desk = timed("start", lambda: Desk(model, Setting(at=AT)))
    for name, levers in QUESTIONS.items():
        timed(f"200 pairs, {name}", lambda levers=levers: desk.ask(levers))
    if shutil.which("chromium") is None:
        print("no Chromium here: the browser part was left out")
        return
    web = server(
        desk, paths.study("demo").labels, [Text(**one) for one in read_json(folder / "report.json")["assumed"]]
    )
    served = make_server("127.0.0.1", 0, web, threaded=True)
    threading.Thread(target=served.serve_forever, daemon=True).start()
    press(f"http://127.0.0.1:{served.server_port}/en/")
    served.shutdown()
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
