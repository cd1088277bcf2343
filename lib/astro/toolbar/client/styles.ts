const COLOURS = `
:host {
  color-scheme: light dark;
  --paper: #fffdf9; --card: #f7f2ea; --ink: #231d19; --soft: #665a51; --line: #ddd2c4; --brick: #7a3b1d;
  --on-brick: #fff; --good: #1c5c37; --good-paper: #e0f1e5; --bad: #8c1d18; --bad-paper: #fbe5e2; --focus: #b06f0a;
}
@media (prefers-color-scheme: dark) {
  :host {
    --paper: #15171c; --card: #1e2128; --ink: #f1ece6; --soft: #b3aaa2; --line: #383c46; --brick: #f0b489;
    --on-brick: #2b1408; --good: #8fdcab; --good-paper: #14301f; --bad: #ffb0a6; --bad-paper: #421713; --focus: #f2c265;
  }
}
* { box-sizing: border-box; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
button {
  font: 600 13px/1 ui-sans-serif, system-ui, sans-serif; padding: 9px 13px; border-radius: 8px;
  border: 1px solid var(--brick); background: transparent; color: var(--brick); cursor: pointer;
}
button:hover:not(:disabled) { background: var(--card); }
button.main { background: var(--brick); color: var(--on-brick); }
button.main:hover { filter: brightness(1.1); background: var(--brick); }
button.danger { border-color: var(--bad); color: var(--bad); }
button:disabled { border-color: var(--line); color: var(--soft); cursor: not-allowed; }
`;

const PANEL = `
.window {
  position: fixed; z-index: 999999999; bottom: 72px; display: flex; flex-direction: column; gap: 14px;
  width: min(960px, calc(100vw - 32px)); max-height: min(720px, calc(100vh - 104px)); overflow: auto; padding: 20px;
  font: 14px/1.5 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  color: var(--ink); background: var(--paper); border: 1px solid var(--line); border-radius: 14px;
  box-shadow: 0 1px 2px rgb(0 0 0 / 12%), 0 18px 44px -12px rgb(0 0 0 / 45%); text-align: left;
}
.window, .window[data-placement="bottom-center"] { left: 50%; transform: translateX(-50%); }
.window[data-placement="bottom-left"] { left: 16px; right: auto; transform: none; }
.window[data-placement="bottom-right"] { left: auto; right: 16px; transform: none; }
header { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 4px 16px; }
h1, h2, h3, p, dl, dd, ul { margin: 0; }
h1 { font-size: 19px; line-height: 1.2; letter-spacing: -0.01em; }
h1:focus { outline: none; }
h1:focus-visible { outline: 3px solid var(--focus); }
h2 { font-size: 15px; line-height: 1.3; margin-bottom: 8px; }
h3 { font-size: 12px; color: var(--soft); margin: 10px 0 3px; font-weight: 600; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(360px, 100%), 1fr)); gap: 14px; align-items: start; }
.columns > div { display: grid; gap: 14px; }
.window > section, .columns section { border: 1px solid var(--line); border-radius: 10px; background: var(--card); padding: 12px 14px; }
.who, .soft, dt { color: var(--soft); }
.who { overflow-wrap: anywhere; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.alarm:empty { display: none; }
.alarm { color: var(--bad); background: var(--bad-paper); border-radius: 8px; padding: 8px 12px; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(260px, 1fr)); gap: 2px 24px; }
dl div { display: flex; justify-content: space-between; gap: 12px; }
dd { text-align: right; overflow-wrap: anywhere; }
code, .key, .plain, .text, .ticking, .path { font: 12.5px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
.ticking { font-variant-numeric: tabular-nums; }
.size { display: flex; align-items: center; gap: 12px; margin-top: 8px; color: var(--soft); font-size: 13px; }
.meter { flex: 1; height: 8px; border-radius: 4px; background: var(--line); overflow: hidden; }
.bar { height: 100%; background: var(--good); border-radius: 4px; }
.bar.full { background: var(--bad); }
ul { list-style: none; padding: 0; }
.tree .tree { padding-left: 16px; border-left: 1px solid var(--line); margin-left: 4px; }
.tree li, .plain-list li { overflow-wrap: anywhere; padding: 1px 0; }
.plain-list li + li { margin-top: 4px; }
.key { font-weight: 600; }
.text { white-space: pre-wrap; }
.redacted { color: var(--soft); font-style: italic; }
summary { cursor: pointer; width: fit-content; }
.outcome { display: inline-block; font-weight: 600; font-size: 12.5px; padding: 0 8px; border-radius: 20px; }
.granted { color: var(--good); background: var(--good-paper); }
.refused { color: var(--bad); background: var(--bad-paper); }
.fields { display: grid; grid-template-columns: repeat(auto-fit, minmax(120px, 1fr)); gap: 10px; }
label { display: grid; gap: 3px; font-size: 12.5px; color: var(--soft); }
input {
  font: 14px/1.3 ui-sans-serif, system-ui, sans-serif; width: 100%; padding: 7px 9px; color: var(--ink);
  background: var(--paper); border: 1px solid var(--soft); border-radius: 8px;
}
.buttons { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 10px; }
form > p { margin-top: 6px; font-size: 12.5px; }
.scrolls { overflow: auto; max-height: 260px; }
table { border-collapse: collapse; width: 100%; font-size: 12.5px; }
th, td { text-align: left; vertical-align: top; padding: 4px 10px 4px 0; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; white-space: nowrap; }
td { overflow-wrap: anywhere; min-width: 60px; }
td time { white-space: nowrap; }
tr:last-child td { border-bottom: 0; }
@media (forced-colors: active) { .bar { background: CanvasText; } }
`;

const BADGE = `
:host { all: initial; }
section {
  position: fixed; z-index: 999999998; top: 12px; right: 12px; display: flex; flex-wrap: wrap; align-items: center;
  gap: 6px 12px; max-width: calc(100vw - 24px); padding: 8px 8px 8px 16px; border-radius: 12px; overflow-wrap: anywhere;
  font: 600 14px/1.3 ui-sans-serif, system-ui, sans-serif; color: var(--ink); background: var(--paper);
  border: 2px solid var(--brick); box-shadow: 0 10px 30px -10px rgb(0 0 0 / 50%);
}
span { max-width: 40ch; max-height: 4em; overflow: auto; }
@media print { section { display: none; } }
`;

/** Creates a constructed style sheet, which the page's Content-Security-Policy for styles does not block. */
function sheet(...texts: string[]): CSSStyleSheet {
  const made = new CSSStyleSheet();
  made.replaceSync(texts.join('\n'));
  return made;
}

export function panelStyles(): CSSStyleSheet {
  return sheet(COLOURS, PANEL);
}

export function badgeStyles(): CSSStyleSheet {
  return sheet(BADGE, COLOURS);
}
