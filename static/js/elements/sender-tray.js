// <sender-tray>: in a row, a key presses the button that bears it (data-key); after each deed the next row has the focus.
class SenderTray extends HTMLElement {
  connectedCallback() {
    this.onkeydown = (event) => this.press(event);
    const place = Number(sessionStorage.getItem("sender-tray") ?? -1);
    sessionStorage.removeItem("sender-tray");
    const rows = this.rows();
    if (place >= 0 && rows.length) rows[Math.min(place, rows.length - 1)].focus();
  }

  rows() {
    return [...this.querySelectorAll("[data-row]")];
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const row = event.target.closest("[data-row]");
    const button = row?.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!button) return;
    event.preventDefault();
    sessionStorage.setItem("sender-tray", this.rows().indexOf(row));
    button.click();
  }
}

customElements.define("sender-tray", SenderTray);
