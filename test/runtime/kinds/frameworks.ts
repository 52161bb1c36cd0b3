import { randomInt } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nearestFreePort } from "../../../lib/local/free-ports";
import { writeDebianWheel } from "../../browser/debian-wheel";
import type { Example } from "./example";
import { form, json, request } from "./requests";

const CACHE = join(__dirname, "../../../node_modules/.cache/slipway-test");
const WHEELS = join(CACHE, "wheels");

/** A copy for whoever runs `slipway dev` in it: always in the same folder, whose Python environments are made once. */
export const FRAMEWORKS_COPY = join(CACHE, "frameworks");

export const FRAMEWORKS: Example<"api" | "admin" | "board"> = {
  name: "frameworks",
  kinds: { api: ["asgi"], admin: ["wsgi"], board: [] },
  env: {
    DJANGO_SECRET_KEY: "of this test only",
    PIP_FIND_LINKS: [process.env.PIP_FIND_LINKS, WHEELS].filter(Boolean).join(" "),
  },
  label: (app) => `shop-${app}`,
  apps: {
    api: {
      folder: "api",
      command: (port) => [
        "python",
        "-m",
        "uvicorn",
        "--app-dir",
        __dirname,
        "frameworks_alone:app",
        "--port",
        `${port}`,
      ],
      knowsItsMount: true,
    },
    admin: {
      folder: "admin",
      command: (port) => ["python", "-m", "gunicorn", "shop.wsgi:application", "--bind", `127.0.0.1:${port}`],
      knowsItsMount: true,
    },
    board: {
      folder: "board",
      command: (port) => [
        "sh",
        "-c",
        `exec streamlit run app.py --server.port ${port} --server.baseUrlPath "$SLIPWAY_BASE_PATH"`,
      ],
      knowsItsMount: true,
      keepsBasePath: true,
    },
  },
  requests: {
    api: [
      request("GET", "/docs"),
      request("GET", "/openapi.json"),
      request("POST", "/orders", json({ item: "tea", quantity: 3 })),
      request("POST", "/orders", json({ quantity: 0 })),
      request("GET", "/orders"),
      request("POST", "/orders/", json({})),
      request("HEAD", "/docs"),
      request("GET", "/no/such/route"),
    ],
    admin: [
      request("GET", "/"),
      request("GET", "/products/product/?q=tea%20pot"),
      request("GET", "/login/?next=/"),
      request("HEAD", "/login/"),
      request("POST", "/login/", form("username=ada&password=x")),
      request("GET", "/static/admin/css/base.css"),
      request("HEAD", "/static/admin/css/base.css"),
      request("GET", "/static/admin/css/base.css", undefined, { range: "bytes=10-99" }),
      request("GET", "/static/admin/css/base.css", undefined, { "if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT" }),
      request("GET", "/static/admin/img/search.svg"),
      request("GET", "/no/such/page"),
    ],
    board: [
      request("GET", "/"),
      request("HEAD", "/"),
      request("GET", "/", undefined, { "accept-encoding": "gzip" }),
      request("GET", "/_stcore/health"),
      request("GET", "/_stcore/host-config"),
      request("GET", "/favicon.png"),
      request("GET", "/favicon.png", undefined, { range: "bytes=10-99" }),
      request("POST", "/_stcore/health"),
      request("GET", "/no/such/page"),
    ],
  },
  webSockets: [
    { app: "board", path: "/_stcore/stream", subprotocols: ["streamlit", "another"], status: 101 },
    { app: "board", path: "/_stcore/stream", origin: "https://elsewhere.example.com", status: 403 },
  ],
  // Django's tokens and the time at which its pages expire; Streamlit's token.
  oneTime:
    /(?<=^expires: ).*|(?<=csrftoken=)\w+; expires=[^;]+|(?<="csrfmiddlewaretoken" value=")\w+|(?<=_streamlit_xsrf=)[^;]+/g,
  async prepare(folder) {
    writeDebianWheel("whitenoise", WHEELS);
    const file = join(folder, "main.ts");
    // A deployment takes minutes until it listens: not from the range in which everything else looks for free ports.
    const board = await nearestFreePort(randomInt(10_000, 19_000));
    writeFileSync(file, readFileSync(file, "utf8").replace("8501", `${board}`));
  },
};
