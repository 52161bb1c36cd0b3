import type { Browser } from "playwright-core";
import { endAll } from "../runtime/local/cli-process";
import { launchChromium } from "./chromium";
import { screenshot } from "./screenshot";
import { ADMINISTRATOR, type AppName, Shop, START_MS } from "./shop";
import { visit } from "./visit";

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  await endAll();
});

interface Address {
  readonly at: string;
  /** Where a person opens it. */
  url(app: AppName, port: number): string;
  /** Where the app itself thinks that it is, and so do its links. */
  own(app: AppName, port: number): string;
  readonly isPictured?: boolean;
}

const atHost = (app: AppName, port: number) => `http://shop-${app}-dev.localhost:${port}`;
const atPath = (app: AppName, port: number) => `http://localhost:${port}/shop-${app}`;
const pathAtHost = (app: AppName, port: number) => `${atHost(app, port)}/shop-${app}`;

const DOMAIN_MODE: readonly Address[] = [{ at: "its host", url: atHost, own: atHost }];
const PATH_MODE: readonly Address[] = [
  { at: "its path", url: atPath, own: atPath, isPictured: true },
  { at: "the host that stands for its path", url: atHost, own: pathAtHost },
];

describe.each([
  { mode: "domain mode", domain: "apps.example.com", addresses: DOMAIN_MODE },
  { mode: "path mode", addresses: PATH_MODE },
])("in $mode", ({ domain, addresses }) => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.start(domain);
  }, START_MS);
  afterAll(() => shop?.stop());

  describe.each(addresses)("at $at", ({ url, own, isPictured }) => {
    test("a click in Streamlit reaches Python, which remembers the ones before", () =>
      visit(browser, async (page) => {
        await page.goto(url("board", shop.port));
        for (const roll of [1, 2, 3]) {
          await page.getByRole("button", { name: "Roll" }).click();
          const shown = await page.getByText(new RegExp(`^Roll ${roll}: \\d and \\d$`)).textContent();
          await shop.logged(shown!);
        }
        await page.locator("canvas, svg.marks").first().waitFor();
        if (isPictured) await screenshot(page, "streamlit");
      }));

    test("the Django admin has its styles, logs a person in, and adds a row", () =>
      visit(browser, async (page) => {
        await page.goto(url("admin", shop.port));
        await page.getByLabel("Username").fill(ADMINISTRATOR.name);
        await page.getByLabel("Password").fill(ADMINISTRATOR.password);
        await page.getByRole("button", { name: "Log in" }).click();
        await page.getByRole("row", { name: "Products" }).getByRole("link", { name: "Products" }).click();
        await page.getByRole("heading", { name: "Select product" }).waitFor();
        const rows = page.getByRole("row", { name: "Teapot 24.50 True" });
        const before = await rows.count();

        await page.getByRole("link", { name: "Add product" }).click();
        await page.getByLabel("Name").fill("Teapot");
        await page.getByLabel("Price").fill("24.50");
        await page.getByRole("button", { name: "Save", exact: true }).click();
        await page.getByText("was added successfully").waitFor();
        expect(await rows.count()).toBe(before + 1);

        const home = own("admin", shop.port);
        expect(page.url()).toBe(`${home}/products/product/`);
        const styles = await page.evaluate("[...document.styleSheets].map(({ href }) => href)");
        expect(styles).toContain(`${home}/static/admin/css/base.css`);
        expect(await page.evaluate("getComputedStyle(document.querySelector('#header')).display")).toBe("flex");
        const cookies = await page.context().cookies();
        const { pathname } = new URL(`${home}/`);
        expect(cookies.map(({ name, path }) => `${name} ${path}`).sort()).toEqual([
          `csrftoken ${pathname}`,
          `sessionid ${pathname}`,
        ]);
        if (isPictured) await screenshot(page, "django-admin");
      }));

    test("FastAPI's /docs sends a request and shows the answer", () =>
      visit(browser, async (page) => {
        await page.goto(`${url("api", shop.port)}/docs`);
        await page.getByRole("button", { name: "POST /orders Create Order" }).click();
        await page.getByRole("button", { name: "Try it out" }).click();
        await page.getByRole("button", { name: "Execute" }).click();
        const answer = page.locator(".live-responses-table .response");
        expect(await answer.locator(".response-col_status").textContent()).toContain("201");
        expect(await answer.locator("pre").first().textContent()).toContain('"total": "7.00"');
        expect(await page.locator(".request-url").textContent()).toContain(`${own("api", shop.port)}/orders`);
        await answer.scrollIntoViewIfNeeded();
        if (isPictured) await screenshot(page, "fastapi-docs");
      }));
  });
});
