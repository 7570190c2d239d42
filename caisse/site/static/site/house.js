// What the pages of the house gain with a script; without it they all work the same.

const BUSY_MS = 300; // a wait shorter than this is not said
const AGAIN_MS = 15000; // a form whose page stays (a file comes down) may be sent again
const busyWord = document.querySelector("main")?.dataset.busy ?? "…";
const sent = new WeakSet();

/** The error summary speaks first: it takes the focus. */
function focusFirst(root) {
  root.querySelector("[data-focus]")?.focus();
}

/** What is missing is said by us, in one summary, and not by a bubble of the browser. */
function answerOurselves(root) {
  for (const form of root.querySelectorAll("form[method='post' i]")) form.noValidate = true;
}

/** Say on its button that a form is on its way; the button keeps its width. */
function sayBusy(button) {
  button.dataset.said = button.innerHTML;
  button.style.minInlineSize = `${button.offsetWidth}px`;
  button.textContent = busyWord;
  button.setAttribute("aria-disabled", "true");
}

function sayReady(button) {
  if (button.dataset.said === undefined) return;
  button.innerHTML = button.dataset.said;
  delete button.dataset.said;
  button.style.minInlineSize = "";
  button.removeAttribute("aria-disabled");
}

/** A form goes once, however often its button is pressed. */
function onSubmit(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method === "get" || form.target) return;
  if ([...form.elements].some((field) => field.validity?.badInput)) {
    event.preventDefault(); // half a date, half an hour: the browser would send nothing for it
    form.reportValidity();
    return;
  }
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  sent.add(form);
  const button = event.submitter?.matches("button") ? event.submitter : null;
  const shown = button && !button.matches(".row-button") ? button : null;
  const waiting = setTimeout(() => shown && sayBusy(shown), BUSY_MS);
  setTimeout(() => free(form, button, waiting), AGAIN_MS);
  addEventListener("pageshow", () => free(form, button, waiting), { once: true });
}

function free(form, button, waiting) {
  clearTimeout(waiting);
  sent.delete(form);
  if (button) sayReady(button);
}

/** The answer of a lost session is a whole page: go there instead of showing it inside this one. */
function onAnswer(event) {
  const path = new URL(event.detail.xhr.responseURL || location.href).pathname;
  if (!path.startsWith("/entrer") && !path.startsWith("/compte")) return;
  event.detail.shouldSwap = false;
  location.assign(location.href);
}

/** After a swap the focus stays in the page: on an error summary, else where it was put. */
function onSwap(event) {
  answerOurselves(event.detail.target);
  focusFirst(event.detail.target);
  if (document.activeElement !== document.body) return;
  event.detail.target.tabIndex = -1;
  event.detail.target.focus({ preventScroll: true });
}

document.addEventListener("submit", onSubmit);
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});
document.addEventListener("htmx:beforeSwap", onAnswer);
document.addEventListener("htmx:afterSwap", onSwap);
answerOurselves(document);
focusFirst(document);
