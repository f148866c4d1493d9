/* Sends a file in the background and shows how far it is; without it the form sends the file by itself. */
(() => {
  "use strict";
  for (const form of document.querySelectorAll("form[data-file]")) {
    form.dataset.stays = "";
    form.addEventListener("submit", (event) => {
      const bar = form.querySelector("progress"), button = form.querySelector("button");
      if (!window.FormData || button.disabled) return;
      event.preventDefault();
      const request = new XMLHttpRequest();
      request.upload.onprogress = (step) => { if (step.lengthComputable) bar.value = 100 * step.loaded / step.total; };
      const broken = () => {
        bar.hidden = true;
        button.disabled = false;
        const words = form.querySelector(".wrong") || form.insertBefore(document.createElement("p"), bar);
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
      button.disabled = true;
      request.send(new FormData(form));
    });
  }
})();
