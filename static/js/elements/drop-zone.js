// <drop-zone> around a file input: takes dropped files too, names them, and says where they would fall.
class DropZone extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input[type=file]");
    this.names = this.querySelector("[data-names]");
    this.input.addEventListener("change", () => this.show());
    for (const kind of ["dragenter", "dragover"]) this.addEventListener(kind, (event) => this.over(event));
    this.addEventListener("dragleave", (event) => {
      if (!this.contains(event.relatedTarget)) this.classList.remove("drop-zone--over");
    });
    this.addEventListener("drop", (event) => this.drop(event));
  }

  over(event) {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    this.classList.add("drop-zone--over");
  }

  drop(event) {
    event.preventDefault();
    this.classList.remove("drop-zone--over");
    if (!event.dataTransfer.files.length) return;
    const files = new DataTransfer();
    const wanted = this.input.multiple ? [...event.dataTransfer.files] : [event.dataTransfer.files[0]];
    for (const file of wanted) files.items.add(file);
    this.input.files = files.files;
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  show() {
    const size = new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: "kilobyte", maximumFractionDigits: 0 });
    this.classList.toggle("drop-zone--filled", this.input.files.length > 0);
    if (!this.names) return;
    this.names.replaceChildren(
      ...[...this.input.files].map((file) => {
        const item = document.createElement("li");
        item.textContent = `${file.name} · ${size.format(Math.ceil(file.size / 1000))}`;
        return item;
      }),
    );
  }
}

customElements.define("drop-zone", DropZone);
