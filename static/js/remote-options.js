// Options of a Tom Select that the server searches at `src`, page by page, to the last row.

export function remoteOptions(src, multiple) {
  let asked = null;
  const address = (query, page) => {
    const url = new URL(src, location.href);
    url.searchParams.set("q", query);
    url.searchParams.set("page", page);
    return url.href;
  };
  return {
    preload: "focus",
    searchField: [],
    loadThrottle: 150,
    plugins: { virtual_scroll: {}, ...(multiple ? { remove_button: {} } : {}) },
    firstUrl: (query) => address(query, 1),
    shouldLoadMore() {
      const box = this.dropdown_content;
      return box.scrollHeight - box.scrollTop - box.clientHeight < 80;
    },
    // The plugin would go on with the second page for words that are typed again.
    onType(query) {
      if (query) return;
      asked = null;
      this.load("");
    },
    onItemAdd: () => (asked = null),
    async load(query, done) {
      const next = this.getUrl(query);
      const url = query === asked ? next : address(query, 1);
      asked = query;
      const response = await fetch(url, { headers: { Accept: "application/json" } });
      if (query !== this.lastValue) return forget(this, query);
      if (!response.ok) return done();
      const answer = await response.json();
      if (multiple && answer.paste) offerAll(this, answer);
      if (answer.more) this.setNextUrl(query, address(query, Number(new URL(url).searchParams.get("page")) + 1));
      return done(answer.items);
    },
  };
}

// A button that chooses all that lies on the clipboard.
function offerAll(picker, answer) {
  picker.paste?.remove();
  picker.paste = document.createElement("button");
  Object.assign(picker.paste, { type: "button", className: "btn btn--quiet picker-paste", textContent: answer.paste });
  picker.paste.addEventListener("click", () => {
    for (const item of answer.items.filter((each) => each.is_clipped)) {
      picker.addOption(item);
      picker.addItem(item.value);
    }
    picker.paste.remove();
  });
  picker.dropdown.prepend(picker.paste);
}

// What was asked before one typed on would push out what was found since: such an answer counts as never asked for.
function forget(picker, query) {
  picker.loading = Math.max(picker.loading - 1, 0);
  delete picker.loadedSearches[query];
  if (!picker.loading) picker.wrapper.classList.remove(picker.settings.loadingClass);
}
