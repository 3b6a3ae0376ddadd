// The worker runs the library. It takes {id, state} and answers {id, answer, ms}.
'use strict';
importScripts('wasm_exec.js');

async function start() {
  const go = new Go();
  let result;
  try {
    result = await WebAssembly.instantiateStreaming(fetch('playground.wasm'), go.importObject);
  } catch { // a server that sends another content type
    const response = await fetch('playground.wasm');
    result = await WebAssembly.instantiate(await response.arrayBuffer(), go.importObject);
  }
  go.run(result.instance);
  const begin = performance.now(); // the first call compiles what it needs
  self.metameld(JSON.parse(self.metameldPage).samples[0].state);
  postMessage({ page: self.metameldPage, ms: performance.now() - begin });
}

const started = start().catch((error) => postMessage({ failed: String(error) }));

self.onmessage = async ({ data }) => {
  await started;
  try {
    const begin = performance.now();
    const answer = self.metameld(data.state);
    postMessage({ id: data.id, answer, ms: performance.now() - begin });
  } catch (error) {
    postMessage({ id: data.id, failed: String(error) });
  }
};
