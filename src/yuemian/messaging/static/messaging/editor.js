/* The template editor: insert placeholders, jump to a mistake, mend a name, warn before text is lost. */
(() => {
  "use strict";
  const form = document.querySelector("[data-editor]");
  if (!form) return;
  const subject = form.elements.subject, body = form.elements.body;
  let last = body, isSaving = false;
  const initial = () => `${subject.value}\n${body.value}`;
  const saved = form.hasAttribute("data-overtaken") ? null : initial();
  [subject, body].forEach((field) => field.addEventListener("focus", () => { last = field; }));
  const changed = (field) => field.dispatchEvent(new Event("input", { bubbles: true }));

  document.addEventListener("click", (event) => {
    const insert = event.target.closest("[data-insert]"), go = event.target.closest("[data-go]"), mend = event.target.closest("[data-replace]");
    if (insert) {
      const text = insert.dataset.insert, dots = text.indexOf("…");
      const start = last.selectionStart, chosen = last.value.slice(start, last.selectionEnd);
      const put = dots >= 0 && chosen ? text.replace("…", chosen) : text;
      last.focus();
      last.setRangeText(put, start, last.selectionEnd, "end");
      if (dots >= 0 && !chosen) last.setSelectionRange(start + dots, start + dots + 1);
      changed(last);
    }
    if (go) {
      const field = go.dataset.go === "subject" ? subject : body;
      const lines = field.value.split("\n"), line = Math.min(Number(go.dataset.line), lines.length);
      const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
      field.focus();
      field.setSelectionRange(start, start + lines[line - 1].length);
      field.scrollTop = ((line - 3) / lines.length) * field.scrollHeight;
    }
    if (mend) {
      const wrong = mend.dataset.replace.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      [subject, body].forEach((field) => { field.value = field.value.replace(new RegExp(`\\b${wrong}\\b`, "g"), mend.dataset.with); });
      changed(body);
    }
  });
  form.addEventListener("submit", () => { isSaving = true; });
  addEventListener("beforeunload", (event) => { if (!isSaving && initial() !== saved) { event.preventDefault(); event.returnValue = form.dataset.unsaved; } });
})();
