import { conformsThroughDev } from "./through-dev";
import { WEB_KINDS } from "./web-kinds";

conformsThroughDev(WEB_KINDS);
