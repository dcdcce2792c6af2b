"""Sends what is due, as a worker does, and stands still at a step, to be killed there:
`python -m tests.messaging.worker STEP`, with "before-data", "after-data", "before-row" or "" for none.
"""

from __future__ import annotations

import sys
import time

if __name__ == "__main__":
    import django

    django.setup()
    import smtplib

    from apps.core import clock
    from apps.core.services import outbox

    step = sys.argv[1] if len(sys.argv) > 1 else ""

    def stand_still() -> None:
        sys.stdout.write(f"{step}\n")
        sys.stdout.flush()
        time.sleep(600)

    docmd, getreply, send = smtplib.SMTP.docmd, smtplib.SMTP.getreply, smtplib.SMTP.send
    text_is_out: list[bool] = []

    def slow_docmd(self, cmd, args=""):
        if cmd == "data" and step == "before-data":
            stand_still()
        return docmd(self, cmd, args)

    def slow_getreply(self):
        if step == "after-data" and text_is_out:
            stand_still()
        return getreply(self)

    def noted_send(self, s):
        send(self, s)
        if isinstance(s, bytes) and s.endswith(b"\r\n.\r\n"):
            text_is_out.append(True)

    smtplib.SMTP.docmd = slow_docmd  # type: ignore[method-assign]  # between the server's answers
    smtplib.SMTP.getreply = slow_getreply  # type: ignore[method-assign]  # between the server's answers
    smtplib.SMTP.send = noted_send  # type: ignore[method-assign]  # between the server's answers
    if step == "before-row":
        settle = outbox._settle
        outbox._settle = lambda deliveries: stand_still() if deliveries else settle(deliveries)
    outbox.send_due(now=clock.now())
