import threading
from pathlib import Path

import cups
import pytest

from devices import queues
from devices.driver import Fault, State
from devices.printer import CupsPrinter, JobState
from devices.simulators.printer import PrintRoom
from edge.domain.errors import DeviceUnavailable, InvalidInput, NotFound
from tests.devices.print_room import (  # noqa: F401  (fixtures: asked for by name)
    printed,
    printer,
    room,
    shared_room,
    until,
    write_pdf,
)

# A fixture's name is both imported and a parameter.
# ruff: noqa: F811


def unmarked(title: str) -> str:
    return title.rpartition(" #")[0]


def test_a_printed_pdf_is_done_and_the_same_document_came_out(
    room: PrintRoom, printer: CupsPrinter, tmp_path: Path
) -> None:
    job = printer.submit(write_pdf(tmp_path / "a.pdf", "PROOF-4307-0001"), "proof", copies=2)
    assert printer.wait(job, 20).state is JobState.DONE
    [out] = [out for out in printed(room) if "PROOF-4307-0001" in out.text()]
    assert (unmarked(out.title), out.copies) == ("proof", 2)


def test_a_chinese_title_reaches_the_printer_whole(
    room: PrintRoom, printer: CupsPrinter, tmp_path: Path
) -> None:
    title = "人事档案证明(䶮㛃·存根)"
    job = printer.submit(write_pdf(tmp_path / "a.pdf", "CHINESE-TITLE"), title)
    assert printer.wait(job, 20).state is JobState.DONE
    [out] = [out for out in printed(room) if "CHINESE-TITLE" in out.text()]
    assert unmarked(out.title) == title


def test_a_title_too_long_for_ipp_is_cut_between_characters(
    room: PrintRoom, printer: CupsPrinter, tmp_path: Path
) -> None:
    job = printer.submit(write_pdf(tmp_path / "a.pdf", "LONG-TITLE"), "档\n" + "案" * 200)
    assert printer.wait(job, 20).state is JobState.DONE
    [out] = [out for out in printed(room) if "LONG-TITLE" in out.text()]
    assert unmarked(out.title) == "档 " + "案" * 81


@pytest.mark.parametrize("fault", [Fault.PAPER_OUT, Fault.JAM, Fault.COVER_OPEN])
def test_a_job_shows_what_it_waits_for_and_is_done_once_that_is_mended(
    room: PrintRoom, printer: CupsPrinter, tmp_path: Path, fault: Fault
) -> None:
    room.set_fault(fault)
    job = printer.submit(write_pdf(tmp_path / "a.pdf", f"FAULT {fault.value.upper()}"), "fault")
    waiting = until(printer, job, lambda now: now.fault is not None)
    assert (waiting.state, waiting.fault) == (JobState.PRINTING, fault)
    health = printer.health()
    assert (health.state, health.fault) == (State.FAULT, fault)
    room.set_fault(None)
    assert printer.wait(job, 20).state is JobState.DONE
    assert printer.health().fault is None


def test_a_job_waits_for_a_printer_that_is_off_and_is_done_once_it_is_on(
    room: PrintRoom, printer: CupsPrinter, tmp_path: Path
) -> None:
    room.set_fault("absent")
    assert printer.health().state is State.ABSENT
    job = printer.submit(write_pdf(tmp_path / "a.pdf", "WAS-OFF"), "off")
    waiting = until(printer, job, lambda now: now.state is JobState.PRINTING)
    assert waiting.fault is Fault.ABSENT
    room.set_fault(None)
    assert printer.wait(job, 60).state is JobState.DONE


