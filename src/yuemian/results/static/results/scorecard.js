/* A scorecard saves itself, keeps what is not sent yet in this browser, and never writes over another tab's words. */
(() => {
  "use strict";
  document.documentElement.classList.add("scripted");
  const store = (() => { try { const s = window.localStorage; s.getItem("x"); return s; } catch { return null; } })();
  const NAME = "scorecard:";

  /* The page that says "submitted", or that nothing can be written: what was kept is of no use any more. */
  const closed = document.querySelector("[data-clear]");
  if (closed) { store?.removeItem(NAME + closed.dataset.clear); return; }
  const form = document.querySelector("form[data-sheet]");
  if (!form) return;
  document.querySelector("#missing, #doubts, #stale")?.focus();

  const words = form.dataset, key = NAME + words.sheet, status = document.getElementById("sheet-status");
  const conflictBox = document.getElementById("conflict");
  const SOON = 700, AGAIN = 8000;
  const names = [...new Set([...form.elements].map((each) => each.name).filter((name) => /^(rating-|note-|share-|recommendation$|summary$)/.test(name)))];
  const control = (name) => form.elements.namedItem(name);
  const read = () => Object.fromEntries(names.map((name) => {
    const each = control(name);
    if (each instanceof RadioNodeList) return [name, each.value];
    return [name, each.type === "checkbox" ? (each.checked ? "1" : "") : each.type === "radio" ? (each.checked ? each.value : "") : each.value];
  }));
  const put = (name, value) => {
    const each = control(name);
    if (each instanceof RadioNodeList) each.forEach((radio) => { radio.checked = radio.value === value; });
    else if (each.type === "checkbox") each.checked = value === "1";
    else if (each.type === "radio") each.checked = each.value === value;
    else each.value = value;
  };
  const same = (a, b) => names.every((name) => (a[name] ?? "").trim() === (b[name] ?? "").trim());
  const say = (text, isUnsent = false) => { if (status.textContent !== text) status.textContent = text; status.classList.toggle("is-unsent", isUnsent); };

  /* `base` is what the server has, as far as this page knows. */
  const isFresh = !document.querySelector("#stale");
  let base = read(), timer = 0, running = null, isBlocked = !isFresh, isOut = false;
  const edition = () => form.elements.edition.value;
  const keep = () => {
    const mine = read();
    if (same(mine, base)) store?.removeItem(key);
    else try { store?.setItem(key, JSON.stringify({ edition: edition(), base, mine })); } catch { /* Full: the page itself still has it. */ }
  };

  const showHints = (hints) => names.filter((name) => name.startsWith("note-") || name === "summary").forEach((name) => {
    const place = name === "summary" ? name : name.slice(5), box = document.getElementById(`hints-${place}`);
    const said = (hints[place] ?? []).map(([kind, text]) => { const p = document.createElement("p"); p.className = `hint-${kind}`; p.textContent = text; return p; });
    if (box && box.textContent !== said.map((each) => each.textContent).join("")) box.replaceChildren(...said);
  });

  /* Three ways: what only one side changed is taken from there; what both changed, a person chooses. */
  const label = (name, value) => {
    const each = control(name);
    if (!value) return words.none;
    if (!(each instanceof RadioNodeList)) return each.type === "checkbox" ? "✓" : value;
    const radio = [...each].find((one) => one.value === value);
    return radio?.closest("label").textContent.trim() ?? value;
  };
  const ask = (name, theirs) => {
    const each = control(name), near = each instanceof RadioNodeList ? each[0].closest(".ratings") : each.closest("label.share") ?? each;
    const box = document.createElement("div"), row = document.createElement("div"), strong = document.createElement("strong");
    box.className = "theirs"; box.dataset.conflict = name; row.className = "row"; strong.textContent = words.theirs;
    box.append(strong, ` ${label(name, theirs)}`, row);
    const button = (text, act) => {
      const one = document.createElement("button");
      one.type = "button"; one.className = "button small"; one.textContent = text;
      one.addEventListener("click", () => { act(); box.remove(); settled(); });
      row.append(one);
    };
    button(words.keep, () => {});
    button(words.take, () => put(name, theirs));
    if (each.tagName === "TEXTAREA") button(words.both, () => put(name, `${each.value.trim()}\n${theirs.trim()}`.trim()));
    near.after(box);
  };
  const settled = () => {
    if (document.querySelector("[data-conflict]")) return;
    isBlocked = false; conflictBox.hidden = true;
    keep(); soon();
  };
  const merge = (before, theirs, text) => {
    const mine = read();
    document.querySelectorAll("[data-conflict]").forEach((each) => each.remove());
    const open = names.filter((name) => {
      const [was, there, here] = [before[name] ?? "", theirs[name] ?? "", mine[name] ?? ""].map((value) => value.trim());
      if (there === here || there === was) return false;
      if (here === was) { put(name, theirs[name]); return false; }
      return true;
    });
    base = theirs;
    if (open.length) {
      isBlocked = true;
      conflictBox.textContent = `${text} ${words.choose}`; conflictBox.hidden = false;
      open.forEach((name) => ask(name, theirs[name]));
      say(words.choose, true);
    }
    keep();
    return open.length === 0;
  };

  const send = async () => {
    const mine = read();
    if (isBlocked || same(mine, base)) { keep(); return true; }
    say(words.saving);
    const body = new URLSearchParams({ ...mine, csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value, edition: edition(), act: "save" });
    let answer;
    try {
      answer = await fetch(location.pathname, { method: "POST", body, headers: { "X-Autosave": "1" }, redirect: "manual", credentials: "same-origin" });
    } catch {
      keep(); say(words.offline, true); later();
      return false;
    }
    const isJson = (answer.headers.get("Content-Type") ?? "").includes("json");
    if (!isJson) { isOut = answer.type === "opaqueredirect" || answer.status === 403; keep(); say(isOut ? words.signedout : words.failed, true); later(); return false; }
    const told = await answer.json();
    if (answer.status === 409) {
      form.elements.edition.value = told.edition;
      if (merge(base, told.theirs, told.text)) soon();
      return false;
    }
    if (!answer.ok) { keep(); say(told.text ?? words.failed, true); isBlocked = true; return false; }
    base = mine; form.elements.edition.value = told.edition; isOut = false;
    showHints(told.hints); keep();
    if (same(read(), base)) say(told.saved);
    return true;
  };
  /* One at a time; what was written while it was under way goes with the next one. */
  const ended = (isSent) => { running = null; if (isSent && !isBlocked && !same(read(), base)) soon(); return isSent; };
  const run = () => { running ??= send().catch(() => { keep(); say(words.failed, true); later(); return false; }).then(ended); return running; };
  const soon = () => { clearTimeout(timer); timer = setTimeout(run, SOON); };
  const later = () => { clearTimeout(timer); timer = setTimeout(run, AGAIN); };

  form.addEventListener("input", () => { keep(); if (!isBlocked) soon(); });
  form.addEventListener("change", (event) => {
    event.target.closest(".is-missing")?.classList.remove("is-missing");
    if (event.target.type === "radio" && !isBlocked) { clearTimeout(timer); run(); }
  });
  window.addEventListener("online", run);
  window.addEventListener("offline", () => say(words.offline, true));
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") { keep(); run(); } });

  /* Submitting waits for a saving under way, and does not leave the page while there is no connection. */
  let isSure = false;
  form.addEventListener("submit", async (event) => {
    if (isSure || event.submitter?.value !== "submit" || !isFresh) return;
    event.preventDefault();
    clearTimeout(timer);
    if (running) await running;
    const isSaved = await run();
    if (isBlocked) { (document.querySelector("[data-conflict] button") ?? conflictBox).focus(); return; }
    if (!isSaved && !same(read(), base)) { say(isOut ? words.signedout : words.wait, true); return; }
    /* Not within this event: the browser ignores a form that is submitted while it is being submitted. */
    await new Promise((done) => { setTimeout(done); });
    isSure = true;
    form.requestSubmit(event.submitter);
  });

  /* What an earlier visit could not send. */
  let kept = null;
  try { kept = JSON.parse(store?.getItem(key) ?? "null"); } catch { store?.removeItem(key); }
  if (kept && isFresh && !document.querySelector("#missing, #doubts")) {
    const theirs = base;
    names.forEach((name) => put(name, kept.mine[name] ?? ""));
    const before = kept.edition === edition() ? theirs : kept.base;
    if (merge(before, theirs, "")) {
      if (!same(read(), base)) { say(words.restored, true); run(); }
    }
  }
})();
