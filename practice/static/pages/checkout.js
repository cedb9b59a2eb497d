// The pay panel, beyond what every page has: what is left open, what goes back as change, what becomes credit.
const form = document.querySelector("form[data-pay]");
const amount = form?.querySelector("[data-pay-amount]");
const later = form?.querySelector("[data-pay-later]");
const over = form?.querySelector("[data-pay-over]");
const tipFor = form?.querySelector("[data-pay-tip-for]");
let overChosen = Boolean(form?.querySelector("input[name=over]:checked"));
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

// Cash gets change, anything else becomes credit, until somebody says otherwise; change is given for cash alone.
function whatIsMore(method) {
  const picks = [...form.querySelectorAll("input[name=over]")];
  const change = picks.find((pick) => pick.value === "change");
  change.disabled = change.closest("label").hidden = method !== "cash";
  let picked = overChosen ? picks.find((pick) => pick.checked && !pick.disabled) : null;
  picked ??= picks.find((pick) => pick.value === (method === "cash" ? "change" : "credit"));
  picked.checked = true;
  return picked.value;
}

function say() {
  const method = form.querySelector("input[name=method]:checked")?.value;
  const given = minorUnits(amount.value);
  const difference = given === null ? 0 : given - Number(form.dataset.due);
  const splits = Boolean(form.querySelector("input[name=second_method]:checked")?.value);
  let kind = "";
  if (method === "later") kind = "open";
  else if (difference > 0) kind = whatIsMore(method);
  else if (difference < 0) kind = splits ? "rest" : "open";
  const sum = method === "later" ? Number(form.dataset.due) : Math.abs(difference);
  for (const note of notes) {
    note.hidden = note.dataset.payNote !== kind;
    note.textContent = note.dataset.words.replace("{amount}", words(sum));
  }
  later.hidden = method === "later";
  over.hidden = method === "later" || difference <= 0;
  if (tipFor) tipFor.hidden = kind !== "tip";
}

if (amount) {
  form.addEventListener("change", (event) => {
    if (event.target.name === "over") overChosen = true;
    say();
  });
  amount.addEventListener("input", say);
  say();
  if (window.matchMedia("(min-width: 640px)").matches && !document.querySelector("[data-focus-first]")) {
    form.querySelector(".btn-pay").focus({ preventScroll: true });
  }
}
