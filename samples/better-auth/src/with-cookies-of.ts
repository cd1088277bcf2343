/** Sets the cookies of another library's answer on one of ours. */
export function withCookiesOf(answer: Response, own: Response): Response {
  for (const cookie of answer.headers.getSetCookie()) own.headers.append('Set-Cookie', cookie);
  return own;
}
