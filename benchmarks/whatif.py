"""The what-if desk on the whole demonstration hospital: start, 200 pairs of two weeks, and from key press to figure.

Needs data/simulate/demo (`make run`). The browser part needs Chromium and playwright. Wall seconds depend on who else
works on the machine: processor seconds and the load stand beside.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from chairs.core.errors import Text
from chairs.live.app import server
from chairs.live.desk import Desk, Setting
from chairs.store import paths
from chairs.store.files import read_json
from chairs.twin.anchors.emergency import emergency_model
from chairs.twin.hospital.levers import Levers
from chairs.twin.model import read_model
from chairs.twin.simulate import simulate

CASE = Path(__file__).resolve().parent.parent / "tests" / "reference" / "data" / "des" / "edward_canonical.json"
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


def timed(name: str, work: Callable[[], Any], year: float = 0.0) -> Any:
    """Print wall and processor seconds of one piece of work, and how many canonical years they are."""
    wall, used = time.perf_counter(), time.process_time()
    result = work()
    spent = time.process_time() - used
    in_years = f"{spent / year:8.1f} years" if year else ""
    print(f"{name:34s}{time.perf_counter() - wall:8.2f} s wall{spent:8.2f} s processor{in_years}")
    return result


def a_year() -> float:
    """Return the processor seconds of one year of the canonical emergency ward in this engine: the least of five."""
    case = json.loads(CASE.read_text(encoding="utf-8"))
    run, spent = simulate(emergency_model(case["spec"]), horizon=525_600.0, seed=1), []
    for number in range(6):
        used = time.process_time()
        run.replicate(number)
        spent.append(time.process_time() - used)
    return min(spent[1:])


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
    year = a_year()
    print(f"a year of the canonical emergency ward: {year:.3f} s processor")
    print("half the processor seconds below are the wall seconds of two idle cores")
    for name, levers in QUESTIONS.items():
        timed(f"first 24 pairs, {name}", lambda levers=levers: desk.ask(levers, 24), year)
        timed(f"to 200 pairs, {name}", lambda levers=levers: desk.ask(levers), year)
    if shutil.which("chromium") is None:
        print("no Chromium here: the browser part was left out")
        return
    study, assumed = paths.study("demo"), [Text(**one) for one in read_json(folder / "report.json")["assumed"]]
    web = server(desk, study.labels, assumed, study.title, study.notice)
    served = make_server("127.0.0.1", 0, web, threaded=True)
    threading.Thread(target=served.serve_forever, daemon=True).start()
    press(f"http://127.0.0.1:{served.server_port}/en/")
    served.shutdown()
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
