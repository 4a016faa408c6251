// Has speedscope itself, in a headless browser, import files, and prints as one line of JSON for each
// what it then holds: what its own export says, or {"error": ...}.
//
// Usage: node speedscope.mjs MODULES BROWSER FILE...   (MODULES: the node_modules folder)
// Of =FILE only the schema is judged.
import {createRequire} from 'node:module';
import {readFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {pathToFileURL} from 'node:url';

const [modules, browserPath, ...files] = process.argv.slice(2);
const require = createRequire(join(resolve(modules), 'any.js'));
const {default: puppeteer} = await import(pathToFileURL(require.resolve('puppeteer-core')));
const release = join(resolve(modules), 'speedscope/dist/release');
const {default: Ajv} = require('ajv');
const fits = new Ajv({strict: false}).compile(JSON.parse(readFileSync(join(release, 'file-format-schema.json'))));

const browser = await puppeteer.launch({
  executablePath: browserPath, headless: true, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
});

// The text that the page gives out to be saved, when its export button is pressed.
async function held(file) {
  const page = await browser.newPage();
  const errors = [];
  page.on('pageerror', error => errors.push(error.message));
  page.on('dialog', dialog => { errors.push(dialog.message()); dialog.dismiss(); });
  await page.evaluateOnNewDocument(() => {
    const make = URL.createObjectURL;
    window.saved = [];
    URL.createObjectURL = blob => { window.saved.push(blob.text()); return make.call(URL, blob); };
  });
  await page.goto(pathToFileURL(join(release, 'index.html')).href);
  const input = await page.waitForSelector('input[type=file]');
  await input.uploadFile(file);
  // The button is there once there is something to show.
  const press = () => {
    const button = [...document.querySelectorAll('div')].findLast(
      div => div.children.length === 1 && div.innerText.endsWith('Export'));
    button?.click();
    return window.saved.length > 0;
  };
  const shown = await page.waitForFunction(press, {timeout: 30000, polling: 200}).catch(() => null);
  if (!shown) errors.push('it shows nothing');
  const text = errors.length ? null : await page.evaluate(() => window.saved[0]);
  await page.close();
  return errors.length ? {error: errors.join('; ')} : JSON.parse(text);
}

for (const name of files) {
  const file = name.replace(/^=/, '');
  const wrong = fits(JSON.parse(readFileSync(file, 'utf8'))) ? null : JSON.stringify(fits.errors[0]);
  const result = wrong ? {error: `not of the schema: ${wrong}`} : name === file ? await held(file) : {};
  console.log(JSON.stringify(result));
}
await browser.close();
