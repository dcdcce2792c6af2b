// <event-calendar>: month, week, day and agenda in place of the list that the server drew; times in the reader's zone.
// A drag opens the sheet: a new meeting filled in, or, for one of a series, the question which of them move.
const PHONE = "(max-width: 40rem)";

class EventCalendar extends HTMLElement {
  connectedCallback() {
    if (!window.FullCalendar) return; // the list stays
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
    const { zone, language, start } = this.dataset;
    const views = "dayGridMonth,timeGridWeek,timeGridDay,listMonth";
    return {
      timeZone: zone,
      locale: language,
      initialDate: start,
      initialView: matchMedia(PHONE).matches ? "listMonth" : "timeGridWeek",
      headerToolbar: { start: "prev,next today", center: "title", end: views },
      events: { url: this.getAttribute("src") },
      height: "auto",
      nowIndicator: true,
      navLinks: true,
      editable: true,
      selectable: true,
      scrollTime: "08:00:00",
      dayMaxEvents: 4,
      slotMinTime: "06:00:00",
      slotMaxTime: "22:00:00",
      select: (span) => this.open(`${this.dataset.plan}?${times(span)}`),
      eventDrop: (change) => this.move(change),
      eventResize: (change) => this.move(change),
      eventClick: (click) => {
        if (!click.event.url) click.jsEvent.preventDefault();
      },
    };
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
