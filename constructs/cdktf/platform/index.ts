export type { PlatformAttributes } from "../../../lib/spec";
export { Platform, type PlatformProps } from "./platform";
export type { IPlatform } from "./platform-ref";
export type { PlatformResources } from "./resources";
