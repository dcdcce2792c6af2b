// <task-board>: cards are dragged between its columns; each card's own sheet does the same without a pointer.
class TaskBoard extends HTMLElement {
  async connectedCallback() {
    const { default: Sortable } = await import(new URL("../../vendor/sortablejs/modular/sortable.esm.js", import.meta.url));
    if (!this.isConnected) return;
    this.lists = [...this.querySelectorAll("[data-state]")].map((list) =>
      Sortable.create(list, {
        group: "tasks",
        draggable: "[data-card]",
        filter: "a",
        preventOnFilter: false,
        delay: 200,
        delayOnTouchOnly: true,
        animation: 120,
        onEnd: (event) => this.moved(event),
      }),
    );
  }

  disconnectedCallback() {
    for (const list of this.lists ?? []) list.destroy();
  }

  moved({ item, from, to, oldIndex, newIndex }) {
    if (from === to && oldIndex === newIndex) return;
    const card = (element) => element?.dataset.card ?? "";
    const place = [to.dataset.state, card(item.previousElementSibling), card(item.nextElementSibling)].join(":");
    // The server draws the board anew: as it is then, and as it was if it refuses.
    const address = this.dataset.move.replace("/0/", `/${card(item)}/`);
    window.htmx.ajax("POST", address, { source: this, target: "#board", swap: "outerHTML", values: { place } });
  }
}

customElements.define("task-board", TaskBoard);
