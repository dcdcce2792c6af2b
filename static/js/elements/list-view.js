// <list-view>: a click anywhere in a row opens it; words are broken only where the table would be too wide, the
// very long ones first; after a swap the focus stays on the same control.
class ListView extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => this.open(event));
    this.addEventListener("htmx:beforeSwap", () => {
      const held = document.activeElement;
      this.held = this.contains(held) ? held.getAttribute("aria-label") || held.textContent.trim() : "";
    });
    this.addEventListener("htmx:afterSettle", () => {
      this.fit();
      this.refocus();
    });
    this.watch = new ResizeObserver(() => this.fit());
    this.watch.observe(this);
  }

  disconnectedCallback() {
    this.watch.disconnect();
  }

  fit() {
    const table = this.querySelector(".rows");
    const fits = () => table.scrollWidth <= table.parentElement.clientWidth + 1;
    this.classList.add("list--roomy");
    if (!table || fits()) return;
    for (const cell of table.querySelectorAll(".rows__row > *")) {
      cell.classList.toggle("rows__cell--long", /\S{24}/.test(cell.textContent));
    }
    if (!fits()) this.classList.remove("list--roomy");
  }

  open(event) {
    if (event.target.closest("a, button, input, label, select, summary, textarea")) return;
    if (getSelection().toString()) return;
    const link = event.target.closest("[data-row]")?.querySelector(".rows__link");
    if (!link) return;
    if (event.ctrlKey || event.metaKey) window.open(link.href, "_blank", "noopener");
    else link.click();
  }

  refocus() {
    if (!this.held || (document.activeElement && document.activeElement !== document.body)) return;
    const same = [...this.querySelectorAll("a, button")].find(
      (each) => (each.getAttribute("aria-label") || each.textContent.trim()) === this.held,
    );
    same?.focus({ preventScroll: true });
  }
}

customElements.define("list-view", ListView);
