// <mail-draft>: knows the version of the draft in its sheet, says when it was saved, and sends by Ctrl-Enter.
class MailDraft extends HTMLElement {
  connectedCallback() {
    this.onSaved = (event) => this.saved(event.detail);
    document.addEventListener("draft-saved", this.onSaved);
    this.addEventListener("input", () => this.say(""));
    // Once it leaves, what still waits to be saved must neither follow nor take its place in the queue.
    this.addEventListener("click", (event) => this.toggleAttribute("leaving", Boolean(event.target.closest("[data-leaving]"))));
    this.addEventListener("htmx:confirm", (event) => {
      if (this.hasAttribute("leaving") && event.target.matches("form")) event.preventDefault();
    });
    this.addEventListener("htmx:sendError", () => this.removeAttribute("leaving"));
    this.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      this.querySelector("[data-send]").click();
    });
  }

  disconnectedCallback() {
    document.removeEventListener("draft-saved", this.onSaved);
  }

  saved({ id, version, words }) {
    if (String(id) !== this.dataset.draft) return;
    this.querySelector("input[name=version]").value = version;
    this.say(words);
  }

  say(words) {
    const place = this.querySelector("#draft-state");
    if (!place.querySelector("[role=alert]") || words) place.textContent = words;
  }
}

customElements.define("mail-draft", MailDraft);
