// <toast-list>: messages of the page and of "toast" events; each leaves after ten seconds, not while looked at.
const SECONDS = 10;

class ToastList extends HTMLElement {
  connectedCallback() {
    this.onToast = (event) => this.add(event.detail);
    document.addEventListener("toast", this.onToast);
  }

  disconnectedCallback() {
    document.removeEventListener("toast", this.onToast);
  }

  add({ text, kind = "success", undo = "" }) {
    if (!text) return;
    const item = this.querySelector("template").content.firstElementChild.cloneNode(true);
    item.className = `toast-item toast-item--${kind}`;
    item.querySelector(".toast-item__text").textContent = text;
    const form = item.querySelector("form");
    if (undo) form.action = undo;
    else form.remove();
    this.append(item);
  }
}

class ToastItem extends HTMLElement {
  connectedCallback() {
    this.querySelector("[data-close]").addEventListener("click", () => this.remove());
    this.addEventListener("mouseenter", () => clearTimeout(this.timer));
    this.addEventListener("focusin", () => clearTimeout(this.timer));
    this.addEventListener("mouseleave", () => this.wait());
    this.wait();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  wait() {
    clearTimeout(this.timer);
    if (this.closest("toast-list")) this.timer = setTimeout(() => this.remove(), SECONDS * 1000);
  }
}

customElements.define("toast-list", ToastList);
customElements.define("toast-item", ToastItem);
