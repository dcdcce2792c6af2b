// <mail-list data-live-channel data-source data-fresh>: takes in what changed without moving what one looks at, and
// sends the selection (or the row one stands on) away without leaving the page.
class MailList extends HTMLElement {
  connectedCallback() {
    this.onNews = () => (this.timer ||= setTimeout(() => this.ask(), 300)); // news that come together: one question
    for (const name of ["live:mail", "live:open"]) this.addEventListener(name, this.onNews);
    this.addEventListener("submit", (event) => this.act(event));
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  async act(event) {
    const row = document.activeElement.closest("[data-row]");
    const box = row?.querySelector('input[name="ids"]');
    if (box && !this.querySelector('input[name="ids"]:checked')) box.checked = true;
    if (event.submitter?.hasAttribute("data-sheet")) return;
    event.preventDefault();
    const next = row?.nextElementSibling ?? row?.previousElementSibling;
    await htmx.ajax("POST", event.submitter.getAttribute("formaction"), { source: event.target, swap: "none" });
    for (const each of this.querySelectorAll("input:checked")) each.checked = false;
    await this.ask();
    (row?.isConnected ? row : next)?.querySelector(".rows__link")?.focus();
  }

  async ask() {
    this.timer = 0;
    const answer = await fetch(this.dataset.source, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const [ours, theirs] = [this.querySelector("[data-rows]"), fresh.querySelector("[data-rows]")];
    if (ours && theirs) this.merge(ours, [...theirs.querySelectorAll("[data-row]")]);
    else this.replaceChildren(...fresh.querySelector("mail-list").childNodes);
    htmx.process(this);
    this.querySelector("row-selection")?.show?.();
  }

  merge(ours, rows) {
    const find = (row) => ours.querySelector(`[id="${row?.id}"]`);
    const last = find(rows.at(-1));
    for (const row of ours.querySelectorAll("[data-row]")) {
      const beyond = last && last.compareDocumentPosition(row) & Node.DOCUMENT_POSITION_FOLLOWING;
      if (!beyond && !rows.some((each) => each.id === row.id)) row.remove();
    }
    rows.forEach((row, index) => {
      const known = find(row);
      const same = known?.dataset.state === row.dataset.state && known.textContent === row.textContent;
      const here = same ? known : row;
      if (known && !same) known.replaceWith(row);
      if (!known) row.classList.add("mail-row--fresh");
      if (!known) this.querySelector("[data-news]").textContent = this.dataset.fresh;
      if (ours.children[index] !== here) ours.insertBefore(here, ours.children[index] ?? null);
    });
  }
}

customElements.define("mail-list", MailList);
