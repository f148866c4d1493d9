/* Saves what is typed after a pause and sends files in the background; without it the buttons do both. */
(() => {
  "use strict";
  const doc = document, entries = doc.getElementById("entries"), pill = doc.getElementById("autosaved");
  const typed = new Set();
  let timer = 0, hiding = 0, running;
  const say = (words, isBad) => {
    pill.textContent = words;
    pill.hidden = false;
    pill.classList.toggle("bad", isBad);
    clearTimeout(hiding);
    if (!isBad) hiding = setTimeout(() => { pill.hidden = true; }, 4000);
  };
  const save = async () => {
    const keys = [...typed], words = entries.dataset;
    const body = new URLSearchParams({ token: entries.elements.token.value });
    for (const each of entries.elements) if (keys.includes(each.name.split(".")[0])) body.append(each.name, each.value);
    typed.clear();
    try {
      const answer = await fetch(words.save, { method: "POST", body, keepalive: true });
      if (answer.status === 403 || answer.status === 404 || answer.status === 409) return say(words.lapsed, true);
      const { wrong } = await answer.json();
      if (wrong.length) say(`${words.wrong} ${wrong.join(" · ")}`, true);
      else if (!typed.size) say(words.saved, false);
    } catch {
      keys.forEach((key) => typed.add(key));
      say(words.broken, true);
      timer = setTimeout(flush, 10000);
    }
  };
  const flush = () => {
    clearTimeout(timer);
    if (running || !typed.size) return running;
    running = save().finally(() => { running = undefined; });
    return running;
  };
  if (entries) {
    doc.addEventListener("input", (event) => {
      if (event.target.form !== entries || !event.target.closest(".field")) return;
      typed.add(event.target.name.split(".")[0]);
      clearTimeout(timer);
      timer = setTimeout(flush, 1500);
    });
    doc.addEventListener("change", flush);
    doc.addEventListener("visibilitychange", flush);
    addEventListener("online", flush);
    doc.addEventListener("submit", (event) => { if (event.target === entries) typed.clear(); }, true);
  }
  for (const form of doc.querySelectorAll("form[data-file]")) {
    form.dataset.stays = "";
    form.addEventListener("submit", async (event) => {
      const bar = form.querySelector("progress"), button = form.querySelector("button");
      if (!window.FormData || button.disabled) return;
      event.preventDefault();
      button.disabled = true;
      await flush();
      const request = new XMLHttpRequest();
      request.upload.onprogress = (step) => { if (step.lengthComputable) bar.value = 100 * step.loaded / step.total; };
      const broken = () => {
        bar.hidden = true;
        button.disabled = false;
        const words = form.querySelector(".wrong") || form.insertBefore(doc.createElement("p"), bar);
        words.className = "wrong";
        words.setAttribute("role", "alert");
        words.textContent = form.dataset.broken;
      };
      request.onload = () => {
        if (request.status >= 400) return broken();
        const there = new URL(request.responseURL);
        const mark = form.closest(".upload").id;
        if (there.pathname + there.search === location.pathname + location.search) {
          history.replaceState(null, "", `#${mark}`);
          location.reload();
        } else location.assign(`${there.pathname}${there.search}#${mark}`);
      };
      request.onerror = request.onabort = broken;
      request.open("POST", form.action);
      bar.hidden = false;
      request.send(new FormData(form));
    });
  }
})();
