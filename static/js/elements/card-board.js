// <card-board data-move>: cards are dragged between its [data-column]s; each card's own sheet does it without a pointer.
// After a move the server draws the board anew: as it is then, and as it was if it refuses. With `data-cards` only the
// cards that moved are asked for, also when `data-event` tells of others' moves (data-live-channel, data-source).
import { putCards } from "../board-cards.js";
import { LivePart } from "./live-part.js";

class CardBoard extends LivePart {
  async connectedCallback() {
    this.moved = new Set();
    if (this.news()) super.connectedCallback();
    const { default: Sortable } = await import(new URL("../../vendor/sortablejs/modular/sortable.esm.js", import.meta.url));
    if (!this.isConnected) return;
    const cards = { group: "cards", draggable: "[data-card]", filter: "a", preventOnFilter: false, animation: 120 };
    const touch = { delay: 200, delayOnTouchOnly: true, onStart: () => (this.held = true), onEnd: (event) => this.drop(event) };
    this.lists = [...this.querySelectorAll("[data-column]")].map((list) => Sortable.create(list, { ...cards, ...touch }));
  }

  disconnectedCallback() {
    if (this.news()) super.disconnectedCallback();
    for (const list of this.lists ?? []) list.destroy();
  }

  news() {
    return this.dataset.event;
  }

  concerns({ ids }) {
    for (const id of ids ?? ["all"]) this.moved.add(`${id}`);
    return true;
  }

  async drop({ item, from, to, oldIndex, newIndex }) {
    this.held = false;
    const whole = !("cards" in this.dataset);
    if (from === to && (oldIndex === newIndex || !whole)) return this.moved.size && this.askSoon();
    const card = (element) => element?.dataset.card ?? "";
    const place = [to.dataset.column, card(item.previousElementSibling), card(item.nextElementSibling)].join(":");
    const address = this.dataset.move.replace("/0/", `/${card(item)}/`);
    const values = { place, seen: from.dataset.column };
    await window.htmx.ajax("POST", address, { source: this, target: "#board", swap: whole ? "outerHTML" : "none", values });
    if (!whole && this.concerns({ ids: [card(item)] })) this.ask();
  }

  async ask() {
    this.timer = 0;
    if (this.held) return; // asked for when the card is let go
    const ids = [...this.moved];
    this.moved.clear();
    const some = ids.length && ids.length <= 200 && !ids.includes("all"); // else all of it, as after a break of the stream
    const address = this.dataset.source + (some ? `&cards=${ids.join(",")}` : "");
    const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => ({ ok: false }));
    if (!answer.ok) return;
    if (this.held) return this.concerns({ ids: ids.length ? ids : ["all"] }); // a card was taken up meanwhile
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (some) putCards(this, fresh, ids);
    else this.replaceWith(fresh.querySelector("card-board"));
  }
}

customElements.define("card-board", CardBoard);
