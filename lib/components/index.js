export { default as Can } from './Can.astro';
export { default as CsrfField } from './CsrfField.astro';
export { default as Flash } from './Flash.astro';
export { default as SignedIn } from './SignedIn.astro';
export { default as SignedOut } from './SignedOut.astro';
