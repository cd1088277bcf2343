import { renderMermaidSVG } from 'beautiful-mermaid';

const COLOURS = {
  bg: 'var(--sl-color-bg)',
  fg: 'var(--sl-color-white)',
  muted: 'var(--sl-color-gray-2)',
  line: 'var(--sl-color-gray-3)',
  accent: 'var(--sl-color-text-accent)',
  surface: 'var(--sl-color-gray-6)',
  border: 'var(--sl-color-gray-4)',
};

/** Draws the diagrams of a Markdown file: each block of Mermaid becomes an SVG, in the colours of the page. */
export function withDiagrams(markdown: string): string {
  return markdown.replace(/^```mermaid\n([\s\S]*?)^```$/gm, (_, source: string) => figureOf(source));
}

function figureOf(source: string): string {
  const svg = renderMermaidSVG(source, { ...COLOURS, transparent: true, padding: 2, layerSpacing: 26, nodeSpacing: 18 })
    // Pages load nothing from elsewhere, and an inline style applies to the whole page.
    .replace(/^\s*@import .*$/gm, '')
    .replace(/font-family: [^;]*;/g, 'font-family: inherit;')
    .replace(/^( +)(svg|text) \{/gm, '$1.diagram $2 {')
    .replace('<svg ', `<svg role="img" aria-label="${descriptionOf(source)}" `)
    // A blank line would end the HTML in the Markdown.
    .replace(/\n\s*(?=\n)/g, '');
  return `<figure class="diagram">\n${svg}\n</figure>`;
}

/** @returns The lines of the diagram, for people who hear it. */
function descriptionOf(source: string): string {
  const [, ...lines] = source.trim().split('\n');
  const spoken = lines.map((line) =>
    line
      .trim()
      .replace(/-\.\s*"?(.*?)"?\s*\.->/g, '→ ($1)')
      .replace(/-->/g, '→'),
  );
  return `Diagram: ${spoken.join('; ')}`.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
