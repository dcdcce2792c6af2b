// <variable-picker>: a click on [data-variable] puts its name into the field ([data-words]) that was written in last.
class VariablePicker extends HTMLElement {
  connectedCallback() {
    this.addEventListener("focusin", (event) => this.note(event));
    this.addEventListener("click", (event) => {
      const name = event.target.closest("[data-variable]")?.dataset.variable;
      if (name) this.put(`{{ ${name} }}`);
    });
  }

  note(event) {
    const field = event.target.closest("rich-text, [data-words]");
    if (field) this.field = field;
  }

  put(text) {
    const field = this.field ?? this.querySelector("rich-text, textarea[data-words]");
    if (field?.editor) {
      field.editor.chain().focus().insertContent(text).run();
      return;
    }
    const words = field?.matches("[data-words]") ? field : field?.querySelector("[data-words]");
    if (!words) return;
    words.setRangeText(text, words.selectionStart, words.selectionEnd, "end");
    words.focus();
    words.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

customElements.define("variable-picker", VariablePicker);
