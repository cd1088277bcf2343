/** Whole words of a name. */
const WORDS =
  /^(?:pass|passwd|pwd|pw|pin|otp|totp|key|keys|auth|bearer|jwt|jwe|card|cards|cvc|cvv|pan|iban|ssn|tan|cookie|cookies|csrf|xsrf|sig|signature|salt|hash|mnemonic|seed|private)$/;
/** Parts of a name, however it is put together. */
const PARTS =
  /password|passphrase|passcode|secret|token|credential|authorization|authentication|apikey|accesskey|privatekey|cardnumber|creditcard|sessionid|verifier/;

/** Whether what stands under a name is not to be shown: `password`, `refresh_token`, `apiKey`, `cardNumber`. */
export function isSecretKey(name: string): boolean {
  const words = name
    .normalize('NFKC')
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u);
  return words.some((word) => WORDS.test(word)) || PARTS.test(words.join(''));
}
