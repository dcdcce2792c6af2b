// <side-sheet>: links and buttons with data-sheet open their address here; forms inside answer here.
class SideSheet extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.body = this.querySelector("#sheet");
    this.onClick = (event) => this.click(event);
    this.onSubmit = (event) => this.submit(event);
    document.addEventListener("click", this.onClick);
    document.addEventListener("submit", this.onSubmit);
    document.addEventListener("close-sheet", (this.onClose = () => this.dialog.close()));
    this.dialog.addEventListener("close", () => this.body.replaceChildren());
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
  }

  disconnectedCallback() {
    document.removeEventListener("click", this.onClick);
    document.removeEventListener("submit", this.onSubmit);
    document.removeEventListener("close-sheet", this.onClose);
  }

  click(event) {
    const closing = event.target.closest("[data-close]");
    if (closing && this.dialog.contains(closing)) {
      event.preventDefault();
      this.dialog.close();
      return;
    }
    const link = event.target.closest("a[data-sheet]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
    event.preventDefault();
    this.load("GET", link.href, {}, link.hash);
  }

  submit(event) {
    const { target: form, submitter } = event;
    const inside = this.dialog.contains(form) && form.method === "post";
    const opening = submitter?.hasAttribute("data-sheet") || form.hasAttribute("data-sheet");
    if (event.defaultPrevented || !(inside || opening) || form.hasAttribute("hx-post")) return;
    event.preventDefault();
    const address = submitter?.getAttribute("formaction") || form.getAttribute("action");
    this.load("POST", address, { source: form, values: submitter?.name ? { [submitter.name]: submitter.value } : {} });
  }

  async load(verb, address, options, hash = "") {
    if (!this.dialog.open) this.dialog.showModal();
    this.classList.add("sheet--waiting");
    await htmx.ajax(verb, address.split("#")[0], { target: "#sheet", swap: "innerHTML", ...options });
    this.classList.remove("sheet--waiting");
    if (!this.body.hasChildNodes()) this.dialog.close();
    const field = (hash && this.body.querySelector(hash)) || this.body.querySelector("[autofocus]");
    field?.focus();
  }
}

customElements.define("side-sheet", SideSheet);
