/** A framework component, rendered on the server. */
export default function Notice({ read }) {
  const notice = read();
  return <aside>{notice ? `notice: ${notice}` : 'nothing new'}</aside>;
}
