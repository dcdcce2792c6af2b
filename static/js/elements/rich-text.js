// <rich-text>: an editor over its textarea, with the tools above it; pasted and dropped pictures go to data-upload.
import { extensionsOf, loadKit, sendPicture } from "../editor.js";

class RichText extends HTMLElement {
  async connectedCallback() {
    const kit = await loadKit();
    this.textarea = this.querySelector("textarea");
    if (!this.isConnected || this.editor || !this.textarea) return;
    const place = document.createElement("div");
    this.textarea.before(place);
    this.textarea.hidden = true;
    const label = this.textarea.labels[0]?.textContent.trim() ?? "";
    this.editor = new kit.Editor({
      element: place,
      injectCSS: false, // its rules stand in our own style sheet
      extensions: extensionsOf(kit),
      content: this.textarea.value,
      editorProps: {
        attributes: { role: "textbox", "aria-multiline": "true", "aria-label": label },
        handlePaste: (_view, event) => this.pictures(event.clipboardData),
        handleDrop: (_view, event) => this.pictures(event.dataTransfer),
      },
      onUpdate: ({ editor }) => {
        this.textarea.value = editor.isEmpty ? "" : editor.getHTML();
        this.textarea.dispatchEvent(new Event("input", { bubbles: true }));
      },
      onTransaction: () => this.mark(),
    });
    this.tools = this.querySelector("[role=toolbar]");
    this.tools.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays in the words
    this.tools.addEventListener("click", (event) => this.run(event.target.closest("[data-command]")?.dataset.command));
    this.plain = this.closest("form")?.elements.is_plain;
    this.plain?.addEventListener("change", () => this.flatten());
    this.flatten();
    this.dataset.ready = "";
  }

  disconnectedCallback() { this.editor?.destroy(); }

  run(command) { if (command) this.editor.chain().focus()[command]().run(); }

  mark() {
    const tools = this.tools?.querySelectorAll("[data-mark]") ?? [];
    for (const tool of tools) tool.setAttribute("aria-pressed", this.editor.isActive(tool.dataset.mark));
  }

  flatten() {
    this.tools.hidden = this.plain?.checked ?? false;
    if (this.tools.hidden) this.editor.chain().selectAll().clearNodes().unsetAllMarks().run();
  }

  pictures(data) {
    const files = [...(this.dataset.upload ? data?.files ?? [] : [])].filter((file) => file.type.startsWith("image/"));
    for (const file of files) sendPicture(this.dataset.upload, file).then((shown) => shown && this.editor.chain().focus().setImage(shown).run());
    return files.length > 0;
  }
}

customElements.define("rich-text", RichText);
