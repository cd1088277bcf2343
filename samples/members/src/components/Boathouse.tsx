import { useEffect, useState } from 'preact/hooks';
import type { Boat } from '../lib/boats';
import type { Texts } from '../lib/en';

type Words = Pick<Texts, 'boatsLoading' | 'boatsSignedOut' | 'boatsFailed' | 'signIn' | 'take' | 'giveBack' | 'taken'>;

interface Props {
  /** The endpoint. It asks for a member itself: hiding the island would protect nothing. */
  boatsUrl: string;
  loginUrl: string;
  words: Words;
}

type State = 'loading' | 'signed out' | 'failed' | Boat[];

export default function Boathouse({ boatsUrl, loginUrl, words }: Props) {
  const [state, setState] = useState<State>('loading');

  async function ask(init?: RequestInit) {
    try {
      const response = await fetch(boatsUrl, init);
      if (response.status === 401) setState('signed out');
      else setState(response.ok ? await response.json() : 'failed');
    } catch {
      setState('failed');
    }
  }
  const toggle = (boat: string) => ask({ method: 'POST', body: new URLSearchParams({ boat }) });

  useEffect(() => {
    ask();
  }, []);

  if (state === 'loading') return <p>{words.boatsLoading}</p>;
  if (state === 'failed') return <p role="alert">{words.boatsFailed}</p>;
  if (state === 'signed out')
    return (
      <p role="alert">
        {words.boatsSignedOut} <a href={loginUrl}>{words.signIn}</a>
      </p>
    );
  return (
    <ul class="boats">
      {state.map(({ name, isFree, isMine }) => (
        <li key={name}>
          <span>{name}</span>
          {isFree || isMine ? (
            <button type="button" class={isMine ? '' : 'quiet'} onClick={() => toggle(name)}>
              {isMine ? words.giveBack : words.take}
              <span class="unseen"> ({name})</span>
            </button>
          ) : (
            <em>{words.taken}</em>
          )}
        </li>
      ))}
    </ul>
  );
}
