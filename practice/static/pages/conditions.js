// The form of a condition: only the severities of the chosen rule are offered.
const rule = document.getElementById("key");
const variant = document.getElementById("variant");

function fit() {
  for (const option of variant.options) {
    const rules = option.dataset.rules;
    option.hidden = option.disabled = rules !== undefined && option.value !== "usual" && !rules.split(" ").includes(rule.value);
  }
  if (variant.selectedOptions[0]?.disabled) variant.value = "";
}

if (rule && variant) {
  rule.addEventListener("change", fit);
  fit();
}
