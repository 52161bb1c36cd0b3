import { HELLO } from "../runtime/kinds/hello";
import { exampleContainers } from "./example-containers";

exampleContainers(HELLO);
