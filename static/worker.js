// Starts one of the two training workers: ?kind=cpu or ?kind=gpu, &v=BUILD.
//
// Trunk's own shim would load the wasm without a version and without progress.
const parameters = new URL(self.location.href).searchParams;
const kind = parameters.get("kind") === "gpu" ? "gpu" : "cpu";
const version = encodeURIComponent(parameters.get("v") ?? "");

const tell = (event) => self.postMessage([JSON.stringify(event)]);

/// The wasm as a stream that reports how much of it has come.
async function fetchWithProgress(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  // With compression the length is that of fewer bytes than arrive: then no part is told.
  const compressed = response.headers.get("Content-Encoding");
  const total = compressed ? 0 : Number(response.headers.get("Content-Length") ?? 0);
  let seen = 0;
  let told = 0;
  const what = kind === "gpu" ? "Loading the GPU engine" : "Loading the engine";
  const counter = new TransformStream({
    transform(chunk, controller) {
      seen += chunk.byteLength;
      if (total > 0 && seen - told > total / 20) {
        told = seen;
        tell({ type: "progress", what, part: Math.min(1, seen / total) });
      }
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(counter), { headers: { "Content-Type": "application/wasm" } });
}

try {
  const [bindings, wasm] = await Promise.all([
    import(`../${kind}-worker.js?v=${version}`),
    fetchWithProgress(`../${kind}-worker_bg.wasm?v=${version}`),
  ]);
  await bindings.default({ module_or_path: wasm });
} catch (error) {
  tell({
    type: "failed",
    run: null,
    request: null,
    error: { code: "worker_crashed", message: "The training engine could not be loaded.", details: [String(error)] },
  });
}
