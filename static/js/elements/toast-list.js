// <toast-list>: shows the messages of "toast" events beside those that came with the page.
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

customElements.define("toast-list", ToastList);
