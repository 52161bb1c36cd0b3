import { WEB_KINDS } from "../runtime/kinds/web-kinds";
import { exampleLifecycle } from "./example-lifecycle";
import { DOMAIN_MODE } from "./mode";

exampleLifecycle(WEB_KINDS, DOMAIN_MODE);