def test_a_job_cancelled_while_it_waits_for_paper_never_comes_out(
    room: PrintRoom, printer: CupsPrinter, tmp_path: Path
) -> None:
    room.set_fault("paper_out")
    job = printer.submit(write_pdf(tmp_path / "a.pdf", "CANCELLED-ONE"), "unwanted")
    until(printer, job, lambda now: now.fault is Fault.PAPER_OUT)
    printer.cancel(job)
    assert printer.wait(job, 20).state is JobState.CANCELLED
    until(printer, job, lambda _: printer.health().fault is None)
    room.set_fault(None)
    after = printer.submit(write_pdf(tmp_path / "b.pdf", "NEXT-ONE"), "next")
    assert printer.wait(after, 30).state is JobState.DONE
    words = " ".join(out.text() for out in printed(room))
    assert "NEXT-ONE" in words
    assert "CANCELLED-ONE" not in words
    printer.cancel(after)
    assert printer.job(after).state is JobState.DONE


def test_a_reason_left_stale_on_the_idle_queue_is_not_believed(
    room: PrintRoom, printer: CupsPrinter, tmp_path: Path
) -> None:
    room.set_fault("paper_out")
    job = printer.submit(write_pdf(tmp_path / "a.pdf", "STALE"), "stale")
    queue = cups.Connection(host=room.host, port=room.port)

    def queue_reasons() -> str:
        return str(queue.getPrinterAttributes(room.queue)["printer-state-reasons"])

    until(printer, job, lambda _: "media-empty" in queue_reasons())
    printer.cancel(job)
    printer.wait(job, 20)
    until(printer, job, lambda _: printer.health().fault is None)
    assert "media-empty" in queue_reasons()
    assert printer.health().state is State.READY


def test_a_stopped_queue_shows_paused_and_prints_after_resume(
    room: PrintRoom, printer: CupsPrinter, tmp_path: Path
) -> None:
    technician = cups.Connection(host=room.host, port=room.port)
    technician.disablePrinter(room.queue, reason="检修")
    health = printer.health()
    assert (health.state, health.fault, health.detail) == (State.FAULT, Fault.PAUSED, "检修")
    job = printer.submit(write_pdf(tmp_path / "a.pdf", "AFTER-PAUSE"), "paused")
    waiting = printer.job(job)
    assert (waiting.state, waiting.fault) == (JobState.QUEUED, Fault.PAUSED)
    technician.setJobHoldUntil(job, "indefinite")
    assert printer.job(job).state is JobState.HELD
    printer.resume()
    assert printer.wait(job, 20).state is JobState.DONE


def test_a_queue_that_takes_no_jobs_refuses_in_words_until_resume(
    room: PrintRoom, printer: CupsPrinter, tmp_path: Path
) -> None:
    pdf = write_pdf(tmp_path / "a.pdf", "REJECTED")
    cups.Connection(host=room.host, port=room.port).rejectJobs(room.queue, reason="full")
    with pytest.raises(DeviceUnavailable) as refused:
        printer.submit(pdf, "rejected")
    assert refused.value.key == "device.printer.paused"
    printer.resume()
    assert printer.wait(printer.submit(pdf, "taken"), 20).state is JobState.DONE


def test_two_threads_may_submit_and_follow_at_once(
    room: PrintRoom, printer: CupsPrinter, tmp_path: Path
) -> None:
    pdfs = [write_pdf(tmp_path / f"{n}.pdf", f"THREAD-{n}-SHEET") for n in range(2)]
    start = threading.Barrier(2)
    ends: list[JobState] = []

    def counter(pdf: Path) -> None:
        start.wait()
        ends.append(printer.wait(printer.submit(pdf, pdf.name), 30).state)

    clerks = [threading.Thread(target=counter, args=(pdf,)) for pdf in pdfs]
    for clerk in clerks:
        clerk.start()
    for clerk in clerks:
        clerk.join()
    assert ends == [JobState.DONE, JobState.DONE]
    words = " ".join(out.text() for out in printed(room))
    assert all(f"THREAD-{n}-SHEET" in words for n in range(2))


