import { HELLO } from "./hello";
import { conformsThroughDev } from "./through-dev";

conformsThroughDev(HELLO);
