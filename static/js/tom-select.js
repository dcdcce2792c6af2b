// Tom Select is a plain script: fetched when the first picker asks, once for all of a page.
let asked = null;

export function tomSelect() {
  asked ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = new URL("../vendor/tom-select/js/tom-select.complete.min.js", import.meta.url);
    script.onload = () => done(window.TomSelect);
    script.onerror = failed;
    document.head.append(script);
  });
  return asked;
}
