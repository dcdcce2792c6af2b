// <live-block id data-live-channel data-event data-source>: a part of a page that is asked for anew when its event comes.
import { LivePart } from "./live-part.js";

class LiveBlock extends LivePart {
  news() {
    return this.dataset.event;
  }

  take(fresh) {
    const page = fresh.getElementById(this.id);
    if (!page || this.contains(document.activeElement)) return;
    this.replaceChildren(...page.childNodes);
    htmx.process(this);
  }
}

customElements.define("live-block", LiveBlock);
