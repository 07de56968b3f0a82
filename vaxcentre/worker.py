"""The worker: sends the messages that wait, and does the nightly work. Run as a module."""

import logging
import signal
import sys
import time
import traceback
from datetime import date, datetime
from datetime import time as hour
from types import FrameType, TracebackType

from vaxcentre import clock, create_app, nightly
from vaxcentre.extensions import db
from vaxcentre.messages.delivery import Postman
from vaxcentre.web.centre import the_centre

POLL = 2.0  # seconds between two looks into the outbox
BEAT = 0.1
NIGHT = hour(3, 0)  # local; also soon after each start, for machines that sleep at night

log = logging.getLogger("vaxcentre.worker")


class Worker:
    """A plain loop over the outbox, until told to stop."""

    def __init__(self, postman: Postman | None = None) -> None:
        self.postman = postman or Postman()
        self.cleaned_on: date | None = None

    def run(self) -> None:
        """Work until `stop`, inside an application context."""
        while not self.postman.has_to_stop:
            if not self.postman.deliver_next():
                self.clean_up()
                db.session.remove()
                self._rest()

    def stop(self) -> None:
        """Stop soon: a server that keeps us waiting is cut off, what has arrived is written."""
        self.postman.has_to_stop = True

    def clean_up(self) -> None:
        """Do the nightly work once a night."""
        now = clock.now()
        night = night_of(now)
        if night == self.cleaned_on:
            return
        done = nightly.run(now=now)
        self.cleaned_on = night
        log.info("nightly work: %s", ", ".join(f"{name} {n}" for name, n in done.items()))

    def _rest(self) -> None:
        until = time.monotonic() + POLL
        while time.monotonic() < until and not self.postman.has_to_stop:
            time.sleep(BEAT)


def night_of(moment: datetime) -> date:
    """The day whose night is over; before three o'clock, still the day before."""
    local = moment.astimezone(the_centre().zone)
    today = local.date()
    return today if local.time() >= NIGHT else date.fromordinal(today.toordinal() - 1)


def main() -> int:
    """Work for this centre until SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s", stream=sys.stdout)
    sys.excepthook = say_without_words
    worker = Worker()

    def told(_signal: int, _frame: FrameType | None) -> None:
        worker.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, told)
    with create_app().app_context():
        worker.run()
        db.session.remove()
        db.engine.dispose()
    return 0


def say_without_words(
    kind: type[BaseException], _error: BaseException, trail: TracebackType | None
) -> None:
    """Where the program broke, without the error's own words: they may quote a person."""
    log.error("%s\n%s", kind.__name__, "".join(traceback.format_tb(trail)))


if __name__ == "__main__":
    sys.exit(main())
