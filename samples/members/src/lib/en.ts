export const en = {
  club: 'Mill Lane Rowing Club',
  skip: 'Skip to the content',
  navigation: 'Main',
  languages: 'Language',
  home: 'Home',
  members: 'Members',
  minutes: 'Minutes',
  committee: 'Committee',
  signIn: 'Sign in',
  signOut: 'Sign out',
  footer: 'A sample of astro-gatehouse: a site in two languages, with guards beside its pages.',

  greeting: 'Out on the water since 1926.',
  invitation: 'Everybody may look in. The boathouse and the notices are for members, the accounts for the committee.',
  welcome: (name: string) => `Good to see you, ${name}`,
  goodbye: 'You are signed out',

  notices: 'Notices',
  noticesForMembers: 'Members read here what is going on.',
  noticesLoading: 'Fetching the notices …',
  noticesFor: (name: string) => `${name}, the slipway is closed on Sunday.`,
  noticeForCommittee: 'The committee meets on Monday.',

  email: 'Email',
  password: 'Password',
  wrong: 'Wrong email or password',
  demoUsers: 'People you can be here',
  isOnCommittee: 'On the committee',
  yes: 'yes',
  no: 'no',

  boathouse: 'Boathouse',
  boathouseText: 'Take a boat for today, and give it back.',
  boatsLoading: 'Looking for the boats …',
  boatsSignedOut: 'You are signed out.',
  boatsFailed: 'The boathouse cannot be reached.',
  take: 'Take',
  giveBack: 'Give back',
  taken: 'taken',

  accounts: 'Accounts',
  accountsText: 'Who has been with us since when.',
  name: 'Name',
  joined: 'Since',

  forbidden: 'Not for you',
  forbiddenText: 'You are signed in, but this part is for the committee.',
  notFound: 'Nothing here',
  notFoundText: 'There is no such page.',
  back: 'Back to the landing stage',
};

export type Texts = typeof en;
