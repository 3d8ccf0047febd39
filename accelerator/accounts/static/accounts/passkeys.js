// Passkeys: the browser is asked for one when the form is sent, and the form then goes with its answer.
// The field says what to ask ("get" or "create") and with what; the server verifies everything.

const bytes = (text) => {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0)).buffer;
};

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const named = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

async function ask(field) {
  const asked = JSON.parse(field.dataset.options);
  asked.challenge = bytes(asked.challenge);
  if (field.dataset.passkey === "create") {
    asked.user.id = bytes(asked.user.id);
    asked.excludeCredentials = named(asked.excludeCredentials);
    return navigator.credentials.create({ publicKey: asked });
  }
  asked.allowCredentials = named(asked.allowCredentials);
  return navigator.credentials.get({ publicKey: asked });
}

function written(credential) {
  const response = { clientDataJSON: text(credential.response.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[part]) response[part] = text(credential.response[part]);
  }
  const { id, type } = credential;
  return JSON.stringify({ id, type, rawId: text(credential.rawId), response, clientExtensionResults: {} });
}

function say(form, sentence) {
  let place = form.querySelector("[data-passkey-says]");
  if (!place) {
    place = document.createElement("p");
    place.dataset.passkeySays = "";
    place.className = "fr-message fr-message--error fr-mb-2w";
    place.setAttribute("role", "alert");
    form.querySelector("button[type=submit]").before(place);
  }
  place.textContent = sentence;
}

// Without this file nothing can be asked of a key: what offers it is hidden until now, and a sentence says so.
for (const one of document.querySelectorAll("[data-with-script]")) one.hidden = false;
for (const one of document.querySelectorAll(".fi-without-script")) one.remove();

for (const field of document.querySelectorAll("input[data-passkey]")) {
  const { form } = field;
  form.addEventListener("submit", async (event) => {
    if (field.value) return;
    event.preventDefault();
    // A key that was made for nothing would stay in the authenticator: what is missing is said before.
    if (!form.reportValidity()) return;
    if (!window.PublicKeyCredential) {
      say(form, "Ce navigateur ne sait pas se servir d’une clé d’accès. Entrez autrement.");
      return;
    }
    try {
      field.value = written(await ask(field));
    } catch (error) {
      const known = error.name === "InvalidStateError";
      say(form, known ? "Cette clé est déjà enregistrée." : "La clé d’accès n’a pas été donnée. Vous pouvez recommencer.");
      return;
    }
    form.submit();
  });
}
