// <event-calendar>: month, week, day and agenda in place of the list that the server drew; times in the reader's zone.
// A drag opens the sheet: a new meeting filled in, or, for one of a series, the question which of them move.
const PHONE = "(max-width: 40rem)";

class EventCalendar extends HTMLElement {
  connectedCallback() {
    if (!window.FullCalendar) {
      // Its script comes after ours; where it never comes, the list stays.
      addEventListener("DOMContentLoaded", () => window.FullCalendar && this.connectedCallback(), { once: true });
      return;
    }
    const box = document.createElement("div");
    this.replaceChildren(box);
    this.calendar = new FullCalendar.Calendar(box, this.options());
    this.calendar.render();
    this.refresh = () => this.calendar.refetchEvents();
    document.addEventListener("meeting-moved", this.refresh);
    document.querySelector("side-sheet dialog")?.addEventListener("close", this.refresh);
  }

  disconnectedCallback() {
    document.removeEventListener("meeting-moved", this.refresh);
    document.querySelector("side-sheet dialog")?.removeEventListener("close", this.refresh);
    this.calendar?.destroy();
  }

  options() {
    const { zone, language, firstDay, start } = this.dataset;
    const views = "dayGridMonth,timeGridWeek,timeGridDay,listMonth";
    return {
      timeZone: zone,
      locale: language,
      firstDay: Number(firstDay),
      initialDate: start,
      initialView: matchMedia(PHONE).matches ? "listMonth" : "timeGridWeek",
      headerToolbar: { start: "prev,next today", center: "title", end: views },
      events: { url: this.getAttribute("src") },
      height: Math.max(480, innerHeight - 260),
      nowIndicator: true,
      // What a button is called is what it shows, also to those who speak to it.
      todayHint: () => "",
      dayCellDidMount: ({ el }) => el.removeAttribute("aria-label"),
      editable: true,
      selectable: true,
      scrollTime: "07:30:00",
      dayMaxEvents: 4,
      datesSet: () => this.remember(),
      select: (span) => this.open(`${this.dataset.plan}?${times(span)}&${this.back()}`),
      eventDrop: (change) => this.move(change),
      eventResize: (change) => this.move(change),
      eventClick: (click) => {
        if (!click.event.url) click.jsEvent.preventDefault();
      },
    };
  }

  // The address names the day, so that a reload and the way back lead to it.
  remember() {
    if (!this.calendar) return;
    const here = new URL(location.href);
    here.searchParams.set("from", this.calendar.formatIso(this.calendar.getDate(), true).slice(0, 10));
    history.replaceState(history.state, "", here);
  }

  back() {
    return new URLSearchParams({ back: location.pathname + location.search });
  }

  open(address) {
    document.querySelector("side-sheet").load("GET", address, {});
    this.calendar.unselect();
  }

  async move({ event, revert }) {
    const { move, series } = event.extendedProps;
    const asked = `${move}?${times(event)}`;
    if (series) return this.open(asked);
    const values = Object.fromEntries(times(event));
    await htmx.ajax("POST", move, { source: this, swap: "none", values }).catch(revert);
    return this.refresh();
  }
}

// An event without an end takes what its kind takes by itself: an hour, or a day.
function times({ allDay, start, end, startStr, endStr }) {
  const later = new Date(start.getTime() + (allDay ? 24 : 1) * 3600e3).toISOString();
  const last = end ? endStr : allDay ? later.slice(0, 10) : later;
  return new URLSearchParams({ start: startStr, end: last, days: allDay ? "1" : "" });
}

customElements.define("event-calendar", EventCalendar);
