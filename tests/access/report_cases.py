"""What everybody meets at the doors of reports. Nobody of the world has one sent by mail."""

from __future__ import annotations

from tests.access.matrix import IN, NO_STAFF, STAFF, of, web

for _page in ("", "mails/"):
    web(f"reports/{_page}", "GET", STAFF)
_A_REPORT = "reports/<slug:key>/"
for _rest in ("", "rows/"):
    web(f"{_A_REPORT}{_rest}", "GET", STAFF, key="new-contacts")
web(f"{_A_REPORT}file/<slug:kind>/", "GET", of("login", 403, IN, 404, IN, IN), key="turnover", kind="csv")
web(f"{_A_REPORT}mails/new/", "GET POST", STAFF, key="activity")
_A_MAIL = "reports/mails/<int:schedule_id>/"
web(_A_MAIL, "GET POST", {"absent": NO_STAFF}, schedule_id="9000000")
for _act in ("pause", "send", "remove"):
    web(f"{_A_MAIL}{_act}/", "POST", {"absent": NO_STAFF}, schedule_id="9000000")
web("home/card/", "GET", NO_STAFF)
web("home/cards/", "GET POST", STAFF)
web("home/add/", "POST", NO_STAFF)
web(f"{_A_REPORT}anew/", "POST", STAFF, key="new-contacts")
web(f"{_A_REPORT}paper/", "POST", STAFF, key="new-contacts")
for _rest in ("", "report.pdf"):
    web(f"reports/papers/<int:operation_id>/{_rest}", "GET", {"absent": NO_STAFF}, operation_id="9000000")
