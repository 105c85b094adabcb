// Starts the worker that reads a lesson from another address: ?v=BUILD. What the page sends before the
// reader is there waits in `early`.
const version = encodeURIComponent(new URL(self.location.href).searchParams.get("v") ?? "");
const early = [];
self.onmessage = (event) => early.push(event.data);
const bindings = await import(`../lesson-worker.js?v=${version}`);
await bindings.default({ module_or_path: `../lesson-worker_bg.wasm?v=${version}` });
for (const data of early) self.dispatchEvent(new MessageEvent("message", { data }));
