export { buildManifest, type ManifestInput } from "./build";
export { MANIFEST_FILE, type Manifest, type ManifestFunction, type ManifestRoute, manifestSchema } from "./schema";
export { renderSummary, type Summary, type SummaryFunction } from "./summary";
