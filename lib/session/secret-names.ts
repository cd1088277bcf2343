const WORDS = new Set([
  ...['auth', 'authorization', 'card', 'credential', 'credentials', 'csrf', 'cvc', 'cvv', 'iban', 'jwt', 'key', 'otp'],
  ...['pass', 'passcode', 'passphrase', 'passwd', 'passwort', 'pin', 'pwd', 'secret', 'ssn', 'totp', 'token'],
]);
/** Parts that say so wherever they stand: `userpassword`, `cardnumber`. */
const PARTS = /password|passwd|passphrase|cardnumber|secret|apikey/;

/** Whether a name says that what it names is for nobody's eyes: `password`, `newPassword`, `api_key`, `card-number`. */
export function isSecretName(name: string): boolean {
  const words = name
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u);
  return words.some((word) => WORDS.has(word)) || PARTS.test(words.join(''));
}
