export { default as CsrfField } from './CsrfField.astro';
