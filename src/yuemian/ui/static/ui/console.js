/* Progressive touches of the console: dialogs, drawer, menus, toasts, uploads, clock. Every page works without them. */
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("scripted");
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

  /* Dialogs and drawers: [data-open="id"], [data-close], a click on the veil. */
  const show = (dialog) => { if (dialog && !dialog.open) dialog.showModal(); };
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.open);
      if (dialog) { event.preventDefault(); show(dialog); }
    }
    const closer = event.target.closest("[data-close]");
    if (closer) (closer.closest("dialog")?.close() ?? closer.closest(".toast, .notice")?.remove());
    if (event.target instanceof HTMLDialogElement) event.target.close();
    $$("details[data-menu][open]").forEach((menu) => { if (!menu.contains(event.target) || event.target.closest("[data-open]")) menu.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    $$("details[data-menu][open]").forEach((menu) => { menu.open = false; $("summary", menu).focus(); });
  });

  /* <a data-drawer href="…"> opens its page in the drawer; the server answers `HX-Target: drawer-content` with a part. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-drawer]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button || !window.htmx) return;
    event.preventDefault();
    const content = document.getElementById("drawer-content"), drawer = content.parentElement;
    content.replaceChildren();
    document.getElementById("drawer-title").textContent = drawer.dataset.loading;
    document.getElementById("drawer-page").href = link.href;
    show(drawer);
    window.htmx.ajax("GET", link.getAttribute("href"), { target: content, swap: "innerHTML" }).then(() => content.focus());
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const heading = event.target.id === "drawer-content" && $("[data-drawer-title]", event.target);
    if (!heading) return;
    document.getElementById("drawer-title").textContent = heading.textContent.trim();
    heading.remove();
  });

  /* Toasts: from the page, from `HX-Trigger: {"toast": {"text": …, "tone": …}}`, from the SSE event `toast`. */
  const region = document.getElementById("toasts");
  const leaveLater = (toast) => {
    if (toast.dataset.stays !== undefined || toast.dataset.timed) return;
    toast.dataset.timed = "yes";
    let timer;
    const start = () => { timer = setTimeout(() => toast.remove(), 7000); };
    toast.addEventListener("pointerenter", () => clearTimeout(timer));
    toast.addEventListener("focusin", () => clearTimeout(timer));
    toast.addEventListener("pointerleave", start);
    start();
  };
  const toast = (text, tone = "info") => {
    if (!region) return;
    const box = document.createElement("div");
    box.className = `toast tone-${tone}`;
    if (tone === "danger") box.dataset.stays = "";
    const words = document.createElement("p");
    words.textContent = text;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "button quiet icon-only";
    close.dataset.close = "";
    close.setAttribute("aria-label", region.dataset.closeLabel);
    close.textContent = "×";
    box.append(words, close);
    region.append(box);
  };
  if (region) {
    $$(".toast", region).forEach(leaveLater);
    new MutationObserver(() => $$(".toast", region).forEach(leaveLater)).observe(region, { childList: true });
    document.addEventListener("toast", (event) => toast(event.detail.text ?? event.detail.value, event.detail.tone));
    document.addEventListener("htmx:sendError", () => toast(region.dataset.offline, "danger"));
    document.addEventListener("htmx:responseError", () => toast(region.dataset.failed, "danger"));
  }

  /* Idle means that nobody touches the page. What it asks for by itself says so and keeps no session alive; while somebody only
     reads and types, one request every two minutes does. */
  const MINUTE = 60000;
  let touched_at = -MINUTE, told_at = performance.now();
  const unattended = () => (performance.now() - touched_at < MINUTE ? {} : { "X-Unattended": "1" });
  const touched = (event) => {
    if (!event.isTrusted) return;
    const now = touched_at = performance.now(), address = document.body.dataset.attended;
    if (!address || now - told_at < 2 * MINUTE) return;
    told_at = now;
    fetch(address).catch(() => { /* Offline: the next touch tells it. */ });
  };
  ["pointerdown", "keydown", "input", "wheel", "touchmove"].forEach((kind) => document.addEventListener(kind, touched, { capture: true, passive: true }));
  document.addEventListener("htmx:configRequest", (event) => Object.assign(event.detail.headers, unattended()));
  window.yuemian = { toast, unattended };

  /* <select data-autosubmit>, <form data-confirm="id of a dialog"> */
  document.addEventListener("change", (event) => { if (event.target.matches("[data-autosubmit]")) event.target.form.requestSubmit(); });

  /* <form data-upload> with .dropzone > input[type=file]: drop, name, progress. */
  const upload = (form) => {
    const zone = $(".dropzone", form), input = $('input[type="file"]', zone), bar = $("progress", zone), name = $("[data-file-name]", zone);
    const send = () => {
      if (!input.files.length) return;
      if (name) name.textContent = [...input.files].map((file) => file.name).join(", ");
      const request = new XMLHttpRequest();
      request.open("POST", form.getAttribute("action") || location.href);
      request.setRequestHeader("X-Upload", "1");
      if (bar) { bar.closest(".progress")?.removeAttribute("hidden"); request.upload.onprogress = (event) => { if (event.lengthComputable) { bar.max = event.total; bar.value = event.loaded; } }; }
      request.onload = () => {
        if (request.responseURL && request.responseURL !== location.href && request.status < 400) location.assign(request.responseURL);
        else { const page = new DOMParser().parseFromString(request.responseText, "text/html"); const fresh = page.getElementById("content"); if (fresh) { document.getElementById("content").replaceWith(document.adoptNode(fresh)); $$("form[data-upload]").forEach(upload); focusErrors(); } else toast(region.dataset.failed, "danger"); }
      };
      request.onerror = () => { toast(region.dataset.offline, "danger"); bar?.closest(".progress")?.setAttribute("hidden", ""); };
      request.send(new FormData(form));
    };
    input.addEventListener("change", send);
    ["dragenter", "dragover"].forEach((kind) => zone.addEventListener(kind, (event) => { event.preventDefault(); zone.classList.add("over"); }));
    ["dragleave", "drop"].forEach((kind) => zone.addEventListener(kind, () => zone.classList.remove("over")));
    zone.addEventListener("drop", (event) => { event.preventDefault(); if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; send(); } });
  };
  const focusErrors = () => $("[data-focus]")?.focus();

  /* <time data-relative>: "3 minutes ago" stays true. */
  const units = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const tick = () => {
    const words = new Intl.RelativeTimeFormat(root.lang, { numeric: "auto" });
    $$("time[data-relative]").forEach((time) => {
      const seconds = Math.round((new Date(time.dateTime) - Date.now()) / 1000);
      const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length) ?? units[3];
      time.textContent = words.format(Math.trunc(seconds / size), unit);
    });
  };
  setInterval(tick, 20000);

  document.addEventListener("DOMContentLoaded", () => { $$("form[data-upload]").forEach(upload); focusErrors(); tick(); });
})();
