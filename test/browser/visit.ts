import { dirname, join } from "node:path";
import type { Browser, Page, Route } from "playwright-core";

/** Opens a page of a size that fits a document, for one visitor who has no cookies yet. Fails where the browser complains. */
export async function visit(browser: Browser, steps: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1000, height: 640 } });
  try {
    context.setDefaultTimeout(40_000);
    await context.route((url) => !LOCAL.test(url.host), fulfilElsewhere);
    const page = await context.newPage();
    const complaints = complaintsOf(page);
    const failure = await steps(page).then(
      () => undefined,
      (error) => error,
    );
    if (complaints.length > 0) {
      throw new Error(`the browser complains:\n${complaints.join("\n")}`, { cause: failure });
    }
    if (failure) throw failure;
  } finally {
    await context.close();
  }
}

/** What a developer sees in red: it grows while the page is open. */
function complaintsOf(page: Page): readonly string[] {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error}`));
  page.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
  });
  page.on("requestfailed", (request) => {
    const why = request.failure()?.errorText;
    // The page itself gave it up, as it does with what still loads when a link is clicked.
    if (why !== "net::ERR_ABORTED") complaints.push(`${request.method()} ${request.url()}: ${why}`);
  });
  page.on("websocket", (socket) => {
    socket.on("socketerror", (error) => complaints.push(`WebSocket ${socket.url()}: ${error}`));
  });
  return complaints;
}

const LOCAL = /^([\w-]+\.)*localhost:\d+$/;

/** Where FastAPI's /docs has Swagger UI from: the files of an npm package of that name. */
const SWAGGER_UI = /^https:\/\/cdn\.jsdelivr\.net\/npm\/swagger-ui-dist@5\/([\w.-]+)$/;
const SWAGGER_UI_FILES = dirname(require.resolve("swagger-ui-dist/package.json"));
const FASTAPI_ICON = "https://fastapi.tiangolo.com/img/favicon.png";

/** No network is needed, and none is used: what pages may ask of others is here, and anything else fails. */
async function fulfilElsewhere(route: Route): Promise<void> {
  const url = route.request().url();
  const file = SWAGGER_UI.exec(url)?.[1];
  if (file) await route.fulfill({ path: join(SWAGGER_UI_FILES, file) });
  else if (url === FASTAPI_ICON) await route.fulfill({ status: 204 });
  else await route.abort();
}
