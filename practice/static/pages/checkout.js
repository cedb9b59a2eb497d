// The pay panel, beyond what every page has: what is left open, what goes back as change, what becomes credit.
const form = document.querySelector("form[data-pay]");
const amount = form?.querySelector("[data-pay-amount]");
const later = form?.querySelector("[data-pay-later]");
const notes = form ? [...form.querySelectorAll("[data-pay-note]")] : [];

function minorUnits(text) {
  const places = Number(form.dataset.decimals);
  const plain = text.replace(/[\s']/g, "").replace(",", ".");
  return /^\d+(\.\d*)?$/.test(plain) ? Math.round(Number(plain) * 10 ** places) : null;
}

function words(minor) {
  const places = Number(form.dataset.decimals);
  return form.dataset.amountWords.replace("{n}", (minor / 10 ** places).toFixed(places));
}

function say() {
  const method = form.querySelector("input[name=method]:checked")?.value;
  const given = minorUnits(amount.value);
  const difference = given === null ? 0 : given - Number(form.dataset.due);
  const splits = Boolean(form.querySelector("input[name=second_method]:checked")?.value);
  let kind = "";
  if (method === "later") kind = "open";
  else if (difference > 0) kind = method === "cash" ? "change" : "credit";
  else if (difference < 0) kind = splits ? "rest" : "open";
  const sum = method === "later" ? Number(form.dataset.due) : Math.abs(difference);
  for (const note of notes) {
    note.hidden = note.dataset.payNote !== kind;
    note.textContent = note.dataset.words.replace("{amount}", words(sum));
  }
  later.hidden = method === "later";
}

if (amount) {
  form.addEventListener("change", say);
  amount.addEventListener("input", say);
  say();
  if (window.matchMedia("(min-width: 640px)").matches && !document.querySelector("[data-focus-first]")) {
    form.querySelector(".btn-pay").focus({ preventScroll: true });
  }
}
