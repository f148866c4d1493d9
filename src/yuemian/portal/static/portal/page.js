/* Says how a button was pressed, so that a person needs one press. It never sends anything by itself but “seen”. */
(() => {
  "use strict";
  const doc = document, nav = navigator;
  let trusted = 0, pointer = "none", told = false;
  const report = () => {
    const active = nav.userActivation;
    return [trusted, active ? +active.isActive : "-", pointer, +!!nav.webdriver, +(doc.visibilityState === "visible")].join(".");
  };
  const touched = (event) => {
    trusted = +event.isTrusted;
    pointer = event.pointerType || (event.type === "keydown" ? "key" : pointer === "none" ? "key" : pointer);
    const token = doc.querySelector("#answer [name=token], #questions [name=token]");
    if (told || !trusted || !token || !nav.sendBeacon) return;
    told = true;
    nav.sendBeacon("/c/seen", new URLSearchParams({ token: token.value, report: report() }));
  };
  for (const kind of ["pointerup", "keydown", "click"]) doc.addEventListener(kind, touched, true);

  const release = (form) => {
    delete form.dataset.sent;
    for (const each of form.elements) each.removeAttribute("aria-busy");
  };
  doc.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) return event.preventDefault();
    if (form.elements.report) form.elements.report.value = report();
    if ("stays" in form.dataset) return;
    form.dataset.sent = "1";
    if (event.submitter) event.submitter.setAttribute("aria-busy", "true");
    // An answer that was stopped or never came leaves no dead form; the server knows a press that comes twice.
    setTimeout(release, 10000, form);
  });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of doc.forms) release(form);
    if (doc.getElementById("questions")) location.reload();
  });

  // Another language is another page: what is typed waits in this tab until that page is there, and no longer.
  for (const each of doc.querySelectorAll(".languages [form]")) each.removeAttribute("form");
  const typed = () => {
    const seen = {}, found = [];
    for (const form of doc.forms) {
      if ("save" in form.dataset || form.closest(".languages")) continue;
      for (const each of form.elements) {
        if (!each.name || !/^(text|tel|email|date|time|datetime-local|select-one)/.test(each.type)) continue;
        const place = `${form.action.split("#")[0]} ${each.name}`;
        seen[place] = (seen[place] || 0) + 1;
        found.push([`${place} ${seen[place]}`, each]);
      }
    }
    return found;
  };
  doc.addEventListener("submit", (event) => {
    if (!event.target.closest(".languages")) return;
    const kept = Object.fromEntries(typed().map(([place, each]) => [place, each.value]).filter(([, value]) => value));
    try { sessionStorage.setItem("typed", JSON.stringify(kept)); } catch { /* private windows keep nothing */ }
  });
  try {
    const kept = JSON.parse(sessionStorage.getItem("typed") || "{}");
    sessionStorage.removeItem("typed");
    for (const [place, each] of typed()) {
      if (!(place in kept) || each.value === kept[place]) continue;
      each.value = kept[place];
      for (let around = each.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
    }
  } catch { /* nothing was kept */ }

  const copy = async (text) => {
    try {
      await nav.clipboard.writeText(text);
    } catch {
      const area = doc.createElement("textarea");
      area.value = text;
      doc.body.append(area);
      area.select();
      doc.execCommand("copy");
      area.remove();
    }
  };
  for (const button of doc.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await copy(button.dataset.copy);
      button.textContent = button.dataset.done;
      button.setAttribute("aria-live", "polite");
      button.focus();
    });
  }
})();
