import { randomInt } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nearestFreePort } from "../../../lib/local/free-ports";
import type { Example } from "./example";
import { form, json, noise, request, upload } from "./requests";

export const WEB_KINDS: Example<"api" | "site" | "files" | "node"> = {
  name: "web-kinds",
  kinds: { api: ["asgi"], site: ["wsgi"], files: [] },
  label: (app) => `web-${app}`,
  apps: {
    api: { folder: "api", command: (port) => ["python", "-m", "uvicorn", "app:app", "--port", `${port}`] },
    site: {
      folder: "site",
      command: (port) => ["python", "-m", "gunicorn", "app:app", "--bind", `127.0.0.1:${port}`],
      knowsItsMount: true,
    },
    files: { folder: "files", command: (port) => ["python", "-m", "http.server", `${port}`] },
    node: { folder: "node", command: () => ["node", "server.js"] },
  },
  requests: {
    api: [
      request("GET", "/health"),
      request("GET", "/items/caf%C3%A9%20au%20lait?detail=true"),
      request("GET", "/items/x?detail=perhaps"),
      request("POST", "/orders", json({ item: "tea", quantity: 2 })),
      request("POST", "/orders", json({ quantity: "many" })),
      request("GET", "/orders"),
      request("GET", "/items/x/"),
      request("OPTIONS", "/orders"),
      request("POST", "/uploads", upload("noise.bin", noise(1 << 20))),
      request("GET", "/no/such/route"),
    ],
    site: [
      request("GET", "/"),
      request("GET", "/", undefined, { cookie: "name=Ada" }),
      request("HEAD", "/"),
      request("POST", "/sign-in", form("name=Ada")),
      request("GET", "/sign-out"),
      request("GET", "/users/Zo%C3%AB"),
      request("DELETE", "/sign-in"),
      request("GET", "/no/such/route"),
    ],
    files: [
      request("GET", "/"),
      request("GET", "/style.css"),
      request("HEAD", "/style.css"),
      request("GET", "/notes"),
      request("GET", "/notes/"),
      request("GET", "/notes/links.txt?version=1"),
      request("POST", "/style.css"),
      request("GET", "/no/such/file"),
    ],
    node: [
      request("GET", "/"),
      request("GET", "/stream"),
      request("POST", "/echo", { type: "application/x-noise", bytes: noise(1 << 20) }),
      request("PUT", "/echo", { type: "text/plain; charset=utf-8", bytes: "naïve\n" }),
      request("GET", "/no/such/route"),
    ],
  },
  events: { app: "api", path: "/events?count=3&seconds=1", count: 3 },
  webSockets: [
    { app: "api", path: "/echo", status: 101, echoes: ["", "one", "zwölf", "x".repeat(300_000)] },
    { app: "api", path: "/no/such/socket", status: 403 },
  ],
  async prepare(folder) {
    const file = join(folder, "main.ts");
    // A deployment takes minutes until they listen: not from the range in which everything else looks for free ports.
    const files = await nearestFreePort(randomInt(10_000, 19_000));
    const node = await nearestFreePort(files + 1);
    const main = readFileSync(file, "utf8");
    writeFileSync(file, main.replaceAll("8080", `${files}`).replace("3000", `${node}`));
  },
};
