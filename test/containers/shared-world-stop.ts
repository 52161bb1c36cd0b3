export { stop as default } from "./shared-world";
