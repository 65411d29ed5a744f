// Makes and uses passkeys with the browser's WebAuthn. Joined to the library SimpleWebAuthnBrowser.
(() => {
  const { browserSupportsWebAuthn, startAuthentication, startRegistration } = SimpleWebAuthnBrowser;

  async function send(url, fields, csrf) {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...(csrf && { "X-CSRF-Token": csrf }) },
      body: JSON.stringify(fields),
    });
    const content = await answer.json();
    if (!answer.ok) throw new Error(content.error.message);
    return content;
  }

  function show(place, message) {
    place.textContent = message;
    place.hidden = message === "";
  }

  // Browsers report "cancelled", "timed out" and "there is none" by the same name.
  function wordsOf(error, cancelled) {
    if (error.name === "NotAllowedError" || error.name === "AbortError") return cancelled;
    if (error.name === "InvalidStateError") return "This device already has a passkey for your account.";
    return `${error.message.charAt(0).toUpperCase()}${error.message.slice(1).replace(/[.]$/, "")}.`;
  }

  async function attempt(button, place, cancelled, work) {
    show(place, "");
    button.disabled = true;
    try {
      if (!browserSupportsWebAuthn()) throw new Error("This browser does not support passkeys");
      const { url } = await work();
      location.assign(url);
    } catch (error) {
      show(place, wordsOf(error, cancelled));
      button.disabled = false;
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-passkey-sign-in]");
    if (!button) return;
    const { passkeySignIn, passkeyOptions, next } = button.dataset;
    void attempt(button, document.getElementById("passkey-error"), "No passkey was used.", async () => {
      const optionsJSON = await send(passkeyOptions, {});
      const answer = await startAuthentication({ optionsJSON });
      return send(passkeySignIn, { answer, next });
    });
  });

  document.addEventListener("submit", (event) => {
    const form = event.target.closest?.("[data-passkey-options]");
    if (!form) return;
    event.preventDefault();
    const { csrf, ...fields } = Object.fromEntries(new FormData(form));
    const button = form.querySelector("button[type='submit']");
    void attempt(button, form.querySelector("[role='alert']"), "No passkey was made.", async () => {
      const optionsJSON = await send(form.dataset.passkeyOptions, fields, csrf);
      const answer = await startRegistration({ optionsJSON });
      return send(form.action, { ...fields, answer }, csrf);
    });
  });
})();
