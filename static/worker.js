// Starts one of the two training workers: ?kind=cpu or ?kind=gpu, &v=BUILD.
//
// Trunk's own shim would load the wasm without a version and without progress.
const parameters = new URL(self.location.href).searchParams;
const kind = parameters.get("kind") === "gpu" ? "gpu" : "cpu";
const version = encodeURIComponent(parameters.get("v") ?? "");

const tell = (event) => self.postMessage([JSON.stringify(event)]);

/// Counts how much of a response has come.
async function report(response) {
  // With compression the length is that of fewer bytes than arrive: then no part is told.
  const compressed = response.headers.get("Content-Encoding");
  const total = compressed ? 0 : Number(response.headers.get("Content-Length") ?? 0);
  const what = kind === "gpu" ? "Loading the GPU engine" : "Loading the engine";
  const reader = response.body.getReader();
  let seen = 0;
  let told = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    seen += part.value.byteLength;
    if (total > 0 && seen - told > total / 20) {
      told = seen;
      tell({ type: "progress", what, part: Math.min(1, seen / total) });
    }
  }
}

/// The response with the wasm. Browsers keep what they have compiled from a response of theirs, not from one that a
/// script has made: it goes on as it came, and a copy of it is counted.
async function fetchWasm(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  // An error of the stream is one of the original as well, where it is heard.
  report(response.clone()).catch(() => {});
  return response;
}

try {
  const [bindings, wasm] = await Promise.all([
    import(`../${kind}-worker.js?v=${version}`),
    fetchWasm(`../${kind}-worker_bg.wasm?v=${version}`),
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
