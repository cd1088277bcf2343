import type { Texts } from './en';

export const de: Texts = {
  club: 'Ruderclub Mühlengasse',
  skip: 'Zum Inhalt springen',
  navigation: 'Hauptmenü',
  languages: 'Sprache',
  home: 'Start',
  members: 'Mitglieder',
  minutes: 'Protokoll',
  committee: 'Vorstand',
  signIn: 'Anmelden',
  signOut: 'Abmelden',
  footer: 'Ein Beispiel für astro-gatehouse: eine Site in zwei Sprachen, deren Seiten selbst sagen, wer sie sieht.',

  greeting: 'Seit 1926 auf dem Wasser.',
  invitation: 'Hereinschauen darf jeder. Bootshaus und Aushang sind für Mitglieder, die Bücher für den Vorstand.',
  welcome: (name) => `Schön, dass du da bist, ${name}`,
  goodbye: 'Du bist abgemeldet',

  notices: 'Aushang',
  noticesForMembers: 'Mitglieder lesen hier, was los ist.',
  noticesLoading: 'Der Aushang wird geholt …',
  noticesFor: (name) => `${name}, der Steg ist am Sonntag gesperrt.`,
  noticeForCommittee: 'Der Vorstand trifft sich am Montag.',

  email: 'E-Mail',
  password: 'Passwort',
  wrong: 'E-Mail oder Passwort ist falsch',
  demoUsers: 'Wer du hier sein kannst',
  isOnCommittee: 'Im Vorstand',
  yes: 'ja',
  no: 'nein',

  boathouse: 'Bootshaus',
  boathouseText: 'Nimm dir für heute ein Boot, und gib es zurück.',
  boatsLoading: 'Die Boote werden gesucht …',
  boatsSignedOut: 'Du bist abgemeldet.',
  boatsFailed: 'Das Bootshaus ist nicht zu erreichen.',
  take: 'Nehmen',
  giveBack: 'Zurückgeben',
  taken: 'vergeben',

  accounts: 'Bücher',
  accountsText: 'Wer seit wann bei uns ist.',
  name: 'Name',
  joined: 'Seit',

  forbidden: 'Nicht für dich',
  forbiddenText: 'Du bist angemeldet, aber dieser Teil ist für den Vorstand.',
  notFound: 'Hier ist nichts',
  notFoundText: 'Diese Seite gibt es nicht.',
  back: 'Zurück zum Steg',
};
