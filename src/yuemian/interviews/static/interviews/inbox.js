/* The inbox: fresh lists and threads while one types, all of it by keyboard, and a mark once somebody looks. */
(() => {
  "use strict";
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
  const main = $(".inbox-main[data-conversation]");

  /* News: the list always, the thread when it is about this conversation. What is being typed is never touched. */
  let timer = 0, missed = false, thread = false;
  const refresh = () => {
    if (timer) { missed = true; return; }
    timer = setTimeout(() => { timer = 0; if (missed) { missed = false; refresh(); } }, 400);
    if ($("#inbox-list")) window.htmx.trigger("#inbox-list", "refresh");
    /* An answer that is being shortened before its release stays as it is. */
    if (thread && $("#said") && !$("#said").contains(document.activeElement)) { window.htmx.trigger("#said", "refresh"); thread = false; }
  };
  const heard = (event) => {
    let about = {};
    try { about = JSON.parse(event.detail?.data ?? "{}"); } catch { /* An event without a word about what: refresh. */ }
    if (main && (!about.conversation || about.merged > 1 || about.conversation === main.dataset.conversation)) thread = true;
    refresh();
  };
  document.addEventListener("sse:inbox", heard);
  document.addEventListener("sse:resync", heard);
  let opened = 0;
  document.addEventListener("htmx:sseOpen", () => { opened += 1; if (opened > 1) { thread = Boolean(main); refresh(); } });

  /* Read, once the page is really looked at. */
  const mark = $("#mark-read");
  const read = () => {
    if (!mark || mark.dataset.unread === undefined || document.visibilityState !== "visible") return;
    delete mark.dataset.unread;
    fetch(mark.action, { method: "POST", body: new FormData(mark), headers: { "HX-Request": "true", ...window.yuemian.unattended() } }).then((answer) => {
      if (!answer.ok) return;
      const row = document.getElementById(`c-${main.dataset.conversation}`);
      row?.parentElement.classList.remove("is-unread");
      row?.querySelector(".unread-dot")?.remove();
      row?.querySelector(".inbox-name > .hidden")?.remove();
      const count = $('.main-nav a[href="/inbox"] .nav-count');
      if (count) window.htmx.ajax("GET", "/inbox/attention", { target: count, swap: "outerHTML" });
    }).catch(() => { mark.dataset.unread = ""; });
  };
  document.addEventListener("visibilitychange", read);
  document.addEventListener("htmx:afterSwap", (event) => { if (event.target.id === "said" && mark) { mark.dataset.unread = ""; read(); } });
  addEventListener("load", read);

  /* What is half written is not lost without a question. */
  const box = $("#answer-text");
  let sending = false;
  document.addEventListener("submit", () => { sending = true; });
  addEventListener("pageshow", () => { sending = false; });
  addEventListener("beforeunload", (event) => {
    const typed = $$("#answer-text, #note-text").some((each) => each.value.trim() && each.value !== each.defaultValue);
    if (typed && !sending) event.preventDefault();
  });

  /* A prepared answer goes into the box; the person sends it. */
  document.addEventListener("click", (event) => {
    const use = event.target.closest("[data-use]");
    if (!use || !box) return;
    event.preventDefault();
    box.value = box.value.trim() ? `${box.value.trimEnd()}\n${use.dataset.use}` : use.dataset.use;
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
  });

  const step = (by) => {
    const items = $$(".inbox-item");
    if (!items.length) return;
    const here = items.indexOf(document.activeElement), current = items.findIndex((each) => each.getAttribute("aria-current"));
    const at = here >= 0 ? here + by : current >= 0 ? current + by : 0;
    const next = items[Math.min(items.length - 1, Math.max(0, at))];
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };
  const open = (key) => {
    const part = $(`details[data-key="${key}"]`);
    if (!part) return;
    part.open = true;
    part.scrollIntoView({ block: "nearest" });
    $("textarea, select, .menu-body button", part)?.focus();
  };
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    r: () => { box?.focus(); box?.scrollIntoView({ block: "nearest" }); },
    n: () => open("n"),
    a: () => open("a"),
    s: () => open("s"),
    i: () => open("i"),
    e: () => $("#resolve")?.requestSubmit(),
    z: () => $(".inbox-done")?.requestSubmit(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const field = event.target.closest("input, textarea, select, [contenteditable]");
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && field?.form) {
      event.preventDefault();
      const wanted = event.shiftKey ? 'button[value="stay"]' : 'button[value="next"]';
      field.form.requestSubmit($(wanted, field.form) ?? $("button:not([type=button])", field.form));
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return;
    if (event.key === "Escape" && field && !event.defaultPrevented) {
      field.blur();
      ($('.inbox-item[aria-current]') ?? $("#content"))?.focus({ preventScroll: true });
      return;
    }
    if (field || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });

  /* The newest word is in sight. */
  addEventListener("load", () => {
    if (!main) return;
    $('.inbox-item[aria-current]')?.scrollIntoView({ block: "nearest" });
    if (matchMedia("(min-width: 60rem)").matches || location.hash) $(".said > li:last-child")?.scrollIntoView({ block: "nearest" });
  });
})();
