// Run after npm install has changed package-lock.json. Where the registry at hand lacks other platforms' binaries, npm leaves them out of
// the lock, and then refuses its own lock: "npm ci can only install packages when package.json and package-lock.json are in sync".
// This adds the entries that are missing: version and platform, without an address or a checksum.
import { readFileSync, writeFileSync } from "node:fs";

const FILE = "package-lock.json";
const OS = /\b(darwin|linux|win32|android|freebsd|openharmony)\b/;
const CPU = /\b(arm64|x64|arm|ia32|ppc64|s390x|riscv64|loong64)\b/;

const lock = JSON.parse(readFileSync(FILE, "utf8"));
const added = [];
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const isPlatform = OS.test(name) && CPU.test(name);
    if (!isPlatform || lock.packages[`node_modules/${name}`] || lock.packages[`${path}/node_modules/${name}`]) continue;
    const libc = name.includes("musl") ? ["musl"] : /linux.*gnu/.test(name) ? ["glibc"] : undefined;
    lock.packages[`node_modules/${name}`] = {
      version: version.replace(/^[\^~]/, ""),
      cpu: [CPU.exec(name)[1]],
      ...(entry.dev ? { dev: true } : {}),
      ...(libc ? { libc } : {}),
      optional: true,
      os: [OS.exec(name)[1]],
    };
    added.push(name);
  }
}
const [root, ...others] = Object.entries(lock.packages);
lock.packages = Object.fromEntries([root, ...others.sort(([a], [b]) => (a < b ? -1 : 1))]);
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
console.log(added.length === 0 ? "nothing was missing" : `added ${added.length}: ${added.join(", ")}`);
