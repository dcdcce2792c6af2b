// <save-in-place> around a form with hx-post: saves when a field changes, says so, and warns before losing text.
class SaveInPlace extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.addEventListener("change", (event) => this.save(event));
    this.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.querySelector("[data-cancel]")?.click();
      if (event.key === "Enter" && event.ctrlKey) this.form.requestSubmit();
    });
    this.addEventListener("input", () => this.mark("changed"));
    this.addEventListener("htmx:beforeRequest", () => this.mark("saving"));
    this.addEventListener("htmx:afterRequest", (event) => this.mark(event.detail.successful ? "saved" : "failed"));
    this.leaving = (event) => ["changed", "failed"].includes(this.dataset.state) && event.preventDefault();
    addEventListener("beforeunload", this.leaving);
  }

  disconnectedCallback() {
    removeEventListener("beforeunload", this.leaving);
  }

  save(event) {
    if (this.hasAttribute("auto") && event.target.checkValidity()) this.form.requestSubmit();
  }

  mark(state) {
    this.dataset.state = state;
    const word = this.querySelector("[data-state-word]");
    if (word) word.textContent = this.getAttribute(`data-${state}`) ?? "";
  }
}

customElements.define("save-in-place", SaveInPlace);
