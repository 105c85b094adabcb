// Speaks to a worker directly, without the page: for the engines themselves.

/// Runs in the page: starts a worker, sends commands one after the other, and returns what came back.
/// Each command may wait for an event: { command, until: "type" }.
export async function converse({ kind, script, timeoutMillis }) {
  const worker = new Worker(`static/worker.js?kind=${kind}&v=test`, { type: "module" });
  const events = [];
  let notify = () => {};
  worker.onmessage = ({ data: [json, buffer] }) => {
    events.push({ ...JSON.parse(json), values: buffer ? Array.from(new Float32Array(buffer)) : undefined });
    notify();
  };
  worker.onerror = (event) => {
    events.push({ type: "crashed", message: event.message });
    notify();
  };
  const end = Date.now() + timeoutMillis;
  const waitFor = async (from, wanted) => {
    for (;;) {
      const found = events.slice(from).find((event) => wanted.includes(event.type));
      if (found) return found;
      const broken = events.slice(from).find((event) => event.type === "crashed" || event.type === "failed");
      if (broken) throw new Error(JSON.stringify(broken));
      const left = end - Date.now();
      if (left <= 0) throw new Error(`no ${wanted} in time; came: ${events.map((e) => e.what ?? e.type)}`);
      await new Promise((resolve) => {
        notify = resolve;
        setTimeout(resolve, Math.min(left, 1000));
      });
    }
  };
  try {
    await waitFor(0, ["ready"]);
    for (const { command, until } of script) {
      const from = events.length;
      worker.postMessage([JSON.stringify(command)]);
      if (until) await waitFor(from, [].concat(until));
    }
    return events;
  } finally {
    worker.terminate();
  }
}
