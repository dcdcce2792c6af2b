// <copy-text data-copied> around a read-only field: copies it, or hands it to the phone's way of sharing.
class CopyText extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("input");
    const [copy, share] = ["[data-copy]", "[data-share]"].map((each) => this.querySelector(each));
    copy.addEventListener("click", () => this.copy(copy));
    share.hidden = !navigator.share;
    share.addEventListener("click", () => navigator.share({ url: this.field.value }).catch(() => {}));
    this.field.addEventListener("focus", () => this.field.select());
  }

  async copy(button) {
    this.field.select();
    try {
      await navigator.clipboard.writeText(this.field.value);
    } catch {
      document.execCommand("copy"); // without HTTPS there is no clipboard
    }
    button.querySelector("span").textContent = this.dataset.copied;
  }
}

customElements.define("copy-text", CopyText);
