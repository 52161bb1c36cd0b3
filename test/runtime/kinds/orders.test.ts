import { ORDERS } from "./orders";
import { conformsThroughDev, DOMAIN_MODE } from "./through-dev";

conformsThroughDev(ORDERS, { modes: [DOMAIN_MODE] });
