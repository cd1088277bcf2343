/** A secret that is strong enough for a server to start with. */
export const SECRET = 'k7Qz2vXw9Lr4Nf8Tb1Yc6Hm3Jd5Gs0Pa';
