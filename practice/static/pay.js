// The pay panel: keys 1 to 9 choose the method, and the button always says the amount and the method.
// form[data-pay] with radios [data-key="1"][data-words="Take {amount} by card"], an input [data-pay-amount], a [data-pay-words] in the button
// whose data-amount-words is "€ {n}".
import { isTyping, shortcutsAreOff } from "./shortcuts.js";

export function startPay() {
  const form = document.querySelector("form[data-pay]");
  if (!form) return;
  const words = form.querySelector("[data-pay-words]");
  const amount = form.querySelector("[data-pay-amount]");

  // "100" is said as the sum is said everywhere, "100.00"; what is not a number is said as it was typed.
  function written(text) {
    const plain = text.replace(",", ".");
    return /^\d+(\.\d*)?$/.test(plain) ? Number(plain).toFixed(Number(form.dataset.decimals)) : text;
  }

  function say() {
    const method = form.querySelector("input[data-words]:checked");
    if (!method || !words) return;
    const sum = (words.dataset.amountWords || "{n}").replace("{n}", written(amount?.value.trim() || "0"));
    words.textContent = method.dataset.words.replace("{amount}", sum);
  }

  form.addEventListener("change", say);
  amount?.addEventListener("input", say);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || shortcutsAreOff()) return;
    const method = form.querySelector(`input[data-key="${CSS.escape(event.key)}"]`);
    if (!method || method.disabled) return;
    event.preventDefault();
    method.checked = true;
    method.dispatchEvent(new Event("change", { bubbles: true }));
    form.querySelector("[type=submit]").focus();
  });
  say();
}