def test_a_printer_that_gives_a_job_up_makes_it_failed_not_cancelled(
    room: PrintRoom, printer: CupsPrinter, tmp_path: Path
) -> None:
    aside = room.printed.with_name("aside")
    room.printed.rename(aside)
    try:
        job = printer.submit(write_pdf(tmp_path / "a.pdf", "GIVEN-UP"), "given up")
        ended = printer.wait(job, 20)
    finally:
        aside.rename(room.printed)
    printer.resume()
    assert ended.state is JobState.FAILED
    assert printer.job(job).state is JobState.FAILED


def test_a_job_cancelled_by_another_program_is_cancelled_not_failed(
    room: PrintRoom, printer: CupsPrinter, tmp_path: Path
) -> None:
    room.set_fault("jam")
    job = printer.submit(write_pdf(tmp_path / "a.pdf", "TAKEN-BACK"), "taken back")
    until(printer, job, lambda now: now.fault is Fault.JAM)
    cups.Connection(host=room.host, port=room.port).cancelJob(job)
    assert printer.wait(job, 20).state is JobState.CANCELLED
    until(printer, job, lambda _: printer.health().fault is None)
    assert printer.job(job).state is JobState.CANCELLED


def test_the_queues_are_discovered_with_the_printers_address(
    room: PrintRoom, printer: CupsPrinter
) -> None:
    [found] = printer.discover()
    assert (found.kind, found.address) == ("printer", room.queue)
    assert found.stable_id == room.printer_uri
    assert found.model.endswith("IPP Everywhere")


def test_an_unknown_job_and_a_document_that_is_no_pdf_are_named(
    printer: CupsPrinter, tmp_path: Path
) -> None:
    with pytest.raises(NotFound) as unknown:
        printer.job(999_999)
    assert unknown.value.key == "device.printer.no_job"
    text = tmp_path / "a.pdf"
    text.write_text("not a PDF")
    with pytest.raises(InvalidInput) as refused:
        printer.submit(text, "text")
    assert refused.value.key == "device.printer.not_pdf"
    with pytest.raises(InvalidInput) as missing:
        printer.submit(tmp_path / "none.pdf", "none")
    assert missing.value.key == "device.printer.no_document"


def test_without_cups_or_queue_the_printer_is_absent(room: PrintRoom, tmp_path: Path) -> None:
    for lost in (CupsPrinter(str(tmp_path / "no.sock")), CupsPrinter(room.host, room.port, "no")):
        assert lost.health().state is State.ABSENT
        with pytest.raises(DeviceUnavailable) as refused:
            lost.submit(write_pdf(tmp_path / "a.pdf", "NOWHERE"), "nowhere")
        assert refused.value.key == "device.printer.absent"
        lost.close()


def test_a_queue_cannot_be_made_for_a_printer_that_is_off(room: PrintRoom) -> None:
    room.set_fault("absent")
    with pytest.raises(DeviceUnavailable) as refused:
        queues.add_driverless("second", room.printer_uri, room.host, room.port)
    assert refused.value.key == "device.printer.absent"


def test_a_queue_can_be_added_and_removed(room: PrintRoom, printer: CupsPrinter) -> None:
    queues.add_driverless("second", room.printer_uri, room.host, room.port)
    assert {found.address for found in printer.discover()} == {room.queue, "second"}
    queues.remove("second", room.host, room.port)
    assert {found.address for found in printer.discover()} == {room.queue}
    with pytest.raises(DeviceUnavailable):
        queues.remove("second", room.host, room.port)


def test_printing_goes_on_after_cups_was_restarted(tmp_path: Path) -> None:
    # A driver outlives its server: the same socket path, another server behind it.
    link = tmp_path / "cups.sock"
    driver = CupsPrinter(str(link), queue="dangxia")
    for round_ in range(2):
        with PrintRoom(tmp_path / f"room{round_}") as room:
            link.unlink(missing_ok=True)
            link.symlink_to(room.socket)
            job = driver.submit(write_pdf(tmp_path / "a.pdf", "RESTARTED"), "restart")
            assert driver.wait(job, 20).state is JobState.DONE
        assert driver.health().state is State.ABSENT
    driver.close()
