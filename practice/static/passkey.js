// Passkeys: the button asks the device, puts what it signed into the hidden field of its form, and sends the form.

const IS_NUMBER = /^[\d.]+$|:/; // passkeys belong to names: an address in figures has none

async function ask(button) {
  const form = button.form;
  const headers = { "X-CSRFToken": form.elements.csrf_token.value, Accept: "application/json" };
  const answer = await fetch(button.dataset.passkey, { method: "POST", headers, redirect: "error" });
  if (!answer.ok) throw new Error("no options");
  const options = await answer.json();
  const found = "passkeyNew" in button.dataset
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  form.elements.credential.value = JSON.stringify(found.toJSON());
  form.requestSubmit();
}

export function startPasskeys() {
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON || IS_NUMBER.test(location.hostname)) return;
  for (const button of document.querySelectorAll("[data-passkey]")) {
    const said = button.parentElement.querySelector("[data-passkey-said]");
    button.hidden = false;
    button.addEventListener("click", async () => {
      said.hidden = true;
      try {
        await ask(button);
      } catch {
        said.textContent = said.dataset.passkeySaid;
        said.hidden = false;
      }
    });
  }
}
