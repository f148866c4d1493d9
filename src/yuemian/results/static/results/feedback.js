/* Feedback: one after another by keyboard; a sentence and its facts light up together. */
(() => {
  "use strict";
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
  const box = $("#text");

  /* News: the list is fetched anew; a text that somebody is reading stays. */
  document.addEventListener("sse:feedback", () => { if ($("#feedback-list")) window.htmx.trigger("#feedback-list", "refresh"); });
  document.addEventListener("sse:resync", () => { if ($("#feedback-list")) window.htmx.trigger("#feedback-list", "refresh"); });

  const light = (event) => {
    const line = event.target.closest?.("[data-evidence]"), fact = event.target.closest?.("[data-fact]");
    $$(".is-linked").forEach((each) => each.classList.remove("is-linked"));
    if (line) line.dataset.evidence.split(" ").filter(Boolean).forEach((id) => document.getElementById(`fact-${id}`)?.classList.add("is-linked"));
    if (fact) $$("[data-evidence]").filter((each) => each.dataset.evidence.split(" ").includes(fact.dataset.fact)).forEach((each) => each.classList.add("is-linked"));
  };
  document.addEventListener("pointerover", light);
  document.addEventListener("focusin", light);

  /* What was typed is asked about before another length or tone writes over it. */
  box?.addEventListener("input", () => { $$("[name=typed]").forEach((each) => { each.value = "1"; }); });
  let leaving = false;
  document.addEventListener("submit", () => { leaving = true; });
  addEventListener("pageshow", () => { leaving = false; });
  addEventListener("beforeunload", (event) => { if (box && box.value !== box.defaultValue && !leaving) event.preventDefault(); });

  /* In the list the console's own j and k walk the rows. */
  const step = (by) => $(by > 0 ? "#next" : "#previous")?.click();
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    e: () => { box?.focus(); box?.scrollIntoView({ block: "nearest" }); },
  };
  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && $("#text-form")) {
      event.preventDefault();
      const go = $('#text-form button[value="review"]');
      if (go) $("#text-form").requestSubmit(go);
      return;
    }
    if (event.key === "Escape" && event.target === box) { box.blur(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]") || event.target.closest("input, textarea, select")) return;
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
})();
