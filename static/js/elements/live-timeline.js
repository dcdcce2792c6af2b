// <live-timeline data-live-channel data-entity data-source>: the lists of a timeline; they follow when the stream tells
// that something was written down. What was loaded further down stays, and so does what one is typing above.
import { LivePart } from "./live-part.js";

class LiveTimeline extends LivePart {
  news() {
    return "history";
  }

  // Entries for few are told to their readers by name, with all whom they are about.
  concerns({ entities }) {
    return !entities || entities.includes(Number(this.dataset.entity));
  }

  take(fresh) {
    const page = fresh.querySelector("live-timeline");
    if (!page) return;
    const rows = [...page.querySelectorAll("li[id]")].filter((row) => !document.getElementById(row.id));
    rows.forEach((row) => row.classList.add("activity--fresh"));
    const isLonger = this.querySelectorAll("li[id]").length > page.querySelectorAll("li[id]").length;
    if (isLonger || this.contains(document.activeElement)) {
      this.querySelector(".timeline__entries:last-of-type")?.prepend(...rows);
    } else {
      this.replaceChildren(...page.childNodes);
    }
    htmx.process(this);
  }
}

customElements.define("live-timeline", LiveTimeline);
