const WORDS = new Set([
  ...['auth', 'authorization', 'card', 'credential', 'credentials', 'csrf', 'cvc', 'cvv', 'iban', 'jwt', 'key', 'otp'],
  ...['pass', 'passcode', 'passphrase', 'passwd', 'passwort', 'pin', 'pwd', 'secret', 'ssn', 'totp', 'token'],
  ...['bearer', 'cookie', 'jwe', 'keys', 'mnemonic', 'pan', 'tan', 'xsrf'],
  ...['csc', 'cvn', 'heslo', 'hasło', 'kennwort', 'mfa', 'passord', 'psw', 'pw', 'pword', 'salasana', 'senha'],
  ...['пароль', '密码'],
]);
/** Patterns that mark a name as secret wherever they occur: `userpassword`, `cardnumber`. */
const PARTS = [
  /password|passwd|passphrase|passwort|secret|apikey|(?:user|new|old|confirm|login)pass$/,
  /wachtwoord|contrase[nñ]a|motdepasse|lösenord|パスワード/,
  /cardnumber|creditcard|debitcard|ccnum|cccsc|accountn(?:umber|um|o$|r$)|kontonummer|bankaccount|sortcode|socialsecurity/,
  /accesskey|authentication|credential|privatekey|sessionid|verifier/,
  /pincode|securitycode|verificationcode|onetimecode|recoverycode|backupcode/,
];

/** Checks whether a name suggests a secret value: `password`, `newPassword`, `api_key`, `card-number`. */
export function isSecretName(name: string): boolean {
  const words = name
    .normalize('NFKC')
    .replace(/(\p{Ll})(\p{Lu})|(\p{Lu})(?=\p{Lu}\p{Ll})/gu, '$1$3 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u);
  const together = words.join('');
  return words.some((word) => WORDS.has(word) || word.includes('token')) || PARTS.some((part) => part.test(together));
}
