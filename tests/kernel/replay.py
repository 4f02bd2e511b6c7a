"""The host's side: the chosen tests run in the guest, and are reported here as if they ran here."""

import queue
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.kernel.machine import PLACE, Machine
from tests.kernel.room import Room

# A guest without hardware support is slow, and the more so beside other work.
FIRST_WITHIN_S, NEXT_WITHIN_S = 240.0, 120.0


class Replay:
    """Takes the place of pytest's own running of a test; one machine for all of them."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._ends = ExitStack()
        self._machine: Machine | None = None
        self._reports: queue.Queue[pytest.TestReport | None] = queue.Queue()
        self._within_s = FIRST_WITHIN_S

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        missing = _missing()
        if missing:
            for item in items:
                item.add_marker(pytest.mark.skip(reason=missing))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if not session.items or session.config.option.collectonly or _missing():
            return
        tests = [item.nodeid for item in session.items]
        folder = Path(self._ends.enter_context(TemporaryDirectory()))
        room = self._ends.enter_context(Room(folder))
        self._machine = self._ends.enter_context(Machine(folder, room, tests))
        threading.Thread(target=self._listen, args=(self._machine,), daemon=True).start()

    def pytest_sessionfinish(self) -> None:
        self._ends.close()

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._machine is not None:
            terminalreporter.write_line(f"guest: {self._machine.told()}")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        if self._machine is None:
            return None
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        for report in self._reports_of(item):
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def _reports_of(self, item: pytest.Item) -> Iterator[pytest.TestReport]:
        report = None
        while report is None or report.when != "teardown":
            try:
                report = self._reports.get(timeout=self._within_s)
            except queue.Empty:
                report = None
            if report is None:
                yield self._lost(item)
                return
            self._within_s = NEXT_WITHIN_S
            if report.nodeid != item.nodeid:
                yield self._lost(item)
                return
            yield report

    def _lost(self, item: pytest.Item) -> pytest.TestReport:
        """A test of which the guest says nothing; what it wrote last is the only hint."""
        assert self._machine is not None
        self._within_s = 0.0
        self._reports.put(None)
        return pytest.TestReport(
            nodeid=item.nodeid,
            location=item.location,
            keywords={},
            outcome="failed",
            longrepr="the guest said nothing of it:\n" + self._machine.last_words(),
            when="call",
        )

    def _listen(self, machine: Machine) -> None:
        for told in machine.reports():
            report = self._config.hook.pytest_report_from_serializable(
                config=self._config, data=told
            )
            if isinstance(report, pytest.TestReport):
                self._reports.put(report)
        self._reports.put(None)


def _missing() -> str:
    """Say in one sentence why there is no machine; empty where there is one."""
    missing = PLACE / "missing"
    if missing.exists():
        return missing.read_text("utf-8").strip()
    if not all((PLACE / name).exists() for name in ("initrd.gz", "kernel/vmlinuz")):
        return "The virtual machine is not prepared; run make test-kernel."
    return ""
