/* Letters: the window counts down; j and k step from letter to letter, o opens who gets it, a leads to approving. */
(() => {
  "use strict";
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

  const tick = () => $$("[data-countdown]").forEach((part) => {
    const left = Math.round((new Date(part.dataset.countdown) - Date.now()) / 1000);
    const figure = $("[data-figure]", part);
    if (left <= 0) { const live = part.closest("[data-live]"); if (live && !live.dataset.over) { live.dataset.over = "1"; window.htmx?.trigger(live, "refresh"); } return; }
    figure.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  });
  tick();
  setInterval(tick, 1000);

  const step = (by) => {
    const all = $$(".letter-group"), at = all.indexOf(document.activeElement.closest?.(".letter-group"));
    all[Math.min(all.length - 1, Math.max(0, at + by))]?.focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select") || $("dialog[open]") || !$("[data-letters]")) return;
    if (event.key === "j") step(1);
    if (event.key === "k") step(-1);
    if (event.key === "o") { const all = document.activeElement.closest(".letter-group"); const who = all && $$("details", all).at(-1); if (who) who.open = !who.open; }
    if (event.key === "a") { const button = $("[data-approve]"); button?.scrollIntoView({ block: "center" }); button?.focus(); }
  });
})();
