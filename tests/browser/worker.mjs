// Speaks to a worker directly, without the page: for the engines themselves.

/// Runs in the page: starts a worker, sends commands one after the other, and returns what came back, each with the
/// time at which it came. A part of the script is one of
/// - { command, until: "type" }: sends it, and waits for such an event if it says so. With `fromSaved` it is sent with
///   the state that was saved last, which stays in the page: its values are many;
/// - { command, file: { name, base64 } }: sends it with a file;
/// - { restart: true }: ends the worker and starts another;
/// - { until: "type" }: waits for the next such event;
/// - { wait: milliseconds }: gives the worker time for what is under way; no measure of anything;
/// - { times: n, script }: does a script several times.
export async function converse({ kind, script, timeoutMillis }) {
  const events = [];
  let notify = () => {};
  let saved;
  let worker;
  const end = Date.now() + timeoutMillis;
  const start = () => {
    worker?.terminate();
    worker = new Worker(`static/worker.js?kind=${kind}&v=test`, { type: "module" });
    worker.onmessage = ({ data: [json, buffer] }) => {
      const event = { ...JSON.parse(json), at: performance.now() };
      // One that nobody asked for comes after each epoch on the GPU.
      if (event.type === "checkpoint" && event.request !== null) saved = { state: event.state, buffer };
      else if (buffer && event.type !== "checkpoint") event.values = Array.from(new Float32Array(buffer));
      events.push(event);
      notify();
    };
    worker.onerror = (event) => {
      events.push({ type: "crashed", message: event.message });
      notify();
    };
    return waitFor(events.length, ["ready"]);
  };
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
  const play = async (script) => {
    for (const { command, until, fromSaved, file, restart, wait, times, script: inner } of script) {
      const from = events.length;
      if (restart) await start();
      if (wait) await new Promise((resolve) => setTimeout(resolve, wait));
      for (let i = 0; i < (times ?? 0); i++) await play(inner);
      if (!command) {
        if (until) await waitFor(from, [].concat(until));
        continue;
      }
      const { state, buffer } = fromSaved ? saved : {};
      const message = [JSON.stringify(state ? { ...command, from: state } : command)];
      if (buffer) message.push(buffer.slice());
      if (file) message.push(new File([Uint8Array.from(atob(file.base64), (c) => c.charCodeAt(0))], file.name));
      events.push({ type: "sent", command: command.type, at: performance.now() });
      worker.postMessage(message);
      if (until) await waitFor(from, [].concat(until));
    }
  };
  try {
    await start();
    await play(script);
    return events;
  } finally {
    worker.terminate();
  }
}
