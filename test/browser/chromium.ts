import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** A browser that works as root, without a GPU, and asks nobody on the network for anything of its own. */
const SWITCHES = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
if (!existsSync(executablePath)) {
  throw new Error(`No browser at ${executablePath}: apt-get install chromium, or set CHROMIUM_PATH to one.`);
}

/** Headless, with a profile of its own that is gone with it. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath, headless: true, args: SWITCHES });
}
