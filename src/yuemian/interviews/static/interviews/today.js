/* The Today page follows the stream by itself, without closing what is open or losing one's place. */
(() => {
  "use strict";
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
  const PAUSE = 1000;

  /* At once, then not before the pause is over; the last call is never lost. */
  let timer = 0, again = false;
  const refresh = () => {
    if (timer) { again = true; return; }
    const part = $("[data-today]");
    if (part && window.htmx) window.htmx.trigger(part, "refresh");
    timer = setTimeout(() => { timer = 0; if (again) { again = false; refresh(); } }, PAUSE);
  };
  ["sse:interviews", "sse:batch", "sse:resync"].forEach((name) => document.addEventListener(name, refresh));
  let opened = 0;
  document.addEventListener("htmx:sseOpen", () => { opened += 1; if (opened > 1) refresh(); });

  /* Before a swap: what is open, where the focus is, what every line says. After it: the same again. */
  let before = null;
  const place = (element) => {
    const line = element?.closest("li[id], details[id], section[id]");
    if (!line || !element.closest("[data-today]")) return null;
    const likes = $$("a, button, summary", line);
    return { id: line.id, number: likes.indexOf(element) };
  };
  document.addEventListener("htmx:beforeSwap", (event) => {
    const part = $("[data-today]");
    if (!part || event.detail.target !== part) return;
    /* Somebody is about to press: the list waits, the server checks the figures anyway. */
    if ($("form[data-once] button:active", part)) { event.detail.shouldSwap = false; refresh(); return; }
    before = {
      open: $$("details[open][id]", part).map((each) => each.id),
      focus: place(document.activeElement),
      lines: new Map($$("li[id]", part).map((each) => [each.id, each.textContent])),
    };
  });
  document.addEventListener("htmx:afterSwap", () => {
    const part = $("[data-today]");
    if (!part || !before) return;
    const { open, focus, lines } = before;
    before = null;
    open.forEach((id) => { const each = document.getElementById(id); if (each) each.open = true; });
    $$("li[id]", part).forEach((each) => { if (lines.get(each.id)?.replace(/\s+/g, "") !== each.textContent.replace(/\s+/g, "")) each.classList.add("fresh"); });
    const line = focus && document.getElementById(focus.id);
    if (line) $$("a, button, summary", line)[focus.number]?.focus({ preventScroll: true });
  });

  document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) window.print(); });

  /* Keyboard: j and k walk the lines, as in a table. */
  document.addEventListener("keydown", (event) => {
    if (!"jk".includes(event.key) || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, textarea, select, [contenteditable]") || $("dialog[open]")) return;
    const names = $$("[data-today] .line-name");
    if (!names.length) return;
    const here = names.indexOf(document.activeElement), next = names[Math.min(names.length - 1, Math.max(0, here + (event.key === "j" ? 1 : -1)))];
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  });
})();
