/* Lists: filters that apply themselves, selection across pages, keyboard. */
(() => {
  "use strict";
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

  /* <form data-filter>: a GET form; selects apply at once, typing after a pause. Empty fields stay out of the URL. */
  let pause;
  const apply = (form) => { clearTimeout(pause); form.requestSubmit(); };
  document.addEventListener("change", (event) => { const form = event.target.closest("form[data-filter]"); if (form && !event.target.matches('[type="search"], [type="text"]')) apply(form); });
  document.addEventListener("input", (event) => { const form = event.target.closest("form[data-filter]"); if (form && event.target.matches('[type="search"]')) { clearTimeout(pause); pause = setTimeout(() => apply(form), 400); } });
  const filter = (form) => {
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
    const address = `${form.getAttribute("action") || location.pathname}${query.size ?? [...query].length ? `?${query}` : ""}`;
    const target = form.dataset.filter;
    if (!target || !window.htmx || !document.getElementById(target)) { location.assign(address); return; }
    window.htmx.ajax("GET", address, { target: `#${target}`, swap: "outerHTML", select: `#${target}` }).then(() => history.replaceState(null, "", address));
  };
  document.addEventListener("submit", (event) => { if (event.target.matches("form[data-filter]")) { event.preventDefault(); filter(event.target); } });

  /* <form data-selection> holds row checkboxes named `ids`, [data-select-page], .selection-bar, [data-select-all-matching]. */
  const refresh = (form) => {
    const boxes = $$('tbody input[type="checkbox"][name="ids"]', form), chosen = boxes.filter((box) => box.checked);
    const page = $("[data-select-page]", form), bar = $(".selection-bar", form), all = $('input[name="all_matching"]', form);
    if (chosen.length < boxes.length && all) all.value = "";
    const everything = Boolean(all?.value), total = Number(form.dataset.total || boxes.length);
    if (page) { page.checked = boxes.length > 0 && chosen.length === boxes.length; page.indeterminate = chosen.length > 0 && !page.checked; }
    if (!bar) return;
    bar.hidden = chosen.length === 0;
    const count = $("[data-selected-count]", bar);
    if (count) count.textContent = everything && form.dataset.totalText || (everything ? total : chosen.length).toLocaleString(document.documentElement.lang);
    const offer = $("[data-select-all-matching]", bar);
    if (offer) offer.hidden = everything || !page?.checked || total <= boxes.length;
  };
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-selection]");
    if (!form) return;
    if (event.target.matches("[data-select-page]")) $$('tbody input[name="ids"]', form).forEach((box) => { box.checked = event.target.checked; });
    refresh(form);
  });
  let last;
  document.addEventListener("click", (event) => {
    const box = event.target.closest('form[data-selection] tbody input[name="ids"]'), form = event.target.closest("form[data-selection]");
    if (box) {
      const boxes = $$('tbody input[name="ids"]', form);
      if (event.shiftKey && last && boxes.includes(last)) { const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b); boxes.slice(from, to + 1).forEach((each) => { each.checked = box.checked; }); }
      last = box;
      refresh(form);
    }
    if (form && event.target.closest("[data-select-all-matching]")) { $('input[name="all_matching"]', form).value = "1"; refresh(form); }
    if (form && event.target.closest("[data-select-none]")) { $$('input[name="ids"]', form).forEach((each) => { each.checked = false; }); refresh(form); }
  });
  const ready = () => $$("form[data-selection]").forEach(refresh);
  document.addEventListener("DOMContentLoaded", ready);
  document.addEventListener("htmx:afterSettle", ready);

  /* Keyboard: / search, j k rows, x select, Enter open, ? help. */
  const step = (by) => {
    const rows = $$(".table tbody tr");
    if (!rows.length) return;
    const here = rows.findIndex((row) => row.classList.contains("at"));
    const next = rows[Math.min(rows.length - 1, Math.max(0, here === -1 ? 0 : here + by))];
    rows[here]?.classList.remove("at");
    next.classList.add("at");
    ($("th a, td a", next) ?? $("input", next))?.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest('input:not([type="checkbox"]), textarea, select, [contenteditable]') || $("dialog[open]")) return;
    const act = {
      "/": () => $("[data-search], input[type=search]")?.focus(),
      "?": () => document.getElementById("shortcuts")?.showModal(),
      j: () => step(1),
      k: () => step(-1),
      x: () => $("tr.at input[name=ids]")?.click(),
    }[event.key];
    if (act) { event.preventDefault(); act(); }
  });
})();
