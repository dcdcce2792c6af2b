// Keys of the whole page. An element says its own by data-shortcut="n"; rows are walked with j and k.
const typing = (target) => target.closest("input, textarea, select, [contenteditable], .ts-control");
const rows = () => [...document.querySelectorAll("[data-row] .rows__link, [data-row][tabindex]")];

function walk(step) {
  const all = rows();
  const here = all.findIndex((row) => row === document.activeElement);
  const next = all[Math.max(0, Math.min(all.length - 1, here + step))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function select() {
  document.activeElement.closest("[data-row]")?.querySelector('input[name="ids"]')?.click();
}

function use(key) {
  const selector = `[data-shortcut="${CSS.escape(key)}"]`;
  const found = [...document.querySelectorAll(selector)].find((element) => !element.closest("dialog:not([open])"));
  if (!found) return false;
  if (found.matches("input, select, textarea")) found.focus();
  else found.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    document.dispatchEvent(new CustomEvent("open-search"));
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "j" || event.key === "k") walk(event.key === "j" ? 1 : -1);
  else if (event.key === "x") select();
  else if (use(event.key)) event.preventDefault();
  else if (event.key === "/") {
    event.preventDefault();
    document.dispatchEvent(new CustomEvent("open-search"));
  }
});
