// <file-uploads data-url>: sends chosen or dropped files one by one, with a bar each; the answer is the list anew.
class FileUploads extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input[type=file]");
    this.input.addEventListener("change", (event) => {
      event.stopPropagation(); // the form around has nothing to save
      this.send([...this.input.files]);
      this.input.value = "";
    });
    for (const kind of ["dragenter", "dragover"]) this.addEventListener(kind, (event) => this.over(event));
    this.addEventListener("dragleave", (event) => {
      if (!this.contains(event.relatedTarget)) this.classList.remove("drop-zone--over");
    });
    this.addEventListener("drop", (event) => {
      event.preventDefault();
      this.classList.remove("drop-zone--over");
      this.send([...event.dataTransfer.files]);
    });
  }

  over(event) {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    this.classList.add("drop-zone--over");
  }

  async send(files) {
    for (const file of files) await this.upload(file); // in turn: each one changes the draft's version
  }

  upload(file) {
    const row = document.createElement("li");
    const bar = document.createElement("progress");
    bar.setAttribute("aria-label", file.name);
    row.append(`${file.name} `, bar);
    this.querySelector(".compose__progress").append(row);
    const data = new FormData();
    data.append("file", file);
    const request = new XMLHttpRequest();
    request.open("POST", this.dataset.url);
    request.setRequestHeader("X-CSRFToken", document.querySelector('meta[name="csrf-token"]').content);
    request.upload.addEventListener("progress", ({ loaded, total }) => Object.assign(bar, { value: loaded, max: total }));
    return new Promise((done) => {
      request.addEventListener("loadend", () => done(this.answered(request, row)));
      request.send(data);
    });
  }

  answered(request, row) {
    if (![200, 422].includes(request.status)) return void (row.textContent = `${row.textContent}: ${this.dataset.failed}`);
    row.remove();
    htmx.swap("#draft-files", request.responseText, { swapStyle: "innerHTML" });
    const saved = JSON.parse(request.getResponseHeader("HX-Trigger") ?? "{}")["draft-saved"];
    document.dispatchEvent(new CustomEvent("draft-saved", { detail: saved }));
  }
}

customElements.define("file-uploads", FileUploads);
