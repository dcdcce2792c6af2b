// <row-selection>: counts ticked rows, shows what can be done with them, stretches to all matches.
class RowSelection extends HTMLElement {
  connectedCallback() {
    this.bar = this.querySelector(".selection");
    if (!this.bar) return;
    this.addEventListener("change", (event) => this.changed(event));
    this.addEventListener("click", (event) => this.clicked(event));
    this.show();
  }

  get boxes() {
    return [...this.querySelectorAll('input[name="ids"]')];
  }

  changed(event) {
    if (event.target.matches("[data-select-page]")) {
      for (const box of this.boxes) box.checked = event.target.checked;
    }
    this.show();
  }

  clicked(event) {
    if (event.target.closest("[data-select-none]")) {
      for (const box of this.querySelectorAll("input[type=checkbox]")) box.checked = false;
      this.show();
    }
    const box = event.target.closest('input[name="ids"]');
    if (!box) return;
    if (event.shiftKey && this.last) this.stretch(this.last, box);
    this.last = box;
  }

  stretch(from, to) {
    const boxes = this.boxes;
    const [start, end] = [boxes.indexOf(from), boxes.indexOf(to)].sort((a, b) => a - b);
    for (const box of boxes.slice(start, end + 1)) box.checked = to.checked;
    this.show();
  }

  show() {
    const ticked = this.boxes.filter((box) => box.checked);
    const all = this.bar.querySelector('input[name="all"]');
    const page = this.querySelector("[data-select-page]");
    this.bar.classList.toggle("selection--open", ticked.length > 0 || Boolean(all?.checked));
    page.checked = ticked.length === this.boxes.length;
    page.indeterminate = ticked.length > 0 && !page.checked;
    const number = all?.checked ? Number(this.dataset.total) : ticked.length;
    this.bar.querySelector("[data-count]").textContent = number.toLocaleString(document.documentElement.lang);
  }
}

customElements.define("row-selection", RowSelection);
