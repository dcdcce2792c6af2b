// <live-delivery data-live-channel data-orders data-source data-every>: the day of a delivery, which follows its orders'
// changes and what was sent from here; without a stream (behind a link) it asks every so many seconds.
import { LivePart } from "./live-part.js";

class LiveDelivery extends LivePart {
  connectedCallback() {
    super.connectedCallback();
    this.onSent = () => this.askSoon();
    document.addEventListener("outbox-sent", this.onSent);
    if (this.dataset.every) this.round = setInterval(() => document.hidden || this.askSoon(), this.dataset.every * 1000);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener("outbox-sent", this.onSent);
    clearInterval(this.round);
  }

  news() {
    return "orders-changed";
  }

  concerns({ ids }) {
    const own = this.dataset.orders.split(" ").map(Number);
    return !ids || own.some((id) => ids.includes(id));
  }

  // Where somebody writes or signs just now, the checklist stays; the card with the time follows anyhow.
  take(fresh) {
    const focused = this.contains(document.activeElement) ? document.activeElement.id : "";
    const isBusy = this.querySelector("[data-checklist] details[open]");
    for (const part of isBusy ? ["[data-card]"] : ["[data-card]", "[data-checklist]"]) {
      const [ours, theirs] = [this, fresh].map((page) => page.querySelector(part));
      if (ours && theirs) ours.replaceWith(theirs);
      else if (theirs) this.append(theirs);
      else ours?.remove();
    }
    if (isBusy) this.again ??= setTimeout(() => ((this.again = null), this.askSoon()), 10_000);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    htmx.process(this);
  }
}

customElements.define("live-delivery", LiveDelivery);
