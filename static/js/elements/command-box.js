// <command-box>: the search of Ctrl-K. htmx asks for the answers; this opens, walks with arrows, and closes.
class CommandBox extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.input = this.querySelector("input");
    document.addEventListener("open-search", (this.onOpen = () => this.open()));
    document.addEventListener("click", (this.onClick = (event) => this.click(event)));
    this.dialog.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("htmx:beforeSwap", () => {
      this.held = this.links.indexOf(document.activeElement);
    });
    const hold = () => {
      if (this.held >= 0 && !this.links.includes(document.activeElement)) (this.links[this.held] ?? this.links[0] ?? this.input).focus();
    };
    this.addEventListener("htmx:afterSwap", hold); // at once: a key may follow
    this.addEventListener("htmx:afterSettle", hold);
    this.querySelector("form").addEventListener("submit", (event) => {
      if (!this.links.length) return; // the whole search page answers
      event.preventDefault();
      this.links[0].click();
    });
  }

  disconnectedCallback() {
    document.removeEventListener("open-search", this.onOpen);
    document.removeEventListener("click", this.onClick);
  }

  get links() { return [...this.querySelectorAll(".hit__open")]; }

  open() {
    if (this.dialog.open) return this.input.select();
    this.dialog.showModal();
    this.input.select();
    return htmx.trigger(this.input, "open-search");
  }

  close() {
    this.dialog.close();
    if (this.contains(document.activeElement)) document.activeElement.blur(); // else keys go to a field that nobody sees
  }

  click(event) {
    if (event.target === this.dialog || event.target.closest(".command-box :is([data-close], [data-sheet])")) this.close();
    if (!event.target.closest("[data-open-search]") || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.open();
  }

  key(event) {
    if (event.key === "Escape") {
      event.preventDefault(); // else the first one only empties the field
      this.close();
    }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") {
      if (event.key.length === 1 && !event.ctrlKey && event.target !== this.input) this.input.focus();
      return;
    }
    event.preventDefault();
    const row = document.activeElement.closest("[data-hit]")?.querySelector(".hit__open");
    const next = this.links.indexOf(row ?? document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    (next < 0 ? this.input : (this.links[next] ?? this.links.at(-1)))?.focus();
  }
}

customElements.define("command-box", CommandBox);
