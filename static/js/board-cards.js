// Puts cards that were drawn anew into a board that stays: counts, what left, what came, in the order of `data-at`.
export function putCards(board, fresh, ids) {
  for (const part of [".board__count", ".board__sum"]) {
    const drawn = fresh.querySelectorAll(part);
    board.querySelectorAll(part).forEach((each, place) => each.replaceChildren(...(drawn[place]?.childNodes ?? [])));
  }
  const focused = document.activeElement?.closest?.("[data-entity]")?.dataset.entity;
  for (const id of ids) for (const card of board.querySelectorAll(`[data-entity="${id}"]`)) card.remove();
  for (const card of fresh.querySelectorAll("[data-entity]")) {
    const list = board.querySelector(`[data-column="${card.dataset.stage}"]`);
    const older = [...(list?.children ?? [])].find((each) => !(each.dataset.at > card.dataset.at));
    card.classList.add("is-fresh");
    list?.insertBefore(card, older ?? null);
    if (card.dataset.entity === focused) card.querySelector(".card-task__move")?.focus({ preventScroll: true });
  }
  window.htmx.process(board);
}
