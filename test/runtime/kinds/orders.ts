import type { AppAlone, Example } from "./example";
import { json, request } from "./requests";

const CORS = { origin: "https://shop.example.com" };
const PREFLIGHT = { ...CORS, "access-control-request-method": "POST" };

const alone = (app: string): AppAlone => ({
  folder: "",
  command: (port) => ["python", "-m", "uvicorn", "--app-dir", __dirname, `orders_alone:${app}`, "--port", `${port}`],
});

/** The platform that the team's stack names has a domain: it is always in domain mode. */
export const ORDERS: Example<"quote" | "place"> = {
  name: "company-stack/orders",
  kinds: { "": ["fastapi"] },
  env: { ORDERS_QUEUE_URL: "http://localhost/orders", SIGNING_KEY: "of this test only" },
  label: (app) => `orders-${app}`,
  apps: { quote: alone("quote"), place: alone("place") },
  requests: {
    quote: [
      request("GET", "/"),
      request("GET", "/?quantity=3", undefined, CORS),
      request("GET", "/?quantity=many"),
      request("HEAD", "/"),
      request("POST", "/", json({ quantity: 3 })),
      request("GET", "/docs"),
    ],
    // An order that it takes is in a queue: these it refuses.
    place: [
      request("POST", "/", json(["not", "an", "object"])),
      request("POST", "/", { type: "application/json", bytes: "{" }, CORS),
      request("POST", "/"),
      request("OPTIONS", "/", undefined, PREFLIGHT),
      request("GET", "/"),
      request("GET", "/no/such/route"),
    ],
  },
};
