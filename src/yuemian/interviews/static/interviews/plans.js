/* The plan editor: steps follow time as one edits, a marker opens its step, changes are not lost by accident. */
(() => {
  "use strict";
  const form = document.querySelector("[data-plan]");
  if (!form) return;

  /* Puts the steps in order without moving the one that has the focus: a moved field would lose it. */
  const sort = () => {
    const list = form.querySelector(".plan-list");
    if (!list) return;
    const numbered = [...list.children].filter((item) => item.querySelector("[data-number]"));
    numbered.forEach((item) => { item.dataset.number = item.querySelector(".plan-line[data-number]").dataset.number; });
    numbered.sort((one, two) => Number(one.dataset.number) - Number(two.dataset.number));
    const rest = [...list.children].filter((item) => !numbered.includes(item));
    const wanted = [...numbered, ...rest];
    const fixed = wanted.find((item) => item.contains(document.activeElement));
    if (!fixed) { if (wanted.some((item, index) => list.children[index] !== item)) list.append(...wanted); return; }
    const place = wanted.indexOf(fixed);
    wanted.slice(0, place).forEach((item) => list.insertBefore(item, fixed));
    wanted.slice(place + 1).reverse().forEach((item) => { if (fixed.nextElementSibling !== item) fixed.after(item); });
  };
  document.addEventListener("htmx:afterSettle", sort);

  const open = (id) => {
    const details = document.getElementById(id)?.querySelector("details");
    if (!details) return false;
    details.open = true;
    const summary = details.querySelector("summary");
    summary.scrollIntoView({ block: "center" });
    summary.focus({ preventScroll: true });
    return true;
  };
  document.addEventListener("click", (event) => {
    const marker = event.target.closest("[data-step]");
    if (marker && open(`step-${marker.dataset.step}`)) event.preventDefault();
    /* A link of the error summary leads to a field inside a closed step. */
    const link = event.target.closest(".error-summary a[href^='#']");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    for (let box = field.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    (field.matches("input, select") ? field : field.querySelector("input, select"))?.focus();
  });
  const names = ["remove", "add", "check", "confirmed"];
  let isLeaving = false, isChanged = form.dataset.changed !== undefined;
  form.addEventListener("input", (event) => { if (event.target.name !== "add_purpose") isChanged = true; });
  form.addEventListener("click", (event) => { if (names.includes(event.target.closest("button")?.name)) isChanged = true; });
  form.addEventListener("submit", () => { isLeaving = true; });
  window.addEventListener("pageshow", () => { isLeaving = false; });
  window.addEventListener("beforeunload", (event) => {
    if (isChanged && !isLeaving) { event.preventDefault(); event.returnValue = form.dataset.unsaved; }
  });
})();
