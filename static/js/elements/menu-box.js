// <menu-box><details>: closes on a click elsewhere and on Escape; arrows walk its items.
class MenuBox extends HTMLElement {
  connectedCallback() {
    this.details = this.querySelector("details");
    this.outside = (event) => {
      if (!this.contains(event.target)) this.details.open = false;
    };
    this.details?.addEventListener("toggle", () => this.toggled());
    this.addEventListener("keydown", (event) => this.key(event));
  }

  disconnectedCallback() {
    document.removeEventListener("click", this.outside);
  }

  toggled() {
    const act = this.details.open ? "addEventListener" : "removeEventListener";
    document[act]("click", this.outside);
  }

  key(event) {
    if (event.key === "Escape" && this.details.open) {
      event.stopPropagation();
      this.details.open = false;
      this.details.querySelector("summary").focus();
    }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    this.details.open = true;
    const items = [...this.querySelectorAll(".menu__body a, .menu__body button, .menu__body input")];
    const here = items.indexOf(document.activeElement);
    const next = here + (event.key === "ArrowDown" ? 1 : -1);
    items[(next + items.length) % items.length]?.focus();
  }
}

customElements.define("menu-box", MenuBox);
