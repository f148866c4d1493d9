/* Deciding by keyboard: a advance, p pass, r reject, h hold; digits tick reasons. */
(() => {
  "use strict";
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
  const OUTCOMES = { a: "advance", p: "pass", r: "reject", h: "hold" };

  /* In the list: the ticked rows, or else the row one stands on. */
  const fromList = (list, outcome) => {
    const button = $(`button[name="outcome"][value="${outcome}"]`, list);
    if (!button) return false;
    if (!$$('input[name="ids"]:checked', list).length) {
      const box = $('tr.at input[name="ids"]', list);
      if (!box) return false;
      box.click();
    }
    list.requestSubmit(button);
    return true;
  };

  const inForm = (form, key) => {
    if (OUTCOMES[key]) {
      const radio = $(`input[data-outcome="${OUTCOMES[key]}"]`, form);
      if (!radio) return false;
      radio.click();
      radio.focus();
      return true;
    }
    if (!/^[1-9]$/.test(key)) return false;
    const shown = $$(".reasons", form).filter((group) => group.offsetParent !== null);
    const box = shown.length === 1 && $$('input[type="checkbox"]', shown[0])[Number(key) - 1];
    if (!box) return false;
    box.click();
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || $("dialog[open]")) return;
    if (event.target.closest('input:not([type="checkbox"]):not([type="radio"]), textarea, select, [contenteditable]')) return;
    const list = $("form[data-decide]"), form = $("form[data-decision]"), key = event.key.toLowerCase();
    const done = form ? inForm(form, key) : list && OUTCOMES[key] ? fromList(list, OUTCOMES[key]) : false;
    if (done) event.preventDefault();
  });
})();
