import type { AppAlone, Example } from "./example";
import { json, request } from "./requests";

const CORS = { origin: "https://shop.example.com" };
const PREFLIGHT = { ...CORS, "access-control-request-method": "POST" };

const alone = (app: string): AppAlone => ({
  folder: "",
  command: (port) => ["python", "-m", "uvicorn", "--app-dir", __dirname, `hello_alone:${app}`, "--port", `${port}`],
  knowsItsMount: true,
});

export const HELLO: Example<"greet" | "process"> = {
  name: "hello",
  kinds: { "": ["fastapi"] },
  label: (app) => `hello-${app}`,
  apps: { greet: alone("greet"), process: alone("submit") },
  requests: {
    greet: [
      request("GET", "/"),
      request("GET", "/?name=Zo%C3%AB"),
      request("GET", "/?name=Ada", undefined, CORS),
      request("HEAD", "/"),
      request("POST", "/", json({})),
      request("GET", "/docs"),
    ],
    process: [
      request("POST", "/", json({ text: "naïve", nested: [1, null] })),
      request("POST", "/", json({ text: "hi" }), CORS),
      request("POST", "/", json(["not", "an", "object"])),
      request("POST", "/", { type: "application/json", bytes: "{" }),
      request("OPTIONS", "/", undefined, PREFLIGHT),
      request("GET", "/"),
      request("GET", "/docs"),
      request("GET", "/openapi.json"),
    ],
  },
};
