// « Me prévenir sur cet appareil »: the browser is asked, and what it says fills the form.
//
// Nothing happens before the button is pressed: a page that asks by itself is refused for good.

import { able, subscribe, watched } from "../payments/push.js";

/** Fill the form and let it go; say where one looks that the device says no. */
export async function ask(form, watching = watched) {
  const refused = form.parentElement.querySelector("[data-push-refused]");
  try {
    const { watch: script, scope } = form.dataset;
    const registration = await watching(script, { scope });
    const said = await subscribe(registration, form.dataset.push);
    for (const [name, value] of Object.entries(said)) form.elements[name].value = value;
    form.submit();
  } catch {
    refused.hidden = false;
    refused.focus();
  }
}

for (const form of document.querySelectorAll("form[data-push]")) {
  form.hidden = !able();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(form);
  });
}
