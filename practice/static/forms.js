// Forms: focus on the error summary, show/hide a password, submit on change, one submit only, a warning before unsaved work is left.

function revealPassword(button) {
  const input = document.getElementById(button.dataset.reveal);
  if (!button.dataset.wordShow) button.dataset.wordShow = button.textContent;
  const shown = input.type === "password";
  input.type = shown ? "text" : "password";
  button.textContent = shown ? button.dataset.wordHide : button.dataset.wordShow;
  button.setAttribute("aria-pressed", String(shown));
}

function warnBeforeLeaving(form) {
  let dirty = false;
  form.addEventListener("input", () => { dirty = true; });
  form.addEventListener("submit", () => { dirty = false; });
  window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
}

function loadingWord(button) {
  // The words stay; after 400 ms the button says that it is at work.
  setTimeout(() => button.setAttribute("aria-busy", "true"), 400);
}

export function startForms() {
  document.querySelector("[data-focus-first]")?.focus();
  for (const button of document.querySelectorAll("[data-reveal]")) {
    button.hidden = false;
    button.addEventListener("click", () => revealPassword(button));
  }
  for (const form of document.querySelectorAll("form[data-warn-unsaved]")) warnBeforeLeaving(form);
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest('.error-summary a[href^="#"]');
    if (!link) return;
    const target = document.getElementById(link.hash.slice(1));
    if (!target) return;
    event.preventDefault();
    const input = target.matches("fieldset") ? target.querySelector("input, select, textarea") || target : target;
    input.focus();
    target.scrollIntoView({ block: "center" });
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-skip-empty]")) {
      // An empty filter is no filter: it stays out of the address.
      const empty = [...form.elements].filter((control) => control.name && control.value === "");
      for (const control of empty) control.disabled = true;
      setTimeout(() => { for (const control of empty) control.disabled = false; }, 0);
    }
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    if (event.submitter) loadingWord(event.submitter);
    // A download or a refused request leaves the page standing: allow another try after a while.
    setTimeout(() => { delete form.dataset.sent; event.submitter?.removeAttribute("aria-busy"); }, 4000);
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
}
