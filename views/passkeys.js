/**
 * Asks the browser for a passkey, and sends its answer with the page's own form. The only script there is: without it
 * the pages work by password and code.
 */
const READ = {
  get: (options) => PublicKeyCredential.parseRequestOptionsFromJSON(options),
  create: (options) => PublicKeyCredential.parseCreationOptionsFromJSON(options),
};

const isSupported = () =>
  typeof globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON === 'function' &&
  typeof PublicKeyCredential.parseCreationOptionsFromJSON === 'function';

/** A browser answers one question at a time. */
let pending = new AbortController();

const ask = async (form, how = {}) => {
  pending.abort();
  pending = new AbortController();
  const { signal } = pending;
  const publicKey = READ[form.dataset.passkey](JSON.parse(form.dataset.options));
  const credential = await navigator.credentials[form.dataset.passkey]({ publicKey, signal, ...how });
  if (!credential || signal.aborted) return;
  form.elements.namedItem('credential').value = JSON.stringify(credential);
  // The choice beside the password counts for the passkey too.
  const keep = document.getElementById('keep');
  if (keep) form.elements.namedItem('keep').value = keep.checked ? keep.value : '';
  form.submit();
};

const onSubmit = async (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  const problem = form.querySelector('[role="alert"]');
  problem.hidden = true;
  try {
    await ask(form);
  } catch (error) {
    problem.hidden = error.name === 'AbortError';
  }
};

/** Offers the passkey in the email field's own suggestions, where the browser can. */
const offerInField = async (form) => {
  const field = document.querySelector('input[autocomplete~="webauthn"]');
  // After a try that did not pass the person decides: never a loop.
  if (!field || document.getElementById('problem') || !(await PublicKeyCredential.isConditionalMediationAvailable?.()))
    return;
  // Whoever does not take it up, or presses the button instead, has done nothing wrong.
  await ask(form, { mediation: 'conditional' }).catch(() => undefined);
};

if (isSupported()) {
  for (const form of document.querySelectorAll('form[data-passkey]')) {
    form.hidden = false;
    form.addEventListener('submit', onSubmit);
    if (form.dataset.passkey === 'get') void offerInField(form);
  }
}
