// How the tests start Chromium: headless, with the software WebGPU adapter, quiet on the network.
export const launchOptions = {
  executablePath: process.env.PETRI_CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--enable-unsafe-webgpu",
    "--use-webgpu-adapter=swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};
