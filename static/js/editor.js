// What the editor of mails is made of. Its kit is large: fetched when the first one opens.
export const loadKit = () => import(new URL("../django_prose_editor/editor.js", import.meta.url).href);

const PARTS = `Document Paragraph Text HardBreak Heading History Gapcursor Dropcursor HorizontalRule Bold Italic Underline
Strike Link Code BulletList OrderedList ListItem Blockquote Table TableRow TableHeader TableCell`;

export function extensionsOf(kit) {
  return [...PARTS.split(/\s+/).map((name) => kit[name]), kit.Image.configure({ inline: true })];
}

// Send a picture to the draft; answers what the editor shows of it, or null with the reason among the files.
export async function sendPicture(url, file) {
  const body = new FormData();
  body.append("inline", "1");
  body.append("file", file);
  const headers = { "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content };
  const answer = await fetch(url, { method: "POST", body, headers });
  const events = JSON.parse(answer.headers.get("HX-Trigger") ?? "{}");
  const saved = events["draft-saved"];
  if (saved) document.dispatchEvent(new CustomEvent("draft-saved", { detail: saved }));
  if (!events["draft-picture"]) htmx.swap("#draft-files", await answer.text(), { swapStyle: "innerHTML" });
  return events["draft-picture"] ?? null;
}
