// <toast-item>: leaves after ten seconds, but not while the reader points at it or has the focus in it.
const SECONDS = 10;

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

customElements.define("toast-item", ToastItem);
