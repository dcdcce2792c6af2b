// <unloading-list data-url data-gone>: what is ticked, noted, photographed and signed goes through the outbox; what still
// waits there is shown as done, counted, and named with the reason where the server refused it.
import { dismiss, keep, send, waiting } from "../outbox.js";
import { shrunk } from "../photos.js";
import { showCount, showLeft } from "../unloading.js";

class UnloadingList extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", ({ target }) => target.matches("[data-all]") && this.count(target, target.checked ? Infinity : 0));
    this.addEventListener("click", ({ target }) => this.press(target.closest("[data-step], [data-dismiss]")));
    this.addEventListener("submit", (event) => this.submit(event));
    this.follow = () => this.show();
    document.addEventListener("outbox", this.follow);
    this.show();
    send();
  }

  disconnectedCallback() {
    document.removeEventListener("outbox", this.follow);
  }

  press(button) {
    if (button?.dataset.dismiss) dismiss(Number(button.dataset.dismiss));
    else if (button) this.count(button, Number(button.closest("[data-line]").dataset.count) + Number(button.dataset.step));
  }

  count(control, wanted) {
    const { order, construction, quantity } = control.closest("[data-line]").dataset;
    const count = Math.min(Math.max(wanted, 0), Number(quantity));
    const act = { kind: "tick", order: Number(order), construction: Number(construction) || null, count };
    showCount(this, act);
    keep(this.dataset.url, act);
  }

  async submit(event) {
    event.preventDefault();
    const form = event.target;
    const { file, ...words } = Object.fromEntries(new FormData(form));
    const { order, construction } = form.closest("[data-line]")?.dataset ?? {};
    const goods = order ? { order: Number(order), construction: Number(construction) || null } : {};
    const pad = form.querySelector("signature-pad");
    const drawn = await pad?.drawn();
    if (pad && !drawn) return;
    await keep(this.dataset.url, { kind: form.dataset.act, ...goods, ...words }, drawn ?? (file?.size ? await shrunk(file) : null));
    form.reset();
    form.closest("details")?.removeAttribute("open");
  }

  async show() {
    const left = await waiting(this.dataset.url);
    const open = left.filter((each) => !each.refused);
    for (const { act } of open) if (act.kind === "tick") showCount(this, act);
    this.querySelector("[data-waiting]").hidden = !open.length;
    this.querySelector("[data-number]").textContent = open.length;
    showLeft(this, left.filter((each) => each.refused || each.act.kind !== "tick"));
  }
}

customElements.define("unloading-list", UnloadingList);
