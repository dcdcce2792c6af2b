// Rows of a form that can be added: copies its <template>, counting Django's form set on.
export class RepeatRows extends HTMLElement {
  connectedCallback() {
    this.button = this.querySelector("[data-add]");
    if (!this.button) return;
    this.button.hidden = false;
    this.onClick = () => this.add();
    this.button.addEventListener("click", this.onClick);
  }

  disconnectedCallback() {
    this.button?.removeEventListener("click", this.onClick);
  }

  add() {
    const total = this.querySelector(`[name="${this.dataset.prefix}-TOTAL_FORMS"]`);
    const row = this.querySelector("template").content.cloneNode(true);
    const number = total.value;
    for (const element of row.querySelectorAll("*")) {
      for (const name of ["name", "id", "for", "aria-describedby"]) {
        const value = element.getAttribute(name);
        if (value) element.setAttribute(name, value.replaceAll("__prefix__", number));
      }
    }
    const first = row.querySelector("input:not([type=hidden])");
    this.insertBefore(row, this.button);
    total.value = Number(number) + 1;
    first?.focus();
  }
}

customElements.define("repeat-rows", RepeatRows);
