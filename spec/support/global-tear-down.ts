/** Ends the processes that have Astro loaded. */
export default async function tearDown(): Promise<void> {
  await globalThis.astroService?.stop();
}
