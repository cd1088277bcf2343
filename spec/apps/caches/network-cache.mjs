/** As a content delivery network would have it: it only says in headers what may be kept. */
export default () => ({ name: 'network' });
