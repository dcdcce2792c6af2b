// <live-order data-live-channel data-order data-source>: an order's page that follows `orders-changed`; what differs
// from before (by `data-live-key`) is shown for a moment.
import { LivePart } from "./live-part.js";

const APART = 1_000; // ms between two questions

class LiveOrder extends LivePart {
  news() {
    return "orders-changed";
  }

  concerns({ ids }) {
    return !ids || ids.includes(Number(this.dataset.order));
  }

  askSoon() {
    const pause = Math.max(150, (this.last || 0) + APART - performance.now());
    this.timer ||= setTimeout(() => this.ask(), pause);
  }

  ask() {
    this.last = performance.now();
    return super.ask();
  }

  take(fresh) {
    const [ours, theirs] = [this, fresh].map((page) => page.querySelector("#order-live"));
    if (!ours || !theirs) return;
    for (const part of theirs.querySelectorAll("[data-live-key]")) {
      const before = ours.querySelector(`[data-live-key="${part.dataset.liveKey}"]`);
      part.classList.toggle("is-fresh", before?.innerHTML !== part.innerHTML);
    }
    ours.replaceWith(theirs);
    htmx.process(this);
  }
}

customElements.define("live-order", LiveOrder);
