// <select-picker>: a <select> with search; with src="/pick/" the server searches, page by page, to the last row;
// with `free` what is typed may be chosen too.
import { remoteOptions } from "../remote-options.js";
import { tomSelect } from "../tom-select.js";

class SelectPicker extends HTMLElement {
  async connectedCallback() {
    const Picker = await tomSelect();
    const select = this.querySelector("select");
    if (!this.isConnected || !select || select.tomselect) return;
    // The label moves on to the search field; the select itself stays in the tree of screen readers.
    if (select.labels[0]) select.setAttribute("aria-label", select.labels[0].textContent.trim());
    const plugins = select.multiple ? { remove_button: {} } : {};
    const options = { plugins, maxOptions: 500, hidePlaceholder: true, copyClassesToDropdown: false, clearAfterSelect: true };
    this.picker = new Picker(select, this.hasAttribute("src") ? { ...options, ...this.remote(select) } : options);
  }

  disconnectedCallback() {
    this.picker?.destroy();
  }

  remote(select) {
    const line = (item, escape) =>
      `<div${item.is_clipped ? ' class="is-clipped"' : ""}>${escape(item.text)}${item.hint ? `<small class="text-secondary"> ${escape(item.hint)}</small>` : ""}</div>`;
    const typed = (item, escape) => `<div class="create">${escape(this.dataset.add)} <strong>${escape(item.input)}</strong></div>`;
    const free = this.hasAttribute("free") ? { create: true, createOnBlur: true, addPrecedence: false } : {};
    const render = { option: line, item: line, option_create: typed };
    return { ...remoteOptions(this.getAttribute("src"), select.multiple), ...free, render };
  }
}

customElements.define("select-picker", SelectPicker);
