// Dialogs: [data-open="id"] opens, [data-close] closes, and a form or a submit button with data-confirm asks first.
// data-confirm="question", data-confirm-button="word on the button", data-confirm-danger (stop colours), data-confirm-type="WORD" (typed).

const openers = new WeakMap();

export function openDialog(dialog, opener) {
  if (!dialog || dialog.open) return;
  openers.set(dialog, opener || document.activeElement);
  dialog.showModal();
}

function ask(form, submitter) {
  const dialog = document.getElementById("confirm");
  if (!dialog) return;
  const yes = dialog.querySelector("[data-confirm-yes]");
  const typed = dialog.querySelector(".dialog-typed");
  const input = typed.querySelector("input");
  // A button's own question goes before its form's.
  const asks = submitter?.dataset.confirm ? submitter.dataset : form.dataset;
  const word = asks.confirmType || "";
  dialog.querySelector(".dialog-words").textContent = asks.confirm;
  if (!yes.dataset.word) yes.dataset.word = yes.textContent;
  yes.textContent = asks.confirmButton || yes.dataset.word;
  const danger = "confirmDanger" in asks;
  yes.classList.toggle("btn-danger", danger);
  yes.classList.toggle("btn-primary", !danger);
  typed.hidden = !word;
  typed.querySelector("[data-confirm-word]").textContent = word;
  input.value = "";
  yes.disabled = Boolean(word);
  input.oninput = () => { yes.disabled = input.value.trim() !== word; };
  yes.onclick = () => {
    dialog.close();
    form.dataset.confirmed = "yes";
    form.requestSubmit(submitter && submitter.form === form ? submitter : undefined);
  };
  openDialog(dialog, submitter);
  if (!word) dialog.querySelector("[data-close]").focus();
}

export function startDialogs() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.confirm && !event.submitter?.dataset.confirm) return;
    if (form.dataset.confirmed === "yes") { delete form.dataset.confirmed; return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(form, event.submitter);
  }, true);
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) openDialog(document.getElementById(opener.dataset.open), opener);
    const closer = event.target.closest("[data-close]");
    if (closer) closer.closest("dialog")?.close();
    if (event.target.tagName === "DIALOG" && event.target.open && !("stays" in event.target.dataset)) event.target.close();
  });
  for (const dialog of document.querySelectorAll("dialog")) {
    dialog.addEventListener("close", () => openers.get(dialog)?.focus?.());
  }
}
