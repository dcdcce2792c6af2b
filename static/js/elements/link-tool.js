// <link-tool>: a tool of <rich-text>. It asks for an address and makes a link of the chosen words; without any, the
// address itself is written there.
const WITH_SCHEME = /^(https?:\/\/|mailto:|tel:)/i;

export function addressOf(typed) {
  const words = typed.trim();
  if (!words || WITH_SCHEME.test(words)) return words;
  return /^[^\s/@]+@[^\s/@]+$/.test(words) ? `mailto:${words}` : `https://${words.replace(/^\/+/, "")}`;
}

class LinkTool extends HTMLElement {
  connectedCallback() {
    [this.button, this.ask, this.field] = ["[aria-expanded]", "[data-ask]", "input"].map((each) => this.querySelector(each));
    // The toolbar keeps the focus in the words; what is asked here needs it.
    this.ask.addEventListener("mousedown", (event) => event.stopPropagation());
    for (const name of ["input", "change"]) this.field.addEventListener(name, (event) => event.stopPropagation());
    this.button.addEventListener("click", () => this.open(this.ask.hidden));
    this.addEventListener("click", (event) => {
      if (event.target.closest("[data-set]")) this.set(this.field.value);
      if (event.target.closest("[data-unset]")) this.set("");
    });
    this.field.addEventListener("keydown", (event) => this.press(event));
  }

  get editor() {
    return this.closest("rich-text").editor;
  }

  press(event) {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault(); // the one would send the mail, the other close its sheet
    event.stopPropagation();
    if (event.key === "Enter") this.set(this.field.value);
    else this.open(false);
  }

  open(isOpen) {
    this.ask.hidden = !isOpen;
    this.button.setAttribute("aria-expanded", isOpen);
    if (!isOpen) return void this.editor.commands.focus();
    this.field.value = this.editor.getAttributes("link").href ?? "";
    this.field.focus();
  }

  set(typed) {
    const href = addressOf(typed);
    const steps = this.editor.chain().focus().extendMarkRange("link");
    const isBare = this.editor.state.selection.empty && !this.editor.isActive("link");
    if (!href) steps.unsetLink().run();
    else if (isBare) steps.insertContent({ type: "text", text: typed.trim(), marks: [{ type: "link", attrs: { href } }] }).run();
    else steps.setLink({ href }).setTextSelection(this.editor.state.selection.to).run(); // one writes on behind it
    this.open(false);
  }
}

customElements.define("link-tool", LinkTool);
