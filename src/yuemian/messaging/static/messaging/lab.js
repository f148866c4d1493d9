/* The phone lab: taps stay inside their phone, and news arrive without disturbing what is open. */
(() => {
  "use strict";
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
  const bottom = (within) => $$("[data-bottom]", within).forEach((body) => { body.scrollTop = body.scrollHeight; });

  /* <a data-handset>: the next screen of this phone. Without script it is an ordinary page. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-handset]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button || !window.htmx) return;
    event.preventDefault();
    const handset = link.closest(".handset");
    window.htmx.ajax("GET", link.getAttribute("href"), { target: handset, swap: "innerHTML" }).then(() => {
      handset.dataset.screen = $(".handset-dock", handset) && !$(".handset-back", handset) ? "list" : "open";
      bottom(handset);
      ($(".handset-back", handset) ?? $("[aria-current]", handset))?.focus({ preventScroll: true });
    });
  });

  /* A tap on the mail's button turns the frame into the candidate's page: give it the whole screen. */
  document.addEventListener("load", (event) => {
    const mail = event.target.matches?.("iframe") && event.target.closest(".mail-open");
    if (mail) mail.toggleAttribute("data-browsing", event.target.contentWindow.location.pathname.startsWith("/c/"));
  }, true);

  /* News: the page is fetched again; new phones come in, changed lists are renewed, open screens stay. */
  const merge = (fresh) => {
    const shelf = document.getElementById("lab-shelf"), list = $(".lab-phones", shelf), wanted = $$(".lab-phone", fresh);
    if (!wanted.length) return false;
    if (!list) { shelf.replaceChildren(...[...fresh.childNodes].map((node) => document.adoptNode(node))); window.htmx.process(shelf); bottom(shelf); return true; }
    let changed = false;
    wanted.forEach((phone, index) => {
      const known = document.getElementById(phone.id);
      if (!known) {
        const added = document.adoptNode(phone);
        added.classList.add("arrived");
        list.insertBefore(added, list.children[index] ?? null);
        bottom(added);
        changed = true;
      } else if (known.dataset.newest !== phone.dataset.newest) {
        known.dataset.newest = phone.dataset.newest;
        const handset = $(".handset", known), app = $('.handset-dock [aria-current]', handset)?.getAttribute("href");
        known.classList.remove("arrived");
        requestAnimationFrame(() => known.classList.add("arrived"));
        changed = true;
        if (handset.dataset.screen === "list" && app) window.htmx.ajax("GET", app, { target: handset, swap: "innerHTML" }).then(() => bottom(handset));
      }
    });
    const keep = new Set(wanted.map((phone) => phone.id));
    $$(".lab-phone", list).forEach((phone) => { if (!keep.has(phone.id) && $(".handset", phone).dataset.screen === "list" && !phone.contains(document.activeElement)) phone.remove(); });
    return changed;
  };
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.target.id !== "lab-news" || !event.detail.successful) return;
    const fresh = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html").getElementById("lab-shelf");
    const shelf = document.getElementById("lab-shelf");
    if (fresh && merge(fresh)) shelf.dispatchEvent(new CustomEvent("lab:arrived", { bubbles: true }));
  });
  /* The filter changes the address; news must be asked for the same one. */
  document.addEventListener("htmx:configRequest", (event) => { if (event.target.id === "lab-news") event.detail.path = location.pathname + location.search; });
  document.addEventListener("DOMContentLoaded", () => bottom(document));
  document.addEventListener("htmx:afterSettle", () => bottom(document.getElementById("lab-shelf") ?? document));
})();
