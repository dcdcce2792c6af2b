// <theme-switch> around the form: takes the choice at once; without JavaScript the form posts it.
const YEAR = 365 * 24 * 3600;

class ThemeSwitch extends HTMLElement {
  connectedCallback() {
    this.addEventListener("submit", (event) => {
      event.preventDefault();
      this.choose(event.submitter.value);
    });
  }

  choose(theme) {
    const age = theme === "auto" ? 0 : YEAR;
    const secure = location.protocol === "https:" ? ";secure" : "";
    document.cookie = `theme=${theme};path=/;max-age=${age};samesite=lax${secure}`;
    document.documentElement.dataset.themeChoice = theme;
    dispatchEvent(new Event("theme-chosen"));
    for (const button of this.querySelectorAll("button[name=theme]")) {
      button.setAttribute("aria-pressed", String(button.value === theme));
    }
  }
}

customElements.define("theme-switch", ThemeSwitch);
