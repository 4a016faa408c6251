// Has Perfetto's trace processor load traces and answer questions in SQL, and prints as one line of JSON
// for each trace the rows of each answer: {name: [[value, ...], ...], ...}, or {"error": ...}.
//
// Usage: node trace_processor.mjs ASSETS QUESTIONS FILE...
// ASSETS: the folder with its WebAssembly; QUESTIONS: a file with {name: SQL, ...}.
import {readFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {pathToFileURL} from 'node:url';
import {runInThisContext} from 'node:vm';

const [folder, questions, ...files] = process.argv.slice(2);
const assets = resolve(folder);
const {EngineBase} = await import(pathToFileURL(join(assets, 'engine.mjs')));
const wasm = readFileSync(join(assets, 'trace_processor.wasm'));
console.log = console.warn;  // what it has to say is not an answer

// It is made for a browser's worker.  What it finds there: a scope, and a file that it reads at once.
Object.assign(globalThis, {
  self: globalThis,
  location: pathToFileURL(assets),
  WorkerGlobalScope: class {},
  XMLHttpRequest: class {
    open() {}
    send() { this.response = wasm; }
  },
});
// The file is for 32 bits: the module with nothing but a memory (section 5), by which it looks whether there
// could be 64, must not be one.
WebAssembly.Module = class extends WebAssembly.Module {
  constructor(code) {
    if (code[8] === 5) throw new Error('32 bits only');
    super(code);
  }
};

class Engine extends EngineBase {
  constructor(port) {
    super();
    this.port = port;
    port.onmessage = message => this.onRpcResponseBytes(message.data);
  }
  rpcSendRequestBytes(data) { this.port.postMessage(data); }
}

runInThisContext(readFileSync(join(assets, 'engine_bundle.node.js'), 'utf8'));
const {port1, port2} = new MessageChannel();
self.onmessage({data: port1});
const engine = new Engine(port2);

async function rows(sql) {
  const result = await engine.query(sql);
  const columns = result.columns(), answer = [];
  for (const row = result.iter({}); row.valid(); row.next()) answer.push(columns.map(name => row.get(name)));
  return answer;
}

async function answers(file) {
  await engine.resetTraceProcessor({});
  await engine.parse(new Uint8Array(readFileSync(file)));
  await engine.notifyEof();
  const all = {};
  for (const [name, sql] of Object.entries(JSON.parse(readFileSync(questions, 'utf8')))) all[name] = await rows(sql);
  return all;
}

// Addresses may need all 64 bits; those that do are texts.
const plain = (_, value) => typeof value !== 'bigint' ? value
  : Number.isSafeInteger(Number(value)) ? Number(value) : String(value);

for (const file of files) {
  const result = await answers(file).catch(error => ({error: String(error)}));
  process.stdout.write(JSON.stringify(result, plain) + '\n');
}
port1.close();
port2.close();
