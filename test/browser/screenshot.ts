import { join } from "node:path";
import type { Page } from "playwright-core";

const IMAGES = join(__dirname, "../../docs/images");

/** Renews a picture of the docs: UPDATE_SCREENSHOTS=1 npm run test:browser */
export async function screenshot(page: Page, name: string): Promise<void> {
  if (process.env.UPDATE_SCREENSHOTS === "1") await page.screenshot({ path: join(IMAGES, `${name}.png`) });
}
