/* Live pages: what an event of the stream changes is fetched again, a few times a second at most, and never under one's hands. */
(() => {
  "use strict";
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
  const PAUSE = 250;

  /* At once, then not before the pause is over; the last call is never lost. */
  const calm = (act) => {
    let timer = 0, again = false;
    const run = () => {
      if (timer) { again = true; return; }
      act();
      timer = setTimeout(() => { timer = 0; if (again) { again = false; run(); } }, PAUSE);
    };
    return run;
  };

  const replaceRow = (old, fresh) => {
    const box = $('input[name="ids"]', old), is_at = old.classList.contains("at");
    if (box?.checked) $('input[name="ids"]', fresh).checked = true;
    fresh.classList.toggle("at", is_at);
    fresh.classList.add("fresh");
    const had_focus = old.contains(document.activeElement) ? document.activeElement : null;
    old.replaceWith(fresh);
    window.htmx?.process(fresh);
    if (had_focus) $(had_focus.matches("input") ? "input" : "th a", fresh)?.focus({ preventScroll: true });
  };

  const mergeBoard = (page) => {
    const board = $("#board"), fresh = $("#board", page), figures = $("#figures"), newFigures = $("#figures", page);
    if (figures && newFigures) {
      newFigures.removeAttribute("hx-swap-oob");
      const old = $$(".counter-value", figures).map((each) => each.textContent);
      figures.replaceWith(document.adoptNode(newFigures));
      $$(".counter-value", newFigures).forEach((each, index) => { if (old[index] !== each.textContent) each.classList.add("changed"); });
    }
    board.dataset.total = fresh.dataset.total;
    const rows = $$("tbody tr", board), names = new Map($$("tbody tr", fresh).map((row) => [row.id, row]));
    const is_choosing = $$('tbody input[name="ids"]:checked', board).length > 0;
    const is_same = rows.length === names.size && rows.every((row) => names.has(row.id));
    rows.forEach((row) => {
      const next = names.get(row.id);
      if (next && next.innerHTML !== row.innerHTML) replaceRow(row, document.adoptNode(next));
    });
    /* Rows come and go only while nobody is choosing among them. */
    if (is_same || is_choosing || $("dialog[open]")) return;
    const known = new Set(rows.map((row) => row.id));
    $$("tbody tr", fresh).forEach((row) => { if (!known.has(row.id)) row.classList.add("fresh"); });
    board.replaceWith(document.adoptNode(fresh));
    window.htmx?.process(document.getElementById("board"));
  };

  let running = false, missed = false;
  const refreshBoard = async () => {
    if (!$("#board")) return;
    if (running) { missed = true; return; }
    running = true;
    try {
      const answer = await fetch(location.href, { headers: { "HX-Request": "true", "HX-Target": "board", ...window.yuemian.unattended() } });
      if (answer.ok) mergeBoard(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch { /* The stream reconnects by itself and asks again. */ } finally {
      running = false;
      if (missed) { missed = false; refreshBoard(); }
    }
  };
  const board = calm(refreshBoard);
  const parts = calm(() => $$("[data-live][hx-get]").forEach((part) => window.htmx.trigger(part, "refresh")));

  const heard = (event) => {
    let about = {};
    try { about = JSON.parse(event.detail?.data ?? "{}"); } catch { /* An event without a word about what: refresh. */ }
    const name = about.merged > 1 ? undefined : about.interview ?? about.batch;
    if ($("#board")) board();
    if ($$("[data-live][hx-get]").some((part) => !name || !part.dataset.liveId || part.dataset.liveId === name)) parts();
  };
  document.addEventListener("sse:interviews", heard);
  document.addEventListener("sse:batch", heard);
  document.addEventListener("sse:results", heard);
  document.addEventListener("sse:resync", heard);

  /* <form data-once>: pressed, its buttons rest and [data-busy] shows, until the next page stands. */
  const rest = (form, is_busy) => {
    [...form.elements].forEach((each) => { if (each.matches("button")) each.disabled = is_busy; });
    $$("[data-busy]").forEach((each) => { each.hidden = !is_busy; });
  };
  document.addEventListener("submit", (event) => { if (event.target.matches("form[data-once]")) setTimeout(() => rest(event.target, true)); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) $$("form[data-once]").forEach((form) => rest(form, false)); });

  /* After a broken connection everything may have changed. */
  let opened = 0;
  document.addEventListener("htmx:sseOpen", () => { opened += 1; if (opened > 1) { board(); parts(); } });
})();
