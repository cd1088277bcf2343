import { describe, expect, it } from '@jest/globals';
import { isSecretName } from '../../lib/base/secret-names.js';

describe('A field name', () => {
  it.each([
    ...[
      'password',
      'Password',
      'newPassword',
      'password2',
      'password-confirm',
      'userpassword',
      'user[password]',
      'pwd',
    ],
    ...[
      'pin',
      'otp',
      'apiKey',
      'api_key',
      'X-API-Key',
      'accessToken',
      '_csrf',
      'card-number',
      'cardNumber',
      'cvc',
      'IBAN',
    ],
    ...['client_secret', 'clientsecret', 'Authorization', 'passwort'],
    ...[
      'csrfmiddlewaretoken',
      'accesstoken',
      'authenticity_token',
      'userpass',
      'PINCode',
      'IBANNumber',
      'OTPCode',
      'pw',
    ],
    ...['cc-number', 'cc-csc', 'creditcard', 'accountNumber', 'account_no', 'bank-account', 'sort_code', 'Kontonummer'],
    ...[
      'securityCode',
      'verification_code',
      'one-time-code',
      'user.wachtwoord',
      'mot_de_passe',
      'contraseña',
      'пароль',
    ],
    ...['password', 'Password', 'userPassword', 'user_password', 'passwd', 'pwd', 'passphrase', 'PASS', 'pin', 'otp'],
    ...['token', 'accessToken', 'refresh_token', 'idtoken', 'csrf', 'XSRF-TOKEN', 'secret', 'clientSecret', 'SECRET_2'],
    ...['key', 'apiKey', 'api-key', 'apikey', 'privateKey', 'authorization', 'Authorization', 'auth', 'bearer', 'jwt'],
    ...['card', 'cardNumber', 'creditcard', 'cvv', 'iban', 'ssn', 'credentials', 'sessionId', 'codeVerifier', 'cookie'],
    ...['ｐａｓｓｗｏｒｄ', 'totpSeed', 'password1', 'HTTPAuthorization'],
  ])('is treated as a secret: %s', (name) => {
    expect(isSecretName(name)).toBe(true);
  });

  it.each([
    'email',
    'name',
    'opinion',
    'shipping',
    'passenger',
    'compass',
    'monkey',
    'discard',
    'keyboard',
    'note',
    ...['photoKennel', 'cc', 'bypass', 'account', 'accountName', 'postcode', 'newPassenger', 'company', 'IBM'],
    '',
    '42',
  ])('is not treated as a secret: "%s"', (name) => {
    expect(isSecretName(name)).toBe(false);
  });
});
