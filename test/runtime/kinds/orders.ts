import type { AppAlone, Example } from "./example";
import { json, request } from "./requests";

const CORS = { origin: "https://shop.example.com" };

const alone: AppAlone = {
  folder: "",
  command: (port) => ["python", "-m", "uvicorn", "--app-dir", __dirname, "orders_alone:quote", "--port", `${port}`],
};

/** `place` asks for a token, which an app alone does not. The platform that the stack names has a domain, so it is always in domain mode. */
export const ORDERS: Example<"quote"> = {
  name: "company-stack/orders",
  kinds: { "": ["fastapi"] },
  env: { ORDERS_QUEUE_URL: "http://localhost/orders", SIGNING_KEY: "of this test only" },
  label: (app) => `orders-${app}`,
  apps: { quote: alone },
  requests: {
    quote: [
      request("GET", "/"),
      request("GET", "/?quantity=3", undefined, CORS),
      request("GET", "/?quantity=many"),
      request("HEAD", "/"),
      request("POST", "/", json({ quantity: 3 })),
      request("GET", "/docs"),
    ],
  },
};
