// <scheme-picker>: a part tapped on the drawing ticks its box in the list; the boxes mark the drawing. Only they count.
class SchemePicker extends HTMLElement {
  connectedCallback() {
    this.spots().forEach((spot) => spot.setAttribute("role", "checkbox"));
    this.addEventListener("click", (event) => this.tap(event));
    this.addEventListener("keydown", (event) => event.key === " " && this.tap(event));
    this.addEventListener("change", () => this.show());
    this.show();
  }

  spots() {
    return this.querySelectorAll("a[data-part]");
  }

  boxes() {
    return [...this.querySelectorAll("input[name=parts]")];
  }

  tap(event) {
    const touched = event.target.closest("[data-part]");
    if (!touched) return;
    event.preventDefault();
    this.boxes()
      .find((box) => box.value === touched.dataset.part)
      ?.click();
  }

  show() {
    const chosen = this.boxes().filter((box) => box.checked);
    const ids = new Set(chosen.map((box) => box.value));
    for (const part of this.querySelectorAll("[data-part]"))
      part.toggleAttribute("data-chosen", ids.has(part.dataset.part));
    for (const spot of this.spots()) spot.setAttribute("aria-checked", String(ids.has(spot.dataset.part)));
    const names = chosen.map((box) => box.closest("label").textContent.trim());
    const said = names.length ? `${this.dataset.marked} ${names.join("; ")}` : this.dataset.nothing;
    this.querySelector("[role=status]").textContent = said;
  }
}

customElements.define("scheme-picker", SchemePicker);
