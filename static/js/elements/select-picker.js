// <select-picker>: a <select> with search; with src="/pick/" the server searches, page by page, to the last row;
// with `free` what is typed may be chosen too.
import { tomSelect } from "../tom-select.js";

class SelectPicker extends HTMLElement {
  async connectedCallback() {
    const Picker = await tomSelect();
    const select = this.querySelector("select");
    if (!this.isConnected || !select || select.tomselect) return;
    // The label moves on to the search field; the select itself stays in the tree of screen readers.
    if (select.labels[0]) select.setAttribute("aria-label", select.labels[0].textContent.trim());
    const plugins = select.multiple ? { remove_button: {} } : {};
    const options = { plugins, maxOptions: 500, hidePlaceholder: true, copyClassesToDropdown: false };
    this.picker = new Picker(select, this.hasAttribute("src") ? { ...options, ...this.remote() } : options);
  }

  disconnectedCallback() {
    this.picker?.destroy();
  }

  remote() {
    const address = (query, page) => {
      const url = new URL(this.getAttribute("src"), location.href);
      url.searchParams.set("q", query);
      url.searchParams.set("page", page);
      return url.href;
    };
    const line = (item, escape) =>
      `<div>${escape(item.text)}${item.hint ? `<small class="text-secondary"> ${escape(item.hint)}</small>` : ""}</div>`;
    const typed = (item, escape) => `<div class="create">${escape(this.dataset.add)} <strong>${escape(item.input)}</strong></div>`;
    const free = this.hasAttribute("free") ? { create: true, createOnBlur: true, addPrecedence: false } : {};
    return {
      ...free,
      preload: "focus",
      searchField: [],
      loadThrottle: 150,
      plugins: { virtual_scroll: {}, ...(this.querySelector("select").multiple ? { remove_button: {} } : {}) },
      firstUrl: (query) => address(query, 1),
      shouldLoadMore() {
        const box = this.dropdown_content;
        return box.scrollHeight - box.scrollTop - box.clientHeight < 80;
      },
      async load(query, done) {
        const url = this.getUrl(query);
        const response = await fetch(url, { headers: { Accept: "application/json" } });
        if (!response.ok) return done();
        const answer = await response.json();
        if (answer.more) this.setNextUrl(query, address(query, Number(new URL(url).searchParams.get("page")) + 1));
        return done(answer.items);
      },
      render: { option: line, item: line, option_create: typed },
    };
  }
}

customElements.define("select-picker", SelectPicker);
