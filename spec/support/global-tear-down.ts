/** Ends the build service of the run. */
export default async function tearDown(): Promise<void> {
  await globalThis.buildService?.stop();
}
