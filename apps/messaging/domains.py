"""What the part after the @ says of a sender."""

from __future__ import annotations

# Mailboxes that anybody may have: their domain is nobody's firm.
_FREE_MAIL = """
    gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com rocketmail.com icloud.com
    me.com mac.com aol.com gmx.com gmx.net gmx.de gmx.at gmx.ch web.de t-online.de freenet.de mail.com email.com
    proton.me protonmail.com pm.me tutanota.com tuta.com zoho.com fastmail.com hey.com yandex.com yandex.ru ya.ru
    yandex.ua yandex.by yandex.kz mail.ru inbox.ru bk.ru list.ru internet.ru rambler.ru lenta.ru ukr.net i.ua meta.ua
    bigmir.net online.ua email.ua 3g.ua wp.pl o2.pl onet.pl op.pl interia.pl gazeta.pl tlen.pl seznam.cz email.cz
    centrum.cz azet.sk zoznam.sk freemail.hu citromail.hu libero.it virgilio.it tin.it alice.it orange.fr wanadoo.fr
    free.fr laposte.net sfr.fr bluewin.ch comcast.net verizon.net att.net sbcglobal.net btinternet.com qq.com 163.com
    126.com sina.com naver.com hanmail.net daum.net mail.bg abv.bg inbox.lv inbox.lt one.lt mail.ee tut.by
"""
FREE_MAIL = frozenset(_FREE_MAIL.split())
_SECOND_LEVEL = frozenset(["ac", "co", "com", "edu", "gov", "net", "org", "in", "kiev", "kyiv", "lviv", "odesa", "dp"])
# Addresses of desks, not of people.
_DESK_NAMES = """
    info office sales support contact contacts hello hi mail team service services help helpdesk admin administrator
    webmaster billing accounting accounts invoice invoices orders order shop store marketing press hr jobs career
    secretary reception kontakt buchhaltung vertrieb verkauf rechnung bestellung zakaz buh buhgalteria zamovlennya
"""
_DESKS = frozenset(_DESK_NAMES.split())


def domain_of(address: str) -> str:
    """ "ann@vikna.example" is "vikna.example"; "" where there is none."""
    return address.rpartition("@")[2].lower()


def is_free_mail(domain: str) -> bool:
    """Also the twins of the large ones: yahoo.co.uk, hotmail.fr."""
    first = domain.partition(".")[0]
    return domain in FREE_MAIL or first in ("yahoo", "hotmail", "outlook", "live", "gmx", "yandex")


def is_desk(address: str) -> bool:
    """Whether it is an office that reads it ("info@", "sales@") rather than one person."""
    local = address.partition("@")[0].lower()
    return local in _DESKS or local.split(".")[0] in _DESKS or local.split("-")[0] in _DESKS


def firm_name(domain: str) -> str:
    """What a domain calls its firm: "shop.vikna-plus.com.ua" is "Vikna Plus"; "" where it says nothing."""
    labels = [label for label in domain.split(".") if label]
    if len(labels) < 2 or is_free_mail(domain):
        return ""
    labels = labels[:-1]
    if len(labels) > 1 and labels[-1] in _SECOND_LEVEL:
        labels = labels[:-1]
    name = labels[-1]
    if name.startswith("xn--"):
        try:
            name = name.encode("ascii").decode("idna")
        except UnicodeError:
            return ""
    return " ".join(word[:1].upper() + word[1:] for word in name.replace("_", "-").split("-") if word)
