import { FRAMEWORKS } from "../runtime/kinds/frameworks";
import { exampleLifecycle } from "./example-lifecycle";
import { DOMAIN_MODE } from "./mode";

exampleLifecycle(FRAMEWORKS, DOMAIN_MODE);
