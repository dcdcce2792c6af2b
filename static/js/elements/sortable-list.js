// <sortable-list>: its [data-item]s are put in order by dragging, or by two buttons and the keyboard.
class SortableList extends HTMLElement {
  async connectedCallback() {
    for (const item of this.querySelectorAll("[data-item]")) {
      if (!item.querySelector(".order-buttons")) item.append(this.buttons(item));
    }
    const { default: Sortable } = await import(new URL("../../vendor/sortablejs/modular/sortable.esm.js", import.meta.url));
    if (this.isConnected) this.sortable = Sortable.create(this, { draggable: "[data-item]", animation: 120 });
  }

  disconnectedCallback() {
    this.sortable?.destroy();
  }

  buttons(item) {
    const name = item.dataset.name ?? item.textContent.trim();
    const group = document.createElement("span");
    group.className = "order-buttons";
    for (const [words, sign, step] of [[this.dataset.up, "↑", -1], [this.dataset.down, "↓", 1]]) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn--quiet";
      button.textContent = sign;
      button.setAttribute("aria-label", `${words}: ${name}`);
      button.addEventListener("click", () => this.move(item, step, button));
      group.append(button);
    }
    return group;
  }

  move(item, step, button) {
    const other = step < 0 ? item.previousElementSibling : item.nextElementSibling;
    if (!other) return;
    if (step < 0) other.before(item);
    else other.after(item);
    button.focus();
  }
}

customElements.define("sortable-list", SortableList);
