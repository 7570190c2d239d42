// Keys of devices (WebAuthn): says to allauth's own script which button asks for one.

/** An element `data-key="addForm" data-add="its button" …` names the ids that allauth wants. */
function connect(element) {
  const { key, ...ids } = element.dataset;
  window.allauth?.webauthn?.forms[key]({ ids });
}

/** No key came: nothing is done, and the page says so where one looks. */
function sayFailed(event) {
  const notice = document.querySelector("[data-key-failed]");
  if (!notice) return;
  event.preventDefault();
  notice.hidden = false;
  notice.focus();
}

document.addEventListener("allauth.error", sayFailed);
document.querySelectorAll("[data-key]").forEach(connect);
