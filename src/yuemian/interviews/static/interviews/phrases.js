/* Saved replies by their code: a slash at the beginning of a word opens the list, typing narrows it, Enter takes. */
(() => {
  "use strict";
  const box = document.getElementById("answer-text"), frame = document.getElementById("phrase-box"), status = document.getElementById("phrase-status");
  if (!box || !frame) return;
  let loaded, at = -1;
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", "phrase-box");

  const load = () => {
    loaded ??= fetch(box.dataset.phrases, { headers: { "HX-Request": "true" } })
      .then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(answer.status))))
      .then((text) => { frame.replaceChildren(document.adoptNode(new DOMParser().parseFromString(text, "text/html").getElementById("phrase-list"))); })
      .catch(() => { loaded = undefined; });
    return loaded;
  };
  const options = () => [...frame.querySelectorAll('[role="option"]')];
  const shown = () => options().filter((each) => !each.hidden);

  /* The code before the cursor: `/…` at the beginning, or after a blank. */
  const typed = () => /(?:^|\s)\/([^\s/]{0,30})$/u.exec(box.value.slice(0, box.selectionStart));
  const close = () => { frame.hidden = true; at = -1; box.removeAttribute("aria-activedescendant"); status.textContent = ""; };
  /* What cannot be said here is shown, and stepped over. */
  const choose = (index, by = 1) => {
    const rows = shown(), count = rows.length;
    at = -1;
    for (let tries = 0; tries < count && at < 0; tries += 1) {
      const place = (((index + by * tries) % count) + count) % count;
      if (!rows[place].getAttribute("aria-disabled")) at = place;
    }
    rows.forEach((each, number) => each.setAttribute("aria-selected", String(number === at)));
    if (at < 0) { box.removeAttribute("aria-activedescendant"); return; }
    box.setAttribute("aria-activedescendant", rows[at].id);
    rows[at].scrollIntoView({ block: "nearest" });
  };
  const look = async () => {
    if (!typed()) { close(); return; }
    await load();
    const found = typed();
    if (!found || !loaded) { close(); return; }
    const wanted = found[1].toLocaleLowerCase();
    options().forEach((each) => {
      const code = each.dataset.code.toLocaleLowerCase();
      each.hidden = !(code.startsWith(wanted) || each.querySelector(".phrase-title").textContent.toLocaleLowerCase().includes(wanted));
    });
    const rows = shown();
    frame.hidden = rows.length === 0;
    status.textContent = box.dataset.found.replace("{number}", rows.length);
    choose(Math.max(0, rows.findIndex((each) => each.dataset.code.toLocaleLowerCase() === wanted)));
  };
  const take = (row) => {
    const found = typed();
    if (!row || !found || row.getAttribute("aria-disabled")) return;
    const end = box.selectionStart, start = end - found[1].length - 1;
    box.setRangeText(row.dataset.text, start, end, "end");
    close();
    box.focus();
  };

  box.addEventListener("input", look);
  box.addEventListener("blur", () => setTimeout(close, 150));
  box.addEventListener("keydown", (event) => {
    if (frame.hidden || event.isComposing) return;
    const act = {
      ArrowDown: () => choose(at + 1),
      ArrowUp: () => choose(at - 1, -1),
      Enter: () => take(shown()[at]),
      Tab: () => take(shown()[at]),
      Escape: close,
    }[event.key];
    if (!act || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    act();
  });
  frame.addEventListener("mousedown", (event) => { event.preventDefault(); take(event.target.closest('[role="option"]')); });
})();
