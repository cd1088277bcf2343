/** Words that lines of a configuration may begin with, by its language. */
const DIRECTIVES: Record<string, readonly string[]> = {
  nginx: [
    'server',
    'location',
    'upstream',
    'listen',
    'server_name',
    'ssl_certificate',
    'ssl_certificate_key',
    'return',
    'http2',
    'proxy_pass',
    'proxy_set_header',
    'proxy_http_version',
    'proxy_buffer_size',
    'proxy_buffers',
    'large_client_header_buffers',
  ],
  caddyfile: ['shop.example', 'reverse_proxy'],
  ini: [
    '[Unit]',
    '[Service]',
    '[Install]',
    'Description',
    'After',
    'User',
    'WorkingDirectory',
    'EnvironmentFile',
    'Environment',
    'ExecStart',
    'Restart',
    'StateDirectory',
    'WantedBy',
  ],
  redis: ['ACL'],
  yaml: ['on', 'permissions', 'jobs', 'publish', 'runs', 'steps', 'uses', 'run', 'with'],
  dockerfile: ['FROM', 'WORKDIR', 'COPY', 'RUN', 'ENV', 'USER', 'EXPOSE', 'HEALTHCHECK', 'CMD'],
};

/** @returns What is wrong with the configuration of a server, as far as words and braces tell. */
export function problemsOfConfiguration(language: string, code: string): string[] {
  if (language === 'mermaid')
    return /^(?:flowchart|sequenceDiagram)\b/.test(code) ? [] : ['the diagram is of no known kind'];
  if (language === 'jsonc') return problemsOfJson(code);
  const known = DIRECTIVES[language];
  if (!known) return [`nobody knows what ${language === '' ? 'a block without a language' : language} is`];
  const lines = code
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map((line) => line.replace(/(?:^|\s)#.*$/, '').trim())
    .map((line) => line.replace(/^- /, ''))
    .filter((line) => line !== '' && line !== '}');
  const strangers = lines.filter((line) => !known.includes(/^(?:\[\w+\]|[\w.]+)/.exec(line)?.[0] ?? ''));
  const open = language === 'nginx' ? lines.filter((line) => !/[;{}]$/.test(line)) : [];
  const count = (brace: string) => code.split(brace).length;
  return [
    ...strangers.map((line) => `"${line}" is no directive that is known`),
    ...open.map((line) => `"${line}" does not end`),
    ...(count('{') === count('}') ? [] : ['braces are not closed']),
  ];
}

function problemsOfJson(code: string): string[] {
  try {
    JSON.parse(code.replace(/^\s*\/\/.*$/gm, ''));
    return [];
  } catch (error) {
    return [String(error)];
  }
}
